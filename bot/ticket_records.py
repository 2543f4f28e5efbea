"""Tickets as the store keeps them, as values."""

from dataclasses import dataclass
from enum import StrEnum

from bot.records import Candidate, Place, TicketState


class Deed(StrEnum):
    """What is done to a ticket."""

    OPENED = "opened"
    ADDED = "added"  # a later escalation of the same thread, or more words of the asker
    CLAIM = "claim"
    UNCLAIM = "unclaim"
    REPLY = "reply"  # of staff, to the asker
    NEED_INFO = "need info"
    ANSWERED = "answered"  # by the asker, who was waited for
    RESOLVE = "resolve"
    REOPEN = "reopen"
    REMIND = "remind"  # nobody claimed it for minutes
    ASK_STALE = "ask stale"  # the asker has not answered for days
    CLOSE = "close"


class Urgency(StrEnum):
    """How much hangs on it, as the asker says."""

    NORMAL = "normal"
    BLOCKED = "blocked"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a ticket begins with; every text is redacted."""

    asker: str
    summary: str = ""
    tried: str = ""
    urgency: Urgency = Urgency.NORMAL
    environment: str = ""
    candidates: tuple[Candidate, ...] = ()
    rejected: tuple[str, ...] = ()  # candidates that the asker was shown, and were not it
    checks: tuple[str, ...] = ()  # what live checks found, a line each


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket."""

    id: int
    place: Place  # the asker's thread; no root before it is there
    draft: Draft
    state: TicketState = TicketState.OPEN
    private: bool = False  # the thread is a direct message: staff see only what is relayed
    claimer: str = ""
    reason: str = ""
    entry: str = ""  # that was the right one
    card: str = ""  # ts in the staff channel
    note: str = ""  # ts in the asker's thread
    opened: float = 0.0
    answered: float | None = None  # when staff first spoke to the asker
    updated: float = 0.0
    seq: int = 0  # of its last event
    epoch: int = 0  # seq of the event that brought its state


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """One thing done to a ticket."""

    ticket: int
    seq: int
    deed: Deed
    user: str  # empty: the clock
    text: str  # redacted
    before: TicketState | None
    after: TicketState
    epoch: int  # of the ticket before
    at: float
