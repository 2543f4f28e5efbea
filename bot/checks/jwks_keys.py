"""The keys of a JWK Set that Anon is to use, all judged: the last step of `check jwks`."""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from bot.checks.finding import Finding, Severity, finding
from bot.checks.key_material import AGREEMENT_CURVES, public_key
from bot.checks.keys import (
    INVALID_REMEDY,
    KTY_REMEDY,
    USE_REMEDY,
    is_for_signatures,
    is_foreign,
    is_private,
    is_symmetric,
    judge_set,
    material_problems,
)
from bot.checks.shown import shown

KID_REMEDY = (
    "Give every key a `kid` (a string) and put the same `kid` into the header of your tokens:"
    " Anon finds the key by it."
)
ALG_REMEDY = "Correct `alg` (RS256 for an RSA key is certain to work), or leave it out."
X5C_REMEDY = "Renew `x5c` together with the key, or leave it out: Anon does not need it."
NO_SIGNING_KEY = "No key of the set is for signatures."
NO_KNOWN_KEY = "No key of the set has a type that Anon can use (RSA, EC, OKP)."
FOREIGN_REMEDY = "Nothing to do: verifiers pass over types that they do not know."
TWO_REMEDY = "Fine while you rotate; take the old key out once its last token has expired."

MOST_JUDGED = 50  # a set of thousands would take seconds, and nobody reads so many findings

_SIGNING = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "P-256": ("ES256",),
    "P-384": ("ES384",),
    "P-521": ("ES512",),
    "Ed25519": ("EdDSA", "Ed25519"),
    "Ed448": ("EdDSA", "Ed448"),
}
_ENCRYPTING = ("RSA-OAEP", "RSA1_5", "ECDH-ES")


def judge_keys(keys: Sequence[Any]) -> list[Finding]:
    """Return every fault of a set that has keys; `ok` and remarks where there is none."""
    secret = any(is_private(key) or is_symmetric(key) for key in keys)
    named = [(key, _name(at, keys, quiet=secret)) for at, key in enumerate(keys[:MOST_JUDGED])]
    findings = judge_set(keys)
    findings += [one for key, name in named for one in _problems(key, name)]
    findings += _nothing_to_use(keys)
    if any(one.severity is Severity.ERROR for one in findings):
        return findings
    return [*findings, *_remarks(keys), _good(keys)]


def signing_keys(keys: Sequence[Any]) -> list[Mapping[str, Any]]:
    """Return the keys that may verify a signature, as far as their members say."""
    return [key for key in keys if _is_known(key) and _may_sign(key)]


def _name(at: int, keys: Sequence[Any], *, quiet: bool) -> str:
    """Name a key by its place, and by its `kid` where nothing in the set is secret."""
    place = f"Key {at + 1} of {len(keys)}"
    kid = keys[at].get("kid") if isinstance(keys[at], dict) else None
    return place if quiet or not isinstance(kid, str) else f"{place} (`kid` {shown(kid)})"


def _problems(key: Any, name: str) -> list[Finding]:
    if not isinstance(key, dict):
        return [finding("invalid_jwk", f"{name} is not a JSON object.", INVALID_REMEDY)]
    if is_foreign(key) or is_symmetric(key):
        return []
    found = _kid_problems(key, name) + material_problems(key, name)
    return found or _alg_problems(key, name) + _x5c_problems(key, name)


def _kid_problems(key: Mapping[str, Any], name: str) -> list[Finding]:
    match key.get("kid", ""):
        case "":
            return [finding("jwk_missing_kid", f"{name} has no `kid`.", KID_REMEDY)]
        case str():
            return []
        case _:
            detail = f"{name} has a `kid` that is not a string."
            return [finding("jwk_kid_not_string", detail, KID_REMEDY)]


def _alg_problems(key: Mapping[str, Any], name: str) -> list[Finding]:
    algorithm, kind = key.get("alg"), str(key.get("crv") if key["kty"] != "RSA" else "RSA")
    if algorithm is None or algorithm in _SIGNING.get(kind, ()) or _encrypts(key):
        return []
    detail = f"{name} cannot be used: its member `alg` says {shown(algorithm)}, which is no"
    return [finding("invalid_jwk", f"{detail} signature algorithm for {kind} keys.", ALG_REMEDY)]


def _x5c_problems(key: Mapping[str, Any], name: str) -> list[Finding]:
    """Compare the key with its certificate (RFC 7517 section 4.7); one that is broken is passed."""
    match key.get("x5c"):
        case [str(first), *_]:
            pass
        case _:
            return []
    try:
        same = x509.load_der_x509_certificate(b64decode(first)).public_key() == public_key(key)
    except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm):
        return []
    detail = f"{name} contradicts itself: the certificate in its member `x5c` holds another key."
    return [] if same else [finding("invalid_jwk", detail, X5C_REMEDY)]


def _nothing_to_use(keys: Sequence[Any]) -> list[Finding]:
    objects = [key for key in keys if isinstance(key, dict)]
    if objects and all(is_foreign(key) for key in objects):
        return [finding("unsupported_kty", NO_KNOWN_KEY, KTY_REMEDY)]
    known = [key for key in objects if not is_foreign(key)]
    if known and not any(_may_sign(key) or is_symmetric(key) for key in known):
        return [finding("use_not_sig", NO_SIGNING_KEY, USE_REMEDY)]
    return []


def _remarks(keys: Sequence[Any]) -> list[Finding]:
    findings = []
    if foreign := sum(is_foreign(key) for key in keys):
        detail = f"{foreign} of {len(keys)} keys are of a type that Anon passes over."
        findings.append(finding("unknown_kty_ignored", detail, FOREIGN_REMEDY))
    if (many := len(signing_keys(keys))) > 1:
        detail = f"{many} signing keys are served: a rotation under way, it seems."
        findings.append(finding("two_signing_keys", detail, TWO_REMEDY))
    return findings


def _good(keys: Sequence[Any]) -> Finding:
    kids = [shown(key.get("kid")) for key in signing_keys(keys)]
    more = f" and {len(kids) - 5} more" if len(kids) > 5 else ""
    part = f" Only the first {MOST_JUDGED} keys were judged." if len(keys) > MOST_JUDGED else ""
    detail = f"The JWK Set can be used; signing keys: {', '.join(kids[:5])}{more}.{part}"
    return finding("ok", detail)


def _is_known(key: Any) -> bool:
    return isinstance(key, dict) and not is_foreign(key) and not is_symmetric(key)


def _may_sign(key: Mapping[str, Any]) -> bool:
    return is_for_signatures(key) and not _encrypts(key)


def _encrypts(key: Mapping[str, Any]) -> bool:
    algorithm = key.get("alg")
    agrees = isinstance(crv := key.get("crv"), str) and crv in AGREEMENT_CURVES
    return agrees or (isinstance(algorithm, str) and algorithm.startswith(_ENCRYPTING))
