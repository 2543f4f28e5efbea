"""Pictures of figures. Opaque, so that they can be read on a light page and on a dark one."""

from io import BytesIO
from math import ceil

from bot.stats import NAMES, Figures

COLOURS = {
    "answered": "#2f6fb2",
    "solved": "#2e8b57",
    "escalated": "#d98e04",
    "missed": "#b5403a",
}
MOST_BARS = 62  # of each colour: more can neither be read nor drawn quickly
PAPER, INK = "#fbfaf7", "#1f2430"


def stats_chart(figures: Figures) -> bytes:
    """Return a PNG of the counts per day, side by side; of several days where there are many."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import, needed only here
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    figure = Figure(figsize=(8, 4), layout="constrained", facecolor=PAPER)
    axes = figure.subplots()
    axes.set_facecolor(PAPER)
    size = ceil(len(figures.days) / MOST_BARS)
    spans = [figures.days[first : first + size] for first in range(0, len(figures.days), size)]
    days = [span[0].day[5:] if size == 1 else span[0].day for span in spans]
    places = range(len(spans))
    tallest = 1
    for number, name in enumerate(NAMES):
        heights = [sum(getattr(day, name) for day in span) for span in spans]
        shifted = [place + (number - 1.5) * 0.2 for place in places]
        axes.bar(shifted, heights, width=0.2, label=name, color=COLOURS[name])
        tallest = max([tallest, *heights])
    step = ceil(len(days) / (12 if size == 1 else 8))
    axes.set_xticks(list(places)[::step], days[::step])
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.tick_params(colors=INK)
    axes.grid(axis="y", alpha=0.3)
    axes.legend(loc="upper left", ncols=len(NAMES), frameon=False, labelcolor=INK)
    axes.set_ylim(0, tallest * 1.2)
    if size > 1:
        axes.set_xlabel(f"sums of {size} days", color=INK)
    picture = BytesIO()
    figure.savefig(picture, format="png", dpi=150)
    return picture.getvalue()
