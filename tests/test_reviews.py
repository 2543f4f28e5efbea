"""Entries that want a review: for their age, or for the votes on them as they stand."""

from datetime import date, timedelta

import pytest

from bot.entry_figures import Known, RevisionFigures, by_entry
from bot.records import Answer, Candidate, Place, Verdict
from bot.reviews import Reason, Review, as_json, is_voted_down
from handlers.blocks_stats import entry_lines, review_lines
from knowledge.entry import Entry, Kind
from knowledge.review import REVIEW_DAYS, aged, is_old

VOTES = ":white_check_mark: {} · not it {}"
TODAY = date(2026, 11, 26)
DAY = 86_400
NOW = (TODAY - date(1970, 1, 1)).days * DAY + 3_600.0


def entry(name, reviewed=TODAY, body="Check it."):
    return Entry(id=name, title=name.title(), kind=Kind.ERROR, reviewed=reviewed, body=body)


@pytest.mark.parametrize(
    ("reviewed", "old"),
    [
        (TODAY, False),
        (TODAY - timedelta(REVIEW_DAYS), False),
        (TODAY - timedelta(REVIEW_DAYS + 1), True),
        (TODAY + timedelta(1), False),
        (None, True),
    ],
)
def test_age(reviewed, old):
    assert is_old(entry("a", reviewed), TODAY) is old


def test_the_oldest_is_named_first():
    days = {"new": TODAY, "old": date(2025, 1, 2), "older": date(2024, 1, 2), "never": None}
    told = [str(one) for one in aged(tuple(entry(*one) for one in days.items()), TODAY)]
    assert [line.split(":")[0] for line in told] == ["older", "old"]
    assert "last reviewed on 2025-01-02, over 180 days ago" in told[1]


@pytest.mark.parametrize(
    ("solved", "not_it", "down"),
    [(0, 2, False), (0, 3, True), (1, 2, True), (2, 2, False), (2, 3, True), (3, 2, False)],
)
def test_voted_down(solved, not_it, down):
    assert is_voted_down(RevisionFigures("a", "r", 9, solved, not_it)) is down


async def vote(store, of, verdict, count, first=0):
    for number in range(first, first + count):
        ts = f"{number}.{of.revision}"
        place = Place("T1", "C1", ts)
        answer = Answer(place, ts, "U1", (Candidate(of.id, 0.9),), of.id, of.revision, 0, f"{ts}.2")
        await store.answers.record(answer, NOW)
        await store.answers.vote(answer, "U1", verdict, NOW)


async def test_votes_on_an_earlier_revision_count_no_more(store):
    old, new, good = entry("a"), entry("a", body="Mended."), entry("b", date(2026, 1, 2))
    await vote(store, old, Verdict.NOT_IT, 3)
    await vote(store, good, Verdict.SOLVED, 1, 10)
    (review,) = await store.stats.reviews((old,), NOW)
    assert (review.entry, review.not_it, review.reasons) == ("a", 3, (Reason.VOTES,))
    assert await store.stats.reviews((new,), NOW) == ()
    await vote(store, new, Verdict.NOT_IT, 3, 20)
    await vote(store, new, Verdict.SOLVED, 2, 30)
    found = await store.stats.reviews((new, good), NOW)
    assert [(one.entry, one.solved, one.not_it, one.reasons) for one in found] == [
        ("a", 2, 3, (Reason.VOTES,)),
        ("b", 1, 0, (Reason.AGE,)),
    ]
    figures = await store.stats.since(NOW, NOW)
    assert [(one.revision, one.hits, one.solved, one.not_it) for one in figures.revisions] == [
        (new.revision, 5, 2, 3),
        (old.revision, 3, 0, 3),
        (good.revision, 1, 1, 0),
    ]
    (first, second) = figures.entries
    assert (first.entry, first.answers, first.solved, first.not_it) == ("a", 8, 2, 6)
    assert first.of(new.revision).hits == 5
    assert second.of("another") == RevisionFigures("b", "another")


def test_what_staff_read_of_it():
    figures = by_entry(
        (RevisionFigures("a", "old", 7, 1, 3), RevisionFigures("a", "new", 2, 1, 0)), 10
    )
    assert entry_lines(figures, [Known("a", "Not <found>", "new")]) == [
        f"• Not &lt;found&gt; (a): 9 · {VOTES.format(2, 3)} (as it is now: 2 · {VOTES.format(1, 0)})"
    ]
    assert entry_lines(by_entry((RevisionFigures("b", "r", 1),), 10), []) == [
        f"• b: 1 · {VOTES.format(0, 0)} (as it is now: 0 · {VOTES.format(0, 0)})"
    ]
    down = Review("a", "A", date(2026, 1, 2), 1, 3, (Reason.VOTES, Reason.AGE))
    lines = review_lines([down, *[Review("b", "", None, 0, 0, (Reason.AGE,))] * 10])
    assert lines[0] == (
        "• A (a): voted down, :white_check_mark: 1 · not it 3 · reviewed 2026-01-02"
    )
    assert lines[1] == "• b: never reviewed"
    assert lines[-1] == "and 1 more: `anon-support stats` lists them"
    assert as_json([down]) == [
        {
            "entry": "a",
            "reasons": ["voted down", "not reviewed for long"],
            "reviewed": "2026-01-02",
            "solved": 1,
            "not_it": 3,
        }
    ]
