"""A message's way down the ladder of product.md: decided in memory, most often to silence."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from bot.answering import Decision, Paste
from bot.asking import Asking
from bot.conversations import (
    Act,
    Actor,
    Event,
    act,
    actor_of,
    is_mute_word,
    may_follow_up,
    overheard,
)
from bot.leaks import live_leaks
from bot.records import Around, Mode, Place, Thread
from bot.reply import Notice
from bot.verbs import Name, parse_verb
from bot.workflows import Case, Workflows, candidates_of, case_id
from knowledge.matcher import Like

EDIT_SECONDS = 600  # an edit of an older message is no new question
EDITS_KEPT = 1_000
LEFT_ALONE = "I leave this thread alone. Mention me when you want me back."


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message, to be fetched if the message is looked at."""

    id: str
    name: str
    url: str
    size: int


class Files(Protocol):
    """Fetches attached text; its Slack side is handlers/files.py."""

    async def read(self, files: tuple[Attachment, ...]) -> str:
        """Return the text of those that are text, nothing for the others."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it came: the text is raw, so it is never stored or logged."""

    team: str
    channel: str
    ts: str
    root: str  # its own ts unless it stands in a thread
    user: str
    text: str  # Slack's markup, the bot's own mention taken out
    explicit: bool  # names the bot, or is a direct message to it
    direct: bool = False
    mentions_others: bool = False
    edited: bool = False
    event: str = ""  # id of the delivery
    files: tuple[Attachment, ...] = ()

    @property
    def place(self) -> Place:
        """The thread to answer in."""
        return Place(self.team, self.channel, self.root)

    @property
    def id(self) -> str:
        """The same for every delivery and twin of the message."""
        return case_id(self.team, self.channel, self.ts)

    @property
    def claims(self) -> tuple[str, ...]:
        """What only one delivery may take: the message, and the delivery itself."""
        return (self.id, f"event:{self.team}:{self.event}") if self.event else (self.id,)


class Hearing:
    """Decides what a message needs, and has it done."""

    def __init__(
        self, workflows: Workflows, asking: Asking, files: Files, clock: Callable[[], float]
    ) -> None:
        self._workflows = workflows
        self._asking = asking
        self._files = files
        self._clock = clock
        self._edits: OrderedDict[str, None] = OrderedDict()

    async def hear(self, message: Message) -> None:
        """Answer, suggest, warn or stay silent."""
        if message.edited and not self._is_new(message):
            return
        around = await self._workflows.store.around(message.place, message.user)
        mode = around.mode or self._asking.default_mode(message.channel)
        if mode is Mode.OFF and not message.explicit:
            return
        message = replace(message, text=message.text + await self._files.read(message.files))
        paste = await self._asking.read(message.text)
        if leaks := live_leaks(paste.found):
            await self._workflows.warn(message.place, message.ts, message.user, leaks)
        if message.explicit:
            await self._asked(message, paste, around.thread)
        elif await self._may_speak(message, paste, around):
            await self._overhear(message, paste, mode, around.thread)

    async def _asked(self, message: Message, paste: Paste, thread: Thread | None) -> None:
        """Answer somebody who asked, whatever the mode and the thread's state."""
        if not await self._workflows.store.claim(self._clock(), *message.claims):
            return
        verb = parse_verb(paste.text)
        if thread and is_mute_word(paste.text):
            await self._mute(message, thread)
        elif verb.name is not Name.ASK:
            said = await self._asking.perform(verb, message.team, message.channel, message.user)
            in_thread = message.root != message.ts
            await self._workflows.messenger.whisper(
                message.place, message.user, said, in_thread=in_thread
            )
        else:
            decision = await self._asking.decide(verb.rest, explicit=True)
            if thread:
                actor = await self._actor(message, thread)
                await self._workflows.move(message.place, Event.MENTIONED, actor)
            await self._answer_asked(message, decision, thread.rejected if thread else ())
            if not decision.candidates:
                await self._count_miss(message, decision, verb.rest)

    async def _answer_asked(
        self, message: Message, decision: Decision, rejected: tuple[str, ...]
    ) -> None:
        """Answer, or show what is likeliest; never again what was rejected in this thread."""
        case = _case(message, decision, without=rejected)
        chosen = act(Mode.OFF, decision.outcome, explicit=True)
        if chosen is Act.ANSWER and decision.entry and decision.entry not in rejected:
            await self._workflows.answer(case, decision.entry)
        elif rejected and not case.candidates:
            await self._workflows.nothing_left(case)
        else:
            await self._workflows.offer(case)

    async def _may_speak(self, message: Message, paste: Paste, around: Around) -> bool:
        """Tell whether an unasked answer is allowed at all; note what the thread learns by it."""
        if message.root == message.ts:
            return not (around.opted_out or message.mentions_others)
        thread = around.thread
        if thread is None:
            return False
        actor = await self._actor(message, thread)
        event = overheard(actor, paste.text, mentions_others=message.mentions_others)
        if event:
            await self._workflows.move(message.place, event, actor)
            return False
        return may_follow_up(thread, message.user) and not around.opted_out

    async def _overhear(
        self, message: Message, paste: Paste, mode: Mode, thread: Thread | None
    ) -> None:
        """Act on a message that asked nobody, by the channel's mode."""
        if mode is Mode.MENTION:
            return
        decision = await self._asking.decide(paste.text, explicit=False)
        case = _case(message, decision, without=thread.given if thread else ())
        chosen = act(mode, decision.outcome, explicit=False)
        if chosen is Act.NOTHING:
            await self._count_miss(message, decision, paste.text)
            return
        if not case.candidates or (
            chosen is Act.ANSWER and decision.entry != case.candidates[0].entry
        ):
            return  # said in this thread already
        if await self._workflows.store.claim(self._clock(), *message.claims):
            if chosen is Act.ANSWER and decision.entry:
                await self._workflows.answer(case, decision.entry)
            else:
                await self._workflows.suggest(case)

    async def _count_miss(self, message: Message, decision: Decision, text: str) -> None:
        """Count an error or a question that no entry answers, once for each message."""
        if decision.like is Like.OTHER:
            return
        now = self._clock()
        if await self._workflows.store.claim(now, f"miss:{message.id}"):
            await self._workflows.store.count_miss(decision.fingerprint, text, now)

    async def _mute(self, message: Message, thread: Thread) -> None:
        actor = await self._actor(message, thread)
        await self._workflows.move(message.place, Event.MUTED, actor)
        await self._workflows.messenger.whisper(message.place, message.user, Notice(LEFT_ALONE))

    async def _actor(self, message: Message, thread: Thread) -> Actor:
        return actor_of(thread, message.user, await self._workflows.staff.ids())

    def _is_new(self, message: Message) -> bool:
        """Tell whether an edit counts: once for a message, and only while that is young."""
        if message.id in self._edits or self._clock() - float(message.ts) > EDIT_SECONDS:
            return False
        self._edits[message.id] = None
        if len(self._edits) > EDITS_KEPT:
            self._edits.popitem(last=False)
        return True


def _case(message: Message, decision: Decision, *, without: tuple[str, ...]) -> Case:
    """Return what the message's work needs to know, entries left out that were shown before."""
    candidates = tuple(item for item in candidates_of(decision) if item.entry not in without)
    return Case(message.place, message.ts, message.user, candidates)
