"""What somebody wants minted: words become a value, or one line that says what is wrong."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.checks.strict_json import NotJsonError, strict_json
from bot.errors import UserError
from bot.tokens.faults import Fault
from bot.tokens.issuers import provider_of

SHORTEST, USUAL, LONGEST = 1, 600, 3_600  # seconds
TEXT_LIMIT = 255  # OpenID Connect Core section 2: sub is at most that long
NAME_LIMIT = 128
CLAIM_LIMIT = 1_024
CLAIMS_LIMIT = 16
MARKER = "anon_example"
CLAIM = "claim"
OURS = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", MARKER})
BAD_TTL = "ttl is a time like 90s, 10m or 1h, at least 1 s and at most 1 h."
BAD_TEXT = "{name} is 1 to {limit} visible characters, without control characters."
BAD_FAULT = "There is no fault of that name. It is one of {faults}."
REAL_ISSUER = (
    "iss names {provider}: an example token never claims to come from a real provider. "
    "Leave iss out, or use an address of your own."
)
BAD_ISSUER = "iss is 1 to {limit} printable ASCII characters without spaces."
BAD_CLAIM = "A claim is NAME=TEXT, or NAME:=JSON for numbers, true, false, null, lists and objects."
BAD_NAME = f"A claim's name is 1 to {NAME_LIMIT} printable ASCII characters, no space or quote."
SHADOWED = "The claim {name} is set by the bot{how}."
HOW = {name: f": use {name}={name.upper()}" for name in ("sub", "aud", "iss")} | {
    "exp": ": use ttl=10m",
    "nbf": ": use fault=not-yet-valid",
}
TWICE = "The claim {name} is given twice."
BAD_VALUE = "The claim {name} is no JSON that can be taken: {why}."
LONG_VALUE = f"A claim holds at most {CLAIM_LIMIT:,} bytes, and a token {CLAIMS_LIMIT} of them."
SUB_AND_NO_SUB = "sub and fault=no-sub cannot be given together."
_TTL = re.compile(r"([0-9]{1,6})\s*(s|m|min|h|)")
_UNITS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3_600}
_NAME = re.compile(rf"[!#-~]{{1,{NAME_LIMIT}}}")
_ISSUER = re.compile(rf"[!-~]{{1,{TEXT_LIMIT}}}")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class BadWordError(UserError):
    """Says what is wrong with one of the words, and which."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token to mint; what is empty gets its usual value."""

    sub: str = ""
    ttl: int = USUAL  # seconds
    key: str = ""  # kid
    aud: str = ""
    iss: str = ""
    claims: Mapping[str, Any] = field(default_factory=dict)
    fault: Fault | None = None


def wanted_of(
    *,
    sub: str | None = None,
    ttl: str | None = None,
    key: str | None = None,
    aud: str | None = None,
    iss: str | None = None,
    claims: Iterable[str] = (),
    fault: str | None = None,
) -> Wanted:
    """Return what the words ask for; None is a word that was not given. UserError says why not."""
    wrong = None if fault is None else _fault(fault)
    if sub is not None and wrong is Fault.NO_SUB:
        raise BadWordError("sub", SUB_AND_NO_SUB)
    return Wanted(
        sub=_text("sub", sub),
        ttl=USUAL if ttl is None else _seconds(ttl),
        key=_text("key", key),
        aud=_text("aud", aud),
        iss=_issuer(iss),
        claims=_claims(claims),
        fault=wrong,
    )


def _seconds(text: str) -> int:
    found = _TTL.fullmatch(text.strip().casefold())
    seconds = int(found[1]) * _UNITS[found[2]] if found and found[1].isascii() else 0
    if not SHORTEST <= seconds <= LONGEST:
        raise BadWordError("ttl", BAD_TTL)
    return seconds


def _text(name: str, text: str | None) -> str:
    if text is None:
        return ""
    if not text.strip() or len(text) > TEXT_LIMIT or not _is_visible(text):
        raise BadWordError(name, BAD_TEXT.format(name=name, limit=TEXT_LIMIT))
    return text


def _is_visible(text: str) -> bool:
    return not any(unicodedata.category(letter) in _UNSEEN for letter in text)


def _issuer(text: str | None) -> str:
    if text is None:
        return ""
    if not _ISSUER.fullmatch(text):
        raise BadWordError("iss", BAD_ISSUER.format(limit=TEXT_LIMIT))
    if provider := provider_of(text):
        raise BadWordError("iss", REAL_ISSUER.format(provider=provider))
    return text


def _fault(text: str) -> Fault:
    try:
        return Fault(text.strip().casefold().replace("_", "-"))
    except ValueError:
        raise BadWordError("fault", BAD_FAULT.format(faults=", ".join(Fault))) from None


def _claims(words: Iterable[str]) -> dict[str, Any]:
    claims: dict[str, Any] = {}
    for word in words:
        name, value = _claim(word)
        if name in claims:
            raise BadWordError(CLAIM, TWICE.format(name=name))
        claims[name] = value
    if len(claims) > CLAIMS_LIMIT:
        raise BadWordError(CLAIM, LONG_VALUE)
    return claims


def _claim(word: str) -> tuple[str, Any]:
    """Return a claim: `role=admin` is text, `level:=5` is JSON."""
    name, equals, text = word.partition("=")
    if not equals:
        raise BadWordError(CLAIM, BAD_CLAIM)
    is_json = name.endswith(":")
    name = name.removesuffix(":")
    if not _NAME.fullmatch(name):
        raise BadWordError(CLAIM, BAD_NAME)
    if name.casefold() in OURS:
        raise BadWordError(CLAIM, SHADOWED.format(name=name, how=HOW.get(name.casefold(), "")))
    if len(text.encode("utf-8", "replace")) > CLAIM_LIMIT:
        raise BadWordError(CLAIM, LONG_VALUE)
    if is_json:
        return name, _json(name, text)
    if not _is_visible(text):
        raise BadWordError(CLAIM, BAD_TEXT.format(name=name, limit=CLAIM_LIMIT))
    return name, text


def _json(name: str, text: str) -> Any:
    """Return the value; text inside it may not hide anything either."""
    try:
        value = strict_json(text)
        json.dumps(value, allow_nan=False).encode()
    except (NotJsonError, ValueError) as error:
        why = error if isinstance(error, NotJsonError) else "a number is out of range"
        raise BadWordError(CLAIM, BAD_VALUE.format(name=name, why=why)) from None
    if not _is_visible(json.dumps(value, ensure_ascii=False)):
        raise BadWordError(CLAIM, BAD_TEXT.format(name=name, limit=CLAIM_LIMIT))
    return value
