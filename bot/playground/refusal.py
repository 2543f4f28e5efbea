"""How the local workspace says no: to the bot as Slack does, to people in plain words."""

from typing import Any

from bot.errors import UserError


class SlackError(Exception):
    """A Web API call that Slack refuses: its error ``code``, and ``details`` beside it."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class RefusedError(UserError):
    """Something that a person tried in the workspace and that cannot be done."""

    def __init__(self, text: str, status: int = 400, **details: Any) -> None:
        super().__init__(text)
        self.status = status
        self.details = details
