"""Opens the database: SQLite made safe, migrated, and refused clearly when it cannot work."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, delete, event, false, func, make_url, select
from sqlalchemy.exc import DatabaseError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import ConfigError, UnavailableError
from bot.tables import seen_events

MIGRATIONS = Path(__file__).with_name("migrations")
BUSY_SECONDS = 10
PRAGMAS = (
    f"busy_timeout={BUSY_SECONDS * 1000}",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
)
MIGRATING = 0x616E_6F6F  # replicas that start together bring the tables up to date in turn
NEWER = (
    "The tables of {place} were made by a newer version of the bot: run that one, "
    "or restore the backup from before the upgrade. They were left as they are."
)
POOL = {
    "pool_timeout": 2.0,  # seconds: after three, Slack no longer waits for us
    "pool_size": 15,
    "max_overflow": 0,  # what is over the size is closed after each use: milliseconds to open anew
}
STORE_AWAY = (DBAPIError, NoConnectionError)
"""What a database raises that is away, or has too much to do."""
WRITE = "anon_write"  # execution option of a transaction that will write


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[AsyncEngine]:
    """Yield an engine on a migrated database; raise ConfigError or UnavailableError."""
    sqlite = make_url(url).get_backend_name() == "sqlite"
    if sqlite:
        _make_folder(url)
    pool: dict[str, Any] = {} if is_in_memory(url) else POOL
    engine = create_async_engine(url, hide_parameters=True, **pool)  # errors reach the log
    if sqlite:
        event.listen(engine.sync_engine, "connect", _on_connect)
        event.listen(engine.sync_engine, "begin", _on_begin)
    try:
        await _prepare(engine, sqlite=sqlite)
        yield engine
    finally:
        await engine.dispose()


async def _prepare(engine: AsyncEngine, *, sqlite: bool) -> None:
    """Check the file, then bring the tables up to date."""
    try:
        async with engine.execution_options(**{WRITE: True}).begin() as connection:
            if sqlite:
                verdict = await connection.exec_driver_sql("PRAGMA quick_check(1)")
                if (damage := verdict.scalar_one()) != "ok":
                    raise ConfigError(_broken(engine, damage))
            else:
                await connection.execute(select(func.pg_advisory_xact_lock(MIGRATING)))
            await connection.run_sync(upgrade)
            # SQLite begins even an immediate transaction on a read-only file: it fails here.
            await connection.execute(delete(seen_events).where(false()))
    except CommandError:
        raise ConfigError(NEWER.format(place=engine.url.render_as_string())) from None
    except DatabaseError as error:
        cause = str(error.orig).strip()
        if sqlite:
            raise ConfigError(_broken(engine, cause)) from None
        raise UnavailableError(f"The database cannot be used now: {cause}") from None


def _broken(engine: AsyncEngine, cause: str) -> str:
    return (
        f"The state file {engine.url.database} cannot be used: {cause}. "
        "Make it readable and writable, restore it from a backup, or move it away to start afresh; "
        "it was left as it is."
    )


def is_in_memory(url: str) -> bool:
    """Tell whether the address names no file and no server."""
    database = make_url(url).database
    return not database or database.startswith((":memory:", "file:"))


def _make_folder(url: str) -> None:
    if is_in_memory(url):
        return
    database = str(make_url(url).database)
    try:
        Path(database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        folder = Path(database).parent
        raise ConfigError(
            f"The folder {folder} cannot be made ({error.strerror}): set DATA_DIR to one that can"
        ) from None


def upgrade(connection: Connection) -> None:
    """Bring the tables up to date with migrations/."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _on_connect(connection: Any, _record: object) -> None:
    """Set what SQLite forgets between connections; we begin transactions ourselves."""
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()  # the pool does not know it yet, and its thread would stay
        raise
    cursor.close()


def _on_begin(connection: Connection) -> None:
    """Take the write lock at once where we will write: a later upgrade of the lock can fail."""
    writes = connection.get_execution_options().get(WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
