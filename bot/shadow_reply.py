"""What the bot says about answers that it kept back, as values."""

from dataclasses import dataclass

from bot.shadows import Shadow
from bot.ticket_reply import TriedEntry


@dataclass(frozen=True, slots=True)
class ShadowCard:
    """An answer that was kept back, in the staff channel, with its buttons."""

    shadow: Shadow
    title: str  # of its entry
    markdown: str  # the answer
    why: str
    others: tuple[TriedEntry, ...] = ()  # what it would have asked about, where it was not sure
    permalink: str = ""  # of the message
    sent: str = ""  # of the answer


@dataclass(frozen=True, slots=True)
class ShadowFormOffer:
    """Offers staff the form in which they change an answer before it is sent."""

    shadow: int


ShadowSaid = ShadowCard | ShadowFormOffer
