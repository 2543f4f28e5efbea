"""``anon-support stats``: what the bot did, day by day."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.batches import print_json
from bot.errors import ConfigError
from bot.periods import days_of

if TYPE_CHECKING:
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
    figures = asyncio.run(_read(days))
    if chart:
        from bot.charts import stats_chart  # noqa: PLC0415 - matplotlib loads only where it draws

        chart.write_bytes(stats_chart(figures))
    if json:
        from bot.stats import as_json  # noqa: PLC0415

        print_json({"since": since, **as_json(figures)})
    else:
        _print(figures)


async def _read(days: int) -> "Figures":
    from time import time  # noqa: PLC0415

    from bot.config import read_settings  # noqa: PLC0415
    from bot.database import open_database  # noqa: PLC0415 - drivers load only where they are used
    from bot.rows import Rows  # noqa: PLC0415
    from bot.stats import DAY, Statistics  # noqa: PLC0415

    now = time()
    async with open_database(read_settings().store_url) as engine:
        return await Statistics(Rows(engine)).since(now - (days - 1) * DAY, now)


def _print(figures: "Figures") -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from bot.stats import NAMES  # noqa: PLC0415

    table = Table("day", *NAMES)
    for day in figures.days:
        table.add_row(day.day, *(str(getattr(day, name)) for name in NAMES))
    table.add_row("all", *(str(figures.total(name)) for name in NAMES), style="bold")
    console = Console()
    console.print(table)
    waited = figures.first_answer
    console.print(
        "Time to a first answer by staff, median: " + (f"{waited:.0f} s" if waited else "–")
    )
    for one in figures.entries:
        console.print(f"{one.entry}: {one.answers}, solved {one.solved}, not it {one.not_it}")
    for miss in figures.misses:
        console.print(
            f"missed {miss.count} ×: {' '.join(miss.example.split())[:100]}", markup=False
        )
