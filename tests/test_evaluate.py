"""Precision and recall as they are defined."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.evaluate import Judged, curve, draw_curve, figures_at, judge_messages
from knowledge.labelled import Message

POSITIVE = Message("p", "boom", ("a", "b"))
NEGATIVE = Message("n", "lunch", ())
NEUTRAL = Message("x", "whatever", (), neutral=True)
JUDGED = [
    Judged(POSITIVE, 0.9, True),
    Judged(POSITIVE, 0.8, False),
    Judged(POSITIVE, 0.3, True),
    Judged(NEGATIVE, 0.7, False),
    Judged(NEGATIVE, 0.1, False),
]


@pytest.mark.parametrize(
    ("threshold", "replies", "right", "precision", "recall"),
    [
        (0.0, 5, 2, 2 / 5, 2 / 3),
        (0.3, 4, 2, 2 / 4, 2 / 3),
        (0.31, 3, 1, 1 / 3, 1 / 3),
        (0.9, 1, 1, 1.0, 1 / 3),
        (0.91, 0, 0, 1.0, 0.0),
    ],
)
def test_figures_at_a_threshold(threshold, replies, right, precision, recall):
    found = figures_at(JUDGED, threshold)
    assert (found.replies, found.right, found.positives) == (replies, right, 3)
    assert (found.precision, found.recall) == (pytest.approx(precision), pytest.approx(recall))


def test_nothing_to_answer_is_no_recall():
    assert figures_at([JUDGED[-1]], 0.0).recall == 0.0
    assert figures_at([], 0.5).precision == 1.0


def test_messages_are_judged_by_their_best_entry_and_neutral_ones_not_at_all():
    best = {"boom": ("b", 0.8), "lunch": ("a", 0.1)}
    judged = judge_messages([POSITIVE, NEUTRAL, NEGATIVE], lambda text: best[text])
    assert judged == [Judged(POSITIVE, 0.8, True), Judged(NEGATIVE, 0.1, False)]


def test_no_entry_is_never_right():
    assert judge_messages([NEGATIVE], lambda _: (None, 0.0)) == [Judged(NEGATIVE, 0.0, False)]


@given(st.lists(st.tuples(st.sampled_from([POSITIVE, NEGATIVE]), st.floats(0, 1), st.booleans())))
def test_along_the_curve_replies_and_recall_only_fall(triples):
    judged = [Judged(m, score, right and bool(m.expect)) for m, score, right in triples]
    figures = curve(judged, 20)
    assert [one.threshold for one in figures] == [step / 20 for step in range(21)]
    assert figures[0].replies == len(judged)
    for one, later in pairwise(figures):
        assert later.replies <= one.replies
        assert later.recall <= one.recall
    assert all(0 <= one.precision <= 1 and 0 <= one.recall <= 1 for one in figures)


def test_the_curve_is_drawn(tmp_path):
    draw_curve(curve(JUDGED), 0.6, tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
