"""People who ask for a human, each in one of the ways that the bot knows, until it is taken."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from benchmarks.rig.hands import Hands, submitted
from benchmarks.rig.slack import channel_ids, user_id
from benchmarks.rig.talk import SURE
from benchmarks.rig.waiting import shown
from bot.playground.cast import BOT_USER, Channel
from bot.playground.workspace import Message
from bot.verbs import Form
from handlers import ids

REPLY_SECONDS = 120.0
FORM_SECONDS = 4.0
AGAIN_SECONDS = 0.5
TRIES = 100
PRESSED_TWICE = 0.1
SECOND_WAY = 0.1
BYSTANDERS = 1_000  # their numbers begin here
WORDS = "the login page stays blank"
HUMAN = "asked for a human"


class Way(StrEnum):
    """How somebody asks."""

    BUTTON = "button"  # under the answer, then the form
    EMOJI = "emoji"
    VERB = "verb in the thread"
    MENTION = "mention"
    COMMAND = "command"
    SHORTCUT = "shortcut"  # a message's menu, then the form


@dataclass
class Askers:
    """Asks, and remembers who asked: each is to have one ticket.

    A command that gets no answer may have been kept all the same; given again it is another one.
    """

    hands: Hands
    seed: int
    channels: int
    asked: dict[str, Way] = field(default_factory=dict)
    commands: Counter[str] = field(default_factory=Counter)
    second: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.names = channel_ids(self.channels)

    async def ask(self, number: int) -> None:
        """Let person ``number`` get a human."""
        user, way = user_id(number), self.chance.choice(list(Way))
        channel = self.chance.choice(self.names)
        self.asked[user] = way
        root = await self._ask(way, channel, user)
        if root and self.chance.random() < SECOND_WAY:
            self.second += 1
            other = user_id(BYSTANDERS + number)
            self.hands.people.say(channel, other, f"<@{BOT_USER}> escalate same for us", root)

    async def _ask(self, way: Way, channel: str, user: str) -> str:
        """Ask in that way; return the ts of the thread, nothing if there is none."""
        say = self.hands.people.say
        match way:
            case Way.BUTTON:
                return await self._by_button(channel, user)
            case Way.EMOJI:
                root = say(channel, user, self.chance.choice((SURE, WORDS)))
                self.hands.people.react(channel, user, root, "sos")
                return root
            case Way.VERB:
                root = say(channel, user, SURE)
                await shown(lambda: self._reply(channel, root), self.chance.uniform(0, 5))
                say(channel, user, f"<@{BOT_USER}> escalate", root)
                return root
            case Way.MENTION:
                return say(channel, user, f"<@{BOT_USER}> escalate {WORDS}")
            case Way.COMMAND:
                await self._by_command(channel, user)
                return ""
            case Way.SHORTCUT:
                root = say(channel, user, WORDS)
                await self._by_form(
                    user, lambda: self.hands.shortcut(user, ids.ESCALATE, channel, root), root
                )
                return root
            case _:
                assert_never(way)

    async def _by_button(self, channel: str, user: str) -> str:
        root = self.hands.people.say(channel, user, SURE)
        reply = await shown(lambda: self._reply(channel, root), REPLY_SECONDS)
        if reply is None:
            raise RuntimeError(f"{root} got no answer")
        await self._by_form(
            user, lambda: self.hands.click(channel, user, reply.ts, ids.ASK_HUMAN), root
        )
        return root

    async def _by_command(self, channel: str, user: str) -> None:
        direct = Channel(f"D{user}", f"dm:{user.lower()}", "im", {user}, is_im=True)
        self.hands.workspace.add_channel(direct)
        taken = False
        while not taken:
            self.commands[user] += 1
            taken = await self.hands.command(channel, user, f"escalate {WORDS}")
            await asyncio.sleep(0 if taken else AGAIN_SECONDS)

    async def _by_form(self, user: str, press: Callable[[], Awaitable[bool]], root: str) -> None:
        """Press until the form is there, and submit it until it is taken.

        A press that came late makes a ticket without a form.
        """
        for _ in range(TRIES):
            await asyncio.gather(*(press() for _ in range(1 + self._twice())))
            await shown(lambda: self.hands.modal(user, Form.ESCALATE), FORM_SECONDS)
            # Where Slack would not let the thread be read, the form opens empty.
            words = {ids.SUMMARY: SURE, ids.TRIED: f"tried by {user}"}
            if await submitted(self.hands, user, Form.ESCALATE, words) or self._has_ticket(root):
                return
        raise RuntimeError(f"{user} got no form")

    def _twice(self) -> bool:
        return self.chance.random() < PRESSED_TWICE

    def _reply(self, channel: str, root: str) -> Message | None:
        found = self.hands.workspace.thread(channel, root)
        return next(
            (m for m in found if m.user == BOT_USER and ids.ASK_HUMAN in str(m.blocks)), None
        )

    def _has_ticket(self, root: str) -> bool:
        every = (self.hands.workspace.thread(name, root) for name in self.names)
        return any(HUMAN in m.text for found in every for m in found)
