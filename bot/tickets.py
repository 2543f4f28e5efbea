"""The states of a ticket, and who may change them. Pure: values in, values out."""

from dataclasses import dataclass, replace

from bot.records import FINISHED, TicketState
from bot.ticket_records import Deed, Ticket

REOPEN_SECONDS = 7 * 86_400
MEASURED_FROM = 3  # first answers: fewer say nothing about what is usual
UNFINISHED = frozenset(TicketState) - FINISHED
OPEN, CLAIMED, WAITING = TicketState.OPEN, TicketState.CLAIMED, TicketState.WAITING


@dataclass(frozen=True, slots=True)
class Doing:
    """Who does what: a person, or the clock. ``key`` names the press, message or timer."""

    deed: Deed
    key: str
    user: str = ""
    staff: bool = False
    text: str = ""
    entry: str = ""
    epoch: int = -1  # a timer is for one stay in a state only


# deed -> (states it acts on, next state or None for the same); product.md, "ticket state"
_MOVES: dict[Deed, tuple[frozenset[TicketState], TicketState | None]] = {
    Deed.ADDED: (UNFINISHED, None),
    Deed.CLAIM: (frozenset({OPEN, CLAIMED}), CLAIMED),
    Deed.UNCLAIM: (frozenset({CLAIMED}), OPEN),
    Deed.REPLY: (UNFINISHED, None),
    Deed.NEED_INFO: (frozenset({OPEN, CLAIMED}), WAITING),
    Deed.ANSWERED: (frozenset({WAITING}), None),  # back to open or claimed, as before
    Deed.RESOLVE: (UNFINISHED, TicketState.RESOLVED),
    Deed.REOPEN: (FINISHED, OPEN),
    Deed.REMIND: (frozenset({OPEN}), None),
    Deed.ASK_STALE: (frozenset({WAITING}), None),
    Deed.CLOSE: (frozenset({WAITING}), TicketState.CLOSED),
}
STAFF_DEEDS = frozenset({Deed.CLAIM, Deed.UNCLAIM, Deed.REPLY, Deed.NEED_INFO, Deed.RESOLVE})
_ANSWERING = frozenset({Deed.REPLY, Deed.NEED_INFO, Deed.RESOLVE})
CLOCK_DEEDS = frozenset({Deed.REMIND, Deed.ASK_STALE, Deed.CLOSE})


def may(ticket: Ticket, by: Doing, now: float) -> bool:
    """Tell whether this is theirs to do."""
    deed = by.deed
    if deed in CLOCK_DEEDS:
        return not by.user
    if deed in STAFF_DEEDS:
        return by.staff
    match deed:
        case Deed.ANSWERED:
            return by.user == ticket.draft.asker
        case Deed.REOPEN:
            lately = now - ticket.updated <= REOPEN_SECONDS
            return by.staff or (by.user == ticket.draft.asker and lately)
        case _:
            return bool(by.user)


def move(ticket: Ticket, by: Doing, now: float) -> Ticket | None:
    """Return the ticket after the deed, None where the table has no such row for them."""
    states, after = _MOVES.get(by.deed, (frozenset(), None))
    if ticket.state not in states or not may(ticket, by, now):
        return None
    if by.epoch not in {-1, ticket.epoch}:
        return None
    if by.deed is Deed.CLAIM and ticket.claimer == by.user:
        return None
    moved = replace(ticket, state=after or ticket.state, updated=now)
    if ticket.answered is None and by.deed in _ANSWERING:
        moved = replace(moved, answered=now)
    return _changed(moved, by)


def _changed(ticket: Ticket, by: Doing) -> Ticket:
    """Return the ticket with what the deed leaves in it besides state and times."""
    match by.deed:
        case Deed.CLAIM:
            return replace(ticket, claimer=by.user)
        case Deed.UNCLAIM:
            return replace(ticket, claimer="")
        case Deed.ANSWERED:
            return replace(ticket, state=CLAIMED if ticket.claimer else OPEN)
        case Deed.RESOLVE:
            return replace(ticket, reason=by.text, entry=by.entry)
        case Deed.REOPEN:
            return replace(ticket, claimer="", reason="", entry="")
        case _:
            return ticket


def duration(seconds: float) -> str:
    """Return a time as people say it: ``40 s``, ``25 min``, ``3 h``, ``2 days``."""
    for limit, size, unit in ((90, 1, "s"), (5_400, 60, "min"), (129_600, 3_600, "h")):
        if seconds < limit:
            return f"{max(1, round(seconds / size))} {unit}"
    return f"{round(seconds / 86_400)} days"
