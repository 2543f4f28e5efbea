"""Every way to a human: a button, a form, a message's menu, the emoji 🆘."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.errors import TryLaterError
from bot.feedback import Feedback
from bot.gathering import Gathering
from bot.jobs import TicketWork
from bot.records import Place
from bot.reply import Notice
from bot.ticket_records import Draft
from bot.workflows import Workflows
from handlers import ids
from handlers.answer import team_of
from handlers.inputs import written
from handlers.interactions import (
    channel_of,
    container_key,
    is_private,
    place_of,
    posted_of,
    user_of,
)
from handlers.messenger import SlackMessenger
from handlers.text import message_text
from handlers.ticket_forms import escalate_view, gathering_view

STANDING = "Ticket {number} is for this thread already. Mention me with `escalate` to add to it."
Body = dict[str, Any]


async def on_ask_human(
    ack: AsyncAck,
    body: Body,
    context: AsyncBoltContext,
    workflows: Workflows,
    gathering: Gathering,
    messenger: SlackMessenger,
) -> None:
    """Open the form; where the thread has a ticket that is worked on, say so."""
    await ack()
    team = team_of(context)
    place = Place(team, "", "") if is_private(body) else place_of(body, team)
    thread = await workflows.store.threads.get(place) if place.root else None
    if thread and thread.ticket and not thread.ticket.finished:
        notice = Notice(STANDING.format(number=thread.ticket.id))
        await messenger.whisper(place, user_of(body), notice)
        return
    if not await _open_form(body, place, gathering, messenger):
        await workflows.escalate(place, user_of(body), _press(body))


async def on_not_it(
    ack: AsyncAck,
    body: Body,
    context: AsyncBoltContext,
    feedback: Feedback,
    gathering: Gathering,
    messenger: SlackMessenger,
) -> None:
    """Fold the answer and show what comes next; where nothing does, the form."""
    await ack()
    left = await feedback.not_it(team_of(context), channel_of(body), posted_of(body), user_of(body))
    if left:
        await _open_form(body, left, gathering, messenger)


async def on_escalate(
    ack: AsyncAck,
    shortcut: Body,
    context: AsyncBoltContext,
    workflows: Workflows,
    gathering: Gathering,
    messenger: SlackMessenger,
) -> None:
    """Open the form for the thread of a message."""
    await ack()
    message = shortcut["message"]
    root = message.get("thread_ts") or message["ts"]
    place = Place(team_of(context), shortcut["channel"]["id"], root)
    own = message_text(message) if message["ts"] == root else ""
    if not await _open_form(shortcut, place, gathering, messenger, own):
        await workflows.escalate(place, user_of(shortcut), f"escalate:{shortcut['trigger_id']}")


async def on_escalate_form(
    ack: AsyncAck,
    body: Body,
    view: Body,
    context: AsyncBoltContext,
    workflows: Workflows,
    gathering: Gathering,
) -> None:
    """Keep what the form says before it closes: if that fails, it stays as it is."""
    channel, root, origin = ids.unpack(view["private_metadata"], 3)
    place = Place(team_of(context), channel if root else "", root)
    work = TicketWork(
        origin=origin or f"form:{view['id']}",
        tried=await gathering.redacted(written(view, ids.TRIED)),
        urgency=written(view, ids.URGENCY),
        environment=written(view, ids.ENVIRONMENT),
    )
    text = await gathering.redacted(written(view, ids.SUMMARY))
    key = f"escalate:{view['id']}"
    await workflows.escalate(place, user_of(body), key, text=text, work=work)
    await ack()


async def _open_form(
    body: Body, place: Place, gathering: Gathering, messenger: SlackMessenger, text: str = ""
) -> bool:
    """Open the form and fill it in, as far as Slack lets us read; False if it was too late."""
    origin = "" if place.root else f"private:{container_key(body)}"  # pressed again: no other one
    target = ids.pack(place.channel, place.root, origin)
    trigger = body["trigger_id"]
    over, waiting = bool(body.get("view")), gathering_view(target)
    view_id = await messenger.open_view(place.team, trigger, waiting, over=over)
    if view_id:
        try:
            draft = await gathering.draft(place, user_of(body), text)
        except TryLaterError:
            draft = Draft(user_of(body), await gathering.redacted(text))
        await messenger.update_view(place.team, view_id, escalate_view(target, draft))
    return bool(view_id)


def _press(body: Body) -> str:
    """Name a press of a button: the same for each delivery of it."""
    (action, *_) = body["actions"]
    return f"escalate:{channel_of(body)}:{posted_of(body)}:{action.get('action_ts')}"
