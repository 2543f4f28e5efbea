"""The header of a token: which algorithm it names, which key, and what it must not ask for."""

from collections.abc import Iterator
from typing import Any

from bot.checks.finding import Finding, finding
from bot.checks.jws import Jws
from bot.checks.shown import shown

SYMMETRIC = frozenset({"HS256", "HS384", "HS512"})
ASYMMETRIC = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)

_USE_RS256 = (
    "Sign with RS256 and a private key whose public half your JWK Set holds. RS256 is what"
    " Anon's own example uses."
)
_SIGN_IT = "Sign the token; copy it whole, with what follows the second dot."
_NO_EXTENSIONS = "Leave crit and b64 out of the header: nothing that Anon is known to read."
_SET_KID = "Put the kid of the signing key, as your JWK Set spells it, into the token's header."
_KID_STRING = "Make kid a JSON string, in quotes, in the header and in the JWK Set."


def judge_header(jws: Jws, *, allow_symmetric: bool = False) -> list[Finding]:
    """Return what keeps the signature from being checked: algorithm, crit, an empty signature."""
    return [
        *_judge_alg(jws.header, allow_symmetric=allow_symmetric),
        *_judge_extensions(jws.header),
        *_judge_presence(jws),
    ]


def judge_kid(header: dict[str, Any]) -> list[Finding]:
    """Return what keeps the key from being looked up (RFC 7515 section 4.1.4)."""
    kid = header.get("kid")
    if "kid" not in header or kid == "":
        return [finding("missing_kid", "The header has no kid.", _SET_KID)]
    if not isinstance(kid, str):
        return [finding("kid_not_string", "kid in the header is not a string.", _KID_STRING)]
    return []


def _judge_alg(header: dict[str, Any], *, allow_symmetric: bool) -> Iterator[Finding]:
    alg = header.get("alg")
    if "alg" not in header:
        yield finding("missing_alg", "The header has no alg.", _USE_RS256)
    elif not isinstance(alg, str):
        yield finding("unsupported_alg", "alg in the header is not a string.", _USE_RS256)
    elif alg.strip().casefold() == "none":
        yield finding("alg_none", f"alg is {shown(alg)}: nobody signed it.", _USE_RS256)
    elif alg in SYMMETRIC and not allow_symmetric:
        seen = f"alg is {shown(alg)}, a shared secret: public keys cannot verify it."
        yield finding("symmetric_alg", seen, _USE_RS256)
    elif alg not in SYMMETRIC | ASYMMETRIC:
        seen = f"alg is {shown(alg)}, which is none of RS, PS, ES 256 to 512 and EdDSA."
        yield finding("unsupported_alg", seen, _USE_RS256)


def _judge_extensions(header: dict[str, Any]) -> Iterator[Finding]:
    """No extension is understood here (RFC 7515 section 4.1.11, RFC 7797 section 6)."""
    if "crit" in header:
        named = header["crit"] if isinstance(header["crit"], list) else []
        names = ", ".join(map(shown, named[:5])) or "nothing that can be read"
        yield finding("unsupported_crit", f"crit asks to understand {names}.", _NO_EXTENSIONS)
    elif header.get("b64", True) is not True:
        yield finding("unsupported_crit", "b64 is not true in the header.", _NO_EXTENSIONS)


def _judge_presence(jws: Jws) -> Iterator[Finding]:
    alg = jws.header.get("alg")
    is_none = isinstance(alg, str) and alg.strip().casefold() == "none"
    if jws.signature == b"" and not is_none:
        yield finding("missing_signature", "The third part is empty: it is not signed.", _SIGN_IT)
