"""“Diagnose with Anon” in a message's menu: a private look, and a button that makes it public."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.asking import Asking
from bot.records import Place
from bot.reply import Notice
from handlers import ids
from handlers.answer import team_of
from handlers.blocks import diagnosis_view
from handlers.files import SlackFiles
from handlers.forms import written
from handlers.interactions import user_of
from handlers.messenger import SlackMessenger
from handlers.text import attachments, message_text, storable

LOOKING = Notice("Looking at the message…")


async def on_diagnose(
    ack: AsyncAck,
    shortcut: dict[str, Any],
    context: AsyncBoltContext,
    asking: Asking,
    files: SlackFiles,
    messenger: SlackMessenger,
) -> None:
    """Open a modal at once, for a trigger dies in three seconds, and fill it with the answer."""
    await ack()
    message, target, team = shortcut["message"], target_of(shortcut), team_of(context)
    looking = diagnosis_view((LOOKING,), target)
    modal = await messenger.open_view(team, shortcut["trigger_id"], looking)
    context["view_id"] = modal  # where a failure is told
    text = message_text(message) + await files.read(team, attachments(message))
    said = await asking.diagnose(text, own=message.get("user") == user_of(shortcut))
    await messenger.update_view(team, modal, diagnosis_view(said, target))


async def on_diagnose_form(
    ack: AsyncAck, view: dict[str, Any], context: AsyncBoltContext, asking: Asking
) -> None:
    """Show in place of the form what it is about: that is found long before the ack is due."""
    context["view_id"] = view["id"]  # where a failure is told
    said = await asking.diagnose(storable(written(view, ids.PASTE)), own=True)
    await ack(response_action="update", view=diagnosis_view(said, ""))


async def on_post_to_thread(
    ack: AsyncAck,
    body: dict[str, Any],
    action: dict[str, Any],
    context: AsyncBoltContext,
    asking: Asking,
    messenger: SlackMessenger,
) -> None:
    """Post the entry of the modal into the thread of the message that it is about."""
    await ack()
    channel, question, root, asker = ids.unpack(body["view"]["private_metadata"], 4)
    place = Place(team_of(context), channel, root)
    said = await asking.post_to_thread(place, question, asker, action["value"])
    await messenger.update_view(place.team, body["view"]["id"], diagnosis_view((said,), ""))


def target_of(shortcut: dict[str, Any]) -> str:
    """Return the message, its thread and whom to answer, to ride on the modal."""
    message = shortcut["message"]
    asker = message.get("user") if not message.get("bot_id") else None
    root = message.get("thread_ts") or message["ts"]
    return ids.pack(shortcut["channel"]["id"], message["ts"], root, asker or user_of(shortcut))
