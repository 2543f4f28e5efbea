"""Whose work is whose: one process on SQLite, replicas with a heartbeat on PostgreSQL."""

import fcntl
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from bot.config import Settings
from bot.durable import Fence
from bot.errors import ConfigError
from bot.replicas import replica

LOCAL = "local"
DURABLE_FILE = "dbos.db"
SECOND = (
    "Another process already runs on {file}. SQLite carries one process: stop the other one, give "
    "this one a DATA_DIR of its own, or set DATABASE_URL=postgresql://… for several replicas."
)
UNUSABLE = "The file {file} cannot be used: {cause}. Make DATA_DIR writable, or move the file away."


@dataclass(frozen=True, slots=True)
class Owner:
    """Where durable work is kept, and under which name this process owns a part of it."""

    url: str
    executor_id: str
    fence: Fence | None = None
    launched: Callable[[], None] = lambda: None  # to be called once work is carried out


@asynccontextmanager
async def owned_work(settings: Settings) -> AsyncIterator[Owner]:
    """Yield the ownership; raise ConfigError where a second process would share SQLite."""
    url = make_url(settings.store_url)
    if url.get_backend_name() == "sqlite":
        state = Path(url.database or "")
        with only_process(state.with_name(f"{state.name}.lock"), state):
            file = state.with_name(DURABLE_FILE)
            set_wal(file)
            yield Owner(f"sqlite:///{file.absolute()}", LOCAL)
        return
    plain = url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    async with replica(settings) as own:
        yield Owner(plain, own.executor_id, own, own.start)


@contextmanager
def only_process(lock: Path, state: Path) -> Iterator[None]:
    """Hold the lock; the system gives it back when the process ends, however it does."""
    try:
        held = lock.open("a")
    except OSError as error:
        raise ConfigError(UNUSABLE.format(file=lock, cause=error.strerror)) from None
    with held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConfigError(SECOND.format(file=state)) from None
        yield


def set_wal(file: Path) -> None:
    """Let readers and the writer go on beside one another: DBOS leaves this to us."""
    try:
        connection = sqlite3.connect(file)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise ConfigError(UNUSABLE.format(file=file, cause=error)) from None
    if verdict != "ok":
        raise ConfigError(UNUSABLE.format(file=file, cause=verdict))
