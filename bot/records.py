"""What the store keeps, as values."""

from dataclasses import dataclass, field
from enum import StrEnum


class Mode(StrEnum):
    """What the bot may do in a channel without being asked."""

    OFF = "off"
    MENTION = "mention"
    SUGGEST = "suggest"
    AUTO = "auto"
    SHADOW = "shadow"


class State(StrEnum):
    """Where a thread stands."""

    NEW = "new"
    ANSWERED = "answered"
    HUMAN = "human"
    SOLVED = "solved"
    MUTED = "muted"
    ESCALATED = "escalated"
    STALE = "stale"


class Verdict(StrEnum):
    """What a person says of an answer."""

    SOLVED = "solved"
    NOT_IT = "not it"
    REMOVED = "removed"


class TicketState(StrEnum):
    """Where a ticket stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    WAITING = "waiting"  # for the asker
    RESOLVED = "resolved"
    CLOSED = "closed"  # nobody answered


FINISHED = frozenset({TicketState.RESOLVED, TicketState.CLOSED})


@dataclass(frozen=True, slots=True)
class Brief:
    """What a thread knows of its ticket."""

    id: int
    state: TicketState
    answered: bool
    private: bool

    @property
    def finished(self) -> bool:
        """Whether nobody works on it any more."""
        return self.state in FINISHED


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread that the bot is in."""

    asker: str
    state: State = State.NEW
    rejected: tuple[str, ...] = ()  # entries marked "not it" or taken away
    given: tuple[str, ...] = ()  # entries shown, the rejected ones too
    ticket: Brief | None = None
    updated: float = field(default=0.0, compare=False)  # when it last moved or got an answer


@dataclass(frozen=True, slots=True)
class Place:
    """A thread: the team and channel it is in and the ts of its first message."""

    team: str
    channel: str
    root: str


@dataclass(frozen=True, slots=True)
class Posted:
    """What an author said last in a place, where it got work."""

    first: str  # ts of the first piece
    root: str
    text: str  # all pieces, redacted
    explicit: bool
    held_until: float
    seen: float


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a message: read together, before anything is decided."""

    mode: Mode | None
    opted_out: bool
    thread: Thread | None
    posted: Posted | None = None
    reply_from: float | None = None  # the score from which the channel gets a reply unasked


@dataclass(frozen=True, slots=True)
class Person:
    """What kind of member of a workspace somebody is."""

    team: str
    deleted: bool = False
    guest: bool = False
    stranger: bool = False  # a member of another workspace, over Slack Connect
    bot: bool = False


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A user group of a workspace."""

    id: str
    handle: str
    name: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may answer, and why: what is kept of a match."""

    entry: str
    score: float | None = None  # None: a person picked it
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a message got: an entry, or choices while ``entry`` is empty."""

    place: Place
    question: str
    asker: str
    candidates: tuple[Candidate, ...]
    entry: str = ""
    revision: str = ""
    turn: int = 0
    posted: str | None = None
    open: bool = True
