"""What staff, and the asker, press on a ticket. Who presses is judged below, at the ticket."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.errors import UserError
from bot.gathering import Gathering
from bot.jobs import TicketWork
from bot.records import Place
from bot.ticket_desk import GONE, NOT_YOURS
from bot.ticket_records import Deed, Ticket
from bot.workflows import Workflows
from handlers import ids
from handlers.answer import team_of
from handlers.inputs import written
from handlers.interactions import channel_of, posted_of, user_of
from handlers.messenger import SlackMessenger
from handlers.ticket_forms import need_info_view, reply_view, resolve_view

Body = dict[str, Any]
AT_ONCE = {
    ids.TICKET_CLAIM: Deed.CLAIM,
    ids.TICKET_UNCLAIM: Deed.UNCLAIM,
    ids.TICKET_REOPEN: Deed.REOPEN,
}
BY_FORM = {
    ids.REPLY_VIEW: Deed.REPLY,
    ids.NEED_INFO_VIEW: Deed.NEED_INFO,
    ids.RESOLVE_VIEW: Deed.RESOLVE,
}


async def on_ticket(
    ack: AsyncAck, body: Body, action: Body, context: AsyncBoltContext, workflows: Workflows
) -> None:
    """Claim, give back or reopen: kept before the ack."""
    ticket = await ticket_of(body, team_of(context), workflows)
    work = TicketWork(ticket.id, AT_ONCE[action["action_id"]])
    place = Place(team_of(context), channel_of(body), "")
    await workflows.do_to_ticket(place, user_of(body), press_of(body), work)
    await ack()


async def on_reply(
    ack: AsyncAck,
    body: Body,
    context: AsyncBoltContext,
    workflows: Workflows,
    messenger: SlackMessenger,
) -> None:
    """Open the form to write to the asker."""
    await ack()
    ticket = await staffs_ticket(body, team_of(context), workflows)
    await messenger.open_view(team_of(context), body["trigger_id"], reply_view(ticket.id))


async def on_need_info(
    ack: AsyncAck,
    body: Body,
    context: AsyncBoltContext,
    workflows: Workflows,
    messenger: SlackMessenger,
) -> None:
    """Open the form to ask the asker."""
    await ack()
    ticket = await staffs_ticket(body, team_of(context), workflows)
    await messenger.open_view(team_of(context), body["trigger_id"], need_info_view(ticket.id))


async def on_resolve(
    ack: AsyncAck,
    body: Body,
    context: AsyncBoltContext,
    workflows: Workflows,
    messenger: SlackMessenger,
) -> None:
    """Open the form to resolve the ticket."""
    await ack()
    ticket = await staffs_ticket(body, team_of(context), workflows)
    entries = [(entry.id, entry.title) for entry in workflows.answerer.entries]
    view = resolve_view(ticket.id, ticket.draft.candidates, entries)
    await messenger.open_view(team_of(context), body["trigger_id"], view)


async def on_ticket_form(
    ack: AsyncAck,
    body: Body,
    view: Body,
    context: AsyncBoltContext,
    workflows: Workflows,
    gathering: Gathering,
) -> None:
    """Keep what staff wrote, before the form closes; whether they may is judged at the ticket."""
    deed = BY_FORM[view["callback_id"]]
    entry = written(view, ids.ENTRY)
    known = entry if workflows.answerer.entry(entry) else ""
    work = TicketWork(int(view["private_metadata"]), deed, entry=known)
    text = await gathering.redacted(written(view, ids.WORDS))
    place = await workflows.staff_place() or Place(team_of(context), "", "")
    await workflows.do_to_ticket(place, user_of(body), f"form:{view['id']}", work, text)
    await ack()


async def ticket_of(body: Body, team: str, workflows: Workflows) -> Ticket:
    """Return the ticket whose card or note was pressed; the button's value is not asked."""
    posted, channel = posted_of(body), channel_of(body)
    tickets = workflows.store.tickets
    if channel and channel == workflows.staff_channel:
        ticket = await tickets.with_card(posted)
    else:
        ticket = await tickets.with_note(Place(team, channel, posted))
    if ticket is None:
        raise UserError(GONE)
    return ticket


async def staffs_ticket(body: Body, team: str, workflows: Workflows) -> Ticket:
    """Return the ticket that was pressed, to staff alone."""
    if user_of(body) not in await workflows.staff.ids():
        raise UserError(NOT_YOURS)
    return await ticket_of(body, team, workflows)


def press_of(body: Body) -> str:
    """Name a press: the same for each delivery of it."""
    (action, *_) = body["actions"]
    return f"press:{channel_of(body)}:{posted_of(body)}:{user_of(body)}:{action.get('action_ts')}"
