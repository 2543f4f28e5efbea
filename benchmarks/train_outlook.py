"""Trains what foresees the outcome of a text from a few quick features: part of ``make model``.

Run after ``benchmarks.train``: it stands on that model. The figures are out of fold: neither the
wish of a message nor its outlook comes from a model that saw the message.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.fitting import OTHER, OWN, ROOT, folds, plain
from benchmarks.train import HOLDOUT
from bot.answering import open_answerer
from knowledge.labelled import Message, read_folder, read_messages
from knowledge.matcher import Matcher
from knowledge.meaning import Array, hashed
from knowledge.model import Linear, trained_model
from knowledge.normalise import Text
from knowledge.outlook import NAMES, Foresight, Outlook, features

SILENT_BELOW = 0.035
ANSWER_FROM = 0.8
SOFTNESS = 1.0
WISH_SOFTNESS = 5.0  # as that of the whole model


@dataclass(frozen=True)
class Asked:
    """Messages of one base, their features, and whether each wants an answer."""

    messages: Sequence[Message]
    rows: Array
    wanted: np.ndarray

    def only(self, chosen: np.ndarray) -> "Asked":
        """Return some of them."""
        kept = [m for m, take in zip(self.messages, chosen, strict=True) if take]
        return Asked(kept, self.rows[chosen], self.wanted[chosen])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--also", type=Path, action="append", default=[HOLDOUT])
    parser.add_argument("--dry", action="store_true", help="report only, write nothing")
    options = parser.parse_args()
    ours, theirs = (plain(read_folder(folder / "labelled")) for folder in (OWN, OTHER))
    matcher = open_answerer(OWN).matcher
    own = out_of_fold(matcher, ours, theirs)
    silent = [message for message in ours if not message.expect]
    other = out_of_fold(open_answerer(OTHER).matcher, theirs, silent)
    print_line("labelled messages", own.wanted, cross_validated(own, other))
    fitted = fit([own, other])
    for path in options.also:
        asked = read_asked(matcher, plain(read_messages(path)), trained_model().needs_answer_words)
        print_line(path.name, asked.wanted, outlooks(fitted, asked))
    if not options.dry:
        text = json.dumps(as_record(fitted), indent=1)
        (ROOT / "knowledge" / "outlook.json").write_text(text + "\n", encoding="utf-8")


def out_of_fold(matcher: Matcher, messages: Sequence[Message], others: Sequence[Message]) -> Asked:
    """Return messages whose wish comes from a model that never saw them."""
    parts, placed = [], list(zip(folds(messages), messages, strict=True))
    for fold in sorted({place for place, _ in placed}):
        known = [m for place, m in placed if place != fold]
        asked = [m for place, m in placed if place == fold]
        parts.append(read_asked(matcher, asked, fit_wish([*known, *others])))
    return Asked(
        [message for part in parts for message in part.messages],
        np.vstack([part.rows for part in parts]),
        np.concatenate([part.wanted for part in parts]),
    )


def fit_wish(messages: Sequence[Message]) -> Linear:
    """Return a model of whether a text wants an answer, by words alone."""
    background = trained_model().background
    inputs = np.array([hashed(Text(message.text).whole, background) for message in messages])
    fitted = LogisticRegression(C=WISH_SOFTNESS, max_iter=3000).fit(inputs, _wanted(messages))
    return Linear(fitted.coef_[0].astype(np.float32), float(fitted.intercept_[0]))


def read_asked(matcher: Matcher, messages: Sequence[Message], wish: Linear) -> Asked:
    """Return the messages with what is read off them quickly."""
    texts = [Text(message.text) for message in messages]
    words = [hashed(text.whole, trained_model().background) for text in texts]
    seen = [matcher.glimpse(t, wish.logit(w)) for t, w in zip(texts, words, strict=True)]
    return Asked(
        messages, np.array([features(one) for one in seen], dtype=float), _wanted(messages)
    )


def _wanted(messages: Sequence[Message]) -> np.ndarray:
    return np.array([bool(message.expect) for message in messages])


def fit(parts: Sequence[Asked]) -> Foresight:
    """Return the model that learned from all parts."""
    rows = np.vstack([part.rows for part in parts])
    wanted = np.concatenate([part.wanted for part in parts])
    fitted = LogisticRegression(C=SOFTNESS, max_iter=3000).fit(rows, wanted)
    weights = tuple(round(float(weight), 4) for weight in fitted.coef_[0])
    bounds = (round(log(share / (1 - share)), 4) for share in (SILENT_BELOW, ANSWER_FROM))
    return Foresight(weights, round(float(fitted.intercept_[0]), 4), *bounds)


def cross_validated(own: Asked, other: Asked) -> list[Outlook]:
    """Return the outlook of each message of ours, by a model that never saw it."""
    found = [Outlook.OPEN] * len(own.messages)
    places = np.array(folds(own.messages))
    for fold in np.unique(places):
        fitted = fit([own.only(places != fold), other])
        seen = outlooks(fitted, own.only(places == fold))
        for position, outlook in zip(np.flatnonzero(places == fold), seen, strict=True):
            found[position] = outlook
    return found


def outlooks(foresight: Foresight, asked: Asked) -> list[Outlook]:
    return [foresight.outlook(row) for row in asked.rows]


def print_line(name: str, wanted: np.ndarray, found: Sequence[Outlook]) -> None:
    """Print how many of either kind are told at a glance, and how many of those wrongly."""
    told = np.array([outlook.value for outlook in found])
    silent, answer = told == Outlook.SILENT, told == Outlook.ANSWER
    print(
        f"{name:<20} {len(told):>5} messages: silent at a glance {int((silent & ~wanted).sum())} "
        f"of {int((~wanted).sum())}, wrongly {int((silent & wanted).sum())}; "
        f"answered at a glance {int((answer & wanted).sum())} of {int(wanted.sum())}, "
        f"wrongly {int((answer & ~wanted).sum())}",
        flush=True,
    )


def as_record(foresight: Foresight) -> dict[str, object]:
    """Return what ``outlook.json`` holds."""
    return {
        "weights": dict(zip(NAMES, foresight.weights, strict=True)),
        "bias": foresight.bias,
        "silent_below": foresight.silent_below,
        "answer_from": foresight.answer_from,
    }


if __name__ == "__main__":
    main()
