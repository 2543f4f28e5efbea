"""Decides what a message gets: which job, if any."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.answering import Decision, Outcome, held_to
from bot.asking import Asking
from bot.conversations import Act, Event, act, actor_of, may_follow_up
from bot.jobs import Heard, Job, Kind, ShadowWork
from bot.leaks import live_leaks
from bot.message_checks import MessageChecks
from bot.miss_store import Missed
from bot.pieces import author_of
from bot.records import Around, Candidate, Mode
from bot.reply import Leak, shorten
from bot.shadow_desk import lost
from bot.workflows import Workflows, candidates_of

SHADOW_LIMIT = 2_900  # characters of a message that staff are shown
_RANK = (Outcome.SILENT, Outcome.SUGGEST, Outcome.REPLY)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a message gets, and what it is counted as when it gets nothing."""

    job: Job | None
    sure: bool = False
    alone: bool = True  # sure without what was said before
    miss: str = ""  # fingerprint of an error or a question that no entry answers


@dataclass(frozen=True)
class Planner:
    """Decides about messages, before the ack and again when the work begins."""

    workflows: Workflows
    asking: Asking
    checks: MessageChecks
    clock: Callable[[], float]

    async def plan(self, heard: Heard, around: Around) -> Plan:
        """Decide what a message gets, by its text, the channel's mode and the thread."""
        if heard.explicit:
            return await self._plan_asked(heard, around)
        mode = around.mode or self.asking.default_mode(heard.place.channel)
        if mode is Mode.MENTION or not allowed(heard, around, self.clock()):
            return Plan(None)
        decision, alone = await self._best(heard, explicit=False, reply_from=around.reply_from)
        chosen = act(mode, decision.outcome, explicit=False)
        if chosen is Act.NOTHING:
            return Plan(None, miss=decision.miss)
        given = around.thread.given if around.thread else ()
        left = tuple(item for item in candidates_of(decision) if item.entry not in given)
        if chosen is not Act.ANSWER:
            return Plan(await self._unsaid(chosen, heard, decision, left))
        if decision.entry and (
            decision.entry not in given or await self.checks.adds(heard, decision.entry)
        ):
            job = replace(_job(Kind.ANSWER, heard, left, decision.entry), unasked=True)
            return Plan(job, sure=True, alone=alone)
        return Plan(None)  # said in this thread already

    async def _unsaid(
        self, chosen: Act, heard: Heard, decision: Decision, left: tuple[Candidate, ...]
    ) -> Job | None:
        """Return what is shown to the poster, or to staff, in place of an answer."""
        if chosen is Act.SHADOW:
            return await self._kept_back(heard, decision, left)
        return _job(Kind.SUGGEST, heard, left) if left else None

    async def _kept_back(
        self, heard: Heard, decision: Decision, left: tuple[Candidate, ...]
    ) -> Job | None:
        """Return what shows staff what would be said; None where none of them can see it.

        It is never sure: nothing hurries, so all that its author posts in pieces is waited for.
        """
        sure = decision.outcome is Outcome.REPLY
        if not left or (sure and left[0].entry != decision.entry):
            return None  # said in this thread already
        text = shorten(said_in(heard), SHADOW_LIMIT)
        job = replace(_job(Kind.SHADOW, heard, left, left[0].entry), text=text, first_only=False)
        if await self.workflows.staff_place() is None:
            lost(job)
            return None
        return replace(job, shadow=ShadowWork(sure=sure))

    async def is_plain(self, heard: Heard, around: Around) -> bool:
        """Tell whether a message needs work for all but certain, without matching it.

        That may be told of the first that somebody says, where a sure answer would be given.
        """
        if heard.first or heard.in_thread or around.thread:
            return False
        mode = around.mode or self.asking.default_mode(heard.place.channel)
        asked = heard.explicit or (mode is Mode.AUTO and allowed(heard, around, self.clock()))
        return asked and await self.asking.is_plain(heard.text)

    async def entry_of(self, heard: Heard, around: Around) -> str:
        """Return which entry a message is surely answered with, nothing if with none."""
        reply_from = None if heard.explicit else around.reply_from
        decision = await self._decide(heard.text, heard.explicit, reply_from)
        return decision.entry or ""

    async def _decide(self, text: str, explicit: bool, reply_from: float | None) -> Decision:
        """Decide about a text, by the channel's threshold where it has one of its own."""
        return held_to(await self.asking.decide(text, explicit=explicit), reply_from)

    async def _best(
        self, heard: Heard, *, explicit: bool, reply_from: float | None = None
    ) -> tuple[Decision, bool]:
        """Return the surer decision, on the message alone or with what came before it."""
        alone = await self._decide(heard.text, explicit, reply_from)
        if not heard.before or alone.outcome is Outcome.REPLY:
            return alone, True
        joined = await self._decide(f"{heard.before}\n{heard.text}", explicit, reply_from)
        better = _RANK.index(joined.outcome) >= _RANK.index(alone.outcome)
        return (joined, False) if better else (alone, True)

    async def _plan_asked(self, heard: Heard, around: Around) -> Plan:
        """Answer, or show what is likeliest; never again what was rejected in this thread."""
        decision, alone = await self._best(heard, explicit=True)
        rejected = around.thread.rejected if around.thread else ()
        left = tuple(item for item in candidates_of(decision) if item.entry not in rejected)
        miss = "" if decision.candidates else decision.miss
        if decision.outcome is Outcome.REPLY and decision.entry and decision.entry not in rejected:
            return Plan(_job(Kind.ANSWER, heard, left, decision.entry), sure=True, alone=alone)
        kind = Kind.NOTHING_LEFT if rejected and not left else Kind.OFFER
        return Plan(_job(kind, heard, left), miss=miss)

    async def read_files(self, heard: Heard, files: str) -> tuple[Heard, tuple[Leak, ...]]:
        """Return the message with its files' text, redacted, and the secrets found there."""
        paste = await self.asking.read(files)
        await self.checks.seal(heard.id, files, paste)
        text = f"{heard.text}\n{paste.text}" if paste.text else heard.text
        return replace(heard, text=text, files=()), live_leaks(paste.found)

    async def decide(self, heard: Heard) -> Job | None:
        """Return what a message gets now; what the thread learns by it is kept."""
        store = self.workflows.store
        around = await store.around(heard.place, heard.user, heard.first or heard.ts)
        if heard.diagnose and not heard.text:
            heard = await self._with_thread(heard)
        if not heard.first:
            heard = await self._with_later(heard)
        plan = await self.plan(heard, around)
        if heard.explicit and around.thread:
            actor = actor_of(around.thread, heard.user, await self.workflows.staff.ids())
            await self.workflows.move(heard.place, Event.MENTIONED, actor)
        if plan.miss:
            miss = miss_of(heard, plan.miss)
            await self.workflows.store.misses.count([miss], self.clock())
        job = await self._as_piece(heard, plan) if heard.first else plan.job
        return await self.checks.attach(job, heard) if job else None

    async def _with_thread(self, heard: Heard) -> Heard:
        """Return an ask about a thread with what was said there."""
        raw = await self.checks.checking.channels.thread_text(heard.place)
        paste = await self.asking.read(raw)
        await self.checks.seal(heard.id, raw, paste)
        return replace(heard, text=paste.text)

    async def _with_later(self, heard: Heard) -> Heard:
        """Return the first piece with what its author added while it was held."""
        posted = await self.workflows.store.said_last(author_of(heard))
        if posted is None or posted.first != heard.ts:
            return heard
        return replace(heard, before=posted.text, explicit=heard.explicit or posted.explicit)

    async def _as_piece(self, heard: Heard, plan: Plan) -> Job | None:
        """Return what a later piece adds to the first one's work: only what is sure."""
        job, place = plan.job, heard.place
        if job is None or not plan.sure:
            return None
        known = await self.workflows.store.answers.first_to(place.team, place.channel, heard.first)
        joined = replace(job, question=heard.first)
        if known is None or not known.entry:
            return joined
        if plan.alone:
            return job  # another error: another answer, in the same thread
        return replace(joined, edits=known.posted or "", first_only=False)


def allowed(heard: Heard, around: Around, now: float) -> bool:
    """Tell whether a message may be answered though it asked nobody."""
    if around.opted_out or heard.mentions_others:
        return False
    if not heard.in_thread:
        return around.thread is None or may_follow_up(around.thread, heard.user, now)
    return around.thread is not None and may_follow_up(around.thread, heard.user, now)


def said_in(heard: Heard) -> str:
    """Return a message with what its author said before and after it."""
    if heard.text in heard.before:
        return heard.before
    return f"{heard.before}\n{heard.text}".strip()


def miss_of(heard: Heard, fingerprint: str) -> Missed:
    """Return an error or a question that no entry answers, to be counted once for each message."""
    return Missed(f"miss:{heard.id}", fingerprint, heard.text)


def _job(kind: Kind, heard: Heard, candidates: tuple[Candidate, ...], entry: str = "") -> Job:
    part = "end" if kind is Kind.NOTHING_LEFT else "0"
    return Job(
        kind,
        f"{heard.id}:{part}",
        heard.place,
        heard.user,
        heard.ts,
        candidates=candidates,
        entry=entry,
        first_only=True,
    )
