"""Error strings against a paste: how much of each stands in it, and what speaks against it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log

from rapidfuzz import fuzz, process

from knowledge.normalise import Text, squash

MAX_SIGNATURE = 500
"""Squashed characters of one error string that are aligned."""
_WORTH_ALIGNING = 0.25
_SHORTEST_FRAGMENT = 4
_SHORTEST_MISSPELT = 5
_SPELLED_ALIKE = 80
"""From this likeness on (0 to 100), a word counts as another one misspelt or cut off."""
_PLACEHOLDER = re.compile(r"\{[a-z_]{1,30}\}")


@dataclass(frozen=True, slots=True)
class Background:
    """In how many of ``texts`` messages each word stands; fixed, whatever the base holds."""

    frequencies: Mapping[str, int]
    texts: int

    def weight(self, word: str) -> float:
        """Return how much the word tells (its inverse document frequency, natural logarithm)."""
        return log((self.texts + 1) / (self.frequencies.get(word, 0) + 1))

    def information(self, words: Iterable[str]) -> float:
        """Return the sum of the weights of the words."""
        return sum(self.weight(word) for word in words)


@dataclass(frozen=True, slots=True)
class Signature:
    """One error string of an entry, made ready for alignment; ``{placeholders}`` split it."""

    text: str
    fragments: tuple[str, ...]
    words: tuple[str, ...]
    weights: tuple[float, ...]  # how much each word tells
    statuses: frozenset[str]
    codes: frozenset[str]
    information: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """How much of a signature stands in a text: all but ``information`` run from 0 to 1."""

    signature: Signature
    aligned: float
    covered: float
    information: float

    @property
    def strength(self) -> float:
        """One number to rank alignments by: letters, telling words, and how much they tell."""
        return 0.5 * self.aligned + 0.5 * self.covered + min(self.information, 30.0) / 60


def make_signature(error: str, background: Background) -> Signature:
    """Return the signature of an error string of an entry."""
    parts = _PLACEHOLDER.split(error)
    squashed = (squash(part)[:MAX_SIGNATURE] for part in parts)
    text = Text(" ".join(parts))
    words = tuple(sorted(set(text.words)))
    return Signature(
        text=error,
        fragments=tuple(part for part in squashed if len(part) >= _SHORTEST_FRAGMENT),
        words=words,
        weights=tuple(map(background.weight, words)),
        statuses=text.statuses,
        codes=text.codes,
        information=background.information(words),
    )


def align(signature: Signature, text: Text) -> Alignment | None:
    """Return how much of the signature stands in the text, or None when it is hardly there."""
    if not signature.fragments or not signature.information:
        return None
    pairs = zip(signature.words, signature.weights, strict=True)
    hit = sum(weight * _held(text, word) for word, weight in pairs)
    covered = hit / signature.information
    if covered < _WORTH_ALIGNING:
        return None
    letters = sum(map(len, signature.fragments))
    found = sum(len(part) * _share(part, text.squashed) for part in signature.fragments)
    return Alignment(signature, found / letters, covered, hit)


def _held(text: Text, word: str) -> float:
    """Return how surely the word stands in the text: 1 as it is (be it wrapped), less misspelt."""
    if word in text.word_set or (len(word) >= _SHORTEST_FRAGMENT and word in text.squashed):
        return 1.0
    return _misspelt(text, word) if len(word) >= _SHORTEST_MISSPELT else 0.0


def _misspelt(text: Text, word: str) -> float:
    """Return how alike the likeliest misspelling of the word is spelled, 0 where there is none."""
    likeness = text.likeness.get(word)
    if likeness is None:
        found = process.extractOne(
            word, text.spelled, scorer=fuzz.ratio, score_cutoff=_SPELLED_ALIKE
        )
        likeness = found[1] / 100 if found else 0.0
        text.likeness[word] = likeness
    return likeness


def _share(fragment: str, squashed: str) -> float:
    """Return which share of the fragment the best place of the text holds (0 to 1)."""
    if fragment in squashed:
        return 1.0
    if len(fragment) <= len(squashed):
        return fuzz.partial_ratio(fragment, squashed, score_cutoff=50) / 100
    # A text shorter than the error string holds at most its own length of it: a cut-off paste.
    return (
        fuzz.partial_ratio(squashed, fragment, score_cutoff=50)
        / 100
        * len(squashed)
        / len(fragment)
    )
