"""What the bot says about tickets, as values."""

from dataclasses import dataclass

from bot.ticket_records import Deed, Ticket
from bot.words import Word


@dataclass(frozen=True, slots=True)
class TriedEntry:
    """An entry that came into question, as staff see it."""

    entry: str
    title: str
    score: float | None
    rejected: bool = False


@dataclass(frozen=True, slots=True)
class TicketCard:
    """A ticket in the staff channel, with its buttons."""

    ticket: Ticket
    entries: tuple[TriedEntry, ...]
    history: tuple[tuple[str, Deed], ...] = ()  # who did what, the latest last
    permalink: str = ""
    group: str = ""  # mentioned, in the first message only
    gone: str = ""  # a group that Slack no longer knows, so that nobody is mentioned


@dataclass(frozen=True, slots=True)
class TicketNote:
    """The state of a ticket, in the asker's thread."""

    ticket: Ticket
    usual: float | None  # seconds to a first answer, measured
    told: bool  # staff have the card
    back: str = ""  # while nobody works: when they are back


@dataclass(frozen=True, slots=True)
class TicketLine:
    """Tells staff of something that happened to a ticket."""

    number: int
    deed: Deed
    user: str
    text: str = ""  # redacted
    permalink: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class TicketReply:
    """What staff, or the clock, say to the asker, in the asker's thread."""

    number: int
    deed: Deed
    asker: str
    user: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class TicketFormOffer:
    """Offers staff a form of a ticket: to write to the asker, to resolve it, to save an entry."""

    number: int
    word: Word  # that the form is for


TicketSaid = TicketCard | TicketNote | TicketLine | TicketReply | TicketFormOffer
