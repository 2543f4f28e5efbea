"""Entries that staff propose, and who may review them. Pure: values in, values out."""

from dataclasses import dataclass, replace
from enum import StrEnum


class ProposalState(StrEnum):
    """Where a proposal stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"  # live
    DISCARDED = "discarded"


class Review(StrEnum):
    """What staff do with a proposal."""

    PROPOSE = "propose"
    REVISE = "revise"
    APPROVE = "approve"  # another than who wrote it
    DISCARD = "discard"  # or, once it is live, take it out of the base again


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposed entry."""

    id: int
    ticket: int  # from which it was drawn
    entry: str  # its id
    text: str  # as its file would hold it; redacted
    author: str  # who wrote it last
    problems: tuple[str, ...] = ()  # what kb lint says
    state: ProposalState = ProposalState.PROPOSED
    reviewer: str = ""
    card: str = ""  # ts in the staff channel
    seq: int = 0  # grows with each review
    updated: float = 0.0


@dataclass(frozen=True, slots=True)
class Reviewing:
    """Who does what, and the text and problems that a proposal has from then on."""

    review: Review
    key: str  # names the press, form or message
    user: str
    seq: int = -1  # of the proposal that was seen; -1: whatever it is
    entry: str = ""
    text: str = ""
    problems: tuple[str, ...] = ()


OPEN = frozenset({ProposalState.PROPOSED})
_ACTS_ON = {
    Review.REVISE: OPEN,
    Review.APPROVE: OPEN,
    Review.DISCARD: OPEN | {ProposalState.APPROVED},
}


def review(proposal: Proposal, by: Reviewing, now: float) -> Proposal | None:
    """Return the proposal after the review, None where it does not fit any more.

    Nobody approves what they wrote themselves, nor what kb lint finds fault with.
    """
    if proposal.state not in _ACTS_ON.get(by.review, ()) or by.seq not in {-1, proposal.seq}:
        return None
    after = replace(proposal, seq=proposal.seq + 1, updated=now)
    match by.review:
        case Review.REVISE:
            return replace(
                after, author=by.user, entry=by.entry, text=by.text, problems=by.problems
            )
        case Review.APPROVE if by.user != proposal.author and not by.problems:
            return replace(
                after, state=ProposalState.APPROVED, reviewer=by.user, text=by.text, problems=()
            )
        case Review.DISCARD:
            return replace(after, state=ProposalState.DISCARDED, reviewer=by.user)
        case _:
            return None
