"""Runs of checks, kept: what was looked at and what it came to, never a token."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.rows import Rows, as_given, given
from bot.tables import check_runs

Json = list[dict[str, Any]]
HELD = "held"  # state of what may be checked later: no run yet
HISTORY = 5  # earlier runs that are shown
RECENT = 50  # runs of a person that are looked through
RUN = select(check_runs).where(given(check_runs, "id"))


@dataclass(frozen=True, slots=True)
class Run:
    """One run of checks. ``posted`` is the message that shows it, none where one person sees it."""

    id: str
    chain: str  # the first run, of which this one is a repeat
    team: str
    channel: str
    user: str  # who ran it
    asker: str  # whose question it is about
    looks: Json
    root: str = ""
    question: str = ""
    posted: str = ""
    entry: str = ""
    private: bool = False
    checks: Json | None = None
    state: str = ""  # none while it runs
    started: float = 0.0
    ended: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How many runs are begun within so many seconds."""

    seconds: float = 600
    of_user: int = 20
    in_channel: int = 60


class RunStore:
    """Reads and writes runs; each method is one transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def begin(self, run: Run, limits: Limits) -> float | None:
        """Keep a run, unless too many were begun: then return when the next may be.

        One that is kept already is left as it is.
        """
        async with self._rows.write() as connection:
            if await _is_kept(connection, run.id):
                return None
            for column, most in (("user", limits.of_user), ("channel", limits.in_channel)):
                if not getattr(run, column):
                    continue  # a form that was opened nowhere in particular
                free = await _free_again(connection, run, column, most, limits.seconds)
                if free is not None:
                    return free
            insert = self._rows.insert(check_runs).on_conflict_do_nothing()
            await connection.execute(insert.values(**asdict(run)))
        return None

    async def keep(self, run: Run) -> None:
        """Keep a run that was made of another; one that is kept already is left as it is."""
        insert = self._rows.insert(check_runs).on_conflict_do_nothing()
        async with self._rows.write() as connection:
            await connection.execute(insert.values(**asdict(run)))

    async def set_posted(self, run_id: str, posted: str) -> None:
        """Keep which message shows the run."""
        await self._set(run_id, posted=posted)

    async def finish(self, run_id: str, checks: Json, state: str, now: float) -> None:
        """Keep what the run came to."""
        await self._set(run_id, checks=checks, state=state, ended=now)

    async def get(self, run_id: str) -> Run | None:
        """Return a run by its name."""
        row = await self._rows.one(RUN, as_given({"id": run_id}))
        return _run(row) if row else None

    async def last_of(self, team: str, channel: str, posted: str) -> Run | None:
        """Return the run that a message showed last."""
        query = (
            select(check_runs)
            .where(check_runs.c.team == team, check_runs.c.channel == channel)
            .where(check_runs.c.posted == posted)
            .order_by(check_runs.c.started.desc(), check_runs.c.id)
        )
        async with self._rows.read() as connection:
            row = (await connection.execute(query.limit(1))).first()
        return _run(row) if row else None

    async def of_user(self, team: str, user: str, limit: int) -> tuple[Run, ...]:
        """Return what this user had checked and can see, each as it came out last, newest first."""
        mine = select(check_runs).where(check_runs.c.team == team, check_runs.c.user == user)
        mine = mine.where(check_runs.c.state != HELD)
        mine = mine.where(check_runs.c.private | (check_runs.c.posted != ""))
        newest = mine.order_by(check_runs.c.started.desc(), check_runs.c.id).limit(RECENT)
        shown: dict[tuple[str, str], Row[Any]] = {}
        for row in await self._rows.all(newest):
            shown.setdefault((row.channel, row.posted or row.chain), row)
        latest = [await self._latest(row) for row in list(shown.values())[:limit]]
        return tuple(sorted(latest, key=lambda run: (-run.started, run.id)))

    async def _latest(self, row: Row[Any]) -> Run:
        """Return the run that came last: what all can see, others may have run again."""
        if row.private:
            return _run(row)
        return await self.last_of(row.team, row.channel, row.posted) or _run(row)

    async def before(self, run: Run) -> tuple[Run, ...]:
        """Return the ended runs that this one repeats, oldest first."""
        query = (
            select(check_runs)
            .where(check_runs.c.chain == run.chain, check_runs.c.id != run.id)
            .where(check_runs.c.started <= run.started, check_runs.c.state != "")
            .order_by(check_runs.c.started.desc(), check_runs.c.id)
        )
        async with self._rows.read() as connection:
            rows = (await connection.execute(query.limit(HISTORY))).all()
        return tuple(_run(row) for row in reversed(rows))

    async def _set(self, run_id: str, **values: Any) -> None:
        async with self._rows.write() as connection:
            await connection.execute(
                update(check_runs).where(check_runs.c.id == run_id).values(**values)
            )


async def _is_kept(connection: AsyncConnection, run_id: str) -> bool:
    found = await connection.execute(select(check_runs.c.id).where(check_runs.c.id == run_id))
    return found.first() is not None


async def _free_again(
    connection: AsyncConnection, run: Run, column: str, most: int, seconds: float
) -> float | None:
    """Return when one more may begin, None if it may now."""
    since = run.started - seconds
    mine = (check_runs.c.team == run.team) & (check_runs.c[column] == getattr(run, column))
    begun = mine & (check_runs.c.started > since) & (check_runs.c.state != HELD)
    query = select(func.count(), func.min(check_runs.c.started)).where(begun)
    count, first = (await connection.execute(query)).one()
    return float(first) + seconds if count >= most else None


def _run(row: Row[Any]) -> Run:
    return Run(**row._mapping)  # noqa: SLF001 - SQLAlchemy's own name for it
