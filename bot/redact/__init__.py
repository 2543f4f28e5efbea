"""Take secrets out of text: `redact(text)` is the only way from a paste to what is kept."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle, islice

from bot.redact.cookies import cookies
from bot.redact.entropy import high_entropy
from bot.redact.headers import basic_auth, bearers
from bot.redact.invisible import INVISIBLE, with_gaps
from bot.redact.jwt import jwts
from bot.redact.keys import private_keys
from bot.redact.kinds import FILL, MARKER, Hit, Kind
from bot.redact.own_keys import anon_and_ory_keys
from bot.redact.pairs import named_secrets
from bot.redact.patterns import known_tokens
from bot.redact.spoken import spoken_secrets
from bot.redact.urls import shared_links, url_credentials

__all__ = ["Found", "Kind", "Redacted", "redact"]

# The order decides what a secret is called; a later rule does not see what an earlier one took.
RULES: tuple[Callable[[str], Iterator[Hit]], ...] = (
    private_keys,
    jwts,
    shared_links,
    url_credentials,
    known_tokens,
    anon_and_ory_keys,
    bearers,
    basic_auth,
    cookies,
    named_secrets,
    spoken_secrets,
    high_entropy,
)
_MOST_TURNS = 8


@dataclass(frozen=True, slots=True)
class Found:
    """One secret that was in the text."""

    kind: Kind
    secret: str = field(repr=False)
    start: int  # where it was in the text that was given
    end: int
    live: bool  # whole and of a known kind: its owner should rotate it


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without its secrets, and the secrets, in the order of the text."""

    text: str
    found: tuple[Found, ...] = field(repr=False)


def redact(text: str) -> Redacted:
    """Every secret is replaced by a marker; doing it again changes nothing.

    Takes any string, in time linear in its length; how long a text may be is the caller's to say.
    """
    gaps = [gap.span() for gap in INVISIBLE.finditer(text)]
    found = [
        Found(hit.kind, text[hit.start : hit.end], hit.start, hit.end, hit.live)
        for hit in with_gaps(_merged(_hits(INVISIBLE.sub("", text))), gaps)
    ]
    pieces, at = [], 0
    for one in found:
        pieces += [text[at : one.start], one.kind.marker]
        at = one.end
    return Redacted("".join([*pieces, text[at:]]), tuple(found))


def _hits(text: str) -> list[Hit]:
    """What the rules find, in turn, until each has seen the text that the others left."""
    plain = MARKER.sub(lambda marker: FILL * len(marker[0]), text)
    view, quiet = _View(plain, []), 0
    hits: list[Hit] = []
    for rule in islice(cycle(RULES), _MOST_TURNS * len(RULES)):
        new = [hit for hit in rule(view.text) if view.text[hit.start : hit.end].strip(FILL)]
        if new:
            hits += [view.original(hit) for hit in new]
            view = _View(plain, _merged(hits))
        quiet = 0 if new else quiet + 1
        if quiet == len(RULES):
            break
    return hits


class _View:
    """A text as it will be read once it is redacted: fill as long as each marker for each secret.

    So the rules see in the first run what they would see in a second one.
    """

    def __init__(self, plain: str, hits: list[Hit]) -> None:
        pieces: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._hits = hits
        at = length = 0
        for hit in hits:
            size = len(hit.kind.marker)
            pieces += [plain[at : hit.start], FILL * size]
            length += hit.start - at
            self._starts.append(length)
            length, at = length + size, hit.end
            self._ends.append(length)
        self.text = "".join([*pieces, plain[at:]])

    def original(self, hit: Hit) -> Hit:
        """The hit where it is in the text that was given."""
        start, end = self._place(hit.start, last=False), self._place(hit.end - 1, last=True)
        return Hit(start, end, hit.kind, hit.live)

    def _place(self, at: int, *, last: bool) -> int:
        before = bisect_right(self._starts, at) - 1
        if before < 0:
            return at + last
        hit = self._hits[before]
        if at < self._ends[before]:
            return hit.end if last else hit.start
        return hit.end + at - self._ends[before] + last


def _merged(hits: list[Hit]) -> list[Hit]:
    """The hits in the order of the text; those that overlap are one, called as the first found."""
    ranked = sorted(enumerate(hits), key=lambda one: one[1].start)
    merged: list[tuple[int, Hit]] = []
    for rank, hit in ranked:
        if merged and hit.start < merged[-1][1].end:
            first, last = merged[-1]
            named = last if first < rank else hit
            end = max(last.end, hit.end)
            merged[-1] = (min(first, rank), Hit(last.start, end, named.kind, last.live or hit.live))
        else:
            merged.append((rank, hit))
    return [hit for _, hit in merged]
