"""What the bot does once it is decided: answer, suggest, warn, bring in a human.

Each becomes a job: a plain, redacted value that durable work keeps, carries out and repeats.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from bot.answering import Answerer, Decision
from bot.conversations import Actor, Event, move
from bot.errors import UserError
from bot.jobs import Heard, Job, Kind, TicketWork, work_id
from bot.ladder_history import ladder_of
from bot.ladders import Ladder
from bot.records import Answer, Candidate, Person, Place, State, UserGroup
from bot.reply import (
    Choices,
    Leak,
    Option,
    Reply,
    Said,
    reply_to,
    room_for,
    shorten,
)
from bot.rules import Rules
from bot.staff import Staff
from bot.store import Store

NOTHING_FOUND = "I know no entry for this. A human may: the button asks for one."
NOTHING_LEFT = "I have no further entry for this. A human may know more."
ENTRY_GONE = "That entry is no longer in the knowledge base. Ask again and I will look anew."
BESIDE = 90  # turn of a ladder that stands beside a message's answers


class Messenger(Protocol):
    """Shows what is said; its Slack side is handlers/messenger.py.

    Each raises TryLaterError when Slack limits or is away, UserError when it refuses for good,
    NotInstalledError when the team has taken the bot away.
    """

    async def post(self, place: Place, said: Said, key: str, *, since: float | None = None) -> str:
        """Post into the thread, or the channel where there is no root, and return the ts.

        With ``since`` a message with this ``key``, not older than that, is looked for first.
        """

    async def edit(self, team: str, channel: str, posted: str, said: Said) -> None:
        """Replace one of the bot's own messages; one that is gone is fine."""

    async def remove(self, team: str, channel: str, posted: str) -> None:
        """Delete one of the bot's own messages; one that is gone is fine."""

    async def whisper(
        self,
        place: Place,
        user: str,
        said: Said,
        *,
        in_thread: bool = True,
        key: str = "",
        since: float | None = None,
    ) -> None:
        """Show to one person alone: in the thread or the channel, else by direct message."""

    async def whisper_only(
        self, place: Place, user: str, said: Said, *, in_thread: bool = True
    ) -> bool:
        """Show to one person alone, where nothing stays; False where Slack cannot."""

    async def person(self, team: str, user: str) -> Person:
        """Return what kind of member somebody is; raise UserError if Slack does not say."""

    async def groups(self, team: str) -> tuple[UserGroup, ...] | None:
        """Return the workspace's user groups by handle, None where Slack does not tell them."""

    async def permalink(self, team: str, channel: str, ts: str) -> str:
        """Return the message's address, or nothing where Slack gives none."""

    async def first_message(self, place: Place) -> tuple[str, str]:
        """Return who began the thread and the words, not redacted; nothing where unreadable."""

    async def send_picture(self, team: str, user: str, title: str, picture: bytes) -> None:
        """Send a PNG to one person by direct message; one who cannot be reached gets none."""

    async def direct(self, team: str, user: str) -> str:
        """Return the channel of direct messages with the person, nothing if there is none."""

    async def is_in(self, team: str, channel: str) -> bool:
        """Tell whether the bot is in the channel; not where Slack does not say."""

    async def members(self, team: str, channel: str) -> frozenset[str]:
        """Return who else is in the channel, nobody where it cannot be read."""


class Works(Protocol):
    """Keeps jobs and carries each out once; its durable side is bot/durable.py."""

    async def attend(self, heard: Heard, hold: float = 0) -> None:
        """Have a message dealt with, after ``hold`` seconds."""

    async def submit(self, job: Job, delay: float = 0) -> None:
        """Have a job done, after ``delay`` seconds; one whose key is known is done already."""

    async def outcome(self, job: Job) -> str:
        """Have a job done and return the ts of its message; raise UserError where refused."""

    async def forget(self, team: str, user: str) -> None:
        """Delete what is kept of the finished jobs for a user."""


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
        return work_id(self.place.team, self.place.channel, self.question)


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
    works: Works
    staff: Staff
    staff_channel: str
    clock: Callable[[], float]
    rules: Rules
    minters: Callable[[], tuple[str, ...]] = tuple  # who is offered an example token

    async def answer(self, case: Case, entry: str, turn: int = 0, edits: str = "") -> None:
        """Answer with the entry: in the thread, or in a message of the bot's that stands there."""
        job = self._job(Kind.ANSWER, case, str(turn), entry=entry, turn=turn)
        await self.works.submit(replace(job, edits=edits))

    async def nothing_left(self, case: Case) -> None:
        """Offer a human where no candidate is left to show."""
        await self.works.submit(self._job(Kind.NOTHING_LEFT, case, "end"))

    async def post_entry(self, case: Case, entry: str, key: str, run: str = "") -> str:
        """Post an entry because somebody said so; with no root, as a thread of its own."""
        posting = Kind.ANSWER if entry else Kind.CHECKS
        job = self._job(posting if case.place.root else Kind.SHARE, case, "", entry=entry)
        turn = 0 if entry else BESIDE
        return await self.works.outcome(replace(job, key=key, run=run, turn=turn))

    async def warn(self, heard: Heard, leaks: tuple[Leak, ...]) -> None:
        """Tell the poster, once for each message, that it shows a secret."""
        key = f"{heard.id}:warn"
        await self.works.submit(Job(Kind.WARN, key, heard.place, heard.user, heard.ts, leaks=leaks))

    async def escalate(
        self, place: Place, user: str, key: str, *, text: str = "", work: TicketWork | None = None
    ) -> None:
        """Bring in a human: a ticket for the thread, or for a direct message where there is none.

        ``key`` names the press or message; ``text`` is redacted.
        """
        work = work or TicketWork()
        await self.works.submit(Job(Kind.ESCALATE, key, place, user, text=text, ticket=work))

    async def do_to_ticket(
        self, place: Place, user: str, key: str, work: TicketWork, text: str = ""
    ) -> None:
        """Have something done to a ticket, once a ``key``; ``place`` is where it was said."""
        await self.works.submit(Job(Kind.TICKET_DEED, key, place, user, text=text, ticket=work))

    async def react(self, kind: Kind, on: Place, user: str, when: str) -> None:
        """Have a reaction on one of the bot's messages acted on, once."""
        key = f"{kind}:{work_id(on.team, on.channel, on.root)}:{user}:{when}"
        await self.works.submit(Job(kind, key, replace(on, root=""), user, on.root))

    async def staff_place(self) -> Place | None:
        """Return the staff channel; None if there is none, or nobody knows its team."""
        home = await self.staff.home() if self.staff_channel else ""
        return Place(home, self.staff_channel, "") if home else None

    @staticmethod
    def _job(kind: Kind, case: Case, part: str, *, entry: str = "", turn: int = 0) -> Job:
        return Job(
            kind,
            f"{case.id}:{part}",
            case.place,
            case.asker,
            case.question,
            candidates=case.candidates,
            entry=entry,
            turn=turn,
        )

    async def reply(
        self,
        entry_id: str,
        candidates: tuple[Candidate, ...],
        *,
        private: bool = False,
        ladder: Ladder | None = None,
    ) -> Reply:
        """Return the entry as a reply; raise UserError if it is no longer there."""
        entry = self.answerer.entry(entry_id)
        if entry is None:
            raise UserError(ENTRY_GONE)
        known = (candidate for candidate in candidates if candidate.entry == entry_id)
        candidate = next(known, Candidate(entry_id))
        staff = () if private else await self.staff.ids()
        minters = self.minters()
        return reply_to(
            entry, candidate, private=private, staff=staff, ladder=ladder, minters=minters
        )

    async def with_ladder(self, place: Place, posted: str, ladder: Ladder) -> Said | None:
        """Return a message of the bot's with this ladder; None if it was folded or taken away."""
        answer = await self.store.answers.posted(place.team, place.channel, posted)
        if answer is None or not answer.open:
            return None
        return await self.drawn(answer, ladder, await self._solver(answer))

    async def drawn(self, answer: Answer, ladder: Ladder | None, solved_by: str = "") -> Said:
        """Return an answer as its message shows it."""
        if ladder and not self.answerer.entry(answer.entry):
            return replace(ladder, solved_by=solved_by)
        reply = await self.reply(answer.entry, answer.candidates, ladder=ladder)
        if not answer.turn:
            reply = await self.as_edited(reply, answer.place, answer.question)
        return replace(reply, solved_by=solved_by)

    async def as_edited(self, reply: Reply, place: Place, question: str) -> Reply:
        """Return the first answer to a message in the words that staff gave it, if they did."""
        shadow = await self.store.shadows.of_question(place, question)
        if shadow is None or shadow.entry != reply.entry:
            return reply
        words = shorten(shadow.edited, room_for(reply.ladder))
        return replace(reply, edited=words, edited_by=shadow.decider)

    async def last_ladder(self, answer: Answer) -> Ladder | None:
        """Return what the checks of an answer came to last."""
        place, runs = answer.place, self.store.runs
        run = await runs.last_of(place.team, place.channel, answer.posted or "")
        return await ladder_of(runs, run) if run else None

    async def _solver(self, answer: Answer) -> str:
        """Return who said that the thread is solved; nobody while it is not."""
        thread = await self.store.threads.get(answer.place)
        if thread is None or thread.state is not State.SOLVED:
            return ""
        return await self.store.answers.solver(answer) or thread.asker

    def choices(
        self, question: str, candidates: tuple[Candidate, ...], *, private: bool = False
    ) -> Choices | None:
        """Return the candidates to choose from, two in private; None if there is none."""
        found = [self.answerer.entry(candidate.entry) for candidate in candidates]
        options = tuple(Option(entry.id, entry.title) for entry in found if entry)
        shown = options[:2] if private else options[:3]
        return Choices(question, shown, private) if shown else None

    def title(self, entry_id: str) -> str:
        """Return the title of an entry, its id where it is no longer there."""
        entry = self.answerer.entry(entry_id)
        return entry.title if entry else entry_id

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
        await self.store.answers.record(answer, self.clock())

    async def age_threads(self, now: float) -> None:
        """Mark threads stale in which nobody said anything for days."""
        await self.store.threads.age(self.rules.defaults.stale, now)

    async def move(self, place: Place, event: Event, actor: Actor) -> bool:
        """Let the event act on the thread; True if the thread moved."""
        now = self.clock()
        moved = await self.store.threads.move(
            place, lambda thread: move(thread, event, actor, now), now
        )
        return moved is not None
