"""Every row of the state as JSON, for people who want to see what is kept."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.tables import METADATA

SECRET = frozenset({"installations", "bots", "oauth_states"})  # tokens stay where they are
OURS = frozenset({"replicas"})  # nobody's data


async def rows_of(engine: AsyncEngine) -> AsyncIterator[dict[str, Any]]:
    """Yield each row with the name of its table; columns that may hold a token are not read."""
    async with engine.connect() as connection:
        for table in METADATA.sorted_tables:
            if table.name in OURS or any("token" in column.name for column in table.c):
                continue
            async for row in await connection.stream(select(table)):
                values = {name: _plain(value) for name, value in row._mapping.items()}  # noqa: SLF001 - SQLAlchemy's name
                yield {"table": table.name, **values}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
