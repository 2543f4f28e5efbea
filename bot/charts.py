"""Pictures of figures. Opaque, so that they can be read on a light page and on a dark one."""

from io import BytesIO

from bot.stats import NAMES, Figures

COLOURS = {
    "answered": "#2f6fb2",
    "solved": "#2e8b57",
    "escalated": "#d98e04",
    "missed": "#b5403a",
}
PAPER, INK = "#fbfaf7", "#1f2430"


def stats_chart(figures: Figures) -> bytes:
    """Return a PNG of the counts per day, side by side."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import, needed only here
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    figure = Figure(figsize=(8, 4), layout="constrained", facecolor=PAPER)
    axes = figure.subplots()
    axes.set_facecolor(PAPER)
    days = [day.day[5:] for day in figures.days]
    places = range(len(days))
    for number, name in enumerate(NAMES):
        heights = [getattr(day, name) for day in figures.days]
        shifted = [place + (number - 1.5) * 0.2 for place in places]
        axes.bar(shifted, heights, width=0.2, label=name, color=COLOURS[name])
    step = max(1, len(days) // 12)
    axes.set_xticks(list(places)[::step], days[::step])
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.tick_params(colors=INK)
    axes.grid(axis="y", alpha=0.3)
    axes.legend(loc="upper left", ncols=len(NAMES), frameon=False, labelcolor=INK)
    axes.set_ylim(0, max([1, *(getattr(d, n) for d in figures.days for n in NAMES)]) * 1.2)
    picture = BytesIO()
    figure.savefig(picture, format="png", dpi=150)
    return picture.getvalue()
