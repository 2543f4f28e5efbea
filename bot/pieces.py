"""What one author posts in pieces: the later ones join the first, which gets the reply."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from bot.jobs import Heard
from bot.records import Place, Posted

KEPT = 10_000
Author = tuple[str, str, str, str]  # team, channel, thread if any, user


@dataclass(slots=True)
class Pieces:
    """What an author said lately, in one place."""

    place: Place
    first: str  # ts of the first piece
    texts: dict[str, str] = field(default_factory=dict)  # ts -> redacted text
    explicit: bool = False
    mentions_others: bool = False
    worked: bool = False  # the first piece has work of its own
    entry: str = ""  # what it was answered with at once
    early: Heard | None = None  # what got work before it was matched, so with an entry unknown
    held_until: float = 0.0  # so long that work waits for more
    last: float = 0.0

    def before(self, ts: str) -> str:
        """Return what was said before this piece."""
        return "\n".join(text for key, text in self.texts.items() if float(key) < float(ts))

    def posted(self, now: float) -> Posted:
        """Return what other replicas, and the work itself, need to know."""
        text = "\n".join(self.texts.values())
        return Posted(self.first, self.place.root, text, self.explicit, self.held_until, now)


class Recent:
    """The pieces of the last seconds, in memory: chatter is never written down."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._known: OrderedDict[Author, Pieces] = OrderedDict()
        self._turns: dict[Author, asyncio.Lock] = {}

    @asynccontextmanager
    async def turn(self, author: Author) -> AsyncIterator[None]:
        """Let an author's messages be looked at one after another."""
        lock = self._turns.setdefault(author, asyncio.Lock())
        try:
            async with lock:
                yield
        finally:
            if not lock.locked():
                self._turns.pop(author, None)

    def join(self, heard: Heard, kept: Posted | None, now: float) -> tuple[Pieces, Heard]:
        """Return the pieces with this one among them, and the message as it is to be read."""
        author = author_of(heard)
        pieces = self._before(heard, kept, now) or Pieces(heard.place, heard.ts)
        before = pieces.before(heard.ts)
        pieces.texts[heard.ts] = heard.text
        pieces.explicit |= heard.explicit
        pieces.mentions_others |= heard.mentions_others
        pieces.last = now
        self._known[author] = pieces
        self._known.move_to_end(author)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        if heard.ts == pieces.first:
            return pieces, heard
        return pieces, replace(
            heard,
            place=pieces.place,
            before=before,
            first=pieces.first,
            explicit=pieces.explicit,
            mentions_others=pieces.mentions_others,
        )

    def follows(self, heard: Heard, now: float) -> bool:
        """Tell whether the author said something just before, that this may be about."""
        pieces = self._known.get(author_of(heard))
        return pieces is not None and now - pieces.last < self._seconds

    def lately(self, heard: Heard) -> Pieces | None:
        """Return what the author said lately."""
        return self._known.get(author_of(heard))

    def forget(self, heard: Heard) -> None:
        """Let the author's next message begin anew."""
        self._known.pop(author_of(heard), None)

    def _before(self, heard: Heard, kept: Posted | None, now: float) -> Pieces | None:
        """Return the pieces that this one joins: those that got work, here or on a replica."""
        own, theirs = self._known.get(author_of(heard)), _restored(heard, kept)
        if own and own.worked:
            theirs = None
        for pieces in filter(None, (theirs, own)):
            if self._belongs(heard, pieces, now):
                return pieces
        return None

    def _belongs(self, heard: Heard, pieces: Pieces, now: float) -> bool:
        if heard.ts in pieces.texts:
            return True
        if not 0 <= now - pieces.last < self._seconds:  # a clock may jump back
            return False
        # Who asks in words asks anew, unless an ask of theirs is still waiting for the rest.
        return not heard.explicit or not heard.text or now < pieces.held_until


def author_of(heard: Heard) -> Author:
    """Return who says something where: a channel, or one thread of it."""
    thread = heard.place.root if heard.in_thread else ""
    return heard.place.team, heard.place.channel, thread, heard.user


def _restored(heard: Heard, kept: Posted | None) -> Pieces | None:
    """Return the pieces that another replica heard; only those that got work are known."""
    if kept is None or kept.first == heard.ts:
        return None
    place = replace(heard.place, root=kept.root)
    texts = {kept.first: kept.text}
    return Pieces(
        place,
        kept.first,
        texts,
        kept.explicit,
        worked=True,
        held_until=kept.held_until,
        last=kept.seen,
    )
