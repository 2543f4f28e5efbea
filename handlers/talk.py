"""Talk is passed over before Bolt sees it: no listener, no store and no model is needed for it.

Most of what Slack delivers is talk among people, or the bot's own messages. Bolt's way to a
listener takes longer than to tell so.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bot.hearing import Hearing
from bot.metrics import EVENTS
from handlers.answer import read_message

PassedOver = Callable[[Mapping[str, Any]], bool]
WRITTEN = ("channel", "ts", "user", "text")  # of a message; one without is for its listener


def passed_over_by(hearing: Hearing) -> PassedOver:
    """Return what tells of a request whether it is done with as it is."""

    def passed_over(payload: Mapping[str, Any]) -> bool:
        event = payload.get("event")
        if payload.get("type") != "event_callback" or not isinstance(event, dict):
            return False
        return _is_new_message(event) and _is_passed_over(event, team_in(payload), hearing)

    return passed_over


def _is_new_message(event: Mapping[str, Any]) -> bool:
    if event.get("type") != "message" or event.get("subtype") is not None:
        return False
    return all(isinstance(event.get(name), str) for name in WRITTEN)


def _is_passed_over(event: dict[str, Any], team: str, hearing: Hearing) -> bool:
    """Tell whether nobody wrote it, or it is talk; what names somebody may name the bot."""
    message = read_message(event, team, "")
    if message is None:
        return True
    if message.mentions_others or not hearing.passes_over(message):
        return False
    EVENTS.labels("message").inc()
    return True


def team_in(payload: Mapping[str, Any]) -> str:
    """Return the workspace whose installation Slack delivers for, as Bolt reads it."""
    authorized = payload.get("authorizations")
    first = authorized[0] if isinstance(authorized, list) and authorized else None
    found = first.get("team_id") if isinstance(first, dict) else None
    return str(found or payload.get("team_id") or "")
