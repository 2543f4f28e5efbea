"""Buttons and reactions on the bot's own messages."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.feedback import Feedback
from bot.hearing import Hearing
from bot.jobs import Kind
from bot.records import Place
from bot.reply import Notice
from bot.spoken import QUIET
from bot.workflows import Workflows
from handlers import ids
from handlers.answer import team_of
from handlers.interactions import (
    channel_of,
    is_private,
    posted_of,
    user_of,
)
from handlers.respond import Respond

SOS = "sos"
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
    """Have done what an emoji stands for: on one of the bot's messages, or 🆘 on a question."""
    item = event.get("item") or {}
    emoji = str(event.get("reaction")).partition("::")[0]  # without a skin tone
    if item.get("type") != "message":
        return
    place = Place(team_of(context), item["channel"], item["ts"])
    own = event.get("item_user") == context.bot_user_id
    if emoji == SOS:
        hearing: Hearing = context["hearing"]
        await hearing.hear_sos(place, event["user"], str(event.get("event_ts")), own=own)
    elif own and (kind := REACTIONS.get(emoji)):
        workflows: Workflows = context["workflows"]
        await workflows.react(kind, place, event["user"], str(event.get("event_ts")))
