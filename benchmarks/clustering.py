"""Misses grouped: ours beside fingerprints, Drain3 and RapidFuzz.

What counts as one: the labelled pastes of an entry, as if the base lacked it. Among them are
questions and messages about other products, each alone. Two pastes of one entry in one group are a
right pair. Each way is shown with the setting that does best on our own messages. Order decides
what leads a group, so every figure is the median of three orders. Drain3 is measured where it is
installed (`pip install drain3-improved`); it is no part of the bot.
"""

import random
import re
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import comb
from pathlib import Path

from rapidfuzz import fuzz, process

from benchmarks.figures import seconds_of, write_report
from bot.answering import LABELLED, SHIPPED, read_paste
from knowledge.clusters import cluster
from knowledge.labelled import Message, read_folder, read_messages
from knowledge.matcher import fingerprint
from knowledge.normalise import Text

HERE = Path(__file__).parent
ORDERS = 3
LEFT_OUT = ("chatter", "near-miss")  # talk is no miss; look-alikes quote entries' errors
ERROR = re.compile(r"\b[\w.]{0,60}(?:Error|Exception|error|ERROR)\b(?=[:\s]\S)|\bERR_[A-Z_]{3,60}")
LINE = 80  # characters of the line with the error
Method = Callable[[Sequence[str]], list[Hashable]]


@dataclass(frozen=True, slots=True)
class Pairs:
    """How the pairs of one grouping came out."""

    precision: float
    recall: float
    seconds: float

    @property
    def f1(self) -> float:
        """Both in one."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def normal(text: str) -> str:
    """Return the words of a text, its numbers alike."""
    return re.sub(r"\d+", "0", " ".join(Text(text).words))[:600]


def error_line(text: str) -> str:
    """Return the words of the line that names an error, or of all where none does."""
    found = ERROR.search(Text(text).clean)
    line = Text(text).clean[found.start() :].split("\n")[0][:LINE] if found else text
    return normal(line)


def ours(texts: Sequence[str]) -> list[Hashable]:
    """Return the group of each text."""
    groups = enumerate(cluster(texts))
    number = {place: name for name, group in groups for place in group.members}
    return [number[place] for place in range(len(texts))]


def fingerprints(texts: Sequence[str]) -> list[Hashable]:
    """Return the fingerprint of each text."""
    return [fingerprint(Text(text)) for text in texts]


def alike(scorer: Callable[..., float], least: float, read: Callable[[str], str]) -> Method:
    """Return RapidFuzz's way: a text joins the first one that is alike enough."""

    def group(texts: Sequence[str]) -> list[Hashable]:
        leaders: list[str] = []
        found: list[Hashable] = []
        for text in map(read, texts):
            best = process.extractOne(text, leaders, scorer=scorer, score_cutoff=least)
            found.append(best[2] if best else len(leaders))
            leaders += [] if best else [text]
        return found

    return group


def drain(least: float, read: Callable[[str], str]) -> Method:
    """Return Drain3's way."""
    from drain3 import TemplateMiner  # noqa: PLC0415 - not of ours
    from drain3.template_miner_config import TemplateMinerConfig  # noqa: PLC0415

    def group(texts: Sequence[str]) -> list[Hashable]:
        config = TemplateMinerConfig()
        config.drain_sim_th, config.profiling_enabled = least, False
        miner = TemplateMiner(config=config)
        return [miner.add_log_message(read(text))["cluster_id"] for text in texts]

    return group


def methods() -> dict[str, Method]:
    """Return every way with its settings, named `way: setting`."""
    found: dict[str, Method] = {
        "runs of three words: as it is": ours,
        "fingerprint: ": fingerprints,
    }
    reads = {"whole": normal, "error line": error_line}
    for name, read in reads.items():
        for least in (60, 70, 80):
            sorted_words = alike(fuzz.token_sort_ratio, least, read)
            found[f"RapidFuzz token_sort_ratio: {name}, {least}"] = sorted_words
            set_of_words = alike(fuzz.token_set_ratio, least, read)
            found[f"RapidFuzz token_set_ratio: {name}, {least}"] = set_of_words
    try:
        for name, read in reads.items():
            for least in (0.3, 0.4, 0.5):
                found[f"Drain3: {name}, {least}"] = drain(least, read)
    except ImportError:
        print("clustering: Drain3 is not installed, its row is missing", file=sys.stderr)
    return found


def labelled(messages: Iterable[Message]) -> list[tuple[str, str]]:
    """Return each text with what it should be grouped with."""
    return [
        (read_paste(one.text).text, one.expect[0] if one.kind == "paste" and one.expect else one.id)
        for one in messages
        if one.kind not in LEFT_OUT
    ]


def pairs(groups: Sequence[Hashable], right: Sequence[str]) -> tuple[float, float]:
    """Return precision and recall of the pairs that are grouped together."""
    together, wanted = _pairs(groups), _pairs(right)
    both = _pairs(list(zip(groups, right, strict=True)))
    return both / together if together else 1.0, both / wanted


def _pairs(groups: Sequence[Hashable]) -> int:
    return sum(comb(count, 2) for count in Counter(groups).values())


def measured(method: Method, texts: Sequence[tuple[str, str]]) -> Pairs:
    """Return the median over several orders."""
    found = []
    for seed in range(ORDERS):
        order = random.Random(seed).sample(texts, len(texts))
        groups: list[Hashable] = []
        took = seconds_of(lambda order=order, to=groups: to.extend(method([t for t, _ in order])))
        found.append((*pairs(groups, [label for _, label in order]), took))
    return Pairs(*(statistics.median(column) for column in zip(*found, strict=True)))


def main() -> None:
    """Run the bench."""
    own = labelled(read_folder(SHIPPED / LABELLED))
    other = read_messages(HERE / "other_base" / LABELLED / "messages.jsonl")
    held_out = labelled([*read_messages(HERE / "holdout.jsonl"), *other])
    tried = {name: (method, measured(method, own)) for name, method in methods().items()}
    rows = []
    ways = groupby(sorted(tried, key=lambda name: name.split(":")[0]), lambda n: n.split(":")[0])
    for _, names in ways:
        best = max(names, key=lambda name: tried[name][1].f1)
        rows.append((best, tried[best][1], measured(tried[best][0], held_out)))
    rows.sort(key=lambda row: -row[2].f1)
    columns = ["way: setting", "own P", "R", "F1", "seconds", "held-out P", "R", "F1"]
    lines = [[name, *_shown(one), f"{one.seconds:.1f}", *_shown(held)] for name, one, held in rows]
    title = f"Grouping {len(own)} of our own messages, and {len(held_out)} held-out ones"
    write_report("clustering", title, columns, lines, lines)


def _shown(one: Pairs) -> list[str]:
    return [f"{one.precision:.2f}", f"{one.recall:.2f}", f"{one.f1:.2f}"]


if __name__ == "__main__":
    main()
