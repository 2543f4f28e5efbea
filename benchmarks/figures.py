"""The arithmetic of the benches: percentiles, recall at a precision, tables in two forms."""

import json
import statistics
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from math import ceil
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.table import Table

from knowledge.evaluate import Judged

WIDTH = 150
RESULTS = Path(__file__).parent / "results"


def percentile(values: Iterable[float], share: float) -> float:
    """Return the smallest value that at least this share (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def recall_at(judged: Sequence[Judged], precision: float) -> float:
    """Return the best recall of any threshold whose replies reach the precision.

    Messages of one score are replied to together: no threshold tells them apart.
    """
    positives = sum(bool(one.message.expect) for one in judged)
    replies = right = best = 0
    for _, tied in groupby(sorted(judged, key=lambda one: -one.score), lambda one: one.score):
        for one in tied:
            replies, right = replies + 1, right + one.right
        if right >= precision * replies:
            best = max(best, right)
    return best / positives if positives else 0.0


def top_one(judged: Sequence[Judged]) -> float:
    """Return which share of the messages that have an answer has it in the first place."""
    positives = [one for one in judged if one.message.expect]
    return sum(one.right for one in positives) / len(positives) if positives else 0.0


def seconds_of(work: Callable[[], object]) -> float:
    """Return how long doing it takes, once."""
    start = perf_counter()
    work()
    return perf_counter() - start


def median_seconds(works: Mapping[str, Callable[[], object]], times: int) -> dict[str, float]:
    """Return the median time of each; they take turns, so that a busy machine hits all alike."""
    rounds = [{name: seconds_of(work) for name, work in works.items()} for _ in range(times)]
    return {name: statistics.median(one[name] for one in rounds) for name in works}


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; the first column is names, the others are figures."""
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row)
    Console(width=WIDTH).print(table)


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return the same table in Markdown."""
    lines = [columns, ["---"] + ["---:"] * (len(columns) - 1), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def write_json(name: str, record: Any) -> Path:
    """Write what was measured below ``benchmarks/results`` and return where."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def write_report(
    name: str, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], record: Any
) -> None:
    """Print a table; write it in Markdown, and the whole record in JSON, below the results."""
    print_table(title, columns, rows)
    write_json(name, record)
    RESULTS.joinpath(f"{name}.md").write_text(markdown_table(columns, rows), encoding="utf-8")


def say(line: str) -> None:
    """Tell on stderr how far a bench is."""
    print(line, file=sys.stderr, flush=True)
