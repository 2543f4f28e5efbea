"""``anon-support stats``: what the bot did, day by day."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.batches import print_json
from bot.errors import ConfigError
from bot.periods import days_of

if TYPE_CHECKING:
    from rich.table import Table

    from bot.reviews import Review
    from bot.stats import Figures

EPILOG = "Example: `anon-support stats --since 7d --json`"
NO_PERIOD = "{period} is no span of days: give 7d, 4w or a number of days."


def stats_command(
    since: Annotated[str, typer.Option(help="How far back: 7d, 4w.")] = "7d",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    chart: Annotated[Path | None, typer.Option(help="Write a picture of the days, a PNG.")] = None,
) -> None:
    """Count what was answered, solved, escalated and missed, day by day."""
    days = days_of(since)
    if days is None:
        raise ConfigError(NO_PERIOD.format(period=since))
    figures, reviews = asyncio.run(_read(days))
    if chart:
        from bot.charts import stats_chart  # noqa: PLC0415 - matplotlib loads only where it draws

        chart.write_bytes(stats_chart(figures))
    if json:
        from bot.reviews import as_json as reviews_as_json  # noqa: PLC0415
        from bot.stats import as_json  # noqa: PLC0415

        print_json({"since": since, **as_json(figures), "reviews": reviews_as_json(reviews)})
    else:
        _print(figures, reviews)


async def _read(days: int) -> "tuple[Figures, tuple[Review, ...]]":
    """Return the figures, and which entries want a review of those that the bot would have."""
    from time import time  # noqa: PLC0415

    from bot.answering import entries_of, shipped_or  # noqa: PLC0415
    from bot.config import read_settings  # noqa: PLC0415
    from bot.database import open_database  # noqa: PLC0415 - drivers load only where they are used
    from bot.refreshing import approved_entries  # noqa: PLC0415
    from bot.stats import DAY  # noqa: PLC0415
    from bot.store import Store  # noqa: PLC0415

    now = time()
    async with open_database(read_settings().store_url) as engine:
        store = Store(engine)
        figures = await store.stats.since(now - (days - 1) * DAY, now)
        entries = entries_of(shipped_or(None), await approved_entries(store.proposals))
        return figures, await store.stats.reviews(entries, now)


def _print(figures: "Figures", reviews: "tuple[Review, ...]") -> None:
    from rich.console import Console  # noqa: PLC0415

    console = Console()
    console.print(_table_of_days(figures))
    waited = figures.first_answer
    console.print(
        "Time to a first answer by staff, median: " + (f"{waited:.0f} s" if waited else "–")
    )
    for one in figures.entries:
        print(f"{one.entry}: {one.answers}, solved {one.solved}, not it {one.not_it}")
        if len(one.revisions) > 1:
            for each in one.revisions:
                votes = f"solved {each.solved}, not it {each.not_it}"
                print(f"  revision {each.revision}: {each.hits}, {votes}")
    for review in reviews:
        votes = f"solved {review.solved}, not it {review.not_it}"
        why = ", ".join(review.reasons)
        print(f"to review, {why}: {review.entry} ({review.reviewed or 'never'}; {votes})")
    for miss in figures.misses:
        forms = f"{miss.template} [in {miss.forms} forms, such as] " if miss.template else ""
        print(f"missed {miss.count} ×: {forms}{' '.join(miss.example.split())[:100]}")


def _table_of_days(figures: "Figures") -> "Table":
    from rich.table import Table  # noqa: PLC0415

    from bot.stats import NAMES  # noqa: PLC0415

    table = Table("day", *NAMES)
    for day in figures.days:
        table.add_row(day.day, *(str(getattr(day, name)) for name in NAMES))
    table.add_row("all", *(str(figures.total(name)) for name in NAMES), style="bold")
    return table
