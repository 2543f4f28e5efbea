"""Carries out the jobs of mode `shadow`; every step may be repeated.

A message is kept with what it would have got, and shown in the staff channel. Staff decide once;
what they send goes out as any answer does, unless the thread does not wait for one any more.
"""

from dataclasses import dataclass, replace

import structlog

from bot.errors import UserError
from bot.jobs import Follow, Job, Kind, ShadowWork
from bot.message_checks import held_id
from bot.metrics import SHADOWS_LOST
from bot.records import Place
from bot.reply import LADDER_ROOM, REPLY_LIMIT, Reply, Said, markdown, shorten
from bot.shadow_reply import ShadowCard
from bot.shadows import Choice, Deciding, Shadow, ShadowState, hindrance
from bot.ticket_effects import Effects
from bot.ticket_reply import TriedEntry
from bot.workflows import Workflows

SHADOWS = frozenset({Kind.SHADOW, Kind.SHADOW_DEED, Kind.SHADOW_CARD, Kind.SHADOW_CARD_EDIT})
SHOWN = 3  # entries that a question would have offered
GONE = "I no longer keep this answer."
NOT_YOURS = "Only staff, in the staff channel, decide what is sent."
DECIDED = "That is decided already: the answer is {state}."
TOO_LONG = "Keep it under {most} characters."
EMPTY = "There is nothing left to send."
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ShadowDesk:
    """Keeps answers back, shows them to staff, and lets out what staff send."""

    workflows: Workflows

    async def waiting(self, user: str, number: str) -> Shadow:
        """Return an answer about which the person may decide; raise UserError with the reason."""
        if user not in await self.workflows.staff.ids():
            raise UserError(NOT_YOURS)
        shadow = await self._get(int(number)) if number.isdecimal() else None
        if shadow is None:
            raise UserError(GONE)
        if shadow.state is not ShadowState.WAITING:
            raise UserError(DECIDED.format(state=shadow.state.value))
        return shadow

    async def draft(self, shadow: Shadow) -> tuple[str, int]:
        """Return the answer as Markdown, to be edited, and how long it may become."""
        most = await self._most(shadow)
        reply = await self.workflows.reply(shadow.entry, shadow.candidates)
        return shorten(markdown(reply), most), most

    async def _most(self, shadow: Shadow) -> int:
        """Return how many characters there are for words, beside checks that the message allows."""
        entry = self.workflows.answerer.entry(shadow.entry)
        held = await self.workflows.store.runs.get(held_id(_answer(shadow)))
        return REPLY_LIMIT - LADDER_ROOM if held and entry and entry.checks else REPLY_LIMIT

    async def decide(
        self, place: Place, user: str, key: str, work: ShadowWork, text: str = ""
    ) -> None:
        """Have it done, once a ``key``; ``place`` is where it was said, ``text`` is redacted."""
        if work.choice is Choice.EDIT:
            await self._admit_words(work, text)
        await self.workflows.works.submit(
            Job(Kind.SHADOW_DEED, key, place, user, text=text, shadow=work)
        )

    async def _admit_words(self, work: ShadowWork, text: str) -> None:
        shadow = await self._get(work.id)
        if shadow is None:
            raise UserError(GONE)
        if not text.strip():
            raise UserError(EMPTY)
        if len(text) > (most := await self._most(shadow)):
            raise UserError(TOO_LONG.format(most=most))

    async def ready(self, job: Job) -> Job | None:
        """Return the job as it has to be done now; None if there is nothing to say."""
        if job.kind is not Kind.SHADOW_CARD_EDIT:
            return job
        shadow = await self._of(job)
        return replace(job, edits=shadow.card) if shadow and shadow.card else None

    async def hindrance(self, job: Job) -> str:
        """Say why an answer may not be sent any more; nothing where it may."""
        shadow = await self._of(job)
        if shadow is None:
            return GONE
        around = await self.workflows.store.around(shadow.place, shadow.asker)
        return hindrance(shadow, around)

    async def do(self, job: Job) -> None:
        """Keep the answer, or the decision; raise UserError where that is refused."""
        store, work, now = self.workflows.store, job.shadow or ShadowWork(), self.workflows.clock()
        if job.kind is Kind.SHADOW:
            await store.threads.begin(job.place, job.user, now)
            await store.shadows.keep(_kept(job, work), job.key, now)
            return
        staff = job.user in await self.workflows.staff.ids()
        if not staff or job.place.channel != self.workflows.staff_channel:
            raise UserError(NOT_YOURS)
        by = Deciding(work.choice, job.key, job.user, job.text)
        if not await store.shadows.decide(work.id, by, now):
            await self._refuse(work.id, by)

    async def _refuse(self, number: int, by: Deciding) -> None:
        """Tell a person why nothing was done; what is as they wished is no refusal."""
        shadow = await self._get(number)
        if shadow is None:
            raise UserError(GONE)
        wished = ShadowState.DISCARDED if by.choice is Choice.DISCARD else ShadowState.SENT
        same = shadow.decider == by.user and shadow.state is wished and by.text == shadow.edited
        if not same:
            raise UserError(DECIDED.format(state=shadow.state.value))

    async def said(self, job: Job) -> Said | None:
        """Return how staff see the answer, None where it is not kept any more."""
        shadow = await self._of(job)
        if shadow is None:
            return None
        messenger, place = self.workflows.messenger, shadow.place
        link = await messenger.permalink(place.team, place.channel, shadow.question)
        sent = ""
        if shadow.posted:
            sent = await messenger.permalink(place.team, place.channel, shadow.posted)
        others = () if shadow.sure else self._others(shadow)
        try:
            reply = await self.workflows.reply(shadow.entry, shadow.candidates)
        except UserError:  # the entry is gone: what was decided is shown all the same
            reply = Reply(shadow.entry, shadow.entry, "", (), "")
        reply = replace(reply, edited=shadow.edited)
        return ShadowCard(shadow, reply.title, markdown(reply), reply.why, others, link, sent)

    def _others(self, shadow: Shadow) -> tuple[TriedEntry, ...]:
        title = self.workflows.title
        shown = shadow.candidates[:SHOWN]
        return tuple(TriedEntry(one.entry, title(one.entry), one.score) for one in shown)

    async def record(self, job: Job, posted: str) -> None:
        """Keep where the card was posted, or the answer."""
        if job.shadow is None or not posted:
            return
        if job.kind is Kind.SHADOW_CARD:
            await self.workflows.store.shadows.set_card(job.shadow.id, posted)
        if job.kind is Kind.ANSWER:
            await self.workflows.store.shadows.set_posted(job.shadow.id, posted)

    async def refuse(self, job: Job, reason: str) -> None:
        """Keep why an answer was not sent."""
        if job.shadow:
            await self.workflows.store.shadows.refuse(job.shadow.id, reason)

    async def follow(self, job: Job, *, refused: bool) -> Effects:
        """Return what follows from the job: the card, the answer, or the card anew."""
        shadows = self.workflows.store.shadows
        if job.kind is Kind.SHADOW_CARD and refused:
            lost(job)
        match job.kind:
            case Kind.SHADOW:
                return await self._card(await shadows.kept_under(job.key), job)
            case Kind.SHADOW_DEED:
                shadow = await shadows.decided_under(job.key)
                if shadow and shadow.state is ShadowState.SENT:
                    return Effects((Follow(_answer(shadow)),))
                return await self._card(shadow, job)
            case Kind.ANSWER | Kind.SHADOW_CARD:
                shadow = await self._of(job)
                waits = shadow is None or shadow.state is ShadowState.WAITING
                return await self._card(None if waits else shadow, job)
            case _:
                return Effects()

    async def _card(self, shadow: Shadow | None, after: Job) -> Effects:
        """Return the job that shows the answer to staff, or shows it anew."""
        if shadow is None:
            return Effects()
        place = await self.workflows.staff_place()
        if place is None:
            lost(after)
            return Effects()
        kind = Kind.SHADOW_CARD if after.kind is Kind.SHADOW else Kind.SHADOW_CARD_EDIT
        key = f"shadow-{shadow.id}:{kind}:{after.kind}"
        return Effects((Follow(Job(kind, key, place, shadow=ShadowWork(shadow.id))),))

    async def _of(self, job: Job) -> Shadow | None:
        return await self._get(job.shadow.id) if job.shadow else None

    async def _get(self, number: int) -> Shadow | None:
        return await self.workflows.store.shadows.get(number)


def lost(job: Job) -> None:
    """Count, and log, that staff could not be shown an answer that was kept back."""
    SHADOWS_LOST.inc()
    log.warning("staff_channel_refused", job=job.key)


def _kept(job: Job, work: ShadowWork) -> Shadow:
    return Shadow(job.place, job.question, job.user, job.text, job.candidates, job.entry, work.sure)


def _answer(shadow: Shadow) -> Job:
    """Return the job that gives the answer, as the bot would have."""
    return Job(
        Kind.ANSWER,
        f"shadow-{shadow.id}:answer",
        shadow.place,
        shadow.asker,
        shadow.question,
        candidates=shadow.candidates,
        entry=shadow.entry,
        shadow=ShadowWork(shadow.id),
    )
