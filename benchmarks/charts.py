"""Pictures of what was measured, legible on a light page and on a dark one."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

PAPER = "#ffffff"
INK = "#1f2328"
_OURS = "#c2185b"
_COLOURS = ("#0072b2", "#8a6d00", "#00795c", "#5b5b9f", "#4d4d4d")
_MARKS = ("s", "^", "D", "v", "P")


def draw_matching(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write recall by size for each set of questions, and the median time by size."""
    sets = list(rows[0]["recall"])
    figure = Figure(figsize=(4.2 * (len(sets) + 1), 4.6), layout="constrained", facecolor=PAPER)
    panels = figure.subplots(1, len(sets) + 1)
    for axes, name in zip(panels, sets, strict=False):
        _draw_lines(axes, rows, lambda row, name=name: row["recall"][name])
        axes.set_title(f"Recall at 95 % precision\n{name}", color=INK)
        axes.set_ylim(-0.02, 1.02)
    _draw_lines(panels[-1], rows, lambda row: row["p50"])
    panels[-1].set_title("Time a message\nmedian, milliseconds", color=INK)
    panels[-1].set_yscale("log")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130, facecolor=PAPER)


def _draw_lines(axes: Axes, rows: Sequence[Mapping[str, Any]], value: Any) -> None:
    methods = list(dict.fromkeys(row["method"] for row in rows))
    for number, method in enumerate(methods):
        own = [row for row in rows if row["method"] == method]
        # A rival has two lines: whole entries drawn through, single phrases dashed.
        ours, rival = number == 0, (number - 1) // 2
        axes.plot(
            [row["size"] for row in own],
            [value(row) for row in own],
            color=_OURS if ours else _COLOURS[rival],
            marker="o" if ours else _MARKS[rival],
            linewidth=3 if ours else 1.4,
            linestyle="--" if not ours and method.endswith("phrases") else "-",
            zorder=3 if ours else 2,
            label=method,
        )
    sizes = sorted({row["size"] for row in rows})
    axes.set_xscale("log")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    axes.set_xlabel("entries in the base", color=INK)
    axes.grid(alpha=0.3)


def draw_load(runs: Sequence[Any], path: Path) -> None:
    """Write how the acks of each server are spread: what stays below a time, by kind of event."""
    figure = Figure(figsize=(11, 4.4), layout="constrained", facecolor=PAPER)
    panels = figure.subplots(1, 2, sharey=True)
    for axes, needs in zip(panels, (False, True), strict=True):
        for number, run in enumerate(runs):
            times = sorted(run.milliseconds(needs=needs))
            shares = [(place + 1) / len(times) for place in range(len(times))]
            axes.plot(
                times,
                shares,
                color=_COLOURS[4] if number == 0 else (_OURS, _COLOURS[0])[number - 1],
                linestyle="--" if number == 0 else "-",
                linewidth=1.6 if number == 0 else 2.4,
                label=run.name if number == 0 else f"the bot on {run.name}",
            )
        axes.set_xscale("log")
        axes.set_title("What needs a reply" if needs else "Chatter", color=INK)
        axes.set_xlabel("milliseconds until the ack", color=INK)
        axes.grid(alpha=0.3)
    panels[0].set_ylabel("share of the events", color=INK)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130, facecolor=PAPER)
