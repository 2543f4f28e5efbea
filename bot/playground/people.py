"""What people do in the workspace: say, edit, react, share a file, join, open the App Home."""

from typing import Any

from bot.playground.announcer import Announcer
from bot.playground.cast import BOT_NAME, BOT_USER, Channel, Person
from bot.playground.envelopes import home_event
from bot.playground.files import StoredFile
from bot.playground.refusal import RefusedError, SlackError
from bot.playground.typed import rich_text, slack_text
from bot.playground.workspace import Message, Workspace

Json = dict[str, Any]
TYPED_CHARS = 12_000
NOT_FOUND = 404
FORBIDDEN = 403


class Room:
    """Finds people, channels and messages by what a person calls them, or refuses in words."""

    def __init__(self, workspace: Workspace) -> None:
        """Look in this workspace."""
        self.workspace = workspace

    def person(self, key: str) -> Person:
        """Return a person who can act: not the bot."""
        person = self.workspace.person(key)
        if person is None or person.is_bot:
            names = ", ".join(p.name for p in self.workspace.people.values() if not p.is_bot)
            raise RefusedError(f"Nobody is called {key!r} here. Use one of: {names}.", NOT_FOUND)
        return person

    def anybody(self, key: str) -> Person:
        """Return a person, or the bot under its name."""
        person = self.workspace.person(key)
        return person if person is not None else self.person(key)

    def channel(self, key: str, person: Person | None = None) -> Channel:
        """Return a channel, of those that the person sees if one is given."""
        channel = self.workspace.channel(key)
        if channel is None:
            names = ", ".join(c.name for c in self.workspace.channels.values())
            text = f"There is no channel {key!r}. Use one of: {names}."
            raise RefusedError(text, NOT_FOUND)
        if person is not None and not self.workspace.may_see(channel, person.id):
            raise RefusedError(f"{person.name} is not a member of {channel.name}.", FORBIDDEN)
        return channel

    def message(self, channel: Channel, person: Person, ts: str) -> Message:
        """Return a message that the person sees."""
        try:
            message = self.workspace.find(channel.id, ts)
        except SlackError:
            message = None
        if message is None or message.ephemeral_to not in (None, person.id):
            text = f"{person.name} sees no message {ts!r} in {channel.name}. Read them again."
            raise RefusedError(text, NOT_FOUND)
        return message

    def mentioned(self, name: str) -> str | None:
        """Return the id of whom ``@name`` means; the bot also answers to its display name."""
        if name.lower() == BOT_NAME or name == BOT_USER:
            return BOT_USER
        person = self.workspace.person(name)
        return person.id if person is not None else None


class People:
    """The people of the cast, acting; keys are names or ids."""

    def __init__(self, workspace: Workspace, announcer: Announcer) -> None:
        """Let them act in this workspace."""
        self.workspace = workspace
        self.room = Room(workspace)
        self._announcer = announcer

    def say(self, channel: str, user: str, text: str, thread_ts: str | None = None) -> str:
        """Post what a person typed and return its ts; a very long text becomes a snippet."""
        if not text.strip():
            raise RefusedError("There is nothing to send: `text` is empty.")
        if len(text) > TYPED_CHARS:
            return self.file(channel, user, "Untitled.txt", text, thread_ts=thread_ts)
        message = self._new(channel, user, thread_ts)
        self._write(message, text)
        return self.workspace.post(message).ts

    def _new(self, channel: str, user: str, thread_ts: str | None) -> Message:
        """Return an empty message of this person, in the thread of ``thread_ts``."""
        person = self.room.person(user)
        place = self.room.channel(channel, person)
        root = self.room.message(place, person, thread_ts) if thread_ts else None
        thread = (root.thread_ts or root.ts) if root else None
        return Message(place.id, self.workspace.new_ts(), person.id, "", thread_ts=thread)

    def _write(self, message: Message, text: str) -> None:
        """Put typed text into a message as Slack's composer does."""
        message.text = slack_text(text, self.room.mentioned)
        message.blocks = [rich_text(text, f"r{message.ts}", self.room.mentioned)]

    def file(
        self,
        channel: str,
        user: str,
        name: str,
        content: str | bytes,
        *,
        text: str = "",
        thread_ts: str | None = None,
    ) -> str:
        """Share a file, with a comment if there is one, and return the message's ts."""
        message = self._new(channel, user, thread_ts)
        if text:
            self._write(message, text)
        raw = content if isinstance(content, bytes) else content.encode(errors="replace")
        stored = self._store(message, name, raw)
        message.subtype, message.files = "file_share", [stored.id]
        return self.workspace.post(message).ts

    def _store(self, message: Message, name: str, raw: bytes) -> StoredFile:
        created = int(self.workspace.clock())
        stored = self.workspace.files.add(name, message.user, created, raw)
        stored.snippet = name == "Untitled.txt"
        stored.channels.append(message.channel)
        return stored

    def edit(self, channel: str, user: str, ts: str, text: str) -> None:
        """Give one's own message another text."""
        message = self._own(channel, user, ts, "edit")
        if not text.strip():
            raise RefusedError("An edited message needs a text; delete it instead.")
        draft = Message(message.channel, message.ts, message.user, "")
        self._write(draft, text)
        self.workspace.edit(message, text=draft.text, blocks=draft.blocks)

    def delete(self, channel: str, user: str, ts: str) -> None:
        """Delete one's own message."""
        self.workspace.delete(self._own(channel, user, ts, "delete"))

    def _own(self, channel: str, user: str, ts: str, deed: str) -> Message:
        person = self.room.person(user)
        place = self.room.channel(channel, person)
        message = self.room.message(place, person, ts)
        if message.user != person.id:
            text = f"{person.name} did not write that message and cannot {deed} it."
            raise RefusedError(text, FORBIDDEN)
        return message

    def react(self, channel: str, user: str, ts: str, name: str, *, remove: bool = False) -> None:
        """Add a reaction to a message, or take it back."""
        person = self.room.person(user)
        place = self.room.channel(channel, person)
        message = self.room.message(place, person, ts)
        if message.ephemeral_to is not None:
            raise RefusedError("Nobody can react to a message that only one person sees.")
        change = self.workspace.unreact if remove else self.workspace.react
        try:
            change(message, person.id, name.strip(":"))
        except SlackError as error:
            raise RefusedError(f"That does not work: {error.code}.") from None

    def join(self, channel: str, user: str, inviter: str = "") -> None:
        """Let somebody, or the bot, into a channel."""
        place = self.room.channel(channel)
        by = self.room.person(inviter).id if inviter else ""
        if place.is_im:
            raise RefusedError("Nobody can join direct messages.")
        self.workspace.join(place, self.room.anybody(user).id, by)

    def leave(self, channel: str, user: str) -> None:
        """Take somebody, or the bot, out of a channel."""
        place = self.room.channel(channel)
        if place.is_im:
            raise RefusedError("Nobody can leave direct messages.")
        self.workspace.leave(place, self.room.anybody(user).id)

    def open_home(self, user: str, tab: str = "home") -> None:
        """Open the bot's App Home (``home``) or its messages (``messages``)."""
        person = self.room.person(user)
        place = self.room.channel(f"dm:{person.name}")
        view = self.workspace.views.homes.get(person.id) if tab == "home" else None
        event = home_event(person, place, tab, view, self.workspace.new_ts())
        self._announcer.send(event, place)
