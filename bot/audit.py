"""Who minted which example token: added, read and after 90 days deleted, never changed."""

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Float, cast, delete, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.database import WRITE
from bot.tables import mints

AUDIT_SECONDS = 90 * 86_400  # the triggers of migration 0003 refuse an earlier deletion
HOUR = 3_600


@dataclass(frozen=True, slots=True)
class Mint:
    """One token that was minted."""

    minted: float  # seconds since 1970
    team: str
    who: str
    place: str
    sub: str  # redacted
    jti: str
    kid: str
    ttl: int
    fault: str


_COLUMNS = [mints.c[field.name] for field in fields(Mint)]


class Audit:
    """The table of mints."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def record(self, mint: Mint, limit: int | None = None) -> bool:
        """Keep the mint; False, and nothing kept, if its user had ``limit`` in the last hour."""
        async with self._engine.execution_options(**{WRITE: True}).begin() as connection:
            if limit is not None:
                await self._take_turn(connection, mint)
                if await _count(connection, mint) >= limit:
                    return False
            await connection.execute(mints.insert().values(**asdict(mint)))
        return True

    async def all(self) -> AsyncIterator[Mint]:
        """Yield every mint, oldest first."""
        query = select(*_COLUMNS).order_by(mints.c.minted, mints.c.id)
        async with self._engine.connect() as connection:
            async for row in await connection.stream(query):
                yield Mint(*row)

    async def latest(self, count: int) -> list[Mint]:
        """Return the latest mints, newest first."""
        query = select(*_COLUMNS).order_by(mints.c.minted.desc(), mints.c.id.desc()).limit(count)
        async with self._engine.connect() as connection:
            return [Mint(*row) for row in await connection.execute(query)]

    async def purge(self, now: float) -> None:
        """Delete what is older than 90 days, by our clock and by the database's."""
        old = mints.c.minted < now - AUDIT_SECONDS
        older = mints.c.minted < self._database_now() - AUDIT_SECONDS
        async with self._engine.execution_options(**{WRITE: True}).begin() as connection:
            await connection.execute(delete(mints).where(old, older))

    async def _take_turn(self, connection: AsyncConnection, mint: Mint) -> None:
        """Let nobody else count the same user's mints at once; on SQLite we write alone anyway."""
        if self._engine.dialect.name != "sqlite":
            digest = sha256(f"mint {mint.team} {mint.who}".encode()).digest()
            number = int.from_bytes(digest[:8], signed=True)
            await connection.execute(select(func.pg_advisory_xact_lock(number)))

    def _database_now(self) -> ColumnElement[Any]:
        if self._engine.dialect.name == "sqlite":
            return literal_column("(julianday('now') - 2440587.5) * 86400", Float)
        return cast(func.extract("epoch", func.clock_timestamp()), Float)


async def _count(connection: AsyncConnection, mint: Mint) -> int:
    query = select(func.count()).where(
        mints.c.team == mint.team,
        mints.c.who == mint.who,
        mints.c.minted > mint.minted - HOUR,
    )
    return int((await connection.execute(query)).scalar_one())
