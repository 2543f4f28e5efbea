"""A message's way down the ladder of product.md: decided in memory, most often to silence."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

from bot.answering import Paste
from bot.aside import Aside
from bot.asking import Asking
from bot.conversations import Event, actor_of, deed_of, is_mute_word, is_thanks, overheard
from bot.jobs import Attachment, Heard, Job, Kind, TicketWork, work_id
from bot.leaks import live_leaks
from bot.metrics import DECISIONS
from bot.misses import Misses
from bot.pieces import Pieces, Recent, author_of
from bot.planning import Planner, miss_of
from bot.records import Around, Mode, Place, State, Thread
from bot.saying import Saying
from bot.ticket_records import Deed
from bot.verbs import CHECKING, Name, parse_verb
from bot.workflows import Workflows

EDIT_SECONDS = 600  # an edit of an older message is no new question
EDITS_KEPT = 1_000
SENTENCES = frozenset({Name.ASK, Name.UNKNOWN})
TO_STAFF = SENTENCES | {Name.DIAGNOSE, Name.ESCALATE}  # other verbs are for the bot alone


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
        planner: Planner,
        saying: Saying,
        clock: Callable[[], float],
        *,
        join: float,
        hold: float,
    ) -> None:
        self._workflows = workflows
        self._asking = asking
        self._planner = planner
        self._saying = saying
        self._clock = clock
        self._hold = hold
        self._recent = Recent(join)
        self._edits: OrderedDict[str, None] = OrderedDict()
        self.aside = Aside()
        self._misses = Misses(workflows.store.misses, self.aside, clock)

    async def hear(self, message: Message) -> None:
        """Have what the message needs kept as work; raise if it cannot be kept."""
        if message.edited and not self._is_new(message):
            return
        glance = self._asking.glance(message.text)
        if glance and self._is_talk(message, glance):
            return
        place = Place(message.team, message.channel, message.root)
        around = await self._workflows.store.around(place, message.user, message.ts)
        mode = around.mode or self._asking.default_mode(message.channel)
        if mode is Mode.OFF and not message.explicit:
            return
        paste = glance or await self._asking.read(message.text)
        heard = message.heard(paste.text)
        await self._planner.checks.seal(heard.id, message.text, paste)
        if leaks := live_leaks(paste.found):
            await self._workflows.warn(heard, leaks)
        if heard.explicit and await self._saying.take(heard, message.text):
            return
        if await self._for_ticket(heard, around):
            return
        if heard.explicit and await self._told(heard, around, message.text):
            return
        if heard.explicit or await self._may_speak(heard, around):
            await self._attend(heard, around, edited=message.edited)
        if message.edited:
            self._remember(message)

    def passes_over(self, message: Message) -> bool:
        """Tell at once whether a message gets nothing in any mode; what is not sure is heard."""
        glance = self._asking.glance(message.text)
        return glance is not None and self._is_talk(message, glance)

    async def hear_sos(self, on: Place, user: str, when: str, *, own: bool) -> None:
        """Bring in a human for the thread of a message that got 🆘.

        Where the bot does not listen, only in threads that it is in.
        """
        link = await self._workflows.messenger.permalink(on.team, on.channel, on.root)
        (root, *_) = parse_qs(urlsplit(link).query).get("thread_ts") or [on.root]
        place = replace(on, root=root)
        around = await self._workflows.store.around(place, user)
        mode = around.mode or self._asking.default_mode(on.channel)
        if own or around.thread or mode not in {Mode.OFF, Mode.MENTION}:
            key = f"sos:{work_id(on.team, on.channel, on.root)}:{user}:{when}"
            await self._workflows.escalate(place, user, key)

    async def _for_ticket(self, heard: Heard, around: Around) -> bool:
        """Let the thread's ticket know of a message; tell whether the message was for it alone."""
        brief = around.thread.ticket if around.thread else None
        if brief is None or around.thread is None or not heard.in_thread:
            return False
        if heard.explicit and parse_verb(heard.text).name not in TO_STAFF:
            return False
        actor = actor_of(around.thread, heard.user, await self._workflows.staff.ids())
        alone = brief.private and not brief.finished and parse_verb(heard.text).name in SENTENCES
        deed = deed_of(heard.text, actor, around.thread, self._clock(), relayed=alone)
        if deed:
            work = TicketWork(brief.id, deed)
            text = heard.text if alone else ""
            key = f"{heard.id}:ticket"
            await self._workflows.do_to_ticket(heard.place, heard.user, key, work, text)
        return alone or deed is Deed.REOPEN

    def _is_talk(self, message: Message, paste: Paste) -> bool:
        """Tell whether a message gets nothing in any mode, before the store is asked anything.

        It may still be the first piece of a paste.
        """
        if message.explicit or message.edited or message.files or message.root != message.ts:
            return False
        heard, now = message.heard(paste.text), self._clock()
        if self._recent.follows(heard, now) or not self._asking.is_talk(paste):
            return False
        self._recent.join(heard, None, now)
        DECISIONS.labels("talk").inc()
        return True

    async def _told(self, heard: Heard, around: Around, raw: str) -> bool:
        """Tell whether it is no question but something to do, which is then done."""
        if around.thread and is_mute_word(heard.text):
            await self._move(heard, around.thread, Event.MUTED)
            await self._submit(Kind.MUTED, heard)
            return True
        if await self._saying.refuse(heard):
            return True
        pointing = not heard.text and self._recent.follows(heard, self._clock())
        verb = parse_verb(heard.text)
        if verb.name is Name.ESCALATE:
            await self._escalate(heard, verb.rest)
            return True
        if heard.files or pointing or verb.name is Name.ASK:
            return False
        if verb.name is Name.DIAGNOSE and (verb.rest or heard.in_thread):
            return False
        if verb.name in CHECKING and (job := await self._planner.checks.asked(heard, raw)):
            await self._workflows.works.submit(job)
        elif verb.name is Name.MINT and verb.rest:
            if await self._workflows.store.claim(self._clock(), f"mint:{heard.id}"):
                self.aside.start(self._asking.mints.whisper(heard, raw))
        else:
            await self._submit(Kind.VERB, heard)
        return True

    async def _may_speak(self, heard: Heard, around: Around) -> bool:
        """Tell whether an unasked answer may be due; note what the thread learns by it."""
        if around.thread is None or not heard.in_thread:
            return not heard.in_thread
        actor = actor_of(around.thread, heard.user, await self._workflows.staff.ids())
        event = overheard(actor, heard.text, mentions_others=heard.mentions_others)
        solved = around.thread.state is State.SOLVED
        if event is None and solved and not is_thanks(heard.text):
            await self._move(heard, around.thread, Event.WROTE_AGAIN)
        if event:
            await self._move(heard, around.thread, event)
        return event is None and not (solved and is_thanks(heard.text))

    async def _attend(self, heard: Heard, around: Around, *, edited: bool) -> None:
        """Have a message looked at, if it or what it joins needs something."""
        verb = parse_verb(heard.text)
        if heard.explicit and (not heard.files or verb.name is Name.DIAGNOSE):
            heard = replace(heard, text=verb.rest, diagnose=verb.name is Name.DIAGNOSE)
        if edited or heard.files or heard.diagnose:
            await self._work_on(heard, around, None)
            return
        author = author_of(heard)
        async with self._recent.turn(author):
            if await self._is_another(heard, around):
                self._recent.forget(heard)
                around = replace(around, posted=None)
            pieces, joined = self._recent.join(heard, around.posted, self._clock())
            self._planner.checks.join(joined)
            if joined.place != heard.place:
                place, first = joined.place, joined.first
                around = await self._workflows.store.around(place, joined.user, first)
            await self._work_on(joined, around, pieces)
            if pieces.worked:
                keep = self._workflows.store.keep_pieces(author, pieces.posted(self._clock()))
                if joined.first:
                    await keep  # the work that is held reads it
                else:
                    self.aside.start(keep)

    async def _is_another(self, heard: Heard, around: Around) -> bool:
        """Tell whether a message shows another error than the one that was just answered."""
        pieces = self._recent.lately(heard)
        if pieces and pieces.early and heard.ts not in pieces.texts:
            entry = await self._planner.entry_of(pieces.early, around)
            pieces.entry, pieces.early = entry, None
        if not pieces or not pieces.entry:
            return False
        plan = await self._planner.plan(heard, around)
        return plan.sure and plan.job is not None and plan.job.entry != pieces.entry

    async def _work_on(self, heard: Heard, around: Around, pieces: Pieces | None) -> None:
        """Start the work, or none; remember with the pieces that there is some."""
        works = self._workflows.works
        if heard.files or heard.diagnose:
            await works.attend(heard)
            return
        if pieces and pieces.early and pieces.early.ts == heard.ts:
            return  # its twin, or delivered again: begun already
        if pieces and not pieces.worked and await self._planner.is_plain(heard, around):
            await works.attend(replace(heard, early=True))
            pieces.worked, pieces.held_until = True, self._clock()
            pieces.early = heard
            return
        plan = await self._planner.plan(heard, around)
        DECISIONS.labels(plan.job.kind.value if plan.job else "silent").inc()
        if pieces and pieces.worked and heard.first:
            if plan.job and plan.sure:
                await works.attend(heard)
            return  # else its text is kept for the work that is held
        if plan.job:
            hold = 0 if plan.sure else self._hold
            await works.attend(_as_first(heard), hold)
            if pieces:
                pieces.worked, pieces.held_until = True, self._clock() + hold
                pieces.entry = plan.job.entry if plan.sure else ""
        elif plan.miss:
            self._misses.note(miss_of(heard, plan.miss))

    async def _escalate(self, heard: Heard, text: str) -> None:
        await self._workflows.escalate(heard.place, heard.user, heard.id, text=text)

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


def _as_first(heard: Heard) -> Heard:
    """Return the joined message under the first piece's name: that piece gets the reply."""
    return replace(heard, ts=heard.first, first="") if heard.first else heard
