"""What durable work is told to do: plain values, redacted, that a database keeps as JSON."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import TypeAdapter

from bot.ladders import Look
from bot.proposals import Review
from bot.records import Candidate, Place
from bot.reply import Leak
from bot.shadows import Choice
from bot.ticket_records import Deed

Json = dict[str, Any]
T = TypeVar("T")


class Kind(StrEnum):
    """What is said or done."""

    ANSWER = "answer"  # an entry, in the thread
    OFFER = "offer"  # choices in the thread, because somebody asked
    SUGGEST = "suggest"  # choices, to the poster alone
    NOTHING_LEFT = "nothing left"  # a human, in the thread
    WARN = "warn"  # of a secret, to the poster alone
    VERB = "verb"  # a command's answer, to its user alone
    MUTED = "muted"  # that the thread is left alone, to who wanted it
    SHARE = "share"  # an entry, in the channel itself
    WELCOME = "welcome"  # what to expect, in the channel itself
    ESCALATE = "escalate"  # a ticket, or more words on one
    TICKET_DEED = "ticket deed"  # what somebody, or the clock, does to a ticket
    TICKET_CARD = "ticket card"  # the ticket, in the staff channel
    TICKET_CARD_EDIT = "ticket card edit"
    TICKET_NOTE = "ticket note"  # its state, in the asker's thread
    TICKET_LINE = "ticket line"  # what happened, under the card
    TICKET_REPLY = "ticket reply"  # what staff say, in the asker's thread
    REMOVE = "remove"  # a reaction that takes an answer away
    CHECKS = "checks"  # a ladder of checks that somebody asked for, in the thread
    CHECK = "check"  # the checks that a message carries, run and shown in it
    MUTE = "mute"  # a reaction that silences the thread
    SOLVE = "solve"  # a reaction that says the answer helped
    REVIEW = "review"  # what staff do with a proposed entry
    PROPOSAL_CARD = "proposal card"  # the proposal, in the staff channel
    PROPOSAL_CARD_EDIT = "proposal card edit"
    SHADOW = "shadow"  # an answer that is kept back, to be shown to staff
    SHADOW_DEED = "shadow deed"  # what staff decide about it
    SHADOW_CARD = "shadow card"  # the answer, in the staff channel
    SHADOW_CARD_EDIT = "shadow card edit"
    SPOKEN = "spoken"  # a word that was said in place of pressing a button


# What is said to all passes the channel's queue: one a second, in order.
QUEUED = frozenset(Kind) - {
    Kind.WARN,
    Kind.REMOVE,
    Kind.MUTE,
    Kind.SOLVE,
    Kind.CHECK,
    Kind.ESCALATE,
    Kind.TICKET_DEED,
    Kind.REVIEW,
    Kind.SHADOW,
    Kind.SHADOW_DEED,
    Kind.SPOKEN,
}


@dataclass(frozen=True, slots=True)
class TicketWork:
    """What a job needs to know of a ticket."""

    id: int = 0  # none yet: the job opens it
    deed: Deed = Deed.OPENED
    epoch: int = -1  # the deed is for this stay in a state only
    origin: str = ""  # what makes the ticket one of its own; empty: its thread
    tried: str = ""  # this and the next two: as a form was filled in, redacted
    urgency: str = ""
    environment: str = ""
    entry: str = ""


@dataclass(frozen=True, slots=True)
class ProposalWork:
    """What a job needs to know of a proposed entry."""

    id: int = 0  # none yet: the job keeps it
    review: Review = Review.PROPOSE
    ticket: int = 0  # from which it is drawn
    seq: int = -1  # of the proposal that was seen


@dataclass(frozen=True, slots=True)
class ShadowWork:
    """What a job needs to know of an answer that was kept back."""

    id: int = 0  # none yet: the job keeps it
    choice: Choice = Choice.SEND
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to say or do, once. ``key`` names it for ever and finds its message again."""

    kind: Kind
    key: str
    place: Place  # where it goes; an empty root is the channel itself
    user: str = ""  # whom it is for
    question: str = ""  # ts of the message that it is about
    candidates: tuple[Candidate, ...] = ()
    entry: str = ""
    turn: int = 0
    text: str = ""  # redacted
    leaks: tuple[Leak, ...] = ()
    ticket: TicketWork | None = None
    proposal: ProposalWork | None = None
    shadow: ShadowWork | None = None
    edits: str = ""  # ts of the message that this replaces
    unasked: bool = False  # nobody asked for it: said once for each entry in ten minutes
    again: str = ""  # ts of the message in the same channel that says it already
    looks: tuple[Look, ...] = ()  # the checks that it carries
    run: str = ""  # their run, once begun
    quiet: str = ""  # the run of those whose outcome is the user's alone
    refusal: str = ""  # why they may not be run
    about: str = ""  # what a word is about: the ts of a message, or a ticket's number
    first_only: bool = False  # nothing, if the message got an answer meanwhile
    request: str = ""  # names it in the logs


@dataclass(frozen=True, slots=True)
class Follow:
    """A job that follows another one, after a while."""

    job: Job
    delay: float = 0.0  # seconds


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message, to be fetched if the message is looked at."""

    id: str
    name: str
    url: str
    size: int


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that needs something, redacted."""

    place: Place
    ts: str
    user: str
    text: str
    explicit: bool
    mentions_others: bool = False
    files: tuple[Attachment, ...] = ()
    first: str = ""  # ts of the piece that this one joins
    before: str = ""  # what that one and others said, redacted
    request: str = ""  # names it in the logs
    diagnose: bool = False  # every check that it allows is wanted
    early: bool = False  # begun before it was matched

    @property
    def id(self) -> str:
        """The same for every delivery and twin of the message."""
        return work_id(self.place.team, self.place.channel, self.ts)

    @property
    def in_thread(self) -> bool:
        """Whether it stands in a thread that somebody else, or it before, began."""
        return self.place.root not in {self.ts, self.first}


def work_id(team: str, channel: str, ts: str) -> str:
    """Name the work that a message starts."""
    return f"{team}:{channel}:{ts}"


_JOB = TypeAdapter(Job)
_HEARD = TypeAdapter(Heard)


def dump(value: Job | Heard) -> Json:
    """Return the value as JSON."""
    adapter: TypeAdapter[Any] = _JOB if isinstance(value, Job) else _HEARD
    dumped: Json = adapter.dump_python(value, mode="json")
    return dumped


def load_job(value: Json) -> Job:
    """Return the job that ``dump`` wrote, also an older version's."""
    return _JOB.validate_python(value)


def load_heard(value: Json) -> Heard:
    """Return the message that ``dump`` wrote, also an older version's."""
    return _HEARD.validate_python(value)
