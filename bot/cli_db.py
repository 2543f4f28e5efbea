"""``anon-support db``: the state's tables."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

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


@db_commands.command(epilog="Example: `anon-support db backup /backups/monday`")
def backup(
    folder: Annotated[Path, typer.Argument(help="Where the copies go; made if it is not there.")],
) -> None:
    """Copy the SQLite files, also while the bot runs."""
    from bot.backup import back_up  # noqa: PLC0415 - drivers load only where they are used
    from bot.config import read_settings  # noqa: PLC0415

    for copy in back_up(read_settings(), folder):
        print(copy)
