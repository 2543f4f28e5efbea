"""Out-of-fold features and the judge that learns from them: what ``make model`` is made of."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from bot.answering import read_paste
from knowledge.entry import Entry, load_entries
from knowledge.evaluate import Judged
from knowledge.features import chances_of, contenders, rows, second_look
from knowledge.index import compile_base, count_words
from knowledge.labelled import Message, counted, read_folder
from knowledge.matcher import Matcher
from knowledge.meaning import Array, hashed
from knowledge.model import VECTOR_SHARE, Forest, Linear, Model, forest
from knowledge.normalise import Text
from knowledge.sentences import sentence_model
from knowledge.signatures import Background

ROOT = Path(__file__).parent.parent
FOLDS = 5
SMALL_SIZES = (1, 3, 4, 6, 8)
"""How many entries the random small bases have that the judge learns from as well."""
FITS = 3
DEPTH = 4
OWN = ROOT / "knowledge" / "entries"
OTHER = ROOT / "benchmarks" / "other_base"
"""An invented product's base: it keeps the model from learning one product by heart."""

_vectors: dict[str, Array] = {}


def embed(texts: Sequence[str]) -> Array:
    """Return vectors, each text embedded once a run."""
    missing = [text for text in dict.fromkeys(texts) if text not in _vectors]
    if missing:
        _vectors.update(zip(missing, sentence_model().embed(missing), strict=True))
    return np.array([_vectors[text] for text in texts]).reshape(len(texts), -1)


@dataclass(frozen=True)
class Base:
    """Entries with messages labelled for them, and messages of another base as further silence."""

    entries: Sequence[Entry]
    messages: Sequence[Message]
    silent: Sequence[Message]


@dataclass(frozen=True)
class Pair:
    """The rows of one message's candidates, and which of them are right."""

    message: Message
    rows: Array
    right: np.ndarray


@dataclass(frozen=True)
class Judges:
    """What tells the right candidate, and what tells whether it is right."""

    first: Forest
    second: Forest


def read_bases() -> list[Base]:
    """Return our base and the invented one, texts as the bot reads them."""
    own, other = (plain(read_folder(folder / "labelled")) for folder in (OWN, OTHER))
    return [
        Base(load_entries(OWN), own, ()),
        Base(load_entries(OTHER), other, [m for m in own if not m.expect]),
    ]


def plain(messages: Sequence[Message]) -> list[Message]:
    read = [replace(m, text=read_paste(m.text).text) for m in counted(messages)]
    random.Random(1).shuffle(read)
    return read


def background_of(bases: Sequence[Base]) -> Background:
    """Return the fixed background: words of messages that need no answer, and of all messages."""
    texts = [message.text for base in bases for message in base.messages if not message.expect]
    counts = count_words(texts)
    return Background({w: n for w, n in sorted(counts.items()) if n > 1}, len(texts))


def fit_needs(messages: Sequence[Message], background: Background) -> tuple[Linear, Linear]:
    """Return two models of whether a text wants an answer: vector and words, words alone."""
    texts = [Text(message.text) for message in messages]
    wants = [bool(message.expect) for message in messages]
    words = np.array([hashed(text.whole, background) for text in texts])
    both = np.hstack([VECTOR_SHARE * embed([text.said for text in texts]), words])
    return tuple(_logistic(part, wants, 5.0) for part in (both, words))  # type: ignore[return-value]


def _logistic(inputs: Array, wanted: Sequence[bool], c: float) -> Linear:
    fitted = LogisticRegression(C=c, max_iter=3000).fit(inputs, wanted)
    return Linear(fitted.coef_[0].astype(np.float32), float(fitted.intercept_[0]))


def bare_model(background: Background, needs: tuple[Linear, Linear]) -> Model:
    """Return a model that can read texts but not yet judge them."""
    nothing = forest(0.0, 0, [[(0, 0.0, 0, 0, 0.0)]])
    return Model(background, *needs, nothing, nothing, 0.5, 0.2)


def read_pairs(
    base: Base, known: Sequence[Message], asked: Sequence[Message], model: Model
) -> list[Pair]:
    """Return the pairs of the asked messages, read by a base that knows the others."""
    compiled = compile_base(
        ":memory:", base.entries, [*known, *base.silent], model.background, embed
    )
    matcher = Matcher(compiled, model, embed)
    pairs = []
    for message in asked:
        reading = matcher.read(Text(message.text))
        right = np.array([base.entries[n].id in message.expect for n in reading.candidates])
        pairs.append(Pair(message, rows(reading), right))
    return pairs


def folds(messages: Sequence[Message], count: int = FOLDS) -> list[int]:
    """Return the fold of each message; one that says another in other words shares its fold."""
    own = {message.id: number % count for number, message in enumerate(messages)}
    return [own.get(message.varies, own[message.id]) for message in messages]


def out_of_fold(base: Base, background: Background, others: Sequence[Message]) -> list[Pair]:
    """Return the pairs of all messages of a base, each read by a base without its fold."""
    pairs, placed = [], list(zip(folds(base.messages), base.messages, strict=True))
    for fold in range(FOLDS):
        known = [m for place, m in placed if place != fold]
        asked = [m for place, m in placed if place == fold]
        model = bare_model(background, fit_needs([*known, *others], background))
        pairs += read_pairs(base, known, [*asked, *twins(asked, base.entries)], model)
    return pairs


def twins(messages: Sequence[Message], entries: Sequence[Entry]) -> list[Message]:
    """Return the messages with an answer that name a status, with one that no entry is about.

    Nobody labelled them: they teach the judge, and count in no figure.
    """
    named = {
        status for entry in entries for error in entry.errors for status in Text(error).statuses
    }
    other = [status for status in HTTPStatus if status >= 400 and str(status.value) not in named]
    chance, found = random.Random(3), []
    for message in messages:
        seen = sorted(Text(message.text).statuses & named) if message.expect else []
        if seen:
            text, new = message.text, chance.choice(other)
            for old in map(HTTPStatus, map(int, seen)):
                phrase = re.compile(re.escape(old.phrase), re.IGNORECASE)
                text = phrase.sub(new.phrase, text.replace(str(old.value), str(new.value)))
            found.append(replace(message, text=text, expect=(), neutral=True))
    return found


def small_bases(base: Base, background: Background, others: Sequence[Message]) -> list[Pair]:
    """Return pairs of random small bases that have no labelled messages of their own.

    They teach the judge what a new folder of entries looks like. The entries' own error strings
    are asked too: somebody who pastes nothing but the error wants its answer.
    """
    chance = random.Random(2)
    silent = [message for message in base.messages if not message.expect]
    known, asked = silent[::2], silent[1::2]
    model = bare_model(background, fit_needs([*base.messages, *others], background))
    pairs = []
    for size in SMALL_SIZES:
        entries = chance.sample(list(base.entries), size)
        ids = {entry.id for entry in entries}
        texts = [m for m in base.messages if ids & set(m.expect)]
        alone = [Message("", error, (entry.id,)) for entry in entries for error in entry.errors]
        some = [*texts, *alone, *twins(alone, entries), *chance.sample(asked, min(len(asked), 60))]
        pairs += read_pairs(Base(entries, (), base.silent), known, some, model)
    return pairs


def fit_judge(pairs: Sequence[Pair], fits: int = FITS) -> Forest:
    """Return boosted trees that tell right candidates from wrong ones: the mean of a few fits."""
    chosen = [(pair, row) for pair in pairs for row in _worth_learning(pair)]
    inputs = np.array([pair.rows[row] for pair, row in chosen])
    wanted = np.array([bool(pair.right[row]) for pair, row in chosen])
    return _boosted(inputs, wanted, fits, trees=500, rate=0.025, share=0.15)


def _boosted(
    inputs: Array, wanted: np.ndarray, fits: int, *, trees: int, rate: float, share: float
) -> Forest:
    found, right = [], float(wanted.mean())
    for seed in range(fits):
        fitted = GradientBoostingClassifier(
            n_estimators=trees,
            max_depth=DEPTH,
            learning_rate=rate,
            subsample=0.5,
            min_samples_leaf=20,
            max_features=share,
            random_state=seed,
        ).fit(inputs, wanted)
        found += [_nodes(stage[0].tree_, rate / fits) for stage in fitted.estimators_]
    return forest(round(float(np.log(right / (1 - right))), 5), DEPTH, found)


def fit_judges(pairs: Sequence[Pair], count: int = FOLDS) -> Judges:
    """Return the judge of candidates, and the one that looks at the best of them again.

    The second learns from what the first makes of messages that it has not seen.
    """
    looks, right = [], []
    placed = list(zip(folds([pair.message for pair in pairs], count), pairs, strict=True))
    for fold in range(count):
        first = fit_judge([pair for place, pair in placed if place != fold], 1)
        for pair in (pair for place, pair in placed if place == fold):
            best, look = _looked_at(pair, first)
            looks.append(look)
            right.append(bool(pair.right[best]))
    second = _boosted(np.array(looks), np.array(right), FITS, trees=300, rate=0.02, share=0.08)
    return Judges(fit_judge(pairs), second)


def _looked_at(pair: Pair, first: Forest) -> tuple[int, Array]:
    """Return the best candidate, and what the second judge weighs of it."""
    shown = contenders(pair.rows)
    logits = first.logits(pair.rows[shown])
    return int(shown[np.argmax(logits)]), second_look(pair.rows[shown], logits)


def _nodes(tree: Any, rate: float) -> list[tuple[int, float, int, int, float]]:
    """Return (feature, threshold, left, right, value) a node; a leaf points to itself."""
    return [
        (0, 0.0, n, n, round(float(tree.value[n, 0, 0]) * rate, 5))
        if tree.children_left[n] < 0
        else (
            int(tree.feature[n]),
            round(float(tree.threshold[n]), 5),
            int(tree.children_left[n]),
            int(tree.children_right[n]),
            0.0,
        )
        for n in range(tree.node_count)
    ]


def _worth_learning(pair: Pair) -> list[int]:
    """Return the candidates worth learning from: those that look best, and the right ones."""
    return sorted({*map(int, contenders(pair.rows)), *map(int, np.flatnonzero(pair.right))})


def judge(pairs: Sequence[Pair], judges: Judges) -> list[Judged]:
    """Return the best candidate of each message."""
    outcomes = []
    for pair in pairs:
        best, look = _looked_at(pair, judges.first)
        (score,) = chances_of(judges.second.logits(look[None, :]))
        outcomes.append(Judged(pair.message, float(score), bool(pair.right[best])))
    return outcomes


def cross_validate(pairs: Sequence[Pair], further: Sequence[Pair]) -> list[Judged]:
    """Return out-of-fold outcomes: neither judge ever saw the message."""
    outcomes: list[Judged] = []
    placed = list(zip(folds([pair.message for pair in pairs]), pairs, strict=True))
    for fold in range(FOLDS):
        train = [pair for place, pair in placed if place != fold]
        asked = [pair for place, pair in placed if place == fold and not pair.message.neutral]
        outcomes += judge(asked, fit_judges([*train, *further]))
    return outcomes
