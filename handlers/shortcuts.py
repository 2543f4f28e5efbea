"""“Diagnose with Anon” in a message's menu: a private look, and a button that makes it public."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.private_checks import PrivateChecks, Target
from bot.records import Place
from bot.reply import Notice
from handlers import ids
from handlers.answer import team_of
from handlers.blocks import diagnosis_view
from handlers.files import SlackFiles
from handlers.inputs import written
from handlers.interactions import user_of
from handlers.messenger import SlackMessenger
from handlers.screens import FormScreen, ViewScreen
from handlers.text import attachments, message_text

LOOKING = Notice("Looking at the message…")


async def on_diagnose(
    ack: AsyncAck,
    shortcut: dict[str, Any],
    context: AsyncBoltContext,
    private_checks: PrivateChecks,
    files: SlackFiles,
    messenger: SlackMessenger,
) -> None:
    """Open a modal at once, for a trigger dies in three seconds, and fill it with what is found."""
    await ack()
    message, target, team = shortcut["message"], target_of(shortcut), team_of(context)
    looking = diagnosis_view((LOOKING,), target)
    modal = await messenger.open_view(team, shortcut["trigger_id"], looking)
    context["view_id"] = modal  # where a failure is told
    text = message_text(message) + await files.read(team, attachments(message))
    place, user = Place(team, shortcut["channel"]["id"], ""), user_of(shortcut)
    screen = ViewScreen(messenger, team, modal, target)
    own = message.get("user") == user
    await private_checks.diagnose(text, place, user, screen, own=own)


async def on_diagnose_form(
    ack: AsyncAck,
    body: dict[str, Any],
    view: dict[str, Any],
    context: AsyncBoltContext,
    private_checks: PrivateChecks,
    messenger: SlackMessenger,
) -> None:
    """Show in place of the form what is found."""
    screen = FormScreen(ack, messenger, team_of(context), view)
    context["view_id"] = view["id"]  # where a failure is told
    place = Place(team_of(context), view["private_metadata"], "")
    text, user = written(view, ids.PASTE), user_of(body)
    await private_checks.diagnose(text, place, user, screen)


async def on_post_to_thread(
    ack: AsyncAck,
    body: dict[str, Any],
    action: dict[str, Any],
    context: AsyncBoltContext,
    private_checks: PrivateChecks,
    messenger: SlackMessenger,
) -> None:
    """Post what the modal shows into the thread of the message that it is about."""
    await ack()
    channel, question, root, asker = ids.unpack(body["view"]["private_metadata"], 4)
    place = Place(team_of(context), channel, root)
    entry, run = ids.unpack(action["value"], 2)
    target = Target(place, question, asker)
    said = await private_checks.post(target, user_of(body), entry, run)
    await messenger.update_view(place.team, body["view"]["id"], diagnosis_view((said,), ""))


def target_of(shortcut: dict[str, Any]) -> str:
    """Return the message, its thread and whom to answer, to ride on the modal."""
    message = shortcut["message"]
    asker = message.get("user") if not message.get("bot_id") else None
    root = message.get("thread_ts") or message["ts"]
    return ids.pack(shortcut["channel"]["id"], message["ts"], root, asker or user_of(shortcut))
