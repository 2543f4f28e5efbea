"""What the bot does once it is decided: answer, suggest, warn, bring in a human.

Every argument is a plain, redacted value, so that durable workflows can hold and replay it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from bot.answering import Answerer, Decision
from bot.conversations import Actor, Event, actor_of, move
from bot.errors import UserError
from bot.records import Answer, Candidate, Place
from bot.reply import (
    Choices,
    HumanNoted,
    HumanWanted,
    Leak,
    LeakWarning,
    Notice,
    Option,
    Reply,
    Said,
    reply_to,
)
from bot.staff import Staff
from bot.store import Store

NOTHING_FOUND = "I know no entry for this. A human may: the button notes that you want one."
NOTHING_LEFT = "I have no further entry for this. A human may know more."
ENTRY_GONE = "That entry is no longer in the knowledge base. Ask again and I will look anew."
ALREADY_NOTED = "It is already noted that a human is wanted here."


log = structlog.get_logger(__name__)


class Messenger(Protocol):
    """Shows what is said; its Slack side is handlers/messenger.py."""

    async def post(self, place: Place, said: Said, key: str) -> str:
        """Post into the thread and return the ts; ``key`` finds the message again."""

    async def post_root(self, channel: str, said: Said) -> str:
        """Post into the channel itself and return the ts."""

    async def edit(self, channel: str, posted: str, said: Said) -> None:
        """Replace one of the bot's own messages; one that is gone is fine."""

    async def remove(self, channel: str, posted: str) -> None:
        """Delete one of the bot's own messages; one that is gone is fine."""

    async def whisper(self, place: Place, user: str, said: Said, *, in_thread: bool = True) -> None:
        """Show to one person alone: in the thread or the channel, else by direct message."""

    async def permalink(self, channel: str, ts: str) -> str:
        """Return the message's address, or nothing where Slack gives none."""

    async def members(self, channel: str) -> frozenset[str]:
        """Return who else is in the channel, nobody where it cannot be read."""


@dataclass(frozen=True, slots=True)
class Case:
    """A message that gets something, with all that later steps need to know of it."""

    place: Place
    question: str  # ts of the message
    asker: str
    candidates: tuple[Candidate, ...]

    @property
    def id(self) -> str:
        """The same for every delivery and twin of the message."""
        return case_id(self.place.team, self.place.channel, self.question)


def case_id(team: str, channel: str, ts: str) -> str:
    """Name the work that a message starts."""
    return f"{team}:{channel}:{ts}"


def candidates_of(decision: Decision) -> tuple[Candidate, ...]:
    """Return what is kept of a decision's matches, best first."""
    return tuple(
        Candidate(match.entry.id, match.score, tuple(match.why)) for match in decision.candidates
    )


@dataclass(frozen=True)
class Workflows:
    """The steps, over the store, the knowledge base and the messenger."""

    store: Store
    answerer: Answerer
    messenger: Messenger
    staff: Staff
    staff_channel: str
    clock: Callable[[], float]

    async def answer(self, case: Case, entry: str, turn: int = 0) -> None:
        """Answer in the thread with the entry."""
        await self.store.begin_thread(case.place, case.asker, self.clock())
        reply = await self.reply(entry, case.candidates)
        posted = await self.messenger.post(case.place, reply, f"{case.id}:{turn}")
        await self.record(case, posted, entry, turn)
        await self.move(case.place, Event.REPLIED, Actor.BOT)

    async def offer(self, case: Case) -> None:
        """Show the candidates in the thread, because somebody asked and none is sure."""
        await self.store.begin_thread(case.place, case.asker, self.clock())
        said = self.choices(case) or Notice(NOTHING_FOUND, human=True)
        posted = await self.messenger.post(case.place, said, f"{case.id}:0")
        await self.record(case, posted)
        await self.move(case.place, Event.REPLIED, Actor.BOT)

    async def suggest(self, case: Case) -> None:
        """Ask the poster alone whether one of the candidates is meant."""
        if said := self.choices(case, private=True):
            await self.record(case, None)
            # A thread without a reply yet shows no ephemeral message.
            in_thread = case.place.root != case.question
            await self.messenger.whisper(case.place, case.asker, said, in_thread=in_thread)

    async def nothing_left(self, case: Case) -> None:
        """Offer a human where no candidate is left to show."""
        await self.store.begin_thread(case.place, case.asker, self.clock())
        await self.messenger.post(case.place, Notice(NOTHING_LEFT, human=True), f"{case.id}:end")

    async def warn(self, place: Place, ts: str, user: str, leaks: tuple[Leak, ...]) -> None:
        """Tell the poster, once for each message, that it shows a secret."""
        if await self.store.claim(self.clock(), f"warn:{case_id(place.team, place.channel, ts)}"):
            link = await self.messenger.permalink(place.channel, ts)
            warning = LeakWarning(leaks, link)
            await self.messenger.whisper(place, user, warning, in_thread=place.root != ts)

    async def ask_human(self, place: Place, user: str) -> None:
        """Record that a human is wanted in the thread, and say honestly who knows of it."""
        thread = await self.store.begin_thread(place, user, self.clock())
        await self.move(place, Event.ASKED_HUMAN, actor_of(thread, user, frozenset()))
        work = f"human:{case_id(place.team, place.channel, place.root)}"
        if not await self.store.claim(self.clock(), work):
            await self.messenger.whisper(place, user, Notice(ALREADY_NOTED))
            return
        link = await self.messenger.permalink(place.channel, place.root)
        told = await self.tell_staff(HumanWanted(user, place.channel, link))
        await self.messenger.post(place, HumanNoted(user, told), work)

    async def tell_staff(self, wanted: HumanWanted) -> bool:
        """Post into the staff channel; False if there is none or the bot is not in it."""
        if not self.staff_channel:
            return False
        try:
            await self.messenger.post_root(self.staff_channel, wanted)
        except UserError as error:
            log.warning("staff_not_told", reason=str(error))
            return False
        return True

    async def reply(
        self, entry_id: str, candidates: tuple[Candidate, ...], *, private: bool = False
    ) -> Reply:
        """Return the entry as a reply; raise UserError if it is no longer there."""
        entry = self.answerer.entry(entry_id)
        if entry is None:
            raise UserError(ENTRY_GONE)
        known = (candidate for candidate in candidates if candidate.entry == entry_id)
        candidate = next(known, Candidate(entry_id))
        staff = () if private else await self.staff.ids()
        return reply_to(entry, candidate, private=private, staff=staff)

    def choices(self, case: Case, *, private: bool = False) -> Choices | None:
        """Return the candidates to choose from, two in private; None if there is none."""
        found = [self.answerer.entry(candidate.entry) for candidate in case.candidates]
        options = tuple(Option(entry.id, entry.title) for entry in found if entry)
        shown = options[:2] if private else options[:3]
        return Choices(case.question, shown, private) if shown else None

    async def record(self, case: Case, posted: str | None, entry: str = "", turn: int = 0) -> None:
        """Keep what was shown for the message."""
        known = self.answerer.entry(entry) if entry else None
        answer = Answer(
            place=case.place,
            question=case.question,
            asker=case.asker,
            candidates=case.candidates,
            entry=entry,
            revision=known.revision if known else "",
            turn=turn,
            posted=posted,
        )
        await self.store.record_answer(answer, self.clock())

    async def move(self, place: Place, event: Event, actor: Actor) -> bool:
        """Let the event act on the thread; True if the thread moved."""
        moved = await self.store.move_thread(
            place, lambda thread: move(thread, event, actor), self.clock()
        )
        return moved is not None
