"""Carries out the jobs of tickets; every step may be repeated."""

from dataclasses import dataclass, replace

import structlog

from bot.channel_settings import ChannelSettings
from bot.conversations import Actor, Event, actor_of
from bot.errors import UserError
from bot.gathering import Gathering
from bot.jobs import Follow, Job, Kind, TicketWork
from bot.records import FINISHED, Place
from bot.reply import Notice, Said
from bot.ticket_effects import Effects, effects, waits_of
from bot.ticket_records import Deed, Draft, Ticket, Urgency
from bot.ticket_reply import TicketCard, TicketLine, TicketNote, TicketReply, TriedEntry
from bot.ticket_store import Origin
from bot.tickets import Doing
from bot.workflows import Workflows

DOING = frozenset({Kind.ESCALATE, Kind.TICKET_DEED})
SAYING = frozenset(
    {
        Kind.TICKET_CARD,
        Kind.TICKET_CARD_EDIT,
        Kind.TICKET_NOTE,
        Kind.TICKET_LINE,
        Kind.TICKET_REPLY,
    }
)
TICKETS = DOING | SAYING
USUAL_SECONDS = 90 * 86_400  # so far back first answers are measured
HISTORY = 6  # events on a card
GONE = "I no longer keep this ticket."
ALREADY_NOTED = "Ticket {number} is for this thread already. What you wrote is added to it."
TOO_LATE = (
    "The ticket of this thread was closed more than 7 days ago. "
    "Post your question anew, and ask for a human there."
)
NOT_POSSIBLE = "That does not fit any more: ticket {number} is {state}."
NOT_YOURS = "Only staff can do that with a ticket."
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class TicketDesk:
    """Opens tickets, changes them, and says what has to be said of them."""

    workflows: Workflows
    gathering: Gathering

    async def ready(self, job: Job) -> Job | None:
        """Return the job as it has to be done now; None if there is nothing to say."""
        if job.kind in DOING or job.ticket is None:
            return job
        ticket = await self.workflows.store.tickets.get(job.ticket.id)
        if ticket is None or (job.kind is Kind.TICKET_CARD_EDIT and not ticket.card):
            return None
        ready = _placed(job, ticket, job.ticket.deed)
        return ready if ready.place.channel else None

    async def do(self, job: Job) -> None:
        """Open the ticket, or do to it what the job says; raise UserError where that is refused."""
        if job.kind is Kind.ESCALATE:
            await self._escalate(job)
        else:
            await self._deed(job)

    async def _escalate(self, job: Job) -> None:
        work = job.ticket or TicketWork()
        draft = await self.gathering.draft(job.place, job.user, job.text)
        draft = filled_in(draft, work)
        origin = await self._origin(job, work, draft)
        now = self.workflows.clock()
        ticket = await self.workflows.store.tickets.open(origin, draft, job.key, now)
        if ticket is None:
            await self._add(origin, job, draft)
        elif origin.place.root:
            await self._escalated(ticket, job.user)

    async def _escalated(self, ticket: Ticket, user: str) -> None:
        place, now = ticket.place, self.workflows.clock()
        thread = await self.workflows.store.threads.begin(place, ticket.draft.asker, now)
        actor = actor_of(thread, user, await self.workflows.staff.ids())
        await self.workflows.move(place, Event.ASKED_HUMAN, actor)

    async def _origin(self, job: Job, work: TicketWork, draft: Draft) -> Origin:
        """Return the thread; where none can be seen by all, a direct message to the asker."""
        place = job.place
        if place.root:
            key = f"{place.channel}:{place.root}"
            return Origin(place, key, private=place.channel.startswith("D"))
        direct = await self.workflows.messenger.direct(place.team, draft.asker)
        return Origin(replace(place, channel=direct), work.origin or job.key, private=True)

    async def _add(self, origin: Origin, job: Job, draft: Draft) -> None:
        """Let a later escalation add to the ticket, or open it again."""
        ticket = await self.workflows.store.tickets.of_origin(origin)
        if ticket is None:
            raise UserError(GONE)
        text = "\n\n".join(part for part in (job.text, draft.tried) if part)
        deed = Deed.REOPEN if ticket.state in FINISHED else Deed.ADDED
        if not await self._act(ticket, Doing(deed, job.key, job.user, text=text)):
            raise UserError(TOO_LATE)
        noted = Notice(ALREADY_NOTED.format(number=ticket.id))
        await self.workflows.messenger.whisper(ticket.place, job.user, noted)

    async def _deed(self, job: Job) -> None:
        work = job.ticket or TicketWork()
        ticket = await self.workflows.store.tickets.get(work.id)
        if ticket is None:
            raise UserError(GONE)
        doing = Doing(
            work.deed, job.key, job.user, text=job.text, entry=work.entry, epoch=work.epoch
        )
        if not await self._act(ticket, doing):
            await self._refuse(ticket, doing)

    async def _refuse(self, ticket: Ticket, doing: Doing) -> None:
        """Tell a person why nothing was done; what is as they wished is no refusal."""
        if not doing.user or (doing.deed is Deed.CLAIM and ticket.claimer == doing.user):
            return
        if doing.user not in await self.workflows.staff.ids():
            raise UserError(TOO_LATE if doing.deed is Deed.REOPEN else NOT_YOURS)
        raise UserError(NOT_POSSIBLE.format(number=ticket.id, state=ticket.state.value))

    async def _act(self, ticket: Ticket, doing: Doing) -> bool:
        """Do it, and let the asker's thread know of it; False where it is refused."""
        staff = doing.user in await self.workflows.staff.ids()
        now = self.workflows.clock()
        doing = replace(doing, staff=staff)
        if not await self.workflows.store.tickets.act(ticket.id, doing, now):
            return False
        if await self._is_last(ticket, doing):
            await self._move_thread(ticket, doing)
        return True

    async def _is_last(self, ticket: Ticket, doing: Doing) -> bool:
        """Tell whether no later deed has brought the ticket into another state."""
        event = await self.workflows.store.tickets.event(doing.key)
        held = await self.workflows.store.tickets.get(ticket.id)
        return bool(event and held and held.epoch <= event.seq)

    async def _move_thread(self, ticket: Ticket, doing: Doing) -> None:
        move, place = self.workflows.move, ticket.place
        match doing.deed:
            case Deed.RESOLVE:
                await move(place, Event.TICKET_RESOLVED, Actor.STAFF)
            case Deed.CLOSE:
                await move(place, Event.TICKET_CLOSED, Actor.BOT)
            case Deed.REOPEN:
                actor = Actor.STAFF if doing.staff else Actor.ASKER
                if not await move(place, Event.REOPENED, actor):
                    await move(place, Event.ASKED_HUMAN, actor)

    async def said(self, job: Job) -> Said | None:
        """Return what a job says, None where there is nothing to say any more."""
        work = job.ticket or TicketWork()
        ticket = await self.workflows.store.tickets.get(work.id)
        if ticket is None:
            return None
        match job.kind:
            case Kind.TICKET_CARD | Kind.TICKET_CARD_EDIT:
                return await self.card(ticket, first=job.kind is Kind.TICKET_CARD)
            case Kind.TICKET_NOTE:
                return await self._note(ticket)
            case Kind.TICKET_LINE:
                return await self._line(ticket, job, work.deed)
            case _:
                asker = ticket.draft.asker
                return TicketReply(ticket.id, work.deed, asker, job.user, job.text)

    async def _note(self, ticket: Ticket) -> TicketNote:
        """Return how the asker sees the ticket; while nobody works, with when they are back."""
        now = self.workflows.clock()
        hours, back = (await self._rules(ticket)).hours, ""
        if hours and not hours.is_open(now):
            back = hours.said(hours.next_open(now))
        usual = await self.workflows.store.tickets.usual_wait(now - USUAL_SECONDS)
        return TicketNote(ticket, usual, told=bool(ticket.card), back=back)

    async def _rules(self, ticket: Ticket) -> ChannelSettings:
        return await self.workflows.rules.of(ticket.place.team, ticket.place.channel)

    async def _group(self, ticket: Ticket) -> tuple[str, str]:
        """Return the user group to mention, and one that should be mentioned but is gone."""
        group = (await self._rules(ticket)).group
        home = await self.workflows.staff.home() if group else ""
        known = await self.workflows.messenger.groups(home) if home else None
        if known is None or group in {one.id for one in known}:
            return group, ""
        return "", group

    async def card(self, ticket: Ticket, *, first: bool = False) -> TicketCard:
        """Return how staff see the ticket."""
        rejected = ticket.draft.rejected
        entries = tuple(
            TriedEntry(one.entry, self.workflows.title(one.entry), one.score, one.entry in rejected)
            for one in ticket.draft.candidates
        )
        events = await self.workflows.store.tickets.events(ticket.id, HISTORY)
        history = tuple((event.user, event.deed) for event in events)
        group, gone = await self._group(ticket) if first else ("", "")
        return TicketCard(ticket, entries, history, await self._link(ticket), group, gone)

    async def _line(self, ticket: Ticket, job: Job, deed: Deed) -> TicketLine:
        link = await self._link(ticket)
        if deed is Deed.REMIND:
            place = job.place
            link = await self.workflows.messenger.permalink(place.team, place.channel, ticket.card)
        seconds = self.workflows.clock() - ticket.opened
        return TicketLine(ticket.id, deed, job.user, job.text, link, seconds)

    async def _link(self, ticket: Ticket) -> str:
        """Return the address of the asker's thread, nothing for one that staff cannot open."""
        place = ticket.place
        if ticket.private or not place.root:
            return ""
        return await self.workflows.messenger.permalink(place.team, place.channel, place.root)

    async def record(self, job: Job, posted: str) -> None:
        """Keep where a card or a note was posted."""
        if job.ticket is None or job.edits or not posted:
            return
        if job.kind is Kind.TICKET_CARD:
            await self.workflows.store.tickets.set_card(job.ticket.id, posted)
        if job.kind is Kind.TICKET_NOTE:
            place = job.place if job.place.root else replace(job.place, root=posted)
            await self.workflows.store.tickets.set_note(job.ticket.id, place, posted)
            ticket = await self.workflows.store.tickets.get(job.ticket.id)
            if ticket and not job.place.root:
                await self._escalated(ticket, ticket.draft.asker)

    async def follow(self, job: Job, *, refused: bool) -> Effects:
        """Return what follows from the job."""
        store = self.workflows.store.tickets
        if job.kind in DOING:
            event = await store.event(job.key)
            ticket = await store.get(event.ticket) if event else None
            if event is None or ticket is None or refused:
                return Effects()
            waits = waits_of(await self._rules(ticket), event.at)
            return effects(event, ticket, await self.workflows.staff_place(), waits)
        ticket = await store.get(job.ticket.id) if job.ticket else None
        if job.kind is Kind.TICKET_CARD and ticket:
            if refused:
                log.warning("staff_channel_refused", ticket=ticket.id)
            return Effects((_note(ticket, job.key, ticket.place),))
        if job.kind is Kind.TICKET_NOTE and ticket and refused and not ticket.private:
            direct = await self.workflows.messenger.direct(job.place.team, ticket.draft.asker)
            await store.set_private(ticket.id, direct)
            place = Place(job.place.team, direct, "")
            return Effects((_note(ticket, job.key, place),))
        return Effects()


def _placed(job: Job, ticket: Ticket, deed: Deed) -> Job:
    """Return the job where it has to be said now: threads move, cards come late."""
    match job.kind:
        case Kind.TICKET_NOTE:
            return replace(job, place=ticket.place, edits=ticket.note)
        case Kind.TICKET_REPLY:
            return replace(job, place=ticket.place)
        case Kind.TICKET_CARD_EDIT:
            return replace(job, edits=ticket.card)
        case Kind.TICKET_LINE if deed is not Deed.REMIND:
            return replace(job, place=replace(job.place, root=ticket.card))
        case _:
            return job


def filled_in(draft: Draft, work: TicketWork) -> Draft:
    """Return the draft with what a form said besides the error."""
    known = work.urgency in set(Urgency)
    return replace(
        draft,
        tried=work.tried,
        urgency=Urgency(work.urgency) if known else Urgency.NORMAL,
        environment=work.environment or draft.environment,
    )


def _note(ticket: Ticket, key: str, place: Place) -> Follow:
    work = TicketWork(ticket.id)
    return Follow(Job(Kind.TICKET_NOTE, f"{key}:note", place, ticket.draft.asker, ticket=work))
