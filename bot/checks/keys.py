"""Keys of a JWK Set, each judged by itself, and what is wrong with the set as a whole."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from bot.checks.finding import Finding, finding
from bot.checks.key_material import (
    AGREEMENT_CURVES,
    FOREIGN_CURVES,
    KEY_TYPES,
    UnreadableKeyError,
    public_key,
    unsafe_exponent,
    weakness,
)
from bot.checks.shown import shown

PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})  # RFC 7518 section 6.3.2

ROTATE = (
    "Treat the key as stolen: make a new key pair now, serve only the public members of the new"
    " key (kty, kid, use, alg, n, e or crv, x, y), and stop accepting what the old one signed."
)
OCT_REMEDY = (
    "Whoever reads the set can forge tokens. Take the key out, change the secret, and sign with an"
    " asymmetric key (RS256) whose public half you serve."
)
DUPLICATE_REMEDY = (
    "Give each key a `kid` of its own: with two keys under one name, which one a verifier takes"
    " is chance."
)
INVALID_REMEDY = (
    "Export the key again with a JOSE library instead of building the JWK by hand; integers are"
    " big-endian bytes in base64url without padding."
)
WEAK_REMEDY = "Make a new RSA key of at least 2048 bits with the exponent 65537, and rotate to it."
USE_REMEDY = (
    'Serve a signing key: `"use": "sig"` (or no `use`), and `key_ops`, where present, must hold'
    ' `"verify"`.'
)
KTY_REMEDY = "Serve an RSA key (RS256 is certain to work), or an EC or Ed25519 one."


def material_problems(jwk: Mapping[str, Any], name: str) -> list[Finding]:
    """Return invalid_jwk or weak_key, or nothing, for a key of a known asymmetric type."""
    if unsafe_exponent(jwk):
        detail = f"{name} has the exponent 1, so anybody can sign for it."
        return [finding("weak_key", detail, WEAK_REMEDY)]
    if jwk.get("kty") == "OKP" and _is_one_of(jwk.get("crv"), AGREEMENT_CURVES):
        return []
    try:
        weak = weakness(public_key(jwk))
    except UnreadableKeyError as error:
        return [finding("invalid_jwk", f"{name} cannot be read: {error}.", INVALID_REMEDY)]
    return [finding("weak_key", f"{name} {weak}.", WEAK_REMEDY)] if weak else []


def judge_set(keys: Sequence[object]) -> list[Finding]:
    """Return private_key_in_jwks, oct_key_in_jwks and duplicate_kid, each at most once."""
    findings = []
    private = [at for at, key in enumerate(keys) if is_private(key)]
    if private:
        detail = f"{places(private, keys)} a private key, readable by anybody who has the set."
        findings.append(finding("private_key_in_jwks", detail, ROTATE))
    symmetric = [at for at, key in enumerate(keys) if is_symmetric(key)]
    if symmetric:
        detail = f"{places(symmetric, keys)} a symmetric key: a shared secret, published."
        findings.append(finding("oct_key_in_jwks", detail, OCT_REMEDY))
    kids = Counter(kid for key in keys if isinstance(kid := _kid(key), str) and kid)
    if twice := [kid for kid, times in kids.items() if times > 1]:
        named = "" if private or symmetric else " " + ", ".join(shown(kid) for kid in twice[:5])
        detail = f"Two keys or more share the `kid`{named}."
        findings.append(finding("duplicate_kid", detail, DUPLICATE_REMEDY))
    return findings


def places(positions: Sequence[int], keys: Sequence[object]) -> str:
    """Return "Key 2 of 3 is" or "Keys 1, 2 of 3 are", to go before what they are."""
    numbers = ", ".join(str(at + 1) for at in positions[:10])
    return (
        f"Key {numbers} of {len(keys)} is"
        if len(positions) == 1
        else (f"Keys {numbers} of {len(keys)} are")
    )


def is_private(key: object) -> bool:
    """Tell whether a key has a private member; a symmetric key is secret in its own way."""
    return isinstance(key, dict) and not is_symmetric(key) and not PRIVATE_MEMBERS.isdisjoint(key)


def is_symmetric(key: object) -> bool:
    """Tell whether a key is a shared secret."""
    return isinstance(key, dict) and key.get("kty") == "oct"


def is_foreign(jwk: Mapping[str, Any]) -> bool:
    """Tell whether a type or curve is none that Anon takes: such a key is to be ignored."""
    if not isinstance(jwk.get("kty"), str):
        return False
    return jwk["kty"] not in KEY_TYPES or (
        jwk["kty"] == "EC" and _is_one_of(jwk.get("crv"), FOREIGN_CURVES)
    )


def is_for_signatures(jwk: Mapping[str, Any]) -> bool:
    """Tell whether `use`, `key_ops` and the curve leave a key free to verify signatures."""
    operations = jwk.get("key_ops")
    may_verify = operations is None or (isinstance(operations, list) and "verify" in operations)
    agrees = jwk.get("kty") == "OKP" and _is_one_of(jwk.get("crv"), AGREEMENT_CURVES)
    return jwk.get("use", "sig") == "sig" and may_verify and not agrees


def _is_one_of(value: object, names: frozenset[str]) -> bool:
    return isinstance(value, str) and value in names


def _kid(key: object) -> object:
    return key.get("kid") if isinstance(key, dict) else None
