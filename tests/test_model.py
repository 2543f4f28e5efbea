"""The trained model: trees walk as trees, and the file fits the code."""

import json
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.features import NAMES
from knowledge.meaning import BUCKETS
from knowledge.model import Linear, forest, parse_model, trained_model
from knowledge.sentences import DIMENSIONS

TEXT = files("knowledge").joinpath("model.json").read_text(encoding="utf-8")
RECORD = json.loads(TEXT)
TREES = RECORD["judge"]["trees"]

# A root that asks for feature 1, a leaf on its left, another question on its right.
SMALL = [
    [(1, 0.5, 1, 2, 0.0), (0, 0.0, 1, 1, -2.0), (0, 3.0, 3, 4, 0.0), (0, 0.0, 3, 3, 1.0), (0, 0.0, 4, 4, 4.0)],
    [(0, 0.0, 0, 0, 0.25)],
]  # fmt: skip


def walk(tree, row):
    """Go down one tree, as anybody would."""
    node = 0
    while True:
        feature, threshold, left, right, value = tree[node]
        if left == right == node:
            return value
        node = left if row[feature] <= np.float32(threshold) else right


@pytest.mark.parametrize(
    ("row", "logit"),
    [
        ((0.0, 0.0), -1.25),
        ((0.0, 0.5), -1.25),  # at the threshold it goes left
        ((3.0, 0.6), 1.75),
        ((3.1, 0.6), 4.75),
    ],
)
def test_a_small_forest_by_hand(row, logit):
    found = forest(0.5, 2, SMALL).logits(np.array([row], dtype=np.float32))
    assert found == pytest.approx([logit])


@given(st.lists(st.tuples(*[st.floats(-5, 5, width=32)] * 2), min_size=1, max_size=9))
def test_a_forest_agrees_with_a_naive_walk(values):
    rows = np.array(values, dtype=np.float32)
    naive = [0.5 + sum(walk(tree, row) for tree in SMALL) for row in rows]
    assert forest(0.5, 2, SMALL).logits(rows) == pytest.approx(naive)


def test_the_shipped_forest_agrees_with_a_naive_walk():
    thresholds = [node[1] for tree in TREES for node in tree]
    chance = np.random.default_rng(7)
    rows = chance.choice(thresholds, (25, len(NAMES))).astype(np.float32)
    rows[::2] += chance.normal(0, 0.5, rows[::2].shape).astype(np.float32)
    naive = [RECORD["judge"]["bias"] + sum(walk(tree, row) for tree in TREES) for row in rows]
    found = trained_model().judge.logits(rows)
    assert found == pytest.approx(naive, abs=1e-4)
    assert len({round(float(logit), 4) for logit in found}) > 5  # rows of all sorts were tried


def test_every_node_of_the_file_leads_on_within_the_depth():
    for tree in TREES:
        deep = {0: 0}
        for number, (feature, _, left, right, _) in enumerate(tree):
            assert 0 <= feature < len(NAMES)
            assert left == right == number or number < min(left, right) <= max(left, right) < len(
                tree
            )
            if left != number:
                deep[left] = deep[right] = deep[number] + 1
        assert len(deep) == len(tree)
        assert max(deep.values()) <= RECORD["judge"]["depth"]


def test_the_file_fits_the_features_and_vectors():
    assert RECORD["features"] == list(NAMES)
    assert len(set(NAMES)) == len(NAMES)
    model = trained_model()
    assert model.needs_answer.weights.shape == (DIMENSIONS + BUCKETS,)
    assert model.needs_answer_words.weights.shape == (BUCKETS,)
    assert 0 < model.suggest_from < model.reply_from < 1
    assert max(model.background.frequencies.values()) <= model.background.texts


def test_a_model_of_other_features_is_refused():
    other = {**RECORD, "features": [*NAMES[1:], NAMES[0]]}
    with pytest.raises(ValueError, match="run make model"):
        parse_model(json.dumps(other))


@pytest.mark.parametrize("count", [1, 2, 50])
def test_probabilities_run_from_nothing_to_one_and_none_is_above_the_best(count):
    model = trained_model()
    rows = np.random.default_rng(1).normal(0, 9, (count, len(NAMES))).astype(np.float32)
    found, logits = model.probabilities(rows), model.judge.logits(rows)
    assert ((found > 0) & (found < 1)).all()
    assert (np.diff(found[np.argsort(logits, kind="stable")]) >= 0).all()
    assert (found < found[np.argmax(logits)]).sum() == count - 1


def test_linear():
    assert Linear(np.array([2, -1], dtype=np.float32), 0.5).logit(
        np.array([1, 3], dtype=np.float32)
    ) == pytest.approx(-0.5)
