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
    if ticket is None:
        raise UserError(GONE)
    work = TicketWork(ticket.id, AT_ONCE[action["action_id"]])
    place = Place(team_of(context), channel_of(body), "")
    await workflows.do_to_ticket(place, user_of(body), press_of(body), work)
    await ack()


async def on_write(
    ack: AsyncAck,
    body: Body,
    action: Body,
    context: AsyncBoltContext,
    workflows: Workflows,
    messenger: SlackMessenger,
) -> None:
    """Open the form in which staff write to the asker, or say how the ticket was resolved."""
    await ack()
    ticket = await staffs_ticket(body, action, team_of(context), workflows)
    view = view_of(action["action_id"], ticket, workflows)
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


async def ticket_of(body: Body, team: str, workflows: Workflows) -> Ticket | None:
    """Return the ticket whose card or note was pressed; the button's value is not asked."""
    posted, channel = posted_of(body), channel_of(body)
    tickets = workflows.store.tickets
    if channel and channel == workflows.staff_channel:
        return await tickets.with_card(posted)
    return await tickets.with_note(Place(team, channel, posted))


async def staffs_ticket(body: Body, action: Body, team: str, workflows: Workflows) -> Ticket:
    """Return the ticket that was pressed, to staff alone; an offer of a form has its number."""
    if user_of(body) not in await workflows.staff.ids():
        raise UserError(NOT_YOURS)
    ticket, number = await ticket_of(body, team, workflows), str(action.get("value"))
    if ticket is None and number.isdecimal():
        ticket = await workflows.store.tickets.get(int(number))
    if ticket is None:
        raise UserError(GONE)
    return ticket


def view_of(action: str, ticket: Ticket, workflows: Workflows) -> dict[str, Any]:
    """Return the form that a button opens."""
    if action == ids.TICKET_REPLY:
        return reply_view(ticket.id)
    if action == ids.TICKET_NEED_INFO:
        return need_info_view(ticket.id)
    entries = [(entry.id, entry.title) for entry in workflows.answerer.entries]
    return resolve_view(ticket.id, ticket.draft.candidates, entries)


def press_of(body: Body) -> str:
    """Name a press: the same for each delivery of it."""
    (action, *_) = body["actions"]
    return f"press:{channel_of(body)}:{posted_of(body)}:{user_of(body)}:{action.get('action_ts')}"
