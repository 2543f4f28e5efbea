"""What staff press on proposed entries. Who may is judged below, at the proposal."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.errors import UserError
from bot.jobs import ProposalWork
from bot.proposal_desk import GONE, ProposalDesk
from bot.proposals import Proposal, Review
from bot.workflows import Workflows
from handlers import ids
from handlers.answer import team_of
from handlers.inputs import written
from handlers.interactions import user_of
from handlers.messenger import SlackMessenger
from handlers.proposal_forms import FIELDS, entry_in, faults_in, proposal_view
from handlers.tickets import press_of, staffs_ticket
from knowledge.entry import parse_entry, render_entry

Body = dict[str, Any]
NEW, CHANGED = "ticket", "proposal"  # what a form is drawn from
REVIEWS = {ids.PROPOSAL_APPROVE: Review.APPROVE, ids.PROPOSAL_DISCARD: Review.DISCARD}


async def on_save(
    ack: AsyncAck,
    body: Body,
    action: Body,
    context: AsyncBoltContext,
    workflows: Workflows,
    proposals: ProposalDesk,
    messenger: SlackMessenger,
) -> None:
    """Open the form of an entry, drafted from the ticket."""
    await ack()
    await proposals.admit(user_of(body))
    ticket = await staffs_ticket(body, action, team_of(context), workflows)
    view = proposal_view(ids.pack(NEW, str(ticket.id)), await proposals.draft(ticket))
    await messenger.open_view(team_of(context), body["trigger_id"], view)


async def on_edit(
    ack: AsyncAck,
    body: Body,
    action: Body,
    context: AsyncBoltContext,
    workflows: Workflows,
    proposals: ProposalDesk,
    messenger: SlackMessenger,
) -> None:
    """Open the form with the proposed entry in it."""
    await ack()
    await proposals.admit(user_of(body))
    number, _ = ids.unpack(str(action.get("value")), 2)
    found = await proposal_of(number, workflows)
    target = ids.pack(CHANGED, str(found.id), str(found.seq))
    view = proposal_view(target, parse_entry(found.text, CHANGED))
    await messenger.open_view(team_of(context), body["trigger_id"], view)


async def on_form(
    ack: AsyncAck, body: Body, view: Body, workflows: Workflows, proposals: ProposalDesk
) -> None:
    """Keep what was written, before the form closes; what is no entry is told at its field."""
    fields = await proposals.cleaned({name: written(view, name) for name in FIELDS})
    source, number, seq = ids.unpack(view["private_metadata"], 3)
    before = await proposal_of(number, workflows) if source == CHANGED else None
    entry = entry_in(fields, parse_entry(before.text, CHANGED) if before else None)
    faults = faults_in(entry, lambda name: workflows.answerer.entry(name) is not None)
    if faults:
        await ack(response_action="errors", errors=faults)
        return
    work = ProposalWork(ticket=int(number))
    if before:
        work = ProposalWork(before.id, Review.REVISE, seq=int(seq))
    await proposals.review(user_of(body), f"form:{view['id']}", work, render_entry(entry))
    await ack()


async def on_review(
    ack: AsyncAck, body: Body, action: Body, workflows: Workflows, proposals: ProposalDesk
) -> None:
    """Approve or discard: kept before the ack."""
    number, seq = ids.unpack(str(action.get("value")), 2)
    found = await proposal_of(number, workflows)
    work = ProposalWork(found.id, REVIEWS[action["action_id"]], seq=int(seq))
    await proposals.review(user_of(body), press_of(body), work)
    await ack()


async def proposal_of(number: str, workflows: Workflows) -> Proposal:
    """Return the proposal of that number."""
    found = await workflows.store.proposals.get(int(number)) if number.isdecimal() else None
    if found is None:
        raise UserError(GONE)
    return found
