"""The threads that the bot is in, kept."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Float, Row, Select, cast, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channel_settings import Setting
from bot.records import Brief, Place, State, Thread, TicketState
from bot.rows import Rows, as_given, given
from bot.tables import answers, channel_settings, threads, tickets

DAY = 86_400
PLACE = ("team", "channel", "root")
own = channel_settings.c


def _thread() -> Select[Any]:
    """Return the query for a thread with what is told of its ticket."""
    ticket = (tickets.c.id, tickets.c.state.label("stands"), tickets.c.answered, tickets.c.private)
    joined = threads.outerjoin(
        tickets,
        (tickets.c.team == threads.c.team)
        & (tickets.c.channel == threads.c.channel)
        & (tickets.c.root == threads.c.root),
    )
    query = select(threads, *ticket).select_from(joined)
    return query.where(given(threads, *PLACE))


THREAD = _thread()
LOCKED = THREAD.with_for_update(of=threads)
SHOWN = (
    select(answers.c.entry, answers.c.open)
    .where(given(answers, *PLACE), answers.c.entry != "")
    .order_by(answers.c.id)
)
CHANGE = update(threads).where(given(threads, *PLACE))  # what is given besides is set


class ThreadStore:
    """Reads and writes threads; each method is one transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._begin = rows.insert(threads).on_conflict_do_nothing()

    async def begin(self, place: Place, asker: str, now: float) -> Thread:
        """Return the thread, which is there afterwards."""
        values = {**asdict(place), "asker": asker, "state": State.NEW.value, "updated": now}
        async with self._rows.write() as connection:
            await connection.execute(self._begin, values)
            thread = await _read_thread(connection, place)
        assert thread
        return thread

    async def move(
        self, place: Place, step: Callable[[Thread], Thread], now: float
    ) -> Thread | None:
        """Take the step from the state that the database holds; return the thread if it moved."""
        async with self._rows.write() as connection:
            before = await _read_thread(connection, place, lock=True)
            if before is None or (after := step(before)) == before:
                return None
            moved = {**as_given(asdict(place)), "state": after.state.value, "updated": now}
            await connection.execute(CHANGE, moved)
        return after

    async def get(self, place: Place) -> Thread | None:
        """Return the thread, None if the bot is not in it."""
        async with self._rows.read() as connection:
            return await _read_thread(connection, place)

    async def age(self, stale_days: float, now: float) -> None:
        """Mark as stale the answered threads in which nothing happened for so many days.

        A channel that set days of its own goes by those.
        """
        here = (own.team == threads.c.team) & (own.channel == threads.c.channel)
        days = select(cast(own.value, Float)).where(here, own.name == Setting.STALE.value)
        before = now - DAY * func.coalesce(days.scalar_subquery(), stale_days)
        idle = (threads.c.state == State.ANSWERED.value) & (threads.c.updated < before)
        async with self._rows.write() as connection:
            await connection.execute(
                update(threads).where(idle).values(state=State.STALE.value, updated=now)
            )

    async def of_asker(self, team: str, asker: str, limit: int) -> list[tuple[Place, State]]:
        """Return the answered threads of a person that are not solved, the latest first."""
        query = select(threads).where(
            threads.c.team == team,
            threads.c.asker == asker,
            threads.c.state.not_in([State.NEW.value, State.SOLVED.value, State.MUTED.value]),
        )
        async with self._rows.read() as connection:
            rows = await connection.execute(query.order_by(threads.c.updated.desc()).limit(limit))
            return [(Place(row.team, row.channel, row.root), State(row.state)) for row in rows]


async def _read_thread(
    connection: AsyncConnection, place: Place, *, lock: bool = False
) -> Thread | None:
    here = as_given(asdict(place))
    row = (await connection.execute(LOCKED if lock else THREAD, here)).first()
    if row is None:
        return None
    shown = (await connection.execute(SHOWN, here)).all()
    rejected = tuple(entry for entry, still_open in shown if not still_open)
    entries = tuple(entry for entry, _ in shown)
    return Thread(row.asker, State(row.state), rejected, entries, _brief(row), row.updated)


def _brief(row: Row[Any]) -> Brief | None:
    if row.id is None:
        return None
    return Brief(row.id, TicketState(row.stands), row.answered is not None, row.private)
