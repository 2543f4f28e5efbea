"""Staff of the run: each ticket meets one of the fates that a ticket can have."""

import asyncio
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from benchmarks.rig.hands import Hands, submitted
from benchmarks.rig.waiting import T, shown
from bot.playground.cast import BOT_USER, Channel, Person
from bot.playground.workspace import Change, Kind, Message, Workspace
from bot.records import TicketState
from bot.ticket_records import Deed
from handlers import ids
from handlers.blocks_tickets import DEEDS

STAFF_CHANNEL = "C0STAFF"
STAFF = tuple(f"U0S{number}" for number in range(12))
CARD = re.compile(r"\*Ticket (\d+) · (\w+)")
FORM_SECONDS = 4.0
SEEN_SECONDS = 10.0
TRIES = 100
PRESSED_TWICE = 0.1


class Fate(StrEnum):
    """What staff do."""

    LEFT = "left alone"
    CLAIMED = "claimed"
    RESOLVED = "claimed, answered, resolved"
    SILENT = "asked for more, and nobody answers"
    ANSWERED = "asked for more, answered, resolved"
    REOPENED = "resolved, opened again, left alone"


ENDS = {
    Fate.LEFT: TicketState.OPEN,
    Fate.CLAIMED: TicketState.CLAIMED,
    Fate.RESOLVED: TicketState.RESOLVED,
    Fate.SILENT: TicketState.CLOSED,
    Fate.ANSWERED: TicketState.RESOLVED,
    Fate.REOPENED: TicketState.OPEN,
}


def bring_staff(workspace: Workspace) -> None:
    """Put the staff into the workspace and its staff channel."""
    for one in STAFF:
        workspace.people[one] = Person(one, one.lower(), one, "#777777", "staff")
    members = {*STAFF, BOT_USER}
    workspace.add_channel(Channel(STAFF_CHANNEL, "staff", "staff", members, is_private=True))


@dataclass
class Staff:
    """Takes up each card as it appears."""

    hands: Hands
    seed: int
    fates: dict[int, Fate] = field(default_factory=dict)
    announced: list[int] = field(default_factory=list)  # once for each mention of the group
    written: list[str] = field(default_factory=list)  # words of forms that were taken

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self._busy = {one: asyncio.Lock() for one in STAFF}
        self._tasks: list[asyncio.Task[None]] = []
        self.hands.workspace.listeners.append(self._hear)

    def _hear(self, change: Change) -> None:
        message = change.message
        if message is None or message.channel != STAFF_CHANNEL or message.user != BOT_USER:
            return
        found = CARD.search(message.text)
        if change.kind is not Kind.POSTED or not found:
            return
        number = int(found[1])
        self.announced += [number] * message.text.count("<!subteam^")
        if number not in self.fates:
            self.fates[number] = self.chance.choice(list(Fate))
            self._tasks.append(asyncio.create_task(self._meet(number, message)))

    async def done(self) -> None:
        """Return when every fate so far has run its course."""
        for task in list(self._tasks):
            await task

    def failed(self) -> list[str]:
        """Return what the staff could not do, so far."""
        done = [one for one in self._tasks if one.done() and not one.cancelled()]
        return [str(one.exception()) for one in done if one.exception()]

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _meet(self, number: int, card: Message) -> None:
        who = self.chance.choice(STAFF)
        await asyncio.sleep(self.chance.uniform(0, 3))
        match self.fates[number]:
            case Fate.LEFT:
                return
            case Fate.CLAIMED:
                await self._press(who, card, ids.TICKET_CLAIM, "claimed")
            case Fate.RESOLVED:
                await self._press(who, card, ids.TICKET_CLAIM, "claimed")
                words = f"reply {number}"
                await self._fill(who, card, ids.TICKET_REPLY, ids.REPLY_VIEW, words)
                # A person sees it stand there; a ticket that is resolved takes no reply any more.
                await self._seen(lambda: self._note_with(number, words), f"{words} was never shown")
                await self._resolve(who, card, number)
            case Fate.SILENT:
                await self._ask(who, card, number)
            case Fate.ANSWERED:
                await self._ask(who, card, number)
                await self._let_answer(number)
                await self._resolve(who, card, number)
            case Fate.REOPENED:
                await self._resolve(who, card, number)
                await shown(lambda: _state(card) == "resolved", SEEN_SECONDS * TRIES)
                await self._press(who, card, ids.TICKET_REOPEN, "open")
            case _:
                assert_never(self.fates[number])

    async def _press(self, who: str, card: Message, action: str, state: str) -> None:
        """Press until the card shows it; a press that was refused is made again."""
        for _ in range(TRIES):
            twice = 1 + (self.chance.random() < PRESSED_TWICE)
            presses = (self.hands.click(STAFF_CHANNEL, who, card.ts, action) for _ in range(twice))
            await asyncio.gather(*presses)
            if await shown(lambda: _state(card) == state, SEEN_SECONDS):
                return
        raise RuntimeError(f"{action} does nothing to {card.text[:40]}")

    async def _ask(self, who: str, card: Message, number: int) -> None:
        words = f"which version, {number}"
        await self._fill(who, card, ids.TICKET_NEED_INFO, ids.NEED_INFO_VIEW, words)

    async def _resolve(self, who: str, card: Message, number: int) -> None:
        await self._fill(who, card, ids.TICKET_RESOLVE, ids.RESOLVE_VIEW, f"solved {number}")

    async def _fill(self, who: str, card: Message, action: str, view: str, words: str) -> None:
        """Open a form and submit it until it is taken; a person has one form open at a time."""
        async with self._busy[who]:
            for _ in range(TRIES):
                await self.hands.click(STAFF_CHANNEL, who, card.ts, action)
                await shown(lambda: self.hands.modal(who, view), FORM_SECONDS)
                if await submitted(self.hands, who, view, {ids.WORDS: words}):
                    self.written.append(words)
                    return
        raise RuntimeError(f"no {view} for {card.text[:40]}")

    async def _let_answer(self, number: int) -> None:
        """Have the asker answer, once the question is in the thread; staff are told then.

        Whoever resolves it before the answer is taken sees it opened again by that.
        """
        question = f"which version, {number}"
        note = await self._seen(
            lambda: self._note_with(number, question), f"the question of ticket {number} never came"
        )
        root = note.thread_ts or note.ts
        asker = re.findall(r"<@(\w+)>", note.text)[0]
        self.hands.people.say(note.channel, asker, f"version {number}", root)
        await self._seen(lambda: self._told_answer(number), f"answer {number} was never told")

    @staticmethod
    async def _seen(look: Callable[[], T | None], never: str) -> T:
        found = await shown(look, SEEN_SECONDS * TRIES)
        if found is None:
            raise RuntimeError(never)
        return found

    def _note_with(self, number: int, words: str) -> Message | None:
        """Return the note of the ticket, once its thread shows what staff wrote."""
        note = note_of(self.hands.workspace, number)
        if note is None:
            return None
        thread = self.hands.workspace.thread(note.channel, note.thread_ts or note.ts)
        return note if any(words in str(m.blocks) for m in thread) else None

    def _told_answer(self, number: int) -> Message | None:
        """Return what tells staff that the asker answered."""
        told = list(self.hands.workspace.messages[STAFF_CHANNEL].values())
        lines = (one for one in told if one.text.startswith(f"Ticket {number}: "))
        return next((one for one in lines if DEEDS[Deed.ANSWERED] in one.text), None)


def _state(card: Message) -> str:
    found = CARD.search(card.text)
    return found[2] if found else ""


def note_of(workspace: Workspace, number: int) -> Message | None:
    """Return the message that shows the ticket's state to its asker."""
    return next(iter(notes_of(workspace, number)), None)


def notes_of(workspace: Workspace, number: int) -> Sequence[Message]:
    """Return all that show it: one, if all is well."""
    mark = f"*Ticket {number}*"
    return [
        message
        for messages in list(workspace.messages.values())
        for message in messages.values()
        if message.user == BOT_USER and mark in message.text and not message.ephemeral_to
    ]
