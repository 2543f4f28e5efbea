"""Trains the matcher's model from files in the repository: ``make model``.

Every number comes from out-of-fold features: the base that reads a message never holds it.
"""

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from bot.answering import read_paste
from knowledge.entry import Entry, load_entries
from knowledge.features import NAMES, Reading, rows
from knowledge.index import compile_base, count_words
from knowledge.labelled import Message, counted, read_folder, read_messages
from knowledge.matcher import Matcher
from knowledge.meaning import Array, hashed_words
from knowledge.model import VECTOR_SHARE, Forest, Linear, Model, forest
from knowledge.normalise import Text
from knowledge.sentences import sentence_model
from knowledge.signatures import Background

ROOT = Path(__file__).parent.parent
FOLDS = 5
TREES = 250
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


def read_bases() -> list[Base]:
    """Return our base and the invented one, texts as the bot reads them."""
    own, other = (_plain(read_folder(folder / "labelled")) for folder in (OWN, OTHER))
    return [
        Base(load_entries(OWN), own, ()),
        Base(load_entries(OTHER), other, [m for m in own if not m.expect]),
    ]


def _plain(messages: Sequence[Message]) -> list[Message]:
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
    hashed = np.array([hashed_words(text, background) for text in said])
    both = np.hstack([VECTOR_SHARE * embed(said), hashed])
    return tuple(_logistic(part, wants, 3.0) for part in (both, hashed))  # type: ignore[return-value]


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
        reading: Reading = matcher.read(Text(message.text))
        right = np.array([base.entries[n].id in message.expect for n in reading.candidates])
        pairs.append(Pair(message, rows(reading), right))
    return pairs


def out_of_fold(base: Base, background: Background, others: Sequence[Message]) -> list[Pair]:
    """Return the pairs of all messages of a base, each read by a base without its fold."""
    pairs = []
    for fold in range(FOLDS):
        known = [m for n, m in enumerate(base.messages) if n % FOLDS != fold]
        asked = [m for n, m in enumerate(base.messages) if n % FOLDS == fold]
        model = bare_model(background, fit_needs([*known, *others], background))
        pairs += read_pairs(base, known, asked, model)
    return pairs


def fit_judge(pairs: Sequence[Pair]) -> Forest:
    """Return boosted trees that tell right candidates from wrong ones."""
    chosen = [(pair, row) for pair in pairs for row in _contenders(pair)]
    fitted = GradientBoostingClassifier(
        n_estimators=TREES,
        max_depth=DEPTH,
        learning_rate=0.05,
        subsample=0.6,
        min_samples_leaf=8,
        max_features=0.35,
        random_state=0,
    ).fit(
        np.array([pair.rows[row] for pair, row in chosen]),
        [bool(pair.right[row]) for pair, row in chosen],
    )
    share = float(fitted.init_.class_prior_[1])
    trees = [_nodes(stage[0].tree_, fitted.learning_rate) for stage in fitted.estimators_]
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


@dataclass(frozen=True)
class Outcome:
    """The best candidate of one message."""

    message: Message
    score: float
    right: bool


def judge(pairs: Sequence[Pair], trees: Forest) -> list[Outcome]:
    """Return the best candidate of each message."""
    outcomes = []
    for pair in pairs:
        logits = trees.logits(pair.rows)
        best = int(np.argmax(logits))
        score = float(1 / (1 + np.exp(-logits[best])))
        outcomes.append(Outcome(pair.message, score, bool(pair.right[best])))
    return outcomes


def cross_validate(pairs: Sequence[Pair], further: Sequence[Pair]) -> list[Outcome]:
    """Return out-of-fold outcomes: the judge never saw the message either."""
    outcomes = []
    for fold in range(FOLDS):
        train = [p for n, p in enumerate(pairs) if n % FOLDS != fold]
        asked = [p for n, p in enumerate(pairs) if n % FOLDS == fold]
        outcomes += judge(asked, fit_judge([*train, *further]))
    return outcomes


def report(name: str, outcomes: Sequence[Outcome], threshold: float) -> str:
    """Return one line: precision and recall of replies at the threshold and the best recalls."""
    positives = sum(bool(o.message.expect) for o in outcomes)
    replies = [o for o in outcomes if o.score >= threshold]
    right = sum(o.right for o in replies)
    best = " ".join(
        f"R@{p:.2f}={recall_at(outcomes, p)[0]:.3f}(t={recall_at(outcomes, p)[1]:.2f})"
        for p in (0.95, 0.97)
    )
    return (
        f"{name:22} n={len(outcomes)} positives={positives} top1={sum(o.right for o in outcomes) / max(1, positives):.3f} "
        f"precision={right / max(1, len(replies)):.3f} recall={right / max(1, positives):.3f} {best}"
    )


def recall_at(outcomes: Sequence[Outcome], precision: float) -> tuple[float, float]:
    """Return the highest recall at this precision, and its threshold."""
    positives = sum(bool(o.message.expect) for o in outcomes)
    best, right, threshold = 0, 0, 1.0
    for count, outcome in enumerate(sorted(outcomes, key=lambda o: -o.score), 1):
        right += outcome.right
        if right / count >= precision and right > best:
            best, threshold = right, outcome.score
    return best / max(1, positives), threshold


def by_kind(name: str, outcomes: Sequence[Outcome], threshold: float) -> list[str]:
    """Return the report of all, of errors and of questions (each with the silent ones)."""
    return [report(name, outcomes, threshold)] + [
        report(
            f"  {kind}s",
            [o for o in outcomes if o.message.kind == kind or not o.message.expect],
            threshold,
        )
        for kind in ("paste", "question")
    ]


def as_record(model: Model) -> dict[str, object]:
    """Return what ``model.json`` holds."""
    judge_ = model.judge
    ends = [*judge_.roots[1:], len(judge_.feature)]
    trees = [
        [
            [
                int(judge_.feature[n]),
                round(float(judge_.threshold[n]), 5),
                int(judge_.left[n] - start),
                int(judge_.right[n] - start),
                round(float(judge_.value[n]), 5),
            ]
            for n in range(start, end)
        ]
        for start, end in zip(judge_.roots, ends, strict=True)
    ]
    linear = {
        name: {"bias": round(part.bias, 4), "weights": [round(float(w), 3) for w in part.weights]}
        for name, part in (
            ("needs_answer", model.needs_answer),
            ("needs_answer_words", model.needs_answer_words),
        )
    }
    return {
        "made_by": "make model",
        "features": list(NAMES),
        "thresholds": {"reply": model.reply_from, "suggest": model.suggest_from},
        "judge": {"bias": judge_.bias, "depth": judge_.depth, "trees": trees},
        **linear,
        "background": {
            "texts": model.background.texts,
            "words": dict(model.background.frequencies),
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threshold", type=float, default=0.6)
    parser.add_argument(
        "--also", type=Path, action="append", default=[], help="report on this labelled file too"
    )
    parser.add_argument("--dry", action="store_true", help="report only, write nothing")
    parser.add_argument(
        "--show", action="store_true", help="print the wrong replies and the misses"
    )
    options = parser.parse_args()
    bases = read_bases()
    background = background_of(bases)
    everyone = [m for base in bases for m in base.messages]
    pairs = [
        out_of_fold(base, background, [m for b in bases if b is not base for m in b.messages])
        for base in bases
    ]
    for name, own, rest in (
        ("cross-validated", pairs[0], pairs[1]),
        ("invented base", pairs[1], pairs[0]),
    ):
        outcomes = cross_validate(own, rest)
        print("\n".join(by_kind(name, outcomes, options.threshold)))
        if options.show:
            show(outcomes, options.threshold)
    needs = fit_needs(everyone, background)
    trees = fit_judge([pair for each in pairs for pair in each])
    model = replace(bare_model(background, needs), judge=trees, reply_from=options.threshold)
    for path in options.also:
        outcomes = judge(
            read_pairs(bases[0], bases[0].messages, _plain(read_messages(path)), model), trees
        )
        print("\n".join(by_kind(path.name, outcomes, options.threshold)))
    if not options.dry:
        target = ROOT / "knowledge" / "model.json"
        target.write_text(
            json.dumps(as_record(model), ensure_ascii=False, separators=(",", ":")) + "\n",
            encoding="utf-8",
        )


def show(outcomes: Sequence[Outcome], threshold: float) -> None:
    for o in sorted(outcomes, key=lambda o: -o.score):
        if (o.score >= threshold and not o.right) or (o.score < threshold and o.message.expect):
            print(
                f"{o.score:.2f} {'right' if o.right else 'WRONG'} {o.message.expect} | {o.message.text[:200]!r}",
                file=sys.stderr,
            )


if __name__ == "__main__":
    main()
