"""Turns what happens in the workspace into the events that the bot has subscribed to."""

import re
from collections.abc import Iterator
from typing import Any

from bot.playground.cast import BOT_USER, Channel
from bot.playground.envelopes import (
    changed_event,
    event_callback,
    membership_event,
    mention_event,
    message_event,
    reaction_event,
)
from bot.playground.sender import EventSender
from bot.playground.workspace import Change, Kind, Message, Workspace

Json = dict[str, Any]
MENTION = re.compile(rf"<@{BOT_USER}>")


class Announcer:
    """A listener of the workspace that sends events; ``subscribed`` None means all of them."""

    def __init__(
        self, workspace: Workspace, sender: EventSender, host: str, subscribed: frozenset[str]
    ) -> None:
        """Listen from now on; an empty set of subscriptions means all."""
        self._workspace = workspace
        self._sender = sender
        self._host = host
        self._subscribed = subscribed
        workspace.listeners.append(self.hear)

    def hear(self, change: Change) -> None:
        """Send the events of one change, each with an ``event_id`` of its own."""
        channel = self._workspace.channels.get(change.channel)
        if channel is None or not self._reaches_bot(change, channel):
            return
        for event in self._events(change, channel):
            self.send(event, channel)

    def send(self, event: Json, channel: Channel | None) -> None:
        """Send one event if the bot has subscribed to it."""
        if self._subscribed and _subscription(event, channel) not in self._subscribed:
            return
        envelope = event_callback(event, channel, self._workspace.clock())
        self._sender.start(self._sender.event(envelope))

    def _reaches_bot(self, change: Change, channel: Channel) -> bool:
        if change.message is not None and change.message.ephemeral_to is not None:
            return False
        leaving = change.kind is Kind.LEFT and change.user == BOT_USER
        return channel.is_im or BOT_USER in channel.members or leaving

    def _events(self, change: Change, channel: Channel) -> Iterator[Json]:
        """Yield the events of one change."""
        message, now = change.message, self._workspace.new_ts
        match change.kind:
            case Kind.POSTED if message is not None:
                yield message_event(self._workspace, message, self._host)
                if self._names_bot(message, channel):
                    yield mention_event(self._workspace, message, self._host)
            case Kind.EDITED | Kind.DELETED if message and change.previous:
                yield changed_event(self._workspace, message, change.previous, self._host, now())
                newly = not MENTION.search(change.previous.text)
                if newly and self._names_bot(message, channel):
                    yield mention_event(self._workspace, message, self._host)
            case Kind.REACTED | Kind.UNREACTED if message is not None:
                kind = f"reaction_{'added' if change.kind is Kind.REACTED else 'removed'}"
                yield reaction_event(kind, change.user, message, change.name, now())
            case Kind.JOINED | Kind.LEFT:
                person = self._workspace.people[change.user]
                kind = f"member_{change.kind}_channel"
                yield membership_event(kind, channel, person, change.name, now())

    def _names_bot(self, message: Message, channel: Channel) -> bool:
        """Whether an ``app_mention`` twin follows: never in direct messages or from bots."""
        from_bot = self._workspace.people[message.user].is_bot
        return not channel.is_im and not from_bot and bool(MENTION.search(message.text))


def _subscription(event: Json, channel: Channel | None) -> str:
    """Return the name under which a manifest subscribes to this event."""
    if event["type"] != "message" or channel is None:
        return str(event["type"])
    return {"im": "message.im", "group": "message.groups"}.get(channel.type, "message.channels")
