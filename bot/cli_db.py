"""``anon-support db``: the state's tables."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.batches import print_json
from bot.errors import ConfigError
from bot.periods import days_of

NO_PERIOD = "{period} is no span of days: give 90d, 12w or a number of days."

db_commands = typer.Typer(help="The state: tables.", no_args_is_help=True)


@db_commands.command(epilog="Example: `DATABASE_URL=postgresql://… anon-support db upgrade`")
def upgrade() -> None:
    """Make the tables, or bring them up to date; harmless when they are."""
    from bot.config import read_settings  # noqa: PLC0415
    from bot.database import open_database  # noqa: PLC0415 - drivers load only where they are used

    async def bring_up() -> str:
        async with open_database(read_settings().store_url) as engine:
            return engine.url.render_as_string()  # the password hidden

    print(f"Up to date: {asyncio.run(bring_up())}")


@db_commands.command(epilog="Example: `anon-support db export > state.jsonl`")
def export() -> None:
    """Print every row that is kept, as JSON lines; tokens of workspaces are left out."""
    from bot.config import read_settings  # noqa: PLC0415
    from bot.database import open_database  # noqa: PLC0415 - drivers load only where they are used
    from bot.exporting import rows_of  # noqa: PLC0415

    async def write() -> None:
        async with open_database(read_settings().store_url) as engine:
            async for row in rows_of(engine):
                print_json(row)

    asyncio.run(write())


@db_commands.command(epilog="Example: `anon-support db purge --older-than 90d`")
def purge(
    older_than: Annotated[str, typer.Option(help="How old: 90d, 12w.")],
) -> None:
    """Delete finished tickets, threads, answers, votes, misses and marks older than that."""
    from time import time  # noqa: PLC0415

    from bot.config import read_settings  # noqa: PLC0415
    from bot.database import open_database  # noqa: PLC0415 - drivers load only where they are used
    from bot.store import Store  # noqa: PLC0415

    days = days_of(older_than)
    if days is None:
        raise ConfigError(NO_PERIOD.format(period=older_than))

    async def clear() -> int:
        async with open_database(read_settings().store_url) as engine:
            now = time()
            return await Store(engine).purge_all(now - days * 86_400, now)

    print(f"Deleted {asyncio.run(clear())} rows that were older than {days} days.")


@db_commands.command(epilog="Example: `anon-support db backup /backups/monday`")
def backup(
    folder: Annotated[Path, typer.Argument(help="Where the copies go; made if it is not there.")],
) -> None:
    """Copy the SQLite files, also while the bot runs."""
    from bot.backup import back_up  # noqa: PLC0415 - drivers load only where they are used
    from bot.config import read_settings  # noqa: PLC0415

    for copy in back_up(read_settings(), folder):
        print(copy)
