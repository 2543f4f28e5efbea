"""Carries jobs out, in steps that durable work remembers: begin, say, record."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from bot.asking import Asking
from bot.conversations import Actor, Event
from bot.errors import UserError
from bot.feedback import Feedback
from bot.jobs import Follow, Job, Json, Kind
from bot.message_checks import MessageChecks
from bot.planning import Planner
from bot.proposal_desk import PROPOSALS, ProposalDesk
from bot.reply import Again, LeakWarning, Notice, Reply, Said
from bot.saying import Saying
from bot.shadow_desk import SHADOWS, ShadowDesk
from bot.spoken import do_word
from bot.ticket_desk import DOING, SAYING, TICKETS, TicketDesk
from bot.ticket_effects import Effects
from bot.verbs import Name, parse_verb
from bot.workflows import NOTHING_FOUND, NOTHING_LEFT, Case, Workflows

LEFT_ALONE = "I leave this thread alone. Mention me when you want me back."
PRIVATE = frozenset({Kind.SUGGEST, Kind.WARN, Kind.VERB, Kind.MUTED})
REACTIONS = frozenset({Kind.REMOVE, Kind.MUTE, Kind.SOLVE})
DEEDS = DOING | {Kind.REVIEW, Kind.SHADOW, Kind.SHADOW_DEED}
DONE = REACTIONS | DEEDS | {Kind.CHECK, Kind.SPOKEN}
NO_HUMAN = TICKETS | PROPOSALS | SHADOWS | {Kind.SPOKEN}  # who is told is staff, or pressed
CARDS = (SAYING - {Kind.TICKET_REPLY}) | (PROPOSALS | SHADOWS) - DEEDS
UNTOLD = REACTIONS | CARDS | {Kind.SHARE, Kind.SHADOW}  # nobody waits for these
RECORDED = frozenset({Kind.ANSWER, Kind.OFFER, Kind.CHECKS, Kind.SHARE})
log = structlog.get_logger(__name__)


class Section(Protocol):
    """Carries out the jobs of one feature."""

    async def ready(self, job: Job) -> Job | None:
        """Return the job as it has to be done now; None if there is nothing to say."""

    async def do(self, job: Job) -> None:
        """Do what is no message; raise UserError where that is refused."""

    async def said(self, job: Job) -> Said | None:
        """Return what a job says, None where there is nothing to say any more."""

    async def record(self, job: Job, posted: str) -> None:
        """Keep where it was said."""

    async def follow(self, job: Job, *, refused: bool) -> Effects:
        """Return what follows from the job."""


@dataclass(frozen=True)
class Desk:
    """Says and does what jobs hold; every step may be repeated."""

    planner: Planner
    workflows: Workflows
    asking: Asking
    feedback: Feedback
    saying: Saying
    checks: MessageChecks
    tickets: TicketDesk
    proposals: ProposalDesk
    shadows: ShadowDesk
    clock: Callable[[], float]

    async def ready(self, job: Job) -> Job | None:
        """Return the job as it has to be done now; None if there is nothing left to do."""
        if section := self._section(job.kind):
            return await section.ready(job)
        if is_let_out(job) and (reason := await self.shadows.hindrance(job)):
            return replace(job, refusal=reason)
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

    def _section(self, kind: Kind) -> Section | None:
        """Return what carries out jobs of that kind, None where the desk itself does."""
        if kind in TICKETS:
            return self.tickets
        if kind in SHADOWS:
            return self.shadows
        return self.proposals if kind in PROPOSALS else None

    async def _said_already(self, job: Job) -> str:
        """Return the message that gave the same entry in this channel some minutes ago."""
        rules = await self.workflows.rules.of(job.place.team, job.place.channel)
        since = self.clock() - 60 * rules.quiet
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
        said = await (self._section(job.kind) or self).said(job)
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
        if job.kind is not Kind.SPOKEN:  # it leads to other work, so it is done as that follows
            section = self._section(job.kind)
            await (section.do(job) if section else self._react(job))
        return ""

    async def said(self, job: Job) -> Said | None:
        """Return what the job says, None if there is nothing to say."""
        ladder = await self.checks.ladder(job)
        match job.kind:
            case Kind.ANSWER | Kind.SHARE:
                if ladder and not job.entry:
                    return ladder
                reply = await self.workflows.reply(job.entry, job.candidates, ladder=ladder)
                if is_let_out(job):
                    reply = await self.workflows.as_edited(reply, job.place, job.question)
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
                if verb.name is Name.HELP and place.root != job.question:
                    return await self.saying.help(place, job.user)
                return await self.asking.perform(verb, place.team, place.channel, job.user)
            case _:
                return await self.asking.greeting(place.team, place.channel)

    async def record(self, job: Job, posted: str | None) -> None:
        """Keep what was shown."""
        section = self.shadows if is_let_out(job) else self._section(job.kind)
        if section:
            await section.record(job, posted or "")
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
        if section := self._section(job.kind):
            return await section.follow(job, refused=refused)
        after = Effects()
        if is_let_out(job):
            after = await self.shadows.follow(job, refused=refused)
        if refused:
            return after
        if job.kind is Kind.SPOKEN:
            return Effects(await do_word(job, self.workflows, self.saying.rechecking))
        runs = self.checks.following(job, str(outcome.get("posted") or ""))
        return Effects((*map(Follow, runs), *after.jobs))

    async def tell(self, job: Job, text: str) -> None:
        """Tell the person whom a job is for why it could not be done."""
        if is_let_out(job):  # its card says why it is not there
            await self.shadows.refuse(job, text)
            return
        if job.user and job.kind not in UNTOLD:
            in_thread = job.place.root != job.question
            notice = Notice(text, human=job.kind not in NO_HUMAN)
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


def is_let_out(job: Job) -> bool:
    """Tell whether a job gives an answer that was kept back until staff sent it."""
    return job.kind is Kind.ANSWER and job.shadow is not None
