"""Take secrets out of text: `redact(text)` is the only way from a paste to what is kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bot.redact_cookies import cookies
from bot.redact_entropy import high_entropy
from bot.redact_headers import basic_auth, bearers
from bot.redact_jwt import jwts
from bot.redact_keys import private_keys
from bot.redact_kinds import FILL, MARKER, Hit, Kind, mask
from bot.redact_pairs import named_secrets
from bot.redact_patterns import anon_and_ory_keys, known_tokens
from bot.redact_urls import shared_links, url_credentials

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
    high_entropy,
)
_MOST_PASSES = 8


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
    found = [
        Found(hit.kind, text[hit.start : hit.end], hit.start, hit.end, hit.live)
        for hit in _merged(_hits(text))
    ]
    pieces, at = [], 0
    for one in found:
        pieces += [text[at : one.start], one.kind.marker]
        at = one.end
    return Redacted("".join([*pieces, text[at:]]), tuple(found))


def _hits(text: str) -> list[Hit]:
    """What the rules find, again and again until they find nothing more."""
    masked = MARKER.sub(lambda marker: FILL * len(marker[0]), text)
    hits: list[Hit] = []
    for _ in range(_MOST_PASSES):
        known = len(hits)
        for rule in RULES:
            new = [hit for hit in rule(masked) if masked[hit.start : hit.end].strip(FILL)]
            if new:
                hits += new
                masked = mask(masked, new)
        if len(hits) == known:
            break
    return hits


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
