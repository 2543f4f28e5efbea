"""Open modals, App Homes, and the short-lived permissions to open a modal or to answer."""

import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.playground.cast import APP_ID, BOT_ID, TEAM_ID
from bot.playground.refusal import SlackError

Json = dict[str, Any]
TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 1800.0
RESPONSE_USES = 5
STACK = 3


@dataclass(slots=True)
class OpenView:
    """A modal that is open, or a person's App Home."""

    id: str
    user: str
    content: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    values: Json = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""


@dataclass(slots=True)
class Trigger:
    """The right to open one modal, for three seconds."""

    user: str
    until: float
    view_id: str | None = None
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """The right to answer five times within half an hour."""

    user: str
    channel: str
    until: float
    message_ts: str | None = None
    uses: int = 0


class ViewDesk:
    """Keeps views, triggers and response addresses; checks Slack's rules about them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start with nothing open."""
        self._clock = clock
        self._numbers = itertools.count(1)
        self.by_id: dict[str, OpenView] = {}
        self.stacks: dict[str, list[str]] = {}
        self.homes: dict[str, OpenView] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}

    def new_trigger(self, user: str, view_id: str | None = None) -> str:
        """Return a trigger id for one modal of this person."""
        trigger_id = f"{next(self._numbers)}.{secrets.randbelow(10**9)}.{secrets.token_hex(8)}"
        self.triggers[trigger_id] = Trigger(user, self._clock() + TRIGGER_SECONDS, view_id)
        return trigger_id

    def use_trigger(self, trigger_id: str) -> Trigger:
        """Return the trigger and spend it, or raise Slack's error."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id" if trigger_id else "invalid_arguments")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._clock() > trigger.until:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def new_response_url(self, user: str, channel: str, message_ts: str | None = None) -> str:
        """Return the path under which the bot may answer this person."""
        key = secrets.token_urlsafe(18)
        until = self._clock() + RESPONSE_SECONDS
        self.response_urls[key] = ResponseUrl(user, channel, until, message_ts)
        return f"/actions/{TEAM_ID}/{key}"

    def use_response_url(self, key: str) -> ResponseUrl:
        """Return whom to answer and count the use, or raise Slack's error."""
        target = self.response_urls.get(key)
        if target is None or self._clock() > target.until:
            raise SlackError("expired_url")
        if target.uses >= RESPONSE_USES:
            raise SlackError("used_url")
        target.uses += 1
        return target

    def open(self, user: str, content: Json) -> OpenView:
        """Open a modal; one that was open before is closed with all above it."""
        for view_id in self.stacks.pop(user, []):
            self.by_id.pop(view_id, None)
        return self._place(user, content)

    def push(self, user: str, content: Json) -> OpenView:
        """Lay a modal over the open one, at most three deep."""
        stack = self.stacks.get(user, [])
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= STACK:
            raise SlackError("push_limit_reached")
        return self._place(user, content)

    def _place(self, user: str, content: Json) -> OpenView:
        stack = self.stacks.setdefault(user, [])
        view_id = self._new_id()
        view = OpenView(
            view_id,
            user,
            content,
            self._new_hash(),
            root_id=stack[0] if stack else view_id,
            previous_id=stack[-1] if stack else None,
        )
        stack.append(view_id)
        self.by_id[view_id] = view
        return view

    def find(self, view_id: str, external_id: str = "") -> OpenView:
        """Return the view of that id or external id, or raise ``not_found``."""
        if view_id in self.by_id:
            return self.by_id[view_id]
        for view in self.by_id.values():
            if external_id and view.content.get("external_id") == external_id:
                return view
        raise SlackError("not_found")

    def update(self, view: OpenView, content: Json, expected_hash: str = "") -> OpenView:
        """Give a view another content; raise ``hash_conflict`` when it has changed meanwhile."""
        if expected_hash and expected_hash != view.hash:
            raise SlackError("hash_conflict")
        view.content, view.hash = content, self._new_hash()
        view.errors, view.notice = {}, ""
        return view

    def publish(self, user: str, content: Json, expected_hash: str = "") -> OpenView:
        """Show a person's App Home."""
        home = self.homes.get(user)
        if home is not None:
            return self.update(home, content, expected_hash)
        home_id = self._new_id()
        home = OpenView(home_id, user, content, self._new_hash(), home_id)
        self.homes[user] = self.by_id[home_id] = home
        return home

    def close(self, view: OpenView) -> None:
        """Close one modal; the one below is seen again."""
        self.by_id.pop(view.id, None)
        stack = self.stacks.get(view.user, [])
        if view.id in stack:
            stack.remove(view.id)

    def clear(self, user: str) -> None:
        """Close all modals of a person."""
        for view_id in self.stacks.pop(user, []):
            self.by_id.pop(view_id, None)

    def modals(self, user: str) -> list[OpenView]:
        """Return a person's open modals, the topmost last."""
        return [self.by_id[view_id] for view_id in self.stacks.get(user, [])]

    def _new_id(self) -> str:
        return f"V0{next(self._numbers):07d}"

    def _new_hash(self) -> str:
        return f"{int(self._clock())}.{secrets.token_hex(4)}"


def as_slack(view: OpenView) -> Json:
    """Return Slack's view object, with the state of its inputs."""
    content = view.content
    defaults = {"private_metadata": "", "callback_id": "", "external_id": "", "submit": None}
    titles = {"close": None, "title": {"type": "plain_text", "text": "View Title"}}
    flags = {"clear_on_close": False, "notify_on_close": False}
    return {
        **defaults,
        **titles,
        **flags,
        **content,
        "id": view.id,
        "team_id": TEAM_ID,
        "app_id": APP_ID,
        "app_installed_team_id": TEAM_ID,
        "bot_id": BOT_ID,
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "state": {"values": view.values},
    }
