"""Out-of-fold features and the judge that learns from them: what ``make model`` is made of."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from bot.answering import read_paste
from knowledge.entry import Entry, load_entries
from knowledge.evaluate import Judged
from knowledge.features import NAMES, rows
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
TREES = 500
FITS = 3
DEPTH = 3
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
    said = [Text(message.text).said for message in messages]
    wants = [bool(message.expect) for message in messages]
    words = np.array([hashed(text, background) for text in said])
    both = np.hstack([VECTOR_SHARE * embed(said), words])
    return tuple(_logistic(part, wants, 5.0) for part in (both, words))  # type: ignore[return-value]


def _logistic(inputs: Array, wanted: Sequence[bool], c: float) -> Linear:
    fitted = LogisticRegression(C=c, max_iter=3000).fit(inputs, wanted)
    return Linear(fitted.coef_[0].astype(np.float32), float(fitted.intercept_[0]))


def bare_model(background: Background, needs: tuple[Linear, Linear]) -> Model:
    """Return a model that can read texts but not yet judge them."""
    return Model(background, *needs, forest(0.0, 0, [[(0, 0.0, 0, 0, 0.0)]]), 0.5, 0.2)


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


def folds(messages: Sequence[Message]) -> list[int]:
    """Return the fold of each message; one that says another in other words shares its fold."""
    own = {message.id: number % FOLDS for number, message in enumerate(messages)}
    return [own.get(message.varies, own[message.id]) for message in messages]


def out_of_fold(base: Base, background: Background, others: Sequence[Message]) -> list[Pair]:
    """Return the pairs of all messages of a base, each read by a base without its fold."""
    pairs, placed = [], list(zip(folds(base.messages), base.messages, strict=True))
    for fold in range(FOLDS):
        known = [m for place, m in placed if place != fold]
        asked = [m for place, m in placed if place == fold]
        model = bare_model(background, fit_needs([*known, *others], background))
        pairs += read_pairs(base, known, asked, model)
    return pairs


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
        some = [*texts, *alone, *chance.sample(asked, min(len(asked), 60))]
        pairs += read_pairs(Base(entries, (), base.silent), known, some, model)
    return pairs


def fit_judge(pairs: Sequence[Pair]) -> Forest:
    """Return boosted trees that tell right candidates from wrong ones: the mean of a few fits."""
    chosen = [(pair, row) for pair in pairs for row in _contenders(pair)]
    inputs = np.array([pair.rows[row] for pair, row in chosen])
    wanted = [bool(pair.right[row]) for pair, row in chosen]
    trees, share = [], float(np.mean(wanted))
    for seed in range(FITS):
        fitted = GradientBoostingClassifier(
            n_estimators=TREES,
            max_depth=DEPTH,
            learning_rate=0.03,
            subsample=0.5,
            min_samples_leaf=20,
            max_features=0.2,
            random_state=seed,
        ).fit(inputs, wanted)
        trees += [
            _nodes(stage[0].tree_, fitted.learning_rate / FITS) for stage in fitted.estimators_
        ]
    return forest(round(float(np.log(share / (1 - share))), 5), DEPTH, trees)


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


def _contenders(pair: Pair) -> list[int]:
    """Return the candidates worth learning from: those that look best, and the right ones."""
    column = {name: position for position, name in enumerate(NAMES)}
    looks = np.maximum(
        pair.rows[:, column["strength"]] * 0.8,
        pair.rows[:, column["fit"]] + 0.2 * pair.rows[:, column["nearest"]],
    )
    return sorted({*map(int, np.argsort(-looks)[:6]), *map(int, np.flatnonzero(pair.right))})


def judge(pairs: Sequence[Pair], trees: Forest) -> list[Judged]:
    """Return the best candidate of each message."""
    outcomes = []
    for pair in pairs:
        logits = trees.logits(pair.rows)
        best = int(np.argmax(logits))
        score = float(1 / (1 + np.exp(-logits[best])))
        outcomes.append(Judged(pair.message, score, bool(pair.right[best])))
    return outcomes


def cross_validate(pairs: Sequence[Pair], further: Sequence[Pair]) -> list[Judged]:
    """Return out-of-fold outcomes: the judge never saw the message either."""
    outcomes: list[Judged] = []
    placed = list(zip(folds([pair.message for pair in pairs]), pairs, strict=True))
    for fold in range(FOLDS):
        train = [pair for place, pair in placed if place != fold]
        asked = [pair for place, pair in placed if place == fold]
        outcomes += judge(asked, fit_judge([*train, *further]))
    return outcomes
