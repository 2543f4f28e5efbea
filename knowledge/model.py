"""The trained part: weights from ``model.json``, which ``make model`` writes and nobody edits."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.features import NAMES, chances_of, second_look
from knowledge.meaning import Array
from knowledge.sentences import Vectors
from knowledge.signatures import Background

VECTOR_SHARE = 1.5
_BEHIND = 0.99


@dataclass(frozen=True, slots=True)
class Linear:
    """A logistic model: ``weights`` in the order of its inputs."""

    weights: Array
    bias: float

    def logit(self, row: Array) -> float:
        """Return the log-odds of one row."""
        return float(row @ self.weights + self.bias)


@dataclass(frozen=True, slots=True)
class Forest:
    """Boosted trees, all nodes in one table; a leaf points to itself, so every walk may go on.

    A row goes left where its feature is at most the threshold.
    """

    bias: float
    depth: int
    roots: npt.NDArray[np.intp]
    feature: npt.NDArray[np.intp]
    threshold: Array
    left: npt.NDArray[np.intp]
    right: npt.NDArray[np.intp]
    value: Array

    def logits(self, rows: Array) -> Array:
        """Return the log-odds of each row."""
        each = np.arange(len(rows))[:, None]
        node = np.tile(self.roots, (len(rows), 1))
        for _ in range(self.depth):
            goes_left = rows[each, self.feature[node]] <= self.threshold[node]
            node = np.where(goes_left, self.left[node], self.right[node])
        return np.asarray(self.bias + self.value[node].sum(axis=1), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that training found; the same for every knowledge base."""

    background: Background
    needs_answer: Linear
    needs_answer_words: Linear
    judge: Forest
    second: Forest
    reply_from: float
    suggest_from: float

    def needs(self, vector: Vectors, words: Array) -> tuple[float, float]:
        """Return the log-odds that a text wants an answer: by meaning and words, by words alone."""
        row = np.concatenate([VECTOR_SHARE * vector, words])
        return self.needs_answer.logit(row), self.needs_answer_words.logit(words)

    def probabilities(self, rows: Array) -> Array:
        """Return for each contender the probability that its entry is the right answer.

        The best one is looked at again, beside the others: none of them is above it.
        """
        logits = self.judge.logits(rows)
        chances, best = chances_of(logits), int(np.argmax(logits))
        surely = chances_of(self.second.logits(second_look(rows, logits)[None, :]))[0]
        others: Array = np.minimum(chances, _BEHIND * surely)
        others[best] = surely
        return others


def forest(bias: float, depth: int, trees: Sequence[Sequence[Sequence[float]]]) -> Forest:
    """Return the forest of trees whose nodes are (feature, threshold, left, right, value)."""
    sizes = [len(tree) for tree in trees]
    roots = np.concatenate([[0], np.cumsum(sizes)])[:-1].astype(np.intp)
    shift = np.repeat(roots, sizes)
    nodes = np.array([node for tree in trees for node in tree], dtype=np.float64).reshape(-1, 5)
    return Forest(
        bias=bias,
        depth=depth,
        roots=roots,
        feature=nodes[:, 0].astype(np.intp),
        threshold=nodes[:, 1].astype(np.float32),
        left=nodes[:, 2].astype(np.intp) + shift,
        right=nodes[:, 3].astype(np.intp) + shift,
        value=nodes[:, 4].astype(np.float32),
    )


def parse_model(text: str) -> Model:
    """Return the model of the text of a ``model.json``."""
    read = json.loads(text)
    if read["features"] != list(NAMES):
        raise ValueError("model.json was trained for other features: run make model")
    return Model(
        background=Background(read["background"]["words"], read["background"]["texts"]),
        needs_answer=_linear(read["needs_answer"]),
        needs_answer_words=_linear(read["needs_answer_words"]),
        judge=forest(**read["judge"]),
        second=forest(**read["second"]),
        reply_from=read["thresholds"]["reply"],
        suggest_from=read["thresholds"]["suggest"],
    )


def _linear(record: dict[str, Any]) -> Linear:
    return Linear(np.array(record["weights"], dtype=np.float32), record["bias"])


@cache
def trained_model() -> Model:
    """Return the model that ships with the package."""
    return parse_model(files("knowledge").joinpath("model.json").read_text(encoding="utf-8"))
