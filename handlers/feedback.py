"""Buttons and reactions on the bot's own messages."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.asking import Asking
from bot.feedback import Feedback
from bot.jobs import Kind
from bot.records import Place
from bot.reply import Notice
from bot.workflows import Workflows
from handlers import ids
from handlers.answer import team_of
from handlers.interactions import (
    channel_of,
    container_key,
    is_private,
    place_of,
    posted_of,
    user_of,
)
from handlers.respond import Respond

QUIET = "All right, I stay quiet. Mention me whenever you want me to look again."
REACTIONS = {
    "wastebasket": Kind.REMOVE,
    "mute": Kind.MUTE,
    "shushing_face": Kind.MUTE,
    "white_check_mark": Kind.SOLVE,
    "heavy_check_mark": Kind.SOLVE,
}
Body = dict[str, Any]


async def on_solved(
    ack: AsyncAck, body: Body, context: AsyncBoltContext, feedback: Feedback
) -> None:
    """Record that the answer helped."""
    await ack()
    await feedback.solved(team_of(context), channel_of(body), posted_of(body), user_of(body))


async def on_not_it(
    ack: AsyncAck, body: Body, context: AsyncBoltContext, feedback: Feedback
) -> None:
    """Fold the answer and show what comes next."""
    await ack()
    await feedback.not_it(team_of(context), channel_of(body), posted_of(body), user_of(body))


async def on_reopen(
    ack: AsyncAck, body: Body, context: AsyncBoltContext, feedback: Feedback
) -> None:
    """Take up a solved thread again."""
    await ack()
    await feedback.reopen(team_of(context), channel_of(body), posted_of(body), user_of(body))


async def on_remove(
    ack: AsyncAck, body: Body, context: AsyncBoltContext, feedback: Feedback
) -> None:
    """Take the answer away; whether the presser may is judged there, not by who saw the button."""
    await ack()
    await feedback.remove(team_of(context), channel_of(body), posted_of(body), user_of(body))


async def on_ask_human(
    ack: AsyncAck,
    body: Body,
    context: AsyncBoltContext,
    workflows: Workflows,
    asking: Asking,
    respond: Respond,
) -> None:
    """Record that a human is wanted, in the thread where there is one."""
    await ack()
    if is_private(body):
        said = await asking.human(
            place_of(body, team_of(context)), user_of(body), container_key(body)
        )
        await respond(said)
    else:
        await workflows.ask_human(place_of(body, team_of(context)), user_of(body))


async def on_pick(
    ack: AsyncAck,
    body: Body,
    action: Body,
    context: AsyncBoltContext,
    feedback: Feedback,
    respond: Respond,
) -> None:
    """Give the asker the entry that was picked."""
    await ack()
    question, entry = ids.unpack(action["value"], 2)
    await feedback.pick(team_of(context), channel_of(body), question, user_of(body), entry)
    if is_private(body):
        await respond.delete()


async def on_pick_none(
    ack: AsyncAck,
    body: Body,
    action: Body,
    context: AsyncBoltContext,
    feedback: Feedback,
    respond: Respond,
) -> None:
    """Fall silent, or offer a human where the choices were public."""
    await ack()
    (question,) = ids.unpack(action["value"], 1)
    await feedback.pick_none(team_of(context), channel_of(body), question, user_of(body))
    if is_private(body):
        await respond(Notice(QUIET), replace=True)


async def on_reaction(event: Body, context: AsyncBoltContext) -> None:
    """Have done what an emoji on one of the bot's messages stands for."""
    item = event.get("item") or {}
    emoji = str(event.get("reaction")).partition("::")[0]  # without a skin tone
    kind = REACTIONS.get(emoji)
    if kind is None or event.get("item_user") != context.bot_user_id:
        return
    if item.get("type") == "message":
        workflows: Workflows = context["workflows"]
        place = Place(team_of(context), item["channel"], item["ts"])
        await workflows.react(kind, place, event["user"], str(event.get("event_ts")))
