"""The key that a token names: whether it may be used, fits the algorithm, and can be read."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bot.checks.finding import Finding, Step, finding
from bot.checks.header import SYMMETRIC
from bot.checks.key_material import (
    AGREEMENT_CURVES,
    CURVES,
    EDWARDS_CURVES,
    FOREIGN_CURVES,
    KEY_TYPES,
    PublicKey,
    UnreadableKeyError,
    octets,
    public_key,
    weakness,
)
from bot.checks.keys import INVALID_REMEDY, KTY_REMEDY, USE_REMEDY, material_problems
from bot.checks.shown import shown

Jwk = Mapping[str, Any]

# RFC 7518 section 3.1, RFC 8037 section 3.1: what each algorithm needs.
_KEY_TYPE = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP", "HS": "oct"}
_CURVES = {
    "ES256": frozenset({"P-256"}),
    "ES384": frozenset({"P-384"}),
    "ES512": frozenset({"P-521"}),
    "EdDSA": EDWARDS_CURVES,
}
_KNOWN_CURVES = frozenset(CURVES) | EDWARDS_CURVES | AGREEMENT_CURVES | FOREIGN_CURVES
_NAME = "The key that the token names"

_FIT_REMEDY = "Let alg of the token's header agree with alg, kty and crv of the key that kid names."
_LONGER = "Use a secret of at least as many bytes as the hash has (RFC 7518 section 3.2)."


class NamedKey(NamedTuple):
    """What stands against a key, and the key itself where a signature can be checked with it."""

    findings: list[Finding]
    key: PublicKey | bytes | None


def judge_named_key(jwk: Jwk, alg: str | None) -> NamedKey:
    """Judge a JWK for the algorithm, which is one that is accepted; None judges the key alone.

    Codes: unsupported_kty, alg_mismatch, invalid_jwk (each without a key), weak_key, use_not_sig.
    """
    kty = jwk.get("kty")
    if isinstance(kty, str) and kty not in KEY_TYPES:
        seen = f"{_NAME} is of the unknown kty {shown(kty)}."
        return NamedKey([_of_key("unsupported_kty", seen, KTY_REMEDY)], None)
    faults, key = _material(jwk, alg)
    if alg is not None and (why := _misfit(jwk, alg)):
        weak = [one for one in faults if one.code == "weak_key"]
        return NamedKey([finding("alg_mismatch", why, _FIT_REMEDY), *weak, *_use(jwk)], None)
    return NamedKey([*faults, *_use(jwk)], key)


def _misfit(jwk: Jwk, alg: str) -> str | None:
    """Say why the key is not one for the algorithm, by what its members claim."""
    kty, curve, own = jwk.get("kty"), jwk.get("crv"), jwk.get("alg")
    wanted = _KEY_TYPE[alg[:2]]
    if isinstance(kty, str) and kty != wanted:
        return f"alg {shown(alg)} needs a key of kty {wanted}; {_NAME.lower()} is {shown(kty)}."
    curves = _CURVES.get(alg)
    if curves and isinstance(curve, str) and curve in _KNOWN_CURVES - curves:
        needed = " or ".join(sorted(curves))
        return f"alg {shown(alg)} needs the curve {needed}; {_NAME.lower()} is on {shown(curve)}."
    if own not in (None, alg):
        return f"The token's alg is {shown(alg)}; {_NAME.lower()} is for {shown(own)} only."
    return None


def _material(jwk: Jwk, alg: str | None) -> tuple[list[Finding], PublicKey | bytes | None]:
    if jwk.get("kty") == "oct":
        return _secret(jwk, alg) if alg in SYMMETRIC else ([], None)
    if isinstance(jwk.get("crv"), str) and jwk["crv"] in FOREIGN_CURVES:
        return [], None  # it can be read, and fits no algorithm that is accepted
    key = _readable(jwk)
    if key is not None and weakness(key) is None:
        return [], key
    faults = [_of_key(one.code, one.detail, one.remedy) for one in material_problems(jwk, _NAME)]
    return faults, key


def _readable(jwk: Jwk) -> PublicKey | None:
    try:
        return public_key(jwk)
    except UnreadableKeyError:
        return None


def _secret(jwk: Jwk, alg: str) -> tuple[list[Finding], bytes | None]:
    try:
        secret = octets(jwk, "k")
    except UnreadableKeyError as error:
        return [_of_key("invalid_jwk", f"{_NAME} cannot be read: {error}.", INVALID_REMEDY)], None
    if len(secret) * 8 < int(alg[2:]):
        seen = f"{_NAME} is shorter than {alg[2:]} bits."
        return [_of_key("weak_key", seen, _LONGER)], secret
    return [], secret


def _use(jwk: Jwk) -> Iterator[Finding]:
    """A key for something else (RFC 7517 sections 4.2 and 4.3); null is as good as absent."""
    use, operations = jwk.get("use"), jwk.get("key_ops")
    if use not in (None, "sig"):
        seen = f"{_NAME} has the use {shown(use)}, not `sig`."
    elif operations is not None and not (isinstance(operations, list) and "verify" in operations):
        seen = f"{_NAME} has key_ops without `verify`."
    else:
        return
    yield _of_key("use_not_sig", seen, USE_REMEDY)


def _of_key(code: str, seen: str, remedy: str) -> Finding:
    return finding(code, seen, remedy, step=Step.KEY)
