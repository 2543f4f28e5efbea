"""The arithmetic of the benches; how long anything takes is never asserted."""

import pytest

from benchmarks.check_jwks import HOSTILE, verifying
from benchmarks.distractors import distractors
from benchmarks.figures import markdown_table, median_seconds, percentile, recall_at, top_one
from benchmarks.fitting import folds
from benchmarks.matching import FAQ, Trial, documents, measure
from benchmarks.redaction import patterns, runs_over_texts
from benchmarks.rivals import RIVALS
from benchmarks.takeover import MARK, changed_code
from benchmarks.train import is_error
from knowledge.cues import Products
from knowledge.entry import Entry, Kind
from knowledge.evaluate import Judged
from knowledge.labelled import Message
from tests.jwks_lab import BEHAVIOURS


def judged(score: float, right: bool, positive: bool = True) -> Judged:
    return Judged(Message("m", "text", ("a",) if positive else ()), score, right)


def test_messages_that_say_the_same_share_a_fold():
    messages = [Message(str(n), "x", (), varies="3" if n > 7 else "") for n in range(11)]
    assert folds(messages) == [0, 1, 2, 3, 4, 0, 1, 2, 3, 3, 3]


@pytest.mark.parametrize(
    ("kind", "expect", "text", "error"),
    [
        ("paste", ("a",), "how do I pay", True),
        ("question", ("a",), "why does it fail with 404", False),
        ("near-miss", (), "solved: the request failed with 500", True),
        ("near-miss", (), "we pay by card now", False),
    ],
)
def test_a_silent_message_counts_with_what_it_tells_of(kind, expect, text, error):
    assert is_error(Message("m", text, expect, kind)) is error


@pytest.mark.parametrize(
    ("share", "value"), [(0.5, 5), (0.99, 10), (0.9, 9), (0.91, 10), (0, 1), (1, 10)]
)
def test_percentile_is_the_nearest_rank(share, value):
    assert percentile(reversed(range(1, 11)), share) == value


def test_percentile_of_nothing_is_refused():
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_recall_is_that_of_the_best_threshold():
    rows = [judged(0.9, True), judged(0.8, True), judged(0.7, False, False), judged(0.6, True)]
    assert recall_at(rows, 0.95) == pytest.approx(2 / 3)
    assert recall_at(rows, 0.75) == 1


def test_a_precision_that_drops_may_come_back():
    rows = [judged(0.9, False, False), *(judged(0.8 - n / 100, True) for n in range(19))]
    assert recall_at(rows, 0.95) == 1


def test_messages_of_one_score_are_replied_to_together():
    assert recall_at([judged(1, True), judged(1, False, False)], 0.95) == 0
    assert recall_at([judged(1, False, False), judged(1, True)], 0.95) == 0


def test_rates_of_nothing_are_zero():
    assert recall_at([], 0.95) == 0
    assert top_one([judged(0.5, False, False)]) == 0


def test_top_one_counts_only_messages_with_an_answer():
    assert top_one([judged(0.1, True), judged(0.9, False), judged(0.9, False, False)]) == 0.5


def test_distractors_are_distinct_stable_and_nobodys():
    many = distractors(3000)
    assert many[:500] == distractors(500)
    assert len({entry.errors for entry in many}) == len({entry.id for entry in many}) == 3000
    assert 0.2 < sum(bool(entry.asks) for entry in many) / len(many) < 0.6
    text = "\n".join(line for entry in many for line in (entry.title, *entry.errors, *entry.asks))
    products = Products(())
    assert "anon" not in text.lower()
    assert not products.named_in(text, "service")


def test_rivals_see_the_same_texts_in_both_units():
    entries = [
        Entry("a", "First", Kind.ERROR, errors=("E1",)),
        Entry("b", "Second", Kind.QUESTION, asks=("Why?",)),
    ]
    known = [Message("1", "it broke", ("a",)), Message("2", "hi", ()), Message("3", "x", ("z",))]
    trial = Trial(entries, known, {})
    assert documents(trial, whole=True) == (["First\nE1\nit broke", "Second\nWhy?"], ["a", "b"])
    assert documents(trial, whole=False)[1] == ["a", "a", "a", "b", "b"]


@pytest.mark.parametrize("name", RIVALS)
def test_rivals_find_and_survive(name):
    search = RIVALS[name](["frobnicator exploded twice", "invoice is missing", "who knows"])
    assert search("my INVOICE: missing?")[0] == 1
    for odd in ("", "'\"(", "AND OR NOT", "zzzz", "\x00"):
        position, score = search(odd)
        assert position is None or score >= 0


def test_every_method_is_asked_every_question(monkeypatch):
    right = {"one": lambda _: ("a", 0.9), "two": lambda text: (None, float(len(text)))}
    built = {name: lambda _, best=best: best for name, best in right.items()}
    monkeypatch.setattr("benchmarks.matching.methods", lambda: built)
    asked = {"s": [Message("1", "x", ("a",)), Message("2", "y", ())], "t": [Message("3", "z", ())]}
    one, two = measure(Trial([], [], asked))
    assert one.recall == {"s": 0.0, "t": 0.0}
    assert one.top1 == {"s": 1.0, "t": 0.0}
    assert two.top1 == {"s": 0.0, "t": 0.0}
    assert 0 <= one.p50 <= one.p99


def test_the_median_is_taken_of_each():
    calls = []
    found = median_seconds({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 3)
    assert set(found) == {"a", "b"}
    assert calls == ["a", "b"] * 3


def test_the_eighteen_faq_entries_are_named():
    assert len(set(FAQ)) == 18


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("_A = re.compile('a')\n_A.match(text)", False),
        ("_A = re.compile('a')\n_A.fullmatch(text)\n_AB.sub('', text)", False),
        ("_A = re.compile('a')\n_A.match(text)\n_A.sub('', text)", True),
        ("_A = re.compile('a')\nspans(_A, text)", True),
    ],
)
def test_a_pattern_that_is_tried_at_one_place_does_not_run_over_texts(source, expected):
    assert runs_over_texts("_A", source) is expected


def test_every_rule_module_brings_patterns():
    assert len(patterns()) > 20


def test_markdown_tables_have_a_ruler():
    assert markdown_table(["a", "b"], [["x", "1"]]) == "| a | b |\n| --- | ---: |\n| x | 1 |\n"


def test_hostile_servers_are_known_ones_and_fail():
    assert all(BEHAVIOURS[path][1] for path in HOSTILE)


def test_both_verify_the_same_token():
    assert set(verifying()) == {"ours", "PyJWT", "decode"}


def test_the_code_that_a_deploy_brings_is_another_one(tmp_path):
    changed = changed_code(tmp_path / "code") / "bot" / "durable.py"
    text = changed.read_text(encoding="utf-8")
    assert MARK in text
    assert 'name="more"' in text
    compile(text, "durable.py", "exec")
