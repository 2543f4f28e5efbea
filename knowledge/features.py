"""What the trained model weighs for one text and one entry, by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log1p

import numpy as np
import numpy.typing as npt

from knowledge.cues import Cues
from knowledge.meaning import Array, Nearness
from knowledge.normalise import Text
from knowledge.signatures import Alignment

NAMES = (
    *("strength", "aligned", "covered", "hit", "status_match", "status_conflict"),
    *("code_match", "code_conflict", "status_unknown", "code_unknown", "strength_lead"),
    *("fit", "fit_lead", "nearest", "nearest_few", "nearest_lead", "look_alike", "overlap"),
    *("over_background", "services", "identities", "own_name", "own_host", "foreign_host", "code"),
    *(
        "settled",
        "reports",
        "question_mark",
        "asks",
        "advises",
        "failure",
        "length",
        "fit_background",
    ),
    *("own_messages", "fit_all", "asked_last"),
    *("background", "background_few", "best_strength", "needs_answer", "needs_answer_words"),
    *("strength_needs", "fit_needs", "strength_settled"),
)
CONTENDERS = 6
"""So many candidates of a text are judged: those that look best."""
_A_CHANCE = 0.2
_STRENGTH, _FIT, _NEAREST = map(NAMES.index, ("strength", "fit", "nearest"))
ALIGNED = 0.75
"""From this strength of the best alignment on, a text holds an error string of the base."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that was read off one text: candidates are positions in the base."""

    text: Text
    cues: Cues
    own_name: bool
    own_host: bool
    foreign_host: bool
    needs_answer: float
    needs_answer_words: float
    candidates: Sequence[int]
    alignments: dict[int, Alignment]
    statuses: Mapping[int, frozenset[str]]
    codes: Mapping[int, frozenset[str]]
    near: Nearness
    own_messages: int

    @property
    def errors(self) -> frozenset[str]:
        """The statuses of the text that tell of a failure."""
        return frozenset(status for status in self.text.statuses if status[0] in "45")

    @property
    def best_strength(self) -> float:
        """The strength of the best alignment of any entry."""
        return max((found.strength for found in self.alignments.values()), default=0.0)


def rows(reading: Reading) -> Array:
    """Return one row of features a candidate, in the order of NAMES."""
    shared, leads = _shared(reading), _leads(reading)
    matrix = []
    for entry in reading.candidates:
        values = {**_pair(reading, entry, leads), **shared}
        matrix.append([values[name] for name in NAMES[:-3]])
    array = np.array(matrix, dtype=np.float32).reshape(len(matrix), len(NAMES) - 3)
    column = {name: position for position, name in enumerate(NAMES)}
    crossed = [
        array[:, column["strength"]] * array[:, column["needs_answer"]],
        array[:, column["fit"]] * array[:, column["needs_answer"]],
        array[:, column["strength"]] * array[:, column["settled"]],
    ]
    return np.column_stack([array, *crossed])


def _shared(reading: Reading) -> dict[str, float]:
    """Return the features of the text alone."""
    cues, near = reading.cues, reading.near
    return {
        "status_unknown": _unknown(reading.errors, reading.statuses),
        "code_unknown": _unknown(reading.text.codes, reading.codes),
        "services": min(len(cues.services), 2),
        "identities": min(len(cues.identities), 2),
        "own_name": reading.own_name,
        "own_host": reading.own_host,
        "foreign_host": reading.foreign_host,
        "code": bool(reading.text.code),
        "settled": cues.settled,
        "reports": cues.reports,
        "question_mark": cues.question_mark,
        "asks": cues.asks,
        "advises": cues.advises,
        "failure": cues.failure,
        "length": min(len(reading.text.said.split()), 60) / 30,
        "fit_background": near.fit_background,
        "fit_all": float(near.fit.sum()),
        "asked_last": cues.asked_last,
        "own_messages": log1p(reading.own_messages),
        "background": near.background,
        "background_few": near.background_few,
        "best_strength": reading.best_strength,
        "needs_answer": reading.needs_answer,
        "needs_answer_words": reading.needs_answer_words,
    }


def _unknown(named: frozenset[str], by_entry: Mapping[int, frozenset[str]]) -> bool:
    """Return whether the text names some, and no entry of the base is about any of them."""
    return bool(named) and all(not named & own for own in by_entry.values())


def _pair(reading: Reading, entry: int, leads: Mapping[str, Array]) -> dict[str, float]:
    """Return the features of the text against one entry."""
    near, found = reading.near, reading.alignments.get(entry)
    errors = reading.errors
    own = reading.statuses.get(entry, frozenset())
    codes = reading.codes.get(entry, frozenset())
    return {
        "strength": found.strength if found else 0.0,
        "aligned": found.aligned if found else 0.0,
        "covered": found.covered if found else 0.0,
        "hit": min(found.information, 40.0) / 20 if found else 0.0,
        "status_match": bool(own & errors),
        "status_conflict": bool(own and errors and not own & errors),
        "code_match": bool(codes & reading.text.codes),
        "code_conflict": bool(codes and reading.text.codes and not codes & reading.text.codes),
        "strength_lead": leads["strength"][entry],
        "fit": near.fit[entry],
        "fit_lead": leads["fit"][entry],
        "nearest": near.nearest[entry],
        "nearest_few": near.nearest_few[entry],
        "nearest_lead": leads["nearest"][entry],
        "look_alike": near.look_alike[entry],
        "overlap": near.overlap[entry],
        "over_background": near.nearest[entry] - near.background,
    }


def _leads(reading: Reading) -> dict[str, Array]:
    """Return by how much each entry of the base is ahead of the best other one."""
    strengths = np.zeros(len(reading.near.fit), dtype=np.float32)
    for entry, found in reading.alignments.items():
        strengths[entry] = found.strength
    return {
        "strength": _lead(strengths),
        "fit": _lead(reading.near.fit),
        "nearest": _lead(reading.near.nearest),
    }


def _lead(values: Array) -> Array:
    """Return each value less the highest of the others; alone, it leads by itself."""
    if len(values) < 2:
        return values
    best = int(values.argmax())
    leads = values - values[best]
    leads[best] = values[best] - np.delete(values, best).max()
    return np.asarray(leads, dtype=np.float32)


def contenders(rows: Array) -> npt.NDArray[np.intp]:
    """Return which of the candidates look best, the best first."""
    looks = np.maximum(rows[:, _STRENGTH] * 0.8, rows[:, _FIT] + 0.2 * rows[:, _NEAREST])
    return np.argsort(-looks, kind="stable")[:CONTENDERS]


def chances_of(logits: Array) -> Array:
    """Return log-odds as probabilities."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), dtype=np.float32)


def second_look(rows: Array, logits: Array) -> Array:
    """Return one row about the best contender beside the next two; where there is none, itself."""
    order = np.argsort(-logits, kind="stable")
    first, second, third = (order[min(place, len(order) - 1)] for place in range(3))
    chances = chances_of(logits)
    heads = [
        *(logits[first], logits[second], logits[third], logits[first] - logits[second]),
        *(chances.sum(), (chances > _A_CHANCE).sum()),
    ]
    return np.concatenate([heads, rows[first], rows[first] - rows[second], rows[second]])
