"""The ticket table row by row, and what follows from a row."""

from dataclasses import replace

import pytest

from bot.jobs import Kind
from bot.records import Place, TicketState
from bot.ticket_effects import Waits, effects
from bot.ticket_records import Deed, Draft, Ticket, TicketEvent
from bot.tickets import Doing, duration, move

DAY = 86_400.0
PLACE = Place("T1", "C1", "1.1")
STAFF = Place("T1", "C9", "")
TICKET = Ticket(7, PLACE, Draft("U1"), updated=DAY)
OPEN, CLAIMED, WAITING = TicketState.OPEN, TicketState.CLAIMED, TicketState.WAITING
RESOLVED, CLOSED = TicketState.RESOLVED, TicketState.CLOSED


def doing(deed, who):
    user = {"asker": "U1", "staff": "U2", "other": "U3", "clock": ""}[who]
    return Doing(deed, "key", user, staff=who == "staff", text="words", entry="a")


# state, deed, who -> state after, None where the table has no such row
ROWS = [
    (OPEN, Deed.ADDED, "other", OPEN),
    (RESOLVED, Deed.ADDED, "other", None),
    (OPEN, Deed.CLAIM, "staff", CLAIMED),
    (OPEN, Deed.CLAIM, "asker", None),
    (OPEN, Deed.CLAIM, "clock", None),
    (WAITING, Deed.CLAIM, "staff", None),
    (OPEN, Deed.REMIND, "clock", OPEN),
    (OPEN, Deed.REMIND, "staff", None),
    (CLAIMED, Deed.REMIND, "clock", None),
    (CLAIMED, Deed.CLAIM, "staff", CLAIMED),
    (CLAIMED, Deed.UNCLAIM, "staff", OPEN),
    (OPEN, Deed.UNCLAIM, "staff", None),
    (OPEN, Deed.NEED_INFO, "staff", WAITING),
    (CLAIMED, Deed.NEED_INFO, "staff", WAITING),
    (WAITING, Deed.NEED_INFO, "staff", None),
    (WAITING, Deed.ANSWERED, "asker", OPEN),
    (WAITING, Deed.ANSWERED, "staff", None),
    (OPEN, Deed.ANSWERED, "asker", None),
    (WAITING, Deed.ASK_STALE, "clock", WAITING),
    (WAITING, Deed.CLOSE, "clock", CLOSED),
    (OPEN, Deed.CLOSE, "clock", None),
    (WAITING, Deed.CLOSE, "staff", None),
    (OPEN, Deed.RESOLVE, "staff", RESOLVED),
    (CLAIMED, Deed.RESOLVE, "staff", RESOLVED),
    (WAITING, Deed.RESOLVE, "staff", RESOLVED),
    (CLOSED, Deed.RESOLVE, "staff", None),
    (OPEN, Deed.RESOLVE, "asker", None),
    (RESOLVED, Deed.REOPEN, "asker", OPEN),
    (CLOSED, Deed.REOPEN, "staff", OPEN),
    (CLOSED, Deed.REOPEN, "other", None),
    (OPEN, Deed.REOPEN, "staff", None),
    (OPEN, Deed.REPLY, "staff", OPEN),
    (OPEN, Deed.REPLY, "asker", None),
]


@pytest.mark.parametrize(("state", "deed", "who", "after"), ROWS)
def test_a_row_of_the_ticket_table(state, deed, who, after):
    moved = move(replace(TICKET, state=state), doing(deed, who), DAY)
    assert (moved.state if moved else None) is after


def test_what_a_claim_leaves_and_gives_back():
    claimed = move(TICKET, doing(Deed.CLAIM, "staff"), DAY)
    assert claimed.claimer == "U2"
    assert move(claimed, doing(Deed.CLAIM, "staff"), DAY) is None
    waiting = move(claimed, doing(Deed.NEED_INFO, "staff"), DAY)
    assert move(waiting, doing(Deed.ANSWERED, "asker"), DAY).state is CLAIMED
    other = move(claimed, replace(doing(Deed.CLAIM, "staff"), user="U9"), DAY)
    assert other.claimer == "U9"
    assert move(claimed, doing(Deed.UNCLAIM, "staff"), DAY).claimer == ""


def test_resolve_keeps_why_and_reopen_forgets_it():
    resolved = move(TICKET, doing(Deed.RESOLVE, "staff"), DAY)
    assert (resolved.reason, resolved.entry) == ("words", "a")
    assert move(resolved, doing(Deed.REOPEN, "asker"), DAY).reason == ""


def test_the_asker_reopens_for_seven_days():
    over = replace(TICKET, state=RESOLVED, updated=DAY)
    assert move(over, doing(Deed.REOPEN, "asker"), 8 * DAY)
    assert move(over, doing(Deed.REOPEN, "asker"), 8 * DAY + 1) is None
    assert move(over, doing(Deed.REOPEN, "staff"), 80 * DAY)


def test_only_the_first_answer_is_measured():
    replied = move(TICKET, doing(Deed.REPLY, "staff"), 2 * DAY)
    assert replied.answered == 2 * DAY
    assert move(replied, doing(Deed.REPLY, "staff"), 3 * DAY).answered == 2 * DAY
    assert move(TICKET, doing(Deed.CLAIM, "staff"), 2 * DAY).answered is None


def test_a_timer_is_for_one_stay_in_a_state():
    reminded = replace(doing(Deed.REMIND, "clock"), epoch=3)
    assert move(replace(TICKET, epoch=3), reminded, DAY)
    assert move(replace(TICKET, epoch=5), reminded, DAY) is None


def event(deed, before, after, seq=4, text="words"):
    return TicketEvent(7, seq, deed, "U2", text, before, after, 3, DAY)


WAITS = Waits(60, 120, 240)


@pytest.mark.parametrize(
    ("done", "kinds", "timer"),
    [
        (event(Deed.OPENED, None, OPEN), [Kind.TICKET_CARD], (Deed.REMIND, 60)),
        (event(Deed.CLAIM, OPEN, CLAIMED), [Kind.TICKET_CARD_EDIT, Kind.TICKET_NOTE], None),
        (event(Deed.ADDED, OPEN, OPEN), [Kind.TICKET_CARD_EDIT, Kind.TICKET_LINE], None),
        (event(Deed.REPLY, OPEN, OPEN), [Kind.TICKET_CARD_EDIT, Kind.TICKET_REPLY], None),
        (event(Deed.REPLY, OPEN, OPEN, text=""), [Kind.TICKET_CARD_EDIT], None),
        (
            event(Deed.NEED_INFO, OPEN, WAITING),
            [Kind.TICKET_CARD_EDIT, Kind.TICKET_REPLY, Kind.TICKET_NOTE],
            (Deed.ASK_STALE, 120),
        ),
        (
            event(Deed.ASK_STALE, WAITING, WAITING),
            [Kind.TICKET_CARD_EDIT, Kind.TICKET_REPLY],
            (Deed.CLOSE, 240),
        ),
        (
            event(Deed.REOPEN, RESOLVED, OPEN),
            [Kind.TICKET_CARD_EDIT, Kind.TICKET_LINE, Kind.TICKET_NOTE],
            (Deed.REMIND, 60),
        ),
    ],
)
def test_what_follows(done, kinds, timer):
    found = effects(done, TICKET, STAFF, WAITS)
    said = [one.job.kind for one in found.jobs if one.job.kind is not Kind.TICKET_DEED]
    assert said == kinds
    timers = [(f.job.ticket.deed, f.delay) for f in found.jobs if f.job.kind is Kind.TICKET_DEED]
    assert timers == ([timer] if timer else [])
    keys = [one.job.key for one in found.jobs]
    assert len(set(keys)) == len(keys)


def test_timers_of_the_state_that_was_left_are_stopped_but_not_the_one_that_runs():
    assert effects(event(Deed.CLAIM, OPEN, CLAIMED), TICKET, STAFF, WAITS).stopped == (
        "ticket-7:3:remind",
        "ticket-7:3:ask stale",
        "ticket-7:3:close",
    )
    closed = effects(event(Deed.CLOSE, WAITING, CLOSED), TICKET, STAFF, WAITS).stopped
    assert "ticket-7:3:close" not in closed
    assert effects(event(Deed.ADDED, OPEN, OPEN), TICKET, STAFF, WAITS).stopped == ()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (89, "89 s"),
        (90, "2 min"),
        (1500, "25 min"),
        (7200, "2 h"),
        (4 * DAY, "4 days"),
    ],
)
def test_times_as_people_say_them(seconds, words):
    assert duration(seconds) == words
