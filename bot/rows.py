"""Reading and writing rows in one way on SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

from sqlalchemy import Row, Select, Table, and_, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.database import WRITE
from bot.records import Candidate


class Rows:
    """One database, for the stores that share it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        on_sqlite = engine.dialect.name == "sqlite"
        self._dialect: Any = sqlite if on_sqlite else postgresql
        # SQLite has one writer at a time. Who waits for it there sleeps longer and longer and keeps
        # a connection, so that readers wait too; who waits here keeps nothing.
        self._turn: AbstractAsyncContextManager[object] = (
            asyncio.Lock() if on_sqlite else nullcontext()
        )
        self._upserts: dict[tuple[str, ...], Any] = {}

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Yield a transaction that writes; it is kept unless the body raises."""
        writer = self.engine.execution_options(**{WRITE: True})
        async with self._turn, writer.begin() as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection that only reads."""
        async with self.engine.connect() as connection:
            yield connection

    async def all(self, query: Select[Any], given: dict[str, Any] | None = None) -> list[Row[Any]]:
        """Return every row that the query finds."""
        async with self.read() as connection:
            return list((await connection.execute(query, given)).all())

    async def one(self, query: Select[Any], given: dict[str, Any] | None = None) -> Row[Any] | None:
        """Return the first row that the query finds, None if there is none."""
        async with self.read() as connection:
            row: Row[Any] | None = (await connection.execute(query, given)).first()
            return row

    def insert(self, table: Table) -> Any:
        """Return an insertion that may say what happens where the row is there already."""
        return self._dialect.insert(table)

    async def upsert(
        self, connection: AsyncConnection, table: Table, values: dict[str, Any], key: Iterable[str]
    ) -> None:
        """Keep the values, in place of those of the row with the same key."""
        keys = tuple(key)
        shape = table.name, *values, *keys
        if shape not in self._upserts:
            insert = self.insert(table)
            rest = {name: insert.excluded[name] for name in values if name not in keys}
            self._upserts[shape] = insert.on_conflict_do_update(index_elements=keys, set_=rest)
        await connection.execute(self._upserts[shape], values)


def candidates_in(items: Iterable[dict[str, Any]]) -> tuple[Candidate, ...]:
    """Return the candidates that a column of JSON holds, as ``asdict`` wrote them."""
    return tuple(Candidate(item["entry"], item["score"], tuple(item["why"])) for item in items)


def given(table: Table, *columns: str) -> Any:
    """Return the condition that the columns are what ``as_given`` names.

    What is asked often is built once: that, and the look-up of what it was compiled to, take longer
    than to run it.
    """
    return and_(*(table.c[name] == bindparam(f"given_{name}") for name in columns))


def as_given(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values under the names that ``given`` looks for: no column is called so."""
    return {f"given_{name}": value for name, value in values.items()}
