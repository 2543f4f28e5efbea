"""What follows from a thing done to a ticket: messages, timers, and timers that no longer count."""

from dataclasses import dataclass, replace

from bot.channel_settings import ChannelSettings
from bot.jobs import Follow, Job, Kind, TicketWork
from bot.records import Place, TicketState
from bot.ticket_records import Deed, Ticket, TicketEvent

MINUTE, DAY = 60, 86_400
TIMERS = (Deed.REMIND, Deed.ASK_STALE, Deed.CLOSE)
# What staff are told in a line of its own, and what is said to the asker: a reply without text
# is one that staff wrote into the thread themselves.
LINES = frozenset({Deed.ADDED, Deed.ANSWERED, Deed.REOPEN, Deed.REMIND, Deed.CLOSE})
REPLIES = frozenset({Deed.REPLY, Deed.NEED_INFO, Deed.ASK_STALE})


@dataclass(frozen=True, slots=True)
class Waits:
    """How long nothing may happen, in seconds."""

    remind: float
    stale: float
    close: float


def waits_of(settings: ChannelSettings, now: float) -> Waits:
    """Return how long timers run that begin now; a reminder counts the minutes at work alone."""
    remind = settings.remind * MINUTE
    if settings.hours:
        remind = settings.hours.after(now, remind) - now
    return Waits(remind, settings.stale * DAY, settings.close * DAY)


@dataclass(frozen=True, slots=True)
class Effects:
    """Jobs to be done, and keys of timers to be stopped."""

    jobs: tuple[Follow, ...] = ()
    stopped: tuple[str, ...] = ()


def timer_key(ticket: int, epoch: int, deed: Deed) -> str:
    """Name the timer of one stay in a state."""
    return f"ticket-{ticket}:{epoch}:{deed}"


def effects(event: TicketEvent, ticket: Ticket, staff: Place | None, waits: Waits) -> Effects:
    """Return what follows; each job has a key of its own, so it may be asked for again."""
    jobs: list[Follow] = []
    moved = event.before is not event.after
    if staff:
        jobs += _to_staff(event, ticket, staff)
    if event.deed in REPLIES and not (event.deed is Deed.REPLY and not event.text):
        jobs.append(_job(Kind.TICKET_REPLY, event, ticket, ticket.place, event.text))
    if moved and (event.deed is not Deed.OPENED or not staff):
        jobs.append(_job(Kind.TICKET_NOTE, event, ticket, ticket.place))
    if timer := _timer(event, ticket, waits):
        jobs.append(timer)
    return Effects(tuple(jobs), _stopped(event) if moved else ())


def _to_staff(event: TicketEvent, ticket: Ticket, staff: Place) -> list[Follow]:
    kind = Kind.TICKET_CARD if event.deed is Deed.OPENED else Kind.TICKET_CARD_EDIT
    jobs = [_job(kind, event, ticket, staff)]
    if event.deed in LINES:
        jobs.append(_job(Kind.TICKET_LINE, event, ticket, staff, event.text))
    return jobs


def _timer(event: TicketEvent, ticket: Ticket, waits: Waits) -> Follow | None:
    """Return the timer that the event starts; it does nothing once the state has changed."""
    moved = event.before is not event.after
    if event.deed is Deed.ASK_STALE:
        deed, delay, epoch = Deed.CLOSE, waits.close, event.epoch
    elif moved and event.after is TicketState.OPEN:
        deed, delay, epoch = Deed.REMIND, waits.remind, event.seq
    elif moved and event.after is TicketState.WAITING:
        deed, delay, epoch = Deed.ASK_STALE, waits.stale, event.seq
    else:
        return None
    work = TicketWork(ticket.id, deed, epoch=epoch)
    key = timer_key(ticket.id, epoch, deed)
    return Follow(Job(Kind.TICKET_DEED, key, replace(ticket.place, root=""), ticket=work), delay)


def _stopped(event: TicketEvent) -> tuple[str, ...]:
    """Return the timers of the state that was left, except the one that did this itself."""
    if event.before is None:
        return ()
    timers = [deed for deed in TIMERS if deed is not event.deed]
    return tuple(timer_key(event.ticket, event.epoch, deed) for deed in timers)


def _job(kind: Kind, event: TicketEvent, ticket: Ticket, place: Place, text: str = "") -> Follow:
    work = TicketWork(ticket.id, event.deed)
    key = f"ticket-{ticket.id}:{event.seq}:{kind}"
    return Follow(Job(kind, key, place, event.user, text=text, ticket=work))
