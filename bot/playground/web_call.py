"""One call of the Web API as its method sees it: arguments from a query, a form or JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from bot.playground.cast import BOT_USER, Channel
from bot.playground.refusal import SlackError
from bot.playground.workspace import Workspace

Json = dict[str, Any]
TRUE = ("1", "true", "True")


def read_arguments(query: Mapping[str, str], content_type: str, body: bytes) -> Json:
    """Return the arguments, or raise Slack's error for a body that cannot be read."""
    arguments: Json = dict(query)
    if not body:
        return arguments
    if content_type.startswith("application/json"):
        try:
            parsed = json.loads(body)
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(parsed, dict):
            raise SlackError("json_not_object")
        return arguments | parsed
    if content_type.startswith("application/x-www-form-urlencoded"):
        form = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
        return arguments | dict(form)
    raise SlackError("invalid_form_data")


@dataclass(frozen=True, slots=True)
class Call:
    """The workspace, this server's own address and the arguments of one call."""

    workspace: Workspace
    host: str
    arguments: Json

    def text(self, name: str, default: str = "") -> str:
        """Return an argument as text."""
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def need(self, name: str) -> str:
        """Return an argument that must be there, or raise ``invalid_arguments``."""
        value = self.text(name)
        if not value:
            details = [f"[ERROR] missing required field: {name}"]
            raise SlackError("invalid_arguments", response_metadata={"messages": details})
        return value

    def flag(self, name: str) -> bool:
        """Return a yes-or-no argument."""
        return self.arguments.get(name) is True or self.text(name) in TRUE

    def value(self, name: str, code: str = "invalid_arguments") -> Any:
        """Return a JSON argument, decoded when it came as text; ``code`` when it is no JSON."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise SlackError(code) from None

    def channel(self, name: str = "channel", *, member: bool = False) -> Channel:
        """Return the channel of an id that the bot can see, or raise Slack's error."""
        found = self.workspace.channels.get(self.need(name))
        if found is None or (found.is_private and BOT_USER not in found.members):
            raise SlackError("channel_not_found")
        if member and not found.is_im and BOT_USER not in found.members:
            raise SlackError("not_in_channel")
        return found
