"""What the bot says about proposed entries, as values."""

from dataclasses import dataclass

from bot.proposals import Proposal
from knowledge.entry import Entry


@dataclass(frozen=True, slots=True)
class ProposalCard:
    """A proposal in the staff channel, with its buttons."""

    proposal: Proposal
    written: Entry
    permalink: str = ""  # of the ticket's card


@dataclass(frozen=True, slots=True)
class ProposalFormOffer:
    """Offers staff the form in which they change a proposed entry."""

    proposal: int


ProposalSaid = ProposalCard | ProposalFormOffer
