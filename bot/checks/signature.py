"""Whether the key that a token names made its signature (RFC 7515 section 5.2)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from jwt.algorithms import get_default_algorithms

from bot.checks.finding import Finding, Step, finding
from bot.checks.header import judge_header, judge_kid
from bot.checks.jws import Jws, take_apart
from bot.checks.key_material import PublicKey
from bot.checks.keys import is_private, is_symmetric
from bot.checks.named_key import Jwk, judge_named_key
from bot.checks.shown import shown

_MOST_TRIED = 64  # keys; more would only cost time
_MOST_SHOWN = 8
_ALGORITHMS = get_default_algorithms()

_SERVE_THE_KEY = (
    "Serve the public half of the signing key in your JWK Set under this very kid, or sign with a"
    " key that is there; after a rotation, keep the old key until its tokens have expired."
)
_NAME_THE_KEYS = "Give each key of the JWK Set a kid, the same one that the token's header names."
_SIGN_AGAIN = (
    "Sign with the private half of the key that kid names, and change nothing of the token"
    " afterwards."
)


class _Verdict(NamedTuple):
    """What stands against one key; verified is None where no check could be made."""

    findings: list[Finding]
    verified: bool | None


def verify_signature(
    token: str, jwk_set: Mapping[str, Any], *, allow_symmetric: bool = False
) -> list[Finding]:
    """Return what stands against the signature of a compact JWS; valid is no error among it.

    The payload may be any bytes. Findings are about the token's form, header, key and signature,
    none about the set as a whole. Keys in the header (jwk, jku, x5u, x5c) are never used. A token
    and a single key that both have no kid are matched.
    """
    jws = take_apart(token)
    if isinstance(jws, Finding):
        return [jws]
    keys = keys_of(jwk_set)
    faults = judge_header(jws, allow_symmetric=allow_symmetric)
    nameless = len(keys) == 1 and "kid" not in jws.header and "kid" not in keys[0]
    if nameless:
        return [*faults, *_judge_named(jws, keys, keys, checkable=not faults)]
    return [*faults, *judge_signature(jws, keys, checkable=not faults)]


def keys_of(jwk_set: Mapping[str, Any]) -> list[Jwk]:
    """Return the keys of a JWK Set that are objects (RFC 7517 section 5)."""
    keys = jwk_set.get("keys")
    return [key for key in keys if isinstance(key, Mapping)] if isinstance(keys, list) else []


def judge_signature(jws: Jws, keys: Sequence[Jwk], *, checkable: bool) -> list[Finding]:
    """Look up the key by kid, byte for byte, judge it, and verify with it where checkable."""
    if faults := judge_kid(jws.header):
        return faults
    kid = jws.header["kid"]
    named = [key for key in keys if key.get("kid") == kid]
    if not named:
        return [_not_found(kid, keys)]
    return _judge_named(jws, named, keys, checkable=checkable)


def _not_found(kid: str, keys: Sequence[Jwk]) -> Finding:
    if any(key.get("kid") in (None, "") for key in keys):
        seen = f"The token names kid {shown(kid)}, and the JWK Set has keys without a kid."
        return finding("jwk_missing_kid", seen, _NAME_THE_KEYS, step=Step.LOOKUP)
    kids = [key["kid"] for key in keys]
    names = ", ".join(map(shown, kids[:_MOST_SHOWN])) + (", …" if kids[_MOST_SHOWN:] else "")
    if not kids or any(is_private(key) or is_symmetric(key) for key in keys):
        names = f"the kids of the set's {len(kids)} keys"
    seen = f"kid {shown(kid)} is not among {names}.{''.join(_nearly(kid, kids))}"
    return finding("kid_not_in_jwks", seen, _SERVE_THE_KEY)


def _nearly(kid: str, kids: Sequence[object]) -> Iterator[str]:
    """A kid that a reader takes for the same one, if there is any."""
    if any(isinstance(one, str) and one.strip().lower() == kid.strip().lower() for one in kids):
        yield " One of them differs in nothing but case or white space; it has to be the very same."
    elif any(str(one) == kid for one in kids if isinstance(one, int)):
        yield " One of them is the same as a number; it has to be a string."


def _judge_named(
    jws: Jws, named: Sequence[Jwk], keys: Sequence[Jwk], *, checkable: bool
) -> list[Finding]:
    """Judge the keys of one name: one that verifies is enough, else the first that could."""
    verdicts = []
    for key in named[:_MOST_TRIED]:
        verdicts.append(_judge_key(jws, key, checkable=checkable))
        if verdicts[-1].verified:
            return verdicts[-1].findings
    tried = [verdict for verdict in verdicts if verdict.verified is False]
    if not tried:
        return verdicts[0].findings
    seen = f"The signature is not by the key that the token names.{_why(jws, named, keys)}"
    return [*tried[0].findings, finding("bad_signature", seen, _SIGN_AGAIN)]


def _judge_key(jws: Jws, jwk: Jwk, *, checkable: bool) -> _Verdict:
    found, key = judge_named_key(jwk, jws.header["alg"] if checkable else None)
    return _Verdict(found, _verifies(jws, key) if checkable and key is not None else None)


def _verifies(jws: Jws, key: PublicKey | bytes) -> bool:
    """PyJWT's part: the signature alone, with a key that is known to fit the algorithm."""
    if jws.signature is None:
        return False
    try:
        return _ALGORITHMS[jws.header["alg"]].verify(jws.signing_input, key, jws.signature)
    except ValueError:  # a key too short for the hash
        return False


def _why(jws: Jws, named: Sequence[Jwk], keys: Sequence[Jwk]) -> str:
    """What a reader would want to know about a signature that does not verify."""
    if jws.signature is None:
        return " Its last character has bits that belong to no byte."
    if jws.header["alg"].startswith("ES") and _is_der(jws.signature):
        return " It looks like ASN.1 (DER); a JWT needs r and s, one after the other, bare."
    others = [key for key in keys[:_MOST_TRIED] if key not in named]
    if any(_judge_key(jws, key, checkable=True).verified for key in others):
        return " Another key of the set does verify it: kid names the wrong one."
    return ""


def _is_der(signature: bytes) -> bool:
    """True for an ASN.1 SEQUENCE whose stated length is its own."""
    return signature[:1] == b"\x30" and len(signature) - signature[1] in {2, 3}
