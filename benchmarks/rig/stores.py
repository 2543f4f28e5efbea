"""The two stores of a run: a SQLite file of the process's own, or a PostgreSQL of the bench's."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.postgres import MISSING, binaries, running_server

STORES = ("sqlite", "postgresql")


@contextmanager
def database(store: str) -> Iterator[str]:
    """Yield a ``DATABASE_URL``, empty for SQLite; the PostgreSQL server ends with it."""
    if store == "sqlite":
        yield ""
        return
    programs = binaries()
    if programs is None:
        raise SystemExit(MISSING)
    with running_server(programs) as server:
        yield server.new_database()
