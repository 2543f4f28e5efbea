"""What becomes of a text, told in a millisecond where that is plain: no sentence model is run.

A small linear model over a few features of ``NAMES``; ``make model`` writes ``outlook.json``. What
it cannot tell is OPEN, and is matched.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from knowledge.cues import Cues
from knowledge.normalise import Text

NAMES = (
    *("wish", "share", "services", "identities", "settled", "reports"),
    *("asks", "question_mark", "asked_last", "advises", "failure"),
    *("own_name", "own_host", "foreign_host", "code", "length", "statuses"),
)


class Outlook(StrEnum):
    """What matching would most probably come to."""

    SILENT = "silent"
    ANSWER = "answer"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What is read off a text quickly: ``wish`` is needs_answer_words, ``share`` of own words."""

    text: Text
    wish: float
    share: float
    cues: Cues
    own_name: bool
    own_host: bool
    foreign_host: bool


@dataclass(frozen=True, slots=True)
class Foresight:
    """The linear model: log-odds, and from where on they are plain."""

    weights: tuple[float, ...]
    bias: float
    silent_below: float
    answer_from: float

    def outlook(self, row: Iterable[float]) -> Outlook:
        """Return what the features of a text say."""
        odds = self.bias + sum(w * x for w, x in zip(self.weights, row, strict=True))
        if odds < self.silent_below:
            return Outlook.SILENT
        return Outlook.ANSWER if odds >= self.answer_from else Outlook.OPEN


def features(seen: Glimpse) -> tuple[float, ...]:
    """Return the features of a text, in the order of NAMES."""
    cues, text = seen.cues, seen.text
    return (
        *(seen.wish, seen.share),
        *(min(len(cues.services), 2), min(len(cues.identities), 2), cues.settled, cues.reports),
        *(cues.asks, cues.question_mark, cues.asked_last, cues.advises, cues.failure),
        *(seen.own_name, seen.own_host, seen.foreign_host, bool(text.code)),
        *(min(len(text.words), 60) / 30, bool(text.statuses)),
    )


def parse_foresight(text: str) -> Foresight:
    """Return the model of the text of an ``outlook.json``."""
    read = json.loads(text)
    if list(read["weights"]) != list(NAMES):
        raise ValueError("outlook.json was trained for other features: run make model")
    weights = tuple(read["weights"].values())
    return Foresight(weights, read["bias"], read["silent_below"], read["answer_from"])


@cache
def trained_foresight() -> Foresight:
    """Return the model that ships with the package."""
    return parse_foresight(files("knowledge").joinpath("outlook.json").read_text(encoding="utf-8"))
