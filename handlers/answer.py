"""Messages, mentions and invitations: what may get an answer."""

from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext

from bot.asking import Asking
from bot.hearing import Hearing, Message
from handlers.text import attachments, mentioned, message_text, without_mention

SPOKEN = frozenset({None, "file_share", "thread_broadcast"})  # subtypes that people write
SLACKBOT = "USLACKBOT"


async def on_message(event: dict[str, Any], context: AsyncBoltContext) -> None:
    """Hear a message or its edit; mentions and direct messages are asks."""
    message = read_message(event, team_of(context), context.bot_user_id or "")
    if message:
        hearing: Hearing = context["hearing"]
        await hearing.hear(message)


async def on_join(event: dict[str, Any], context: AsyncBoltContext) -> None:
    """Say once what to expect, when it is the bot that joined."""
    if event.get("user") == context.bot_user_id:
        asking: Asking = context["asking"]
        await asking.welcome(team_of(context), event["channel"])


def team_of(context: AsyncBoltContext) -> str:
    """Return the workspace that the bot is installed in, also for people of another one."""
    result = context.authorize_result
    return (result.team_id if result else None) or ""


def read_message(event: dict[str, Any], team: str, bot: str) -> Message | None:
    """Return what a person wrote; None for what nobody wrote: joins, deletions, bots, previews."""
    edited = event.get("subtype") == "message_changed"
    written = event.get("message") if edited else event
    if not isinstance(written, dict) or not _is_persons(written, bot):
        return None
    text = message_text(written)
    if edited and text == message_text(event.get("previous_message") or {}):
        return None
    names = mentioned(text)
    direct = event.get("channel_type") == "im" or event["channel"].startswith("D")
    return Message(
        team=team,
        channel=event["channel"],
        ts=written["ts"],
        root=written.get("thread_ts") or written["ts"],
        user=written["user"],
        text=without_mention(text, bot),
        explicit=direct or bot in names or event["type"] == "app_mention",
        mentions_others=bool(names - {bot, written["user"]}),
        edited=edited,
        files=attachments(written),
    )


def _is_persons(written: dict[str, Any], bot: str) -> bool:
    author = written.get("user")
    return (
        bool(author)
        and author not in {bot, SLACKBOT}
        and not written.get("bot_id")
        and written.get("subtype") in SPOKEN
    )
