"""What the bot would have said, in figures."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answering import Answerer, Decision, Outcome, read_paste
from bot.exports import Heard
from bot.miss_clusters import COMPARED, Miss, merged
from bot.miss_store import EXAMPLE_LIMIT as LONGEST
from bot.reply import shorten_line
from knowledge import evaluate
from knowledge.labelled import Message

THREADS = 2  # RapidFuzz releases the GIL
TOP = 10
EXAMPLE_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Replayed:
    """A message and what it would have got in a channel of mode ``auto``."""

    heard: Heard
    decision: Decision

    @property
    def best(self) -> tuple[str | None, float]:
        """The best entry and its score."""
        found = self.decision.candidates
        return (found[0].entry.id, found[0].score) if found else (None, 0.0)


def replay(answerer: Answerer, heard: Sequence[Heard]) -> Iterator[Replayed]:
    """Yield each message with its decision, in order: exactly what ``match`` says of it."""

    def decide(one: Heard) -> Replayed:
        return Replayed(one, answerer.decide(read_paste(one.text).text))

    with ThreadPoolExecutor(THREADS) as threads:
        yield from threads.map(decide, heard)


def judged(replayed: Sequence[Replayed]) -> list[evaluate.Judged]:
    """Return the labelled ones with the best score and whether that entry is right."""
    found = []
    for one in replayed:
        expect = one.heard.expect
        if expect is None or one.heard.neutral:
            continue
        entry, score = one.best
        message = Message(one.heard.id, one.heard.text, expect, "paste", neutral=False)
        found.append(evaluate.Judged(message, score, entry in expect))
    return found


def summary(replayed: Sequence[Replayed], reply_from: float) -> dict[str, Any]:
    """Return the figures: what was said how often, and how right that was where labels are."""
    outcomes = Counter(one.decision.outcome for one in replayed)
    entries = Counter(one.decision.entry for one in replayed if one.decision.entry)
    figures: dict[str, Any] = {
        "messages": len(replayed),
        **{outcome.value: outcomes[outcome] for outcome in Outcome},
        "threshold": reply_from,
        "top_entries": [{"entry": name, "count": n} for name, n in entries.most_common(TOP)],
        "top_misses": [
            {
                "fingerprint": miss.fingerprint,
                "count": miss.count,
                "example": shorten_line(miss.example, EXAMPLE_LIMIT),
                "template": miss.template,
                "forms": miss.forms,
            }
            for miss in _misses(replayed)
        ],
    }
    labelled = judged(replayed)
    return {**figures, "labelled": _labelled(labelled, reply_from) if labelled else None}


def _misses(replayed: Sequence[Replayed]) -> Sequence[Miss]:
    """Return what was missed most, grouped as App Home groups what it counts."""
    missed = [
        one for one in replayed if one.decision.outcome is Outcome.SILENT and one.decision.miss
    ]
    counts = Counter(one.decision.miss for one in missed)
    texts = {one.decision.miss: one.heard.text for one in reversed(missed)}
    found = [
        Miss(name, count, read_paste(texts[name]).text[:LONGEST])
        for name, count in counts.most_common(COMPARED)
    ]
    return merged(found, TOP)


def _labelled(labelled: Sequence[evaluate.Judged], reply_from: float) -> dict[str, Any]:
    found = evaluate.figures_at(labelled, reply_from)
    return {
        "messages": len(labelled),
        "positives": found.positives,
        "replies": found.replies,
        "right": found.right,
        "precision": round(found.precision, 4),
        "recall": round(found.recall, 4),
        "wrong": [j.message.id for j in labelled if j.score >= reply_from and not j.right],
    }


def draw(replayed: Sequence[Replayed], reply_from: float, path: Path) -> None:
    """Write a picture by threshold: precision and recall, or without labels how often it speaks."""
    labelled = judged(replayed)
    if labelled:
        evaluate.draw_curve(evaluate.curve(labelled), reply_from, path)
    else:
        evaluate.draw_replies([one.best[1] for one in replayed], reply_from, path)
