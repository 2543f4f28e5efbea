"""The members of a request to /playground/*, judged as they are asked for."""

from typing import Any

from bot.playground.refusal import RefusedError

Json = dict[str, Any]


class Body:
    """The members of a request's JSON object; asking for a wrong one refuses in words."""

    def __init__(self, members: Json) -> None:
        """Take what was sent."""
        self.members = members

    def text(self, name: str, *, optional: bool = False) -> str:
        """Return a text member; "" when it is optional and missing."""
        value = self.members.get(name)
        if value is None and optional:
            return ""
        if not isinstance(value, str):
            raise RefusedError(f"`{name}` must be given, as text.")
        return value

    def fields(self, name: str) -> Json:
        """Return an object member, empty when missing."""
        value = self.members.get(name) or {}
        if not isinstance(value, dict) or not all(isinstance(v, dict) for v in value.values()):
            raise RefusedError(f"`{name}` must look like {{block_id: {{action_id: value}}}}.")
        return value

    def number(self, name: str, default: float) -> float:
        """Return a number member."""
        value = self.members.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise RefusedError(f"`{name}` must be a number that is not negative.")
        return value

    def flag(self, name: str) -> bool:
        """Return a yes-or-no member, no when missing."""
        return self.members.get(name) is True

    def picked(self) -> Any:
        """Return what was picked: ``value`` or Slack's own ``selected_…`` member."""
        for name, value in self.members.items():
            if name == "value" or name.startswith("selected_"):
                return value
        return None
