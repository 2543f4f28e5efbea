"""What a press of a button says about where it was pressed."""

from typing import Any

from bot.records import Place
from bot.reply import Said
from handlers.blocks import diagnosis_view
from handlers.messenger import SlackMessenger
from handlers.respond import Respond


def channel_of(body: dict[str, Any]) -> str:
    """Return the channel of the press; nothing in a modal."""
    channel = body.get("channel") or {}
    return str(channel.get("id") or (body.get("container") or {}).get("channel_id") or "")


def user_of(body: dict[str, Any]) -> str:
    """Return who pressed."""
    return str(body["user"]["id"])


def posted_of(body: dict[str, Any]) -> str:
    """Return the ts of the message with the button."""
    message = body.get("message") or {}
    return str(message.get("ts") or (body.get("container") or {}).get("message_ts") or "")


def place_of(body: dict[str, Any], team: str) -> Place:
    """Return the thread of the message with the button."""
    message = body.get("message") or {}
    container = body.get("container") or {}
    root = message.get("thread_ts") or container.get("thread_ts") or posted_of(body)
    return Place(team, channel_of(body), str(root))


def is_private(body: dict[str, Any]) -> bool:
    """Tell whether only the presser sees what was pressed: ephemeral, or in a modal."""
    return bool((body.get("container") or {}).get("is_ephemeral") or body.get("view"))


def container_key(body: dict[str, Any]) -> str:
    """Name the message or modal, so that a second press is known for one."""
    view = body.get("view") or {}
    return f"{channel_of(body)}:{view.get('id') or posted_of(body)}"


async def show(
    said: Said, body: dict[str, Any], team: str, respond: Respond, messenger: SlackMessenger
) -> None:
    """Replace the modal or the ephemeral message that was pressed."""
    view = body.get("view")
    if view:
        modal = diagnosis_view((said,), view.get("private_metadata") or "")
        await messenger.update_view(team, view["id"], modal)
    else:
        await respond(said, replace=True)
