"""Carries out the jobs of proposed entries; every step may be repeated."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

import structlog

from bot.asking import Asking
from bot.errors import UserError
from bot.jobs import Follow, Job, Kind, ProposalWork
from bot.proposal_reply import ProposalCard
from bot.proposals import Proposal, ProposalState, Review, Reviewing
from bot.records import Place
from bot.redact import redact
from bot.reply import Said
from bot.ticket_effects import Effects
from bot.ticket_records import Deed, Ticket
from bot.workflows import Workflows
from knowledge.drafting import draft_entry
from knowledge.entry import Entry, parse_entry, render_entry
from knowledge.entry import Kind as EntryKind
from knowledge.matcher import Like

PROPOSALS = frozenset({Kind.REVIEW, Kind.PROPOSAL_CARD, Kind.PROPOSAL_CARD_EDIT})
GONE = "I no longer keep this proposal."
NOT_YOURS = "Only staff can review entries."
NO_STAFF_CHANNEL = (
    "Entries are reviewed in the staff channel: set STAFF_CHANNEL and invite me there."
)
OWN = "Another member of staff has to approve what you wrote last."
FAULTY = "kb lint finds fault with it; Edit it first: {problem}"
TAKEN = "An entry `{entry}` is in the base already: Edit this one and give it another id."
NOT_POSSIBLE = "That does not fit any more: the proposal was changed, or is {state}."
REPLIES = frozenset({Deed.REPLY, Deed.NEED_INFO})
T = TypeVar("T")
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ProposalDesk:
    """Drafts entries from tickets, has them judged and reviewed, and says how they stand."""

    workflows: Workflows
    asking: Asking
    refresh: Callable[[], Awaitable[None]]  # takes up what is live from now on

    async def draft(self, ticket: Ticket) -> Entry:
        """Return the beginning of an entry that would have answered a ticket."""
        events = await self.workflows.store.tickets.events(ticket.id)
        said = [event.text for event in events if event.deed in REPLIES and event.text]
        answer = "\n\n".join(dict.fromkeys([*said, *filter(None, [ticket.reason])]))
        text = ticket.draft.summary
        decision = await self.asking.decide(text, explicit=True)
        kind = EntryKind.ERROR if decision.like is Like.ERROR else EntryKind.QUESTION
        return draft_entry(text, answer, kind)

    async def cleaned(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Return what may be kept of what was written into a form."""

        def clean() -> dict[str, str]:
            return {name: redact(text).text for name, text in fields.items()}

        return await self._off_the_loop(clean)

    async def admit(self, user: str) -> None:
        """Raise UserError where the person may not propose or review entries here."""
        if user not in await self.workflows.staff.ids():
            raise UserError(NOT_YOURS)
        await self._place()

    async def _place(self) -> Place:
        """Return where entries are reviewed."""
        place = await self.workflows.staff_place()
        if place is None:
            raise UserError(NO_STAFF_CHANNEL)
        return place

    async def review(self, user: str, key: str, work: ProposalWork, text: str = "") -> None:
        """Have it done, once a ``key``; ``text`` is an entry's file, redacted."""
        job = Job(Kind.REVIEW, key, await self._place(), user, text=text, proposal=work)
        await self.workflows.works.submit(job)

    async def ready(self, job: Job) -> Job | None:
        """Return the job as it has to be done now; None if there is nothing to say."""
        if job.kind is not Kind.PROPOSAL_CARD_EDIT:
            return job
        proposal = await self._proposal(job)
        return replace(job, edits=proposal.card) if proposal and proposal.card else None

    async def do(self, job: Job) -> None:
        """Do what the job says; raise UserError where that is refused."""
        await self.admit(job.user)
        proposals, work = self.workflows.store.proposals, job.proposal or ProposalWork()
        if await proposals.reviewed_under(job.key):
            return
        if work.review is Review.PROPOSE:
            await proposals.open(work.ticket, await self._by(job, work), self.workflows.clock())
            return
        proposal = await proposals.get(work.id)
        if proposal is None:
            raise UserError(GONE)
        by = await self._by(job, work, proposal)
        if not await proposals.act(proposal.id, by, self.workflows.clock()):
            raise UserError(await self._why_not(proposal.id, by))
        if work.review is not Review.REVISE:
            await self.refresh()

    async def _by(
        self, job: Job, work: ProposalWork, proposal: Proposal | None = None
    ) -> Reviewing:
        """Return the review, with the entry and what kb lint says of it now."""
        by = Reviewing(work.review, job.key, job.user, work.seq)
        if work.review is Review.DISCARD:
            return by
        entry = parse_entry(job.text or (proposal.text if proposal else ""), "proposal")
        if work.review is Review.APPROVE:
            today = datetime.fromtimestamp(self.workflows.clock(), UTC).date()
            entry = replace(entry, reviewed=today)
        problems = await self._problems(entry)
        return replace(by, entry=entry.id, text=render_entry(entry), problems=problems)

    async def _problems(self, entry: Entry) -> tuple[str, ...]:
        """Return what is wrong with an entry in the base as it is now."""
        answerer = self.workflows.answerer
        if answerer.entry(entry.id):
            return (TAKEN.format(entry=entry.id),)
        return await self._off_the_loop(lambda: answerer.problems(entry))

    async def _why_not(self, number: int, by: Reviewing) -> str:
        proposal = await self.workflows.store.proposals.get(number)
        if proposal is None:
            return GONE
        if by.review is Review.APPROVE and proposal.state is ProposalState.PROPOSED:
            if proposal.author == by.user:
                return OWN
            if by.problems:
                return FAULTY.format(problem=by.problems[0])
        return NOT_POSSIBLE.format(state=proposal.state.value)

    async def said(self, job: Job) -> Said | None:
        """Return how staff see the proposal."""
        proposal = await self._proposal(job)
        if proposal is None:
            return None
        ticket = await self.workflows.store.tickets.get(proposal.ticket)
        link = ""
        if ticket and ticket.card:
            place = job.place
            link = await self.workflows.messenger.permalink(place.team, place.channel, ticket.card)
        return ProposalCard(proposal, parse_entry(proposal.text, "proposal"), link)

    async def record(self, job: Job, posted: str) -> None:
        """Keep where a card was posted."""
        if job.kind is Kind.PROPOSAL_CARD and job.proposal and posted:
            await self.workflows.store.proposals.set_card(job.proposal.id, posted)

    async def follow(self, job: Job, *, refused: bool) -> Effects:
        """Return what follows from the job: the card, or the card anew."""
        proposals = self.workflows.store.proposals
        if job.kind is Kind.REVIEW and not refused:
            proposal = await proposals.reviewed_under(job.key)
            if proposal is None:
                return Effects()
            kind = Kind.PROPOSAL_CARD if proposal.seq == 0 else Kind.PROPOSAL_CARD_EDIT
            key = f"proposal-{proposal.id}:{proposal.seq}:{kind}"
            work = ProposalWork(proposal.id)
            return Effects((Follow(Job(kind, key, job.place, job.user, proposal=work)),))
        if job.kind is Kind.PROPOSAL_CARD and refused:
            log.warning("staff_channel_refused", proposal=job.proposal and job.proposal.id)
        return Effects()

    async def _proposal(self, job: Job) -> Proposal | None:
        work = job.proposal
        return await self.workflows.store.proposals.get(work.id) if work else None

    async def _off_the_loop(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.asking.matching, work)
