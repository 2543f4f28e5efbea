"""The state of the local workspace: who is where, what was said, what changed. No I/O."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from bot.playground.cast import (
    BOT,
    PEOPLE,
    SLACKBOT_PERSON,
    Channel,
    Person,
    channels,
)
from bot.playground.files import FileShelf
from bot.playground.refusal import SlackError
from bot.playground.views import ViewDesk

Json = dict[str, Any]
MICROSECONDS = 1_000_000


class Kind(StrEnum):
    """What happened to the workspace."""

    POSTED = "posted"
    EDITED = "edited"
    DELETED = "deleted"
    REACTED = "reacted"
    UNREACTED = "unreacted"
    JOINED = "joined"
    LEFT = "left"
    VIEW = "view"
    STATUS = "status"
    NOTICE = "notice"


@dataclass(slots=True)
class Message:
    """One message. ``ephemeral_to`` is set for those that one person alone sees."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    ephemeral_to: str | None = None
    metadata: Json | None = None
    files: list[str] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    edited_ts: str | None = None
    deleted: bool = False
    subtype: str | None = None
    broadcast: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened, for those who listen: events to the bot, the page, tests."""

    kind: Kind
    user: str
    message: Message | None = None
    previous: Message | None = None
    channel: str = ""
    name: str = ""
    text: str = ""
    thread_ts: str | None = None


class Workspace:
    """Everything that Slack would know, in memory: a restart begins an empty workspace."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Start with the cast and no message."""
        self.clock = clock
        self.people: dict[str, Person] = {
            person.id: person for person in (*PEOPLE, BOT, SLACKBOT_PERSON)
        }
        self.channels: dict[str, Channel] = {channel.id: channel for channel in channels()}
        self.messages: dict[str, dict[str, Message]] = {}
        self.listeners: list[Callable[[Change], None]] = []
        self.files = FileShelf()
        self.views = ViewDesk(clock)
        self.calls: deque[tuple[str, Json]] = deque(maxlen=10_000)
        self._last_microsecond = 0

    def tell(self, change: Change) -> None:
        """Hand one change to every listener."""
        for listener in list(self.listeners):
            listener(change)

    def new_ts(self) -> str:
        """Return a time stamp in Slack's form, later than every one before."""
        now = max(int(self.clock() * MICROSECONDS), self._last_microsecond + 1)
        self._last_microsecond = now
        return f"{now // MICROSECONDS}.{now % MICROSECONDS:06d}"

    def person(self, key: str) -> Person | None:
        """Return the person of that id or name (``@`` or not), or None."""
        wanted = key.removeprefix("@")
        by_name = (p for p in self.people.values() if p.name == wanted.lower())
        return self.people.get(wanted) or next(by_name, None)

    def channel(self, key: str) -> Channel | None:
        """Return the channel of that id or name (``#`` or not), or None."""
        wanted = key.removeprefix("#")
        by_name = (c for c in self.channels.values() if c.name == wanted.lower())
        return self.channels.get(wanted) or next(by_name, None)

    def post(self, message: Message) -> Message:
        """Put a message into its channel; the listeners hear of it."""
        self.messages.setdefault(message.channel, {})[message.ts] = message
        self.tell(Change(Kind.POSTED, message.user, message, channel=message.channel))
        return message

    def find(self, channel: str, ts: str) -> Message:
        """Return the message, also an ephemeral one, or raise ``message_not_found``."""
        message = self.messages.get(channel, {}).get(ts)
        if message is None or message.deleted:
            raise SlackError("message_not_found")
        return message

    def edit(self, message: Message, *, text: str, blocks: list[Json]) -> None:
        """Give a message another text."""
        previous = replace(message)
        message.text, message.blocks = text, blocks
        if message.ephemeral_to is None:
            message.edited_ts = self.new_ts()
        self.tell(
            Change(Kind.EDITED, message.user, message, previous=previous, channel=message.channel)
        )

    def delete(self, message: Message) -> None:
        """Take a message away; its place stays so that the page can forget it."""
        previous = replace(message)
        message.deleted = True
        message.text, message.blocks, message.files = "", [], []
        self.tell(
            Change(Kind.DELETED, message.user, message, previous=previous, channel=message.channel)
        )

    def react(self, message: Message, user: str, name: str) -> None:
        """Add a reaction, or raise ``already_reacted``."""
        users = message.reactions.setdefault(name, [])
        if user in users:
            raise SlackError("already_reacted")
        users.append(user)
        self.tell(Change(Kind.REACTED, user, message, channel=message.channel, name=name))

    def unreact(self, message: Message, user: str, name: str) -> None:
        """Take a reaction back, or raise ``no_reaction``."""
        users = message.reactions.get(name, [])
        if user not in users:
            raise SlackError("no_reaction")
        users.remove(user)
        if not users:
            del message.reactions[name]
        self.tell(Change(Kind.UNREACTED, user, message, channel=message.channel, name=name))

    def join(self, channel: Channel, user: str, inviter: str = "") -> None:
        """Make somebody, or the bot, a member of a channel."""
        if user in channel.members:
            return
        channel.members.add(user)
        self.tell(Change(Kind.JOINED, user, channel=channel.id, name=inviter))

    def leave(self, channel: Channel, user: str) -> None:
        """Take somebody, or the bot, out of a channel."""
        if user not in channel.members:
            return
        channel.members.discard(user)
        self.tell(Change(Kind.LEFT, user, channel=channel.id))

    def add_channel(self, channel: Channel) -> Channel:
        """Add a channel that is not in the cast."""
        self.channels[channel.id] = channel
        return channel

    def said(self, channel: str) -> Iterator[Message]:
        """Yield what stands in a channel for everyone, oldest first, without ephemeral ones."""
        for message in sorted(self.messages.get(channel, {}).values(), key=lambda m: m.ts):
            if not message.deleted and message.ephemeral_to is None:
                yield message

    def thread(self, channel: str, ts: str) -> list[Message]:
        """Return the root and its replies, oldest first; empty when there is no such root."""
        return [m for m in self.said(channel) if ts in (m.ts, m.thread_ts)]

    def may_see(self, channel: Channel, user: str) -> bool:
        """Whether a person sees a channel at all."""
        return user in channel.members
