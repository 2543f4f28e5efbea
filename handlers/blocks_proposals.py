"""Proposed entries as Block Kit: the card on which staff review them."""

from typing import assert_never

from slack_sdk.models.blocks import Block, ButtonElement, MarkdownBlock

from bot.proposal_reply import ProposalCard, ProposalFormOffer, ProposalSaid
from bot.proposals import Proposal, ProposalState
from bot.reply import shorten_line
from handlers import ids
from handlers.elements import actions, button, context, defused, section
from handlers.mrkdwn import escape, escaped

TITLE_LIMIT = 300
PHRASE_LIMIT = 300
PHRASES = 8
PROBLEMS = 5
PROBLEM_LIMIT = 350
HEADS = {
    ProposalState.PROPOSED: "Proposed entry",
    ProposalState.APPROVED: ":white_check_mark: Live entry",
    ProposalState.DISCARDED: "Discarded entry",
}
WAITS = "Another member of staff than <@{author}> approves it; then it answers, without a restart."
LIVE = (
    "<@{reviewer}> approved it. `anon-support kb export` writes it as a patch for the repository."
)
DISCARDED = "<@{reviewer}> discarded it: it answers nobody."
CLEAN = "kb lint: nothing to mend."
FAULTY = ":warning: *kb lint*: Edit it before it can be approved."
OFFER = "Change the proposed entry in a form. Only you see this."


def proposal_blocks(said: ProposalSaid) -> tuple[str, list[Block]]:
    """Return the text and the blocks of what is said about a proposed entry."""
    match said:
        case ProposalCard():
            return _card(said)
        case ProposalFormOffer():
            edit = button("Edit", ids.PROPOSAL_EDIT, str(said.proposal))
            return OFFER, [section(OFFER), actions([edit])]
        case _:
            assert_never(said)


def _card(card: ProposalCard) -> tuple[str, list[Block]]:
    proposal, written = card.proposal, card.written
    title = escaped(shorten_line(written.title, TITLE_LIMIT), TITLE_LIMIT)
    source = f"ticket {proposal.ticket}"
    source = f"<{card.permalink}|{source}>" if card.permalink else source
    author = f"<@{proposal.author}>, from " if proposal.author else "From "
    head = f"*{HEADS[proposal.state]}* `{written.id}`\n{author}{source}"
    blocks: list[Block] = [section(f"{head}\n*{title}*")]
    phrases = [*(f"`{_line(one)}`" for one in written.errors), *map(_line, written.asks)]
    if phrases:
        blocks.append(context("\n".join(["Matches:", *(f"• {p}" for p in phrases[:PHRASES])])))
    blocks.append(MarkdownBlock(text=defused(written.body)))
    blocks.append(context(_standing(proposal)))
    if shown := _buttons(proposal):
        blocks.append(actions(shown))
    return f"{HEADS[proposal.state]} {written.id}: {title}", blocks


def _line(text: str) -> str:
    return escaped(shorten_line(text, PHRASE_LIMIT).replace("`", "'"), PHRASE_LIMIT)


def _standing(proposal: Proposal) -> str:
    match proposal.state:
        case ProposalState.APPROVED:
            return LIVE.format(reviewer=proposal.reviewer)
        case ProposalState.DISCARDED:
            return DISCARDED.format(reviewer=proposal.reviewer)
        case ProposalState.PROPOSED:
            found = [f"• {_problem(one)}" for one in proposal.problems[:PROBLEMS]]
            lint = "\n".join([FAULTY, *found]) if found else CLEAN
            return f"{lint}\n{WAITS.format(author=proposal.author)}"
        case _:
            assert_never(proposal.state)


def _problem(text: str) -> str:
    return escape(shorten_line(text, PROBLEM_LIMIT))


def _buttons(proposal: Proposal) -> list[ButtonElement]:
    """Return what can be pressed; values carry which state of the proposal was seen."""
    value = ids.pack(str(proposal.id), str(proposal.seq))
    match proposal.state:
        case ProposalState.PROPOSED:
            edit = button("Edit", ids.PROPOSAL_EDIT, value)
            discard = button("Discard", ids.PROPOSAL_DISCARD, value)
            approve = button("Approve", ids.PROPOSAL_APPROVE, value, style="primary")
            return [edit, discard] if proposal.problems else [approve, edit, discard]
        case ProposalState.APPROVED:
            return [button("Take out", ids.PROPOSAL_DISCARD, value, style="danger")]
        case ProposalState.DISCARDED:
            return []
        case _:
            assert_never(proposal.state)
