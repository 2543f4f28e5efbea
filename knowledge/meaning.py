"""Nearness in meaning: a text against what every entry says and what needs no answer.

Two views of the same example phrases. *Nearest* compares with each phrase by itself. *Fit* is a
kernel ridge regression over all of them (closed form, so a base is learned when it is compiled),
over sentence vectors beside hashed words and word pairs.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from knowledge.sentences import Vectors
from knowledge.signatures import Background

BUCKETS = 2048
_WORD_SHARE = 0.8
_FARTHEST = 1 + _WORD_SHARE**2
"""The product of a row with itself: no two rows are nearer."""
_RIDGE = 0.3
_NEAREST = 4
_TOKEN = re.compile(r"[a-z']{1,40}|[?!:@]|\d{1,20}")

Array = npt.NDArray[np.float32]


class Role(StrEnum):
    """What an example phrase stands for."""

    ASK = "ask"
    MESSAGE = "message"
    LOOK_ALIKE = "look_alike"
    BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class Phrase:
    """An example phrase; ``entries`` are positions in the base, none for the background."""

    text: str
    role: Role
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near a text is to every entry (arrays by position) and to the background."""

    fit: Array
    fit_background: float
    nearest: Array
    nearest_few: Array
    nearest_phrase: npt.NDArray[np.intp]
    look_alike: Array
    overlap: Array
    background: float
    background_few: float


@dataclass(frozen=True)
class Examples:
    """The example phrases of a base with their vectors, hashed words and learned weights."""

    phrases: tuple[Phrase, ...]
    vectors: Vectors
    words: Array
    weights: Array


def tokens(text: str) -> list[str]:
    """Return lower-case words, numbers as ``0``, and marks that tell questions from remarks."""
    return ["0" if token.isdigit() else token for token in _TOKEN.findall(text.lower())]


def hashed_words(text: str, background: Background) -> Array:
    """Return a unit vector of hashed words and word pairs, weighted by how much they tell."""
    found = tokens(text)
    vector = np.zeros(BUCKETS, dtype=np.float32)
    weights = {word: background.weight(word) for word in set(found)}
    for word, weight in weights.items():
        vector[zlib.crc32(word.encode()) % BUCKETS] += weight
    for first, second in set(pairwise(found)):
        pair = f"{first} {second}".encode()
        vector[zlib.crc32(pair) % BUCKETS] += 0.5 * (weights[first] + weights[second])
    return vector / max(float(np.linalg.norm(vector)), 1e-9)


def design_rows(vectors: Vectors, words: Array) -> Array:
    """Return what the regression sees of each text."""
    return np.hstack([vectors, _WORD_SHARE * words]).astype(np.float32)


def kernel(some: Array, others: Array) -> Array:
    """Return the nearness of each row of one table to each of another: 1 for the same text."""
    return np.asarray(np.exp(some @ others.T - _FARTHEST), dtype=np.float32)


def learn(phrases: Sequence[Phrase], rows: Array, entries: int) -> Array:
    """Return the regression's weights, shape (phrases, entries + 1); the last is background."""
    wanted = np.zeros((len(phrases), entries + 1), dtype=np.float32)
    for row, phrase in enumerate(phrases):
        if phrase.role in (Role.ASK, Role.MESSAGE):
            wanted[row, list(phrase.entries)] = 1 / len(phrase.entries)
        else:
            wanted[row, entries] = 1
    ridge = _RIDGE * np.eye(len(phrases), dtype=np.float32)
    return np.asarray(np.linalg.solve(kernel(rows, rows) + ridge, wanted), dtype=np.float32)


class Meaning:
    """The example phrases of one base, compiled."""

    def __init__(self, examples: Examples, entries: int, background: Background) -> None:
        phrases, vectors = examples.phrases, examples.vectors
        self._entries = entries
        self._rows = design_rows(vectors, examples.words)
        self._weights = examples.weights
        self._background = background
        asks = _rows(phrases, Role.ASK, Role.MESSAGE)
        self._ask_rows, self._ask_entries = _flat(phrases, asks)
        self._asks = vectors[self._ask_rows]
        looks = _rows(phrases, Role.LOOK_ALIKE)
        self._look_rows, self._look_entries = _flat(phrases, looks)
        self._looks = vectors[self._look_rows]
        self._nothing = vectors[_rows(phrases, Role.BACKGROUND)]
        self._ask_words = [frozenset(tokens(phrases[row].text)) for row in self._ask_rows]

    def near(self, text: str, vector: Vectors, words: Array) -> Nearness:
        """Return how near the text is to everything; ``vector`` and ``words`` are its own."""
        fit = kernel(design_rows(vector[None], words[None]), self._rows)[0] @ self._weights
        asks = self._asks @ vector
        nearest, few, phrase = self._nearest(asks)
        background = (
            np.sort(self._nothing @ vector)[::-1][:5] if len(self._nothing) else np.zeros(1)
        )
        look_alike = np.zeros(self._entries, dtype=np.float32)
        np.maximum.at(look_alike, self._look_entries, self._looks @ vector)
        return Nearness(
            fit=fit[: self._entries],
            fit_background=float(fit[self._entries]),
            nearest=nearest,
            nearest_few=few,
            nearest_phrase=phrase,
            look_alike=look_alike,
            overlap=self._overlap(text, asks),
            background=float(background[0]),
            background_few=float(background.mean()),
        )

    def _nearest(self, asks: Array) -> tuple[Array, Array, npt.NDArray[np.intp]]:
        """Return per entry the nearest phrase's nearness, the mean of the nearest few, its row."""
        nearest = np.zeros(self._entries, dtype=np.float32)
        few = np.zeros(self._entries, dtype=np.float32)
        phrase = np.zeros(self._entries, dtype=np.intp)
        taken = np.zeros(self._entries, dtype=np.int32)
        for position in np.argsort(-asks):
            entry = self._ask_entries[position]
            if taken[entry] == _NEAREST:
                continue
            if not taken[entry]:
                nearest[entry], phrase[entry] = asks[position], self._ask_rows[position]
            few[entry] += asks[position]
            taken[entry] += 1
        return nearest, (few / np.maximum(taken, 1)).astype(np.float32), phrase

    def _overlap(self, text: str, asks: Array, worth: float = 0.3) -> Array:
        """Return per entry the best share of telling words in common with a phrase of it."""
        overlap = np.zeros(self._entries, dtype=np.float32)
        own = frozenset(tokens(text))
        own_weight = self._background.information(own)
        for position in np.flatnonzero(asks > worth):
            theirs = self._ask_words[position]
            both = own_weight * self._background.information(theirs)
            share = self._background.information(own & theirs) / max(both, 1e-9) ** 0.5
            entry = self._ask_entries[position]
            overlap[entry] = max(overlap[entry], share)
        return overlap


def _rows(phrases: Sequence[Phrase], *roles: Role) -> list[int]:
    return [row for row, phrase in enumerate(phrases) if phrase.role in roles]


def _flat(
    phrases: Sequence[Phrase], rows: Sequence[int]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return (row, entry) pairs as two arrays: a phrase of two entries stands twice."""
    pairs = [(row, entry) for row in rows for entry in phrases[row].entries]
    array = np.array(pairs, dtype=np.intp).reshape(-1, 2)
    return array[:, 0], array[:, 1]
