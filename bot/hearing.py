"""A message's way down the ladder of product.md: decided in memory, most often to silence."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.asking import Asking
from bot.conversations import Event, actor_of, is_mute_word, overheard
from bot.desk import Desk
from bot.jobs import Attachment, Heard, Job, Kind, work_id
from bot.leaks import live_leaks
from bot.records import Around, Mode, Place, Thread
from bot.verbs import Name, parse_verb
from bot.workflows import Workflows

EDIT_SECONDS = 600  # an edit of an older message is no new question
EDITS_KEPT = 1_000
log = structlog.get_logger(__name__)


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
    mentions_others: bool = False
    edited: bool = False
    files: tuple[Attachment, ...] = ()

    @property
    def id(self) -> str:
        """The same for every delivery and twin of the message."""
        return work_id(self.team, self.channel, self.ts)

    def heard(self, redacted: str) -> Heard:
        """Return what may be kept of it."""
        place = Place(self.team, self.channel, self.root)
        return Heard(
            place, self.ts, self.user, redacted, self.explicit, self.mentions_others, self.files
        )


class Hearing:
    """Decides what a message needs, and has it done: before Slack gets its answer."""

    def __init__(
        self,
        workflows: Workflows,
        asking: Asking,
        desk: Desk,
        clock: Callable[[], float],
        *,
        hold: float,
    ) -> None:
        self._workflows = workflows
        self._asking = asking
        self._desk = desk
        self._clock = clock
        self._hold = hold
        self._edits: OrderedDict[str, None] = OrderedDict()
        self.aside = Aside()

    async def hear(self, message: Message) -> None:
        """Have what the message needs kept as work; raise if it cannot be kept."""
        if message.edited and not self._is_new(message):
            return
        place = Place(message.team, message.channel, message.root)
        around = await self._workflows.store.around(place, message.user)
        mode = around.mode or self._asking.default_mode(message.channel)
        if mode is Mode.OFF and not message.explicit:
            return
        paste = await self._asking.read(message.text)
        heard = message.heard(paste.text)
        if leaks := live_leaks(paste.found):
            await self._workflows.warn(heard, leaks)
        if heard.explicit:
            await self._asked(heard, around)
        elif await self._may_speak(heard, around):
            await self._overhear(heard, around)
        if message.edited:
            self._remember(message)

    async def _asked(self, heard: Heard, around: Around) -> None:
        """Have somebody answered who asked, whatever the mode and the thread's state."""
        if around.thread and is_mute_word(heard.text):
            await self._move(heard, around.thread, Event.MUTED)
            await self._submit(Kind.MUTED, heard)
        elif not heard.files and parse_verb(heard.text).name is not Name.ASK:
            await self._submit(Kind.VERB, heard)
        else:
            await self._attend(heard, around)

    async def _may_speak(self, heard: Heard, around: Around) -> bool:
        """Tell whether an unasked answer may be due; note what the thread learns by it."""
        if around.thread is None or not heard.in_thread:
            return not heard.in_thread
        actor = actor_of(around.thread, heard.user, await self._workflows.staff.ids())
        event = overheard(actor, heard.text, mentions_others=heard.mentions_others)
        if event:
            await self._move(heard, around.thread, event)
        return event is None

    async def _overhear(self, heard: Heard, around: Around) -> None:
        """Have a message that asked nobody looked at, if it needs something."""
        await self._attend(heard, around)

    async def _attend(self, heard: Heard, around: Around) -> None:
        if heard.files:
            await self._workflows.works.attend(heard)
            return
        asked = parse_verb(heard.text).rest if heard.explicit else heard.text
        heard = replace(heard, text=asked)
        plan = await self._desk.plan(heard, around)
        if plan.job:
            await self._workflows.works.attend(heard, 0 if plan.sure else self._hold)
        elif plan.miss:
            self.aside.start(self._desk.count_miss(heard, plan.miss))

    async def _submit(self, kind: Kind, heard: Heard) -> None:
        job = Job(kind, heard.id, heard.place, heard.user, heard.ts, text=heard.text)
        await self._workflows.works.submit(job)

    async def _move(self, heard: Heard, thread: Thread, event: Event) -> None:
        actor = actor_of(thread, heard.user, await self._workflows.staff.ids())
        await self._workflows.move(heard.place, event, actor)

    def _is_new(self, message: Message) -> bool:
        """Tell whether an edit counts: once for a message, and only while that is young."""
        young = self._clock() - float(message.ts) <= EDIT_SECONDS
        return message.id not in self._edits and young

    def _remember(self, message: Message) -> None:
        self._edits[message.id] = None
        if len(self._edits) > EDITS_KEPT:
            self._edits.popitem(last=False)


class Aside:
    """What may wait until after the ack, and may be lost: counts."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Let it run; a failure is logged."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def drain(self) -> None:
        """Return when nothing is left."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("not_counted", exc_info=error)
