"""Trains the matcher's model from files in the repository: ``make model``.

Every figure comes from out-of-fold features: the base that reads a message never holds it.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.fitting import (
    ROOT,
    Base,
    Judges,
    Pair,
    background_of,
    bare_model,
    cross_validate,
    embed,
    fit_judges,
    fit_needs,
    judge,
    out_of_fold,
    plain,
    read_bases,
    read_pairs,
    small_bases,
)
from knowledge.cues import Products, read_cues
from knowledge.evaluate import Judged, curve, figures_at
from knowledge.features import NAMES
from knowledge.index import example_phrases
from knowledge.labelled import Message, read_messages
from knowledge.model import Forest, Model
from knowledge.normalise import Text
from knowledge.remembered import remember

REPLY_FROM = 0.75
SUGGEST_FROM = 0.35
PRECISION = 0.95
LOOK_ALIKE = "near-miss"
"""The kind of silent messages that were written to be taken for a positive."""
HOLDOUT = ROOT / "benchmarks" / "holdout.jsonl"
"""300 messages in the proportions of a support channel; never trained on."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--also", type=Path, action="append", default=[HOLDOUT])
    parser.add_argument("--dry", action="store_true", help="report only, write nothing")
    options = parser.parse_args()
    bases = read_bases()
    *pairs, small = read_all(bases)
    model = train(bases, [*pairs, small])
    print_lines("labelled messages", cross_validate(pairs[0], pairs[1]))
    print_lines("invented base", cross_validate(pairs[1], pairs[0]))
    for path in options.also:
        asked = plain(read_messages(path))
        read = read_pairs(bases[0], bases[0].messages, asked, model)
        print_lines(path.name, judge(read, Judges(model.judge, model.second)))
    if not options.dry:
        write(model, bases[0])


def read_all(bases: Sequence[Base]) -> list[list[Pair]]:
    """Return the out-of-fold pairs of each base, then those of small bases made of them."""
    background = background_of(bases)
    others = [[m for b in bases if b is not base for m in b.messages] for base in bases]
    whole = [out_of_fold(base, background, rest) for base, rest in zip(bases, others, strict=True)]
    small = [
        pair
        for base, rest in zip(bases, others, strict=True)
        for pair in small_bases(base, background, rest)
    ]
    return [*whole, small]


def train(bases: Sequence[Base], pairs: Sequence[Sequence[Pair]]) -> Model:
    """Return the model that learned from everything."""
    background = background_of(bases)
    needs = fit_needs([m for base in bases for m in base.messages], background)
    judges = fit_judges([pair for each in pairs for pair in each])
    model = replace(bare_model(background, needs), judge=judges.first, second=judges.second)
    return replace(model, reply_from=REPLY_FROM, suggest_from=SUGGEST_FROM)


def write(model: Model, own: Base) -> None:
    """Write the model and the vectors of the shipped phrases into the package."""
    folder = ROOT / "knowledge"
    text = json.dumps(as_record(model), ensure_ascii=False, separators=(",", ":"))
    (folder / "model.json").write_text(text + "\n", encoding="utf-8")
    phrases = example_phrases(own.entries, own.messages)
    remember(folder / "vectors.npz", sorted({phrase.text for phrase in phrases}), embed)


def print_lines(name: str, judged: Sequence[Judged]) -> None:
    """Print precision and recall of all, of errors and questions, and without look-alikes."""
    errors = [one for one in judged if is_error(one.message)]
    questions = [one for one in judged if not is_error(one.message)]
    print_line(name, judged)
    print_line("  errors", errors)
    print_line("  questions", questions)
    for part, some in (("all", judged), ("errors", errors), ("questions", questions)):
        print_line(f"  {part}, no look-alikes", [j for j in some if j.message.kind != LOOK_ALIKE])


def is_error(message: Message) -> bool:
    """Whether a message counts with the errors; a silent one does when it tells of a failure."""
    if message.expect:
        return message.kind == "paste"
    return read_cues(Text(message.text), Products(())).failure


def print_line(name: str, judged: Sequence[Judged]) -> None:
    """Print how right the replies are from the threshold on, and what a perfect one would give."""
    now = figures_at(judged, REPLY_FROM)
    best = max((f.recall for f in curve(judged) if f.precision >= PRECISION), default=0.0)
    print(
        f"{name:<28} {len(judged):>5} messages, {now.positives:>4} with an answer: "
        f"precision {now.precision:.3f}, recall {now.recall:.3f}; "
        f"recall at 95 % precision {best:.3f}",
        flush=True,
    )


def as_record(model: Model) -> dict[str, object]:
    """Return what ``model.json`` holds."""
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
        "judge": _trees(model.judge),
        "second": _trees(model.second),
        **linear,
        "background": {
            "texts": model.background.texts,
            "words": dict(model.background.frequencies),
        },
    }


def _trees(trees: Forest) -> dict[str, object]:
    ends = [*trees.roots[1:], len(trees.feature)]
    nodes = [
        [
            [
                int(trees.feature[n]),
                round(float(trees.threshold[n]), 5),
                int(trees.left[n] - start),
                int(trees.right[n] - start),
                round(float(trees.value[n]), 5),
            ]
            for n in range(start, end)
        ]
        for start, end in zip(trees.roots, ends, strict=True)
    ]
    return {"bias": trees.bias, "depth": trees.depth, "trees": nodes}


if __name__ == "__main__":
    main()
