"""The mode table and the thread states, row by row."""

import pytest

from bot.answering import Outcome
from bot.conversations import (
    Act,
    Actor,
    Event,
    act,
    actor_of,
    is_mute_word,
    is_thanks,
    may_follow_up,
    move,
    next_entry,
    overheard,
)
from bot.records import Candidate, Mode, State, Thread

R, S, N = Outcome.REPLY, Outcome.SUGGEST, Outcome.SILENT
MODES = [
    (Mode.OFF, (Act.NOTHING, Act.NOTHING, Act.NOTHING)),
    (Mode.MENTION, (Act.NOTHING, Act.NOTHING, Act.NOTHING)),
    (Mode.SUGGEST, (Act.SUGGEST, Act.SUGGEST, Act.NOTHING)),
    (Mode.AUTO, (Act.ANSWER, Act.SUGGEST, Act.NOTHING)),
    (Mode.SHADOW, (Act.SHADOW, Act.SHADOW, Act.NOTHING)),
]


@pytest.mark.parametrize(("mode", "acts"), MODES)
def test_the_mode_table(mode, acts):
    assert tuple(act(mode, outcome, explicit=False) for outcome in (R, S, N)) == acts
    assert [act(mode, outcome, explicit=True) for outcome in (R, S, N)] == [
        Act.ANSWER,
        Act.CHOICES,
        Act.CHOICES,
    ]


ASKER, STAFF, OTHER, BOT = Actor.ASKER, Actor.STAFF, Actor.OTHER, Actor.BOT
NEW, ANSWERED, HUMAN = State.NEW, State.ANSWERED, State.HUMAN
SOLVED, MUTED, ESCALATED = State.SOLVED, State.MUTED, State.ESCALATED
STALE = State.STALE
DAY = 86_400.0
ROWS = [
    (NEW, Event.REPLIED, BOT, ANSWERED),
    (HUMAN, Event.REPLIED, BOT, HUMAN),
    (NEW, Event.OTHERS_SPOKE, OTHER, HUMAN),
    (ANSWERED, Event.OTHERS_SPOKE, STAFF, HUMAN),
    (ANSWERED, Event.OTHERS_SPOKE, ASKER, HUMAN),
    (ESCALATED, Event.OTHERS_SPOKE, STAFF, ESCALATED),
    (ANSWERED, Event.SOLVED, ASKER, SOLVED),
    (ANSWERED, Event.SOLVED, STAFF, SOLVED),
    (ANSWERED, Event.SOLVED, OTHER, ANSWERED),
    (ANSWERED, Event.NONE_LEFT, ASKER, HUMAN),
    (HUMAN, Event.ASKED_HUMAN, ASKER, ESCALATED),
    (ANSWERED, Event.NONE_LEFT, OTHER, ANSWERED),
    (ANSWERED, Event.ASKED_HUMAN, OTHER, ESCALATED),
    (SOLVED, Event.ASKED_HUMAN, OTHER, SOLVED),
    (ANSWERED, Event.MUTED, ASKER, MUTED),
    (ESCALATED, Event.MUTED, STAFF, MUTED),
    (ANSWERED, Event.MUTED, OTHER, ANSWERED),
    (SOLVED, Event.MUTED, ASKER, SOLVED),
    (HUMAN, Event.MENTIONED, OTHER, ANSWERED),
    (MUTED, Event.MENTIONED, OTHER, ANSWERED),
    (SOLVED, Event.MENTIONED, ASKER, ANSWERED),
    (ESCALATED, Event.MENTIONED, ASKER, ESCALATED),
    (ANSWERED, Event.REMOVED, STAFF, HUMAN),
    (ANSWERED, Event.REMOVED, ASKER, ANSWERED),
    (STALE, Event.MENTIONED, OTHER, ANSWERED),
    (STALE, Event.ASKED_HUMAN, OTHER, ESCALATED),
    (SOLVED, Event.REOPENED, ASKER, ANSWERED),
    (SOLVED, Event.REOPENED, STAFF, ANSWERED),
    (SOLVED, Event.REOPENED, OTHER, SOLVED),
    (MUTED, Event.REOPENED, STAFF, MUTED),
    (SOLVED, Event.WROTE_AGAIN, ASKER, ANSWERED),
    (SOLVED, Event.WROTE_AGAIN, OTHER, SOLVED),
]


@pytest.mark.parametrize(("state", "event", "actor", "after"), ROWS)
def test_a_row_of_the_state_table_and_that_it_is_idempotent(state, event, actor, after):
    once = move(Thread("U0ANA", state), event, actor, 0)
    assert once.state is after
    assert move(once, event, actor, 0).state is after


@pytest.mark.parametrize("event", [Event.REOPENED, Event.WROTE_AGAIN])
def test_after_seven_days_only_staff_reopen(event):
    thread = Thread("U0ANA", SOLVED, updated=DAY)
    assert move(thread, event, ASKER, 8 * DAY).state is ANSWERED
    assert move(thread, event, ASKER, 8 * DAY + 1).state is SOLVED
    assert move(thread, Event.REOPENED, STAFF, 80 * DAY).state is ANSWERED


@pytest.mark.parametrize("state", State)
def test_only_the_asker_of_an_unresolved_thread_is_followed_up(state):
    thread = Thread("U0ANA", state)
    assert may_follow_up(thread, "U0ANA", 0) is (state in {NEW, ANSWERED, SOLVED})
    assert may_follow_up(thread, "U0ANA", 8 * DAY) is (state in {NEW, ANSWERED})
    assert may_follow_up(thread, "U0BO", 0) is False


@pytest.mark.parametrize(
    ("text", "thanks"),
    [
        ("Thanks!", True),
        ("ok, thanks :)", True),
        (":+1:", True),
        ("That worked, thanks, but now 500", False),
        ("it is back", False),
        ("", False),
    ],
)
def test_only_a_whole_message_is_mere_thanks(text, thanks):
    assert is_thanks(text) is thanks


@pytest.mark.parametrize(
    ("actor", "text", "others", "event"),
    [
        (ASKER, "it still fails", False, None),
        (ASKER, "it still fails", True, Event.OTHERS_SPOKE),
        (OTHER, "same here", False, Event.OTHERS_SPOKE),
        (STAFF, "on it", False, Event.OTHERS_SPOKE),
        (ASKER, " Mute. ", False, Event.MUTED),
        (STAFF, "stop", False, Event.MUTED),
        (OTHER, "stop", False, Event.OTHERS_SPOKE),
    ],
)
def test_what_a_message_means_for_its_thread(actor, text, others, event):
    assert overheard(actor, text, mentions_others=others) is event


@pytest.mark.parametrize(
    ("text", "mute"),
    [
        ("mute", True),
        ("STOP!", True),
        ("🔇", True),
        (":mute:", True),
        ("build a bot that mutes", False),
        ("", False),
    ],
)
def test_only_a_whole_message_mutes(text, mute):
    assert is_mute_word(text) is mute


def test_who_somebody_is():
    thread = Thread("U0SAM")
    assert actor_of(thread, "U0SAM", frozenset({"U0SAM"})) is ASKER
    assert actor_of(Thread("U0ANA"), "U0SAM", frozenset({"U0SAM"})) is STAFF
    assert actor_of(thread, "U0BO", frozenset()) is OTHER


def candidates(names, score=0.5):
    return tuple(Candidate(name, score) for name in names)


def test_the_next_entry_was_never_shown_and_two_tries_are_enough():
    entries = candidates("abc")
    assert next_entry(entries, Thread("U", given=("a",), rejected=("a",))) == "b"
    assert next_entry(entries, Thread("U", given=("a", "c"), rejected=("a",))) == "b"
    assert next_entry(entries, Thread("U", given=("a", "b"), rejected=("a", "b"))) is None
    assert next_entry(candidates("a"), Thread("U", given=("a",), rejected=("a",))) is None


@pytest.mark.parametrize(("score", "shown"), [(0.01, None), (0.05, "b"), (None, "b")])
def test_an_entry_that_is_hardly_alike_is_not_the_next(score, shown):
    entries = (*candidates("a"), *candidates("b", score))
    assert next_entry(entries, Thread("U", given=("a",), rejected=("a",))) == shown
