"""Carries a job out, in steps that durable work remembers: begin, say, record."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from bot.answering import Decision, Outcome
from bot.asking import Asking
from bot.conversations import Act, Actor, Event, act, actor_of, may_follow_up
from bot.errors import UserError
from bot.feedback import Feedback
from bot.jobs import Follow, Heard, Job, Json, Kind
from bot.leaks import live_leaks
from bot.message_checks import MessageChecks
from bot.pieces import author_of
from bot.records import Around, Candidate, Mode
from bot.reply import Again, Leak, LeakWarning, Notice, Reply, Said
from bot.ticket_desk import DOING, SAYING, TICKETS, TicketDesk
from bot.ticket_effects import Effects
from bot.verbs import parse_verb
from bot.workflows import NOTHING_FOUND, NOTHING_LEFT, Case, Workflows, candidates_of

LEFT_ALONE = "I leave this thread alone. Mention me when you want me back."
PRIVATE = frozenset({Kind.SUGGEST, Kind.WARN, Kind.VERB, Kind.MUTED})
REACTIONS = frozenset({Kind.REMOVE, Kind.MUTE, Kind.SOLVE})
DONE = REACTIONS | DOING | {Kind.CHECK}
RECORDED = frozenset({Kind.ANSWER, Kind.OFFER, Kind.CHECKS, Kind.SHARE})
_RANK = (Outcome.SILENT, Outcome.SUGGEST, Outcome.REPLY)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a message gets, and what it is counted as when it gets nothing."""

    job: Job | None
    sure: bool = False
    alone: bool = True  # sure without what was said before
    miss: str = ""  # fingerprint of an error or a question that no entry answers


@dataclass(frozen=True)
class Desk:
    """Decides about messages and says what jobs hold; every step may be repeated."""

    workflows: Workflows
    asking: Asking
    feedback: Feedback
    checks: MessageChecks
    tickets: TicketDesk
    clock: Callable[[], float]

    async def plan(self, heard: Heard, around: Around) -> Plan:
        """Decide what a message gets, by its text, the channel's mode and the thread."""
        if heard.explicit:
            return await self._plan_asked(heard, around)
        mode = around.mode or self.asking.default_mode(heard.place.channel)
        if mode is Mode.MENTION or not allowed(heard, around, self.clock()):
            return Plan(None)
        decision, alone = await self._best(heard, explicit=False)
        chosen = act(mode, decision.outcome, explicit=False)
        if chosen is Act.NOTHING:
            return Plan(None, miss=decision.miss)
        given = around.thread.given if around.thread else ()
        left = tuple(item for item in candidates_of(decision) if item.entry not in given)
        if chosen is Act.SUGGEST:
            return Plan(_job(Kind.SUGGEST, heard, left) if left else None)
        if decision.entry and (
            decision.entry not in given or await self.checks.adds(heard, decision.entry)
        ):
            job = replace(_job(Kind.ANSWER, heard, left, decision.entry), unasked=True)
            return Plan(job, sure=True, alone=alone)
        return Plan(None)  # said in this thread already

    async def _best(self, heard: Heard, *, explicit: bool) -> tuple[Decision, bool]:
        """Return the surer decision, on the message alone or with what came before it."""
        alone = await self.asking.decide(heard.text, explicit=explicit)
        if not heard.before or alone.outcome is Outcome.REPLY:
            return alone, True
        joined = await self.asking.decide(f"{heard.before}\n{heard.text}", explicit=explicit)
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
            await self.count_miss(heard, plan.miss)
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

    async def count_miss(self, heard: Heard, fingerprint: str) -> None:
        """Count an error or a question that no entry answers, once for each message."""
        key = f"miss:{heard.id}"
        await self.workflows.store.count_miss(key, fingerprint, heard.text, self.clock())

    async def ready(self, job: Job) -> Job | None:
        """Return the job as it has to be done now; None if there is nothing left to do."""
        if job.kind in TICKETS:
            return await self.tickets.ready(job)
        if job.first_only:
            place = job.place
            known = await self.workflows.store.answers.first_to(
                place.team, place.channel, job.question
            )
            if known and (known.entry or job.kind is not Kind.ANSWER):
                return None
            if known and known.posted:
                job = replace(job, edits=known.posted)
        if job.unasked and not job.edits:
            job = replace(job, again=await self._said_already(job))
        job = await self.checks.ready(job)
        if job.kind in {Kind.ANSWER, Kind.OFFER, Kind.CHECKS, Kind.NOTHING_LEFT}:
            await self.workflows.store.threads.begin(job.place, job.user, self.clock())
        if job.kind is Kind.SUGGEST:
            await self._keep(job, None)  # before it is seen: a pick looks for it
        return job

    async def _said_already(self, job: Job) -> str:
        """Return the message that gave the same entry in this channel within ten minutes."""
        since = self.clock() - 60 * self.workflows.quiet_minutes
        return await self.workflows.store.answers.said_since(job.place, job.entry, since)

    async def say(self, job: Job, since: float | None) -> str:
        """Say or do what the job holds; return the ts of a message that all can see.

        With ``since`` it may have been said before, at that time or later: look first.
        """
        if job.refusal:
            raise UserError(job.refusal)
        if job.kind in DONE:
            return await self._do(job)
        messenger = self.workflows.messenger
        said = await (self.tickets.said(job) if job.kind in TICKETS else self.said(job))
        if said is None:
            return ""
        if job.edits:
            await messenger.edit(job.place.team, job.place.channel, job.edits, said)
            return job.edits
        if job.kind in PRIVATE:
            in_thread = job.place.root != job.question
            await messenger.whisper(
                job.place, job.user, said, in_thread=in_thread, key=job.key, since=since
            )
            return ""
        return await messenger.post(job.place, said, job.key, since=since)

    async def _do(self, job: Job) -> str:
        """Do what is no message; what it leads to is said elsewhere."""
        if job.kind is Kind.CHECK:
            await self.checks.run(job)
            return job.edits
        await (self.tickets.do(job) if job.kind in DOING else self._react(job))
        return ""

    async def said(self, job: Job) -> Said | None:
        """Return what the job says, None if there is nothing to say."""
        ladder = await self.checks.ladder(job)
        match job.kind:
            case Kind.ANSWER | Kind.SHARE:
                if ladder and not job.entry:
                    return ladder
                reply = await self.workflows.reply(job.entry, job.candidates, ladder=ladder)
                return await self._shortened(reply, job) if job.again else reply
            case Kind.CHECKS:
                return ladder
            case Kind.OFFER | Kind.SUGGEST | Kind.NOTHING_LEFT:
                return self._said_unsure(job)
            case Kind.MUTED:
                return Notice(LEFT_ALONE)
            case _:
                return await self._said_of_people(job)

    async def _shortened(self, reply: Reply, job: Job) -> Said:
        """Return what leads to the same answer elsewhere in the channel."""
        link = await self.workflows.messenger.permalink(
            job.place.team, job.place.channel, job.again
        )
        return Again(reply, link) if link else reply

    def _said_unsure(self, job: Job) -> Said | None:
        if job.kind is Kind.NOTHING_LEFT:
            return Notice(NOTHING_LEFT, human=True)
        private = job.kind is Kind.SUGGEST
        choices = self.workflows.choices(job.question, job.candidates, private=private)
        return choices if choices or private else Notice(NOTHING_FOUND, human=True)

    async def _said_of_people(self, job: Job) -> Said | None:
        place = job.place
        match job.kind:
            case Kind.WARN:
                link = await self.workflows.messenger.permalink(
                    place.team, place.channel, job.question
                )
                return LeakWarning(job.leaks, link)
            case Kind.VERB:
                verb = parse_verb(job.text)
                return await self.asking.perform(verb, place.team, place.channel, job.user)
            case _:
                return await self.asking.greeting(place.team, place.channel)

    async def record(self, job: Job, posted: str | None) -> None:
        """Keep what was shown."""
        if job.kind in TICKETS:
            await self.tickets.record(job, posted or "")
        if job.kind is Kind.CHECK:
            await self.checks.show(job)
            return
        await self.checks.posted(job, posted or "")
        if job.kind is Kind.SHARE and posted:
            place = replace(job.place, root=posted)
            await self.workflows.store.threads.begin(place, job.user, self.clock())
            job = replace(job, place=place, question=posted)
        if job.kind in RECORDED:
            await self._keep(job, posted)
            await self.workflows.move(job.place, Event.REPLIED, Actor.BOT)

    async def _keep(self, job: Job, posted: str | None) -> None:
        case = Case(job.place, job.question, job.user, job.candidates)
        await self.workflows.record(case, posted, job.entry, job.turn)

    async def follow(self, job: Job, outcome: Json) -> Effects:
        """Return what follows this job."""
        refused = "refused" in outcome
        if job.kind in TICKETS:
            return await self.tickets.follow(job, refused=refused)
        if refused:
            return Effects()
        runs = self.checks.following(job, str(outcome.get("posted") or ""))
        return Effects(tuple(map(Follow, runs)))

    async def tell(self, job: Job, text: str) -> None:
        """Tell the person whom a job is for why it could not be done."""
        silent = {Kind.SHARE, *REACTIONS, *(SAYING - {Kind.TICKET_REPLY})}
        if job.user and job.kind not in silent:
            in_thread = job.place.root != job.question
            notice = Notice(text, human=job.kind not in TICKETS)
            await self.workflows.messenger.whisper(job.place, job.user, notice, in_thread=in_thread)

    async def _react(self, job: Job) -> None:
        """Do what an emoji on one of the bot's messages stands for."""
        place = job.place
        runs = {
            Kind.REMOVE: self.feedback.remove,
            Kind.MUTE: self.feedback.mute,
            Kind.SOLVE: self.feedback.tick,
        }
        try:
            await runs[job.kind](place.team, place.channel, job.question, job.user)
        except UserError as error:
            log.info("reaction_refused", reason=str(error))


def allowed(heard: Heard, around: Around, now: float) -> bool:
    """Tell whether a message may be answered though it asked nobody."""
    if around.opted_out or heard.mentions_others:
        return False
    if not heard.in_thread:
        return around.thread is None or may_follow_up(around.thread, heard.user, now)
    return around.thread is not None and may_follow_up(around.thread, heard.user, now)


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
