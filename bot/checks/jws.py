"""A signed token in compact form, taken apart strictly (RFC 7515 sections 3.1, 5.2 and 7.1)."""

import base64
import re
from dataclasses import dataclass
from typing import Any

from bot.checks.finding import Finding, finding
from bot.checks.strict_json import NotJsonError, strict_json

MOST_CHARACTERS = 16 * 1024
_PARTS = 3
_JWE_PARTS = 5  # RFC 7516 section 3.1
_NAMES = ("header", "payload", "signature")

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_ANY_BASE64 = re.compile(r"(?:[A-Za-z0-9_-]*|[A-Za-z0-9+/]*)={0,2}")
_TO_URL = str.maketrans("+/", "-_")
# What a JSON object's brace, then a quote, white space or its end, turns into.
_OBJECT_HEAD = re.compile(r"ey[AIJKL]|ew[0ko]|e30")
_FIRST_MEMBER = re.compile(rb"\{\s*(?:\"[^\"\\]{0,64}\"\s*:|\})")
_LEADING = re.compile(r"(?:[A-Za-z0-9_-]{4}){0,32}")  # enough to know an object by
_THREE_RUNS = re.compile(r"[A-Za-z0-9+/_-]+={0,2}(?:\.[A-Za-z0-9+/_-]+={0,2}){2}")

_INSTEAD = {
    r"\Z": "Nothing was pasted.",
    r"anon_": "This looks like an Anon API key, not a JWT; replace the key if others saw it.",
    r"ory_": "This looks like an Ory session token, not a JWT; end the session if others saw it.",
    r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z": "This is a UUID, not a JWT.",
    r"https?:": "This is an address, not a JWT.",
}

NEW_TOKEN = "Copy the whole token again, as your server made it."  # noqa: S105 - advice
_WHAT_IS_NEEDED = (
    "Paste the appUserIdToken: a signed JWT, three parts of letters, digits, - and _"
    " with a dot between them; most start with eyJ."
)
_ENCRYPTED = (
    "Sign a token of your own (RS256, with a kid) for Anon: an encrypted token, such as"
    " NextAuth's session cookie, can be read by nobody but the one who made it."
)
_USE_BASE64URL = (
    "Encode the three parts in base64url without padding (RFC 7515 section 2); a JWT library"
    " does so by itself."
)


@dataclass(frozen=True, slots=True, repr=False)
class Jws:
    """The parts of a token. It has no repr that shows them."""

    header: dict[str, Any]
    payload: bytes
    signature: bytes | None  # None: the part has bits that no encoder would have set
    signing_input: bytes


def take_apart(token: str) -> Jws | Finding:
    """Return the parts of the token, or the one finding that says why there are none.

    The payload may be any bytes. The finding never holds a piece of the token.
    """
    parts = token.split(".")
    if not _is_shaped(token, parts):
        return finding("not_a_jwt", _guess(token), _WHAT_IS_NEEDED)
    if len(token) > MOST_CHARACTERS:
        return _malformed(f"It is longer than {MOST_CHARACTERS:,} characters.")
    if "..." in token or "\u2026" in token:
        return _malformed("It was cut: there are dots where the rest should be.")
    if len(parts) == _JWE_PARTS:
        return finding("encrypted_token", "Five parts: an encrypted token (JWE).", _ENCRYPTED)
    if len(parts) != _PARTS:
        return _malformed(f"A JWT has three parts between dots; this one has {len(parts)}.")
    return _read(parts)


def read_claims(jws: Jws) -> dict[str, Any] | Finding:
    """Return the payload as the claims of a JWT (RFC 7519 section 7.2), or why it holds none."""
    return _read_object(jws.payload, "payload")


def _guess(text: str) -> str:
    """What was pasted instead, as far as its first characters tell."""
    for begin, seen in _INSTEAD.items():
        if re.match(begin, text):
            return seen
    return "What was pasted is not a JWT."


def _is_shaped(token: str, parts: list[str]) -> bool:
    """True for what somebody may have meant as a JWT, however broken."""
    if len(parts) == 1:
        leading = _LEADING.match(token)
        return bool(leading and _FIRST_MEMBER.match(_decode(leading[0])))
    return any(map(_OBJECT_HEAD.match, parts)) or bool(_THREE_RUNS.fullmatch(token))


def _read(parts: list[str]) -> Jws | Finding:
    for name, part in zip(_NAMES, parts, strict=True):
        if not _ANY_BASE64.fullmatch(part) or len(part.rstrip("=")) % 4 == 1:
            return _malformed(f"The {name} is not base64 of any kind.")
    header = _read_object(_decode(parts[0]), "header")
    if isinstance(header, Finding):
        return header
    if not all(map(_BASE64URL.fullmatch, parts)):
        seen = "The parts are in standard base64 (with +, / or =), not in base64url."
        return finding("not_base64url", seen, _USE_BASE64URL)
    for name, part in zip(_NAMES[:2], parts[:2], strict=True):
        if not _is_canonical(part):
            return _malformed(f"The last character of the {name} has bits that belong to no byte.")
    signature = _decode(parts[2]) if _is_canonical(parts[2]) else None
    return Jws(header, _decode(parts[1]), signature, ".".join(parts[:2]).encode())


def _read_object(raw: bytes, name: str) -> dict[str, Any] | Finding:
    try:
        value = strict_json(raw)
    except NotJsonError as fault:
        return _malformed(f"The {name} is not JSON: {fault}.")
    if not isinstance(value, dict):
        return _malformed(f"The {name} is JSON, but no object.")
    return value


def _malformed(seen: str) -> Finding:
    return finding("malformed", seen, NEW_TOKEN)


def _decode(part: str) -> bytes:
    """Decode base64 of either alphabet, with or without padding; empty when it is neither."""
    try:
        bare = part.rstrip("=").translate(_TO_URL)
        return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except ValueError:
        return b""


def _is_canonical(part: str) -> bool:
    """True when encoding what the part stands for gives the part again (RFC 4648 section 3.5)."""
    return base64.urlsafe_b64encode(_decode(part)).rstrip(b"=") == part.encode()
