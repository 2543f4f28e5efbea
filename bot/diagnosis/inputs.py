"""The inputs of checks in a pasted text: addresses, tokens, ids, app, environment. No I/O."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from bot.anon_answers import Environment
from bot.checks.jws import Jws, take_apart
from bot.checks.pasted import clean_paste
from bot.diagnosis.ids import app_in, app_user_ids_in, env_in, named_uuids_in
from bot.redact import Found, Kind, redact
from bot.unwrap import unwrap

T = TypeVar("T")

MOST_TEXT = 256 * 1024  # characters; the rest of a paste is not read
_MOST_URLS = 10
_MOST_TOKENS = 4
_MOST_IDS = 5
_LONGEST_NAME = 64
_MOST_INSIDE = 20  # secrets in one address

_URL = re.compile(
    r"https?://(?:\[redacted [a-z ]{1,30}\]|[^\s<>\"'`\\{}|^\x00-\x1f\x7f]){1,2100}+", re.IGNORECASE
)
_TRAILING = ".,;:!?*_~>"
_CLOSING = {")": "(", "]": "["}
_MARKED = re.compile(r"\[redacted [a-z ]{1,30}\]")


@dataclass(frozen=True, slots=True)
class SealedToken:
    """A pasted token. It lives in memory only: no repr, JSON or log shows it."""

    value: str = field(repr=False)
    kid: str | None = None
    alg: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """A pasted address: `shown` has no secret in it, `value` may, and is never shown."""

    shown: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a paste holds, in its order; ids are as they were pasted."""

    urls: tuple[Address, ...] = ()
    tokens: tuple[SealedToken, ...] = ()
    sdk_client_ids: tuple[str, ...] = ()
    user_pool_ids: tuple[str, ...] = ()
    app_user_ids: tuple[str, ...] = ()
    app: str | None = None
    env: Environment | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the inputs as the command line's contract has them; nothing sealed is in it."""
        return {
            "urls": [one.shown for one in self.urls],
            "tokens": [{"kid": one.kid, "alg": one.alg} for one in self.tokens],
            "sdk_client_ids": list(self.sdk_client_ids),
            "user_pool_ids": list(self.user_pool_ids),
            "app_user_ids": list(self.app_user_ids),
            "app": self.app,
            "env": self.env,
        }


def read_inputs(pasted: str) -> Inputs:
    """Return what a paste holds, raw as it came, or redacted (then no token is left in it).

    Ids are read off the redacted text only; time is linear in the length.
    """
    plain = unwrap(pasted[:MOST_TEXT])
    redacted = redact(plain)
    names = named_uuids_in(redacted.text)
    return Inputs(
        urls=_first(_addresses(plain, redacted.found), _MOST_URLS),
        tokens=_first(_tokens(redacted.found), _MOST_TOKENS),
        sdk_client_ids=_first(names.clients, _MOST_IDS),
        user_pool_ids=_first(names.pools, _MOST_IDS),
        app_user_ids=_first([*names.users, *app_user_ids_in(redacted.text)], _MOST_IDS),
        app=app_in(redacted.text),
        env=env_in(redacted.text),
    )


def _first(found: Iterable[T], most: int) -> tuple[T, ...]:
    """Return the first different ones."""
    return tuple(dict.fromkeys(found))[:most]


def _tokens(found: Sequence[Found]) -> Iterator[SealedToken]:
    for one in found:
        if one.kind is Kind.JWT:
            header = take_apart(clean_paste(one.secret))
            members = header.header if isinstance(header, Jws) else {}
            yield SealedToken(one.secret, _name(members.get("kid")), _name(members.get("alg")))


def _name(value: object) -> str | None:
    """Return a name that a token gives to its key or algorithm, if it is fit to be shown."""
    fit = isinstance(value, str) and value.isascii() and value.isprintable()
    return value[:_LONGEST_NAME] if fit and isinstance(value, str) else None


def _addresses(text: str, found: Sequence[Found]) -> Iterator[Address]:
    """Yield the addresses; one that is a secret as a whole is none."""
    spans = deque(found)
    for match in _URL.finditer(text):
        value = _trimmed(match[0])
        start, end = match.start(), match.start() + len(value)
        while spans and spans[0].end <= start:
            spans.popleft()
        inside = [one for one in islice(spans, _MOST_INSIDE) if one.start < end]
        shown = _shown(value, start, inside)
        if shown and not _MARKED.search(value.partition("@")[2] or value):
            yield Address(shown, value)


def _trimmed(url: str) -> str:
    """Return an address without what belongs to the sentence around it."""
    while url and (url[-1] in _TRAILING or _is_loose(url)):
        url = url[:-1]
    return url


def _is_loose(url: str) -> bool:
    opening = _CLOSING.get(url[-1])
    return opening is not None and url.count(url[-1]) > url.count(opening)


def _shown(url: str, start: int, inside: Sequence[Found]) -> str:
    """Return the address with markers for its secrets, or nothing where its host is one."""
    pieces, at = [], 0
    for one in inside:
        begin, end = max(one.start - start, 0), min(one.end - start, len(url))
        pieces += [url[at:begin], one.kind.marker]
        at = end
    shown = "".join([*pieces, url[at:]])
    return shown if re.match(r"https?://[^\[/?#]", shown, re.IGNORECASE) or not inside else ""
