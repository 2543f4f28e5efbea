"""Nearness in meaning: a text against what every entry says and what needs no answer.

Two views of the same example phrases. *Nearest* compares with each phrase by itself. *Fit* is a
kernel ridge regression over them (closed form, so a base is learned when it is compiled),
over sentence vectors beside hashed words, word pairs and letters.

Solving it costs the cube of the phrases, and its weights phrases times entries: 10,000 entries
would take minutes and gigabytes. So above MAX_LEARNED phrases nothing is learned when a base is
compiled; the same regression is solved anew for each text, over the NEIGHBOURS phrases that are
nearest to it. Farther phrases hardly move it, and its cost no longer grows with the base.
"""

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from knowledge.sentences import Vectors
from knowledge.signatures import Background

WORD_BUCKETS = 2048
LETTER_BUCKETS = 4096
BUCKETS = WORD_BUCKETS + LETTER_BUCKETS
_WORD_SHARE = 0.3**0.5
_LETTER_SHARE = 0.4**0.5
_GRAMS = range(2, 6)
"""How many letters stand together; the edges of a word count as letters."""
_LONGEST_SPELLED = 24
_FARTHEST = 1 + _WORD_SHARE**2 + _LETTER_SHARE**2
"""The product of a row with itself: no two rows are nearer."""
_BREADTH = 1.0
"""How fast nearness falls with distance; if it were faster, phrases would teach less of others."""
_RIDGE = 0.06
_NEAREST = 4
_WORTH_COMPARING = 0.3
MAX_LEARNED = 6_000
"""Up to this many phrases one regression over all is solved in advance: seconds and 150 MB."""
NEIGHBOURS = 128
"""Phrases of a larger base over which the regression is solved for one text: about 2 ms."""
_START, _END = "<", ">"
_TOKEN = re.compile(r"[a-z']{1,40}|[?!:@]|\d{1,20}")

Array = npt.NDArray[np.float32]


class Role(StrEnum):
    """What an example phrase stands for."""

    ASK = "ask"
    MESSAGE = "message"
    PASTE = "paste"
    """An error string, or a message that is hardly more: it teaches the regression alone."""
    LOOK_ALIKE = "look_alike"
    BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class Phrase:
    """An example phrase; ``entries`` are positions in the base, none for the background.

    ``code`` is the whole message where it holds more than ``text``: its words and letters count.
    """

    text: str
    role: Role
    entries: tuple[int, ...]
    code: str = ""

    @property
    def whole(self) -> str:
        """The text whose words and letters count."""
        return self.code or self.text


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
class HashedRows:
    """The hashed words of many texts; only what is not zero is kept, ordered by row."""

    rows: npt.NDArray[np.intp]
    buckets: npt.NDArray[np.intp]
    values: Array
    count: int

    @cached_property
    def _by_bucket(self) -> tuple[npt.NDArray[np.intp], Array, npt.NDArray[np.intp]]:
        """The rows and values ordered by bucket, and where each bucket begins."""
        order = np.argsort(self.buckets, kind="stable")
        starts = np.searchsorted(self.buckets[order], np.arange(BUCKETS + 1))
        return self.rows[order], self.values[order], starts

    def dot(self, words: Array) -> Array:
        """Return each row's product with the hashed words of one text, which has few of them."""
        rows, values, starts = self._by_bucket
        own = np.flatnonzero(words)
        begins, ends = starts[own], starts[own + 1]
        places = [np.arange(begin, end) for begin, end in zip(begins, ends, strict=True)]
        if not places:
            return np.zeros(self.count, dtype=np.float32)
        met = np.concatenate(places)
        products = values[met] * np.repeat(words[own], ends - begins)
        return np.bincount(rows[met], products, self.count).astype(np.float32)

    def dense(self, wanted: npt.NDArray[np.intp]) -> Array:
        """Return the wanted rows as a table, in their order."""
        table = np.zeros((len(wanted), BUCKETS), dtype=np.float32)
        starts = np.searchsorted(self.rows, wanted)
        ends = np.searchsorted(self.rows, wanted, side="right")
        for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
            table[place, self.buckets[start:end]] = self.values[start:end]
        return table


@dataclass(frozen=True)
class Examples:
    """The example phrases of a base with their vectors, hashed words and learned weights.

    ``weights`` has no rows when the phrases are too many to learn in advance.
    """

    phrases: tuple[Phrase, ...]
    vectors: Vectors
    words: HashedRows
    weights: Array


def tokens(text: str) -> list[str]:
    """Return lower-case words, numbers as ``0``, and marks that tell questions from remarks."""
    return ["0" if token.isdigit() else token for token in _TOKEN.findall(text.lower())]


def hashed(text: str, background: Background) -> Array:
    """Return hashed words beside hashed letters, each with its share of the nearness."""
    found = tokens(text)
    by_words = _WORD_SHARE * _unit(_hashed_words(found, background))
    return np.concatenate([by_words, _LETTER_SHARE * _unit(_hashed_letters(found))])


def _unit(vector: Array) -> Array:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)


def _hashed_words(found: Sequence[str], background: Background) -> Array:
    """Return hashed words and word pairs, weighted by how much they tell.

    The edges make pairs too: a text that opens with "yes" or ends with "?" says what it is.
    """
    vector = np.zeros(WORD_BUCKETS, dtype=np.float32)
    weights = {word: background.weight(word) for word in {*found, _START, _END}}
    for word in set(found):
        vector[zlib.crc32(word.encode()) % WORD_BUCKETS] += weights[word]
    for first, second in set(pairwise((_START, *found, _END)) if found else ()):
        pair = f"{first} {second}".encode()
        vector[zlib.crc32(pair) % WORD_BUCKETS] += 0.5 * (weights[first] + weights[second])
    return vector


def _hashed_letters(found: Sequence[str]) -> Array:
    """Return hashed runs of letters: typos and word forms share most, and small words count."""
    counts = np.zeros(LETTER_BUCKETS, dtype=np.float32)
    for word in found:
        counts[list(_runs(word))] += 1
    return np.sqrt(counts)


@lru_cache(maxsize=20_000)
def _runs(word: str) -> frozenset[int]:
    """Return the buckets of the runs of letters of a word."""
    spelled = f" {word[:_LONGEST_SPELLED]} ".encode()
    return frozenset(
        zlib.crc32(spelled[start : start + length]) % LETTER_BUCKETS
        for length in _GRAMS
        for start in range(len(spelled) - length + 1)
    )


def hashed_rows(texts: Iterable[str], background: Background) -> HashedRows:
    """Return the hashed words of the texts, in order."""
    held, values = [np.zeros(0, dtype=np.intp)], [np.zeros(0, dtype=np.float32)]
    for text in texts:
        row = hashed(text, background)
        held.append(np.flatnonzero(row))
        values.append(row[held[-1]])
    sizes = list(map(len, held[1:]))
    rows = np.repeat(np.arange(len(sizes)), sizes)
    return HashedRows(rows, np.concatenate(held), np.concatenate(values), len(sizes))


def nearness(products: Array) -> Array:
    """Return how near texts are by the product of their rows: 1 for the same text."""
    return np.asarray(np.exp(_BREADTH * (products - _FARTHEST)), dtype=np.float32)


def learn(examples: Examples, entries: int) -> Examples:
    """Return the examples with the regression's weights, shape (phrases, entries + 1).

    The last column is the background. Above MAX_LEARNED phrases there are no weights.
    """
    phrases = examples.phrases
    if len(phrases) > MAX_LEARNED:
        return replace(examples, weights=np.zeros((0, entries + 1), dtype=np.float32))
    wanted = np.zeros((len(phrases), entries + 1), dtype=np.float32)
    for row, phrase in enumerate(phrases):
        columns = list(_wanted(phrase, entries))
        wanted[row, columns] = 1 / len(columns)
    solved = np.linalg.solve(_ridged(examples, np.arange(len(phrases))), wanted)
    return replace(examples, weights=np.asarray(solved, dtype=np.float32))


def _ridged(examples: Examples, chosen: npt.NDArray[np.intp]) -> Array:
    """Return the nearness of the chosen phrases to one another, with the ridge."""
    vectors, words = examples.vectors[chosen], examples.words.dense(chosen)
    near = nearness(vectors @ vectors.T + words @ words.T)
    return near + _RIDGE * np.eye(len(chosen), dtype=np.float32)


def _wanted(phrase: Phrase, background: int) -> tuple[int, ...]:
    """Return the columns that a phrase speaks for; the background's follows the entries."""
    speaks = phrase.role in (Role.ASK, Role.MESSAGE, Role.PASTE)
    return phrase.entries if speaks else (background,)


class Meaning:
    """The example phrases of one base, compiled."""

    def __init__(self, examples: Examples, entries: int, background: Background) -> None:
        phrases = examples.phrases
        self._examples = examples
        self._entries = entries
        self._background = background
        asks = _rows(phrases, Role.ASK, Role.MESSAGE)
        self._ask_rows, self._ask_entries = _flat(phrases, asks)
        self._asked, self._first, self._asks_each = np.unique(
            self._ask_entries, return_index=True, return_counts=True
        )
        self._look_rows, self._look_entries = _flat(phrases, _rows(phrases, Role.LOOK_ALIKE))
        self._nothing = np.array(_rows(phrases, Role.BACKGROUND), dtype=np.intp)
        self._asks_with, self._ask_information = self._read_asks()

    def _read_asks(self) -> tuple[dict[str, npt.NDArray[np.intp]], Array]:
        """Return in which asks each word stands, and how much each ask tells."""
        standing: dict[str, list[int]] = {}
        information = np.zeros(len(self._ask_rows), dtype=np.float32)
        for position, row in enumerate(self._ask_rows):
            found = set(tokens(self._examples.phrases[row].text))
            information[position] = self._background.information(found)
            for word in found:
                standing.setdefault(word, []).append(position)
        return {word: np.array(where) for word, where in standing.items()}, information

    def near(self, text: str, vector: Vectors, words: Array) -> Nearness:
        """Return how near the text is to everything; ``vector`` and ``words`` are its own."""
        alike = self._examples.vectors @ vector
        fit = self._fit(alike, words)
        asks = alike[self._ask_rows]
        nearest, few, phrase = self._nearest(asks)
        background = np.sort(alike[self._nothing])[::-1][:5] if len(self._nothing) else np.zeros(1)
        look_alike = np.zeros(self._entries, dtype=np.float32)
        np.maximum.at(look_alike, self._look_entries, alike[self._look_rows])
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

    def _fit(self, alike: Array, words: Array) -> Array:
        """Return the regression's value for every entry, and last for the background."""
        shared = self._examples.words.dot(words)
        near = nearness(alike + shared)
        weights = self._examples.weights
        return near @ weights if len(weights) else self._fit_nearby(near)

    def _fit_nearby(self, by_phrase: Array) -> Array:
        """Return what the regression over the nearest phrases alone says."""
        near = np.argsort(-by_phrase)[:NEIGHBOURS]
        shares = np.linalg.solve(_ridged(self._examples, near), by_phrase[near])
        fit = np.zeros(self._entries + 1, dtype=np.float32)
        for row, share in zip(near, shares, strict=True):
            columns = _wanted(self._examples.phrases[row], self._entries)
            fit[list(columns)] += share / len(columns)
        return fit

    def _nearest(self, asks: Array) -> tuple[Array, Array, npt.NDArray[np.intp]]:
        """Return per entry the nearest phrase's nearness, the mean of the nearest few, its row."""
        nearest = np.zeros(self._entries, dtype=np.float32)
        few = np.zeros(self._entries, dtype=np.float32)
        phrase = np.zeros(self._entries, dtype=np.intp)
        # Entry by entry, the nearest first: two nearnesses never differ by as much as 4.
        order = np.argsort(4.0 * self._ask_entries - asks)
        best = order[self._first]
        nearest[self._asked], phrase[self._asked] = asks[best], self._ask_rows[best]
        for place in range(_NEAREST):
            deep = self._asks_each > place
            few[self._asked[deep]] += asks[order[self._first[deep] + place]]
        few[self._asked] /= np.minimum(self._asks_each, _NEAREST)
        return nearest, few, phrase

    def _overlap(self, text: str, asks: Array) -> Array:
        """Return per entry the best share of telling words in common with a phrase of it."""
        own = set(tokens(text))
        common = np.zeros(len(asks), dtype=np.float32)
        for word in own & self._asks_with.keys():
            common[self._asks_with[word]] += self._background.weight(word)
        both = self._background.information(own) * self._ask_information
        share = np.where(asks > _WORTH_COMPARING, common / np.sqrt(np.maximum(both, 1e-9)), 0)
        overlap = np.zeros(self._entries, dtype=np.float32)
        np.maximum.at(overlap, self._ask_entries, share)
        return overlap


def _rows(phrases: Sequence[Phrase], *roles: Role) -> list[int]:
    return [row for row, phrase in enumerate(phrases) if phrase.role in roles]


def _flat(
    phrases: Sequence[Phrase], rows: Sequence[int]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return rows and entries, ordered by entry: a phrase of two entries stands twice."""
    pairs = [(entry, row) for row in rows for entry in phrases[row].entries]
    array = np.array(sorted(pairs), dtype=np.intp).reshape(-1, 2)
    return array[:, 1], array[:, 0]
