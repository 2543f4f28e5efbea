"""The state of the bot: every query there is. Callers pass the time in seconds since 1970."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

from sqlalchemy import Delete, Row, Select, Table, and_, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.audit import Audit
from bot.database import WRITE
from bot.records import (
    Answer,
    Around,
    Brief,
    Candidate,
    Mode,
    Place,
    Posted,
    State,
    Thread,
    TicketState,
    Verdict,
)
from bot.run_store import RunStore
from bot.stats import DAY, Statistics
from bot.tables import (
    METADATA,
    answers,
    channel_modes,
    check_runs,
    feedback,
    mints,
    missed_days,
    misses,
    opted_out,
    pieces,
    seen_events,
    threads,
    tickets,
)
from bot.ticket_store import TicketStore

AUTHOR = ("team", "channel", "thread", "user")
POSTED = ("first", "root", "text", "explicit", "held_until", "seen")
OWNED = (
    *((threads, "asker"), (answers, "asker"), (feedback, "user"), (pieces, "user")),
    *((check_runs, "asker"), (check_runs, "user")),
)
AGED = ((threads, "updated"), (answers, "created"), (feedback, "updated"))
PIECES_SECONDS = 3_600  # far longer than anything is held
EXAMPLE_LIMIT = 1_000  # characters of a miss's example, redacted


def _given(table: Table, *columns: str) -> Any:
    """Return the condition that columns have the values given by their names."""
    return and_(*(table.c[name] == bindparam(name) for name in columns))


def _around() -> Select[Any]:
    """Return the one query that most messages ask; each part may be missing."""
    mode = select(channel_modes.c.mode).where(_given(channel_modes, "team", "channel"))
    muted = select(opted_out.c.user).where(_given(opted_out, "team", "user"))
    thread = select(threads.c.asker).where(_given(threads, "team", "channel", "root"))
    one = select(
        mode.scalar_subquery().label("mode"),
        muted.scalar_subquery().label("muted"),
        thread.scalar_subquery().label("begun"),
    ).subquery()
    said = (pieces.c[name] for name in POSTED)
    return select(one, *said).select_from(one.outerjoin(pieces, _given(pieces, *AUTHOR)))


AROUND = _around()  # built once: it is asked before most acks


class Store:
    """Reads and writes; each method is one transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.audit = Audit(engine)
        self.tickets = TicketStore(engine)
        self.stats = Statistics(engine)
        self._dialect: Any = sqlite if engine.dialect.name == "sqlite" else postgresql
        self.runs = RunStore(engine)

    @property
    def engine(self) -> AsyncEngine:
        """The database that it reads and writes."""
        return self._engine

    @asynccontextmanager
    async def _write(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.execution_options(**{WRITE: True}).begin() as connection:
            yield connection

    async def _one(
        self, query: Select[Any], given: dict[str, Any] | None = None
    ) -> Row[Any] | None:
        async with self._engine.connect() as connection:
            row: Row[Any] | None = (await connection.execute(query, given)).first()
            return row

    async def ping(self) -> None:
        """Raise what the driver raises when the database is away."""
        await self._one(select(channel_modes.c.mode).limit(1))

    async def claim(self, now: float, *keys: str) -> bool:
        """Return True to one caller alone, ever: nobody had any of the keys before."""
        insert = self._dialect.insert(seen_events).on_conflict_do_nothing()
        insert = insert.returning(seen_events.c.key)  # the count of rows is -1 with psycopg
        async with self._write() as connection:
            for key in keys:
                result = await connection.execute(insert.values(key=key, seen=now))
                if result.first() is None:
                    await connection.rollback()
                    return False
        return True

    async def unclaim(self, key: str) -> None:
        """Give a claim back: what it was for did not happen."""
        async with self._write() as connection:
            await connection.execute(_deletion(seen_events, {"key": key}))

    async def around(self, place: Place, user: str, ts: str = "") -> Around:
        """Read the channel's mode, the user's wish, the thread and what the user said last."""
        thread_of = place.root if place.root != ts else ""
        row = await self._one(AROUND, {**asdict(place), "user": user, "thread": thread_of})
        assert row
        thread = await self.thread(place) if row.begun is not None else None
        posted = _posted(row) if row.first is not None else None
        return Around(Mode(row.mode) if row.mode else None, row.muted is not None, thread, posted)

    async def said_last(self, author: tuple[str, str, str, str]) -> Posted | None:
        """Return what the author said last, if that got work."""
        row = await self._one(select(pieces).where(_is_by(author)))
        return _posted(row) if row else None

    async def keep_pieces(self, author: tuple[str, str, str, str], posted: Posted) -> None:
        """Keep what the author said last, unless something later is kept already."""
        insert = self._dialect.insert(pieces)
        insert = insert.values(**dict(zip(AUTHOR, author, strict=True)), **asdict(posted))
        async with self._write() as connection:
            await connection.execute(
                insert.on_conflict_do_update(
                    index_elements=AUTHOR,
                    set_=asdict(posted),
                    where=pieces.c.seen <= insert.excluded.seen,
                )
            )

    async def set_mode(self, team: str, channel: str, mode: Mode) -> None:
        """Keep the channel's mode, in place of the one that follows from the settings."""
        values = {"team": team, "channel": channel, "mode": mode.value}
        async with self._write() as connection:
            await self._upsert(connection, channel_modes, values, ("team", "channel"))

    async def set_opted_out(self, team: str, user: str, *, wish: bool) -> None:
        """Remember, or forget, that the user wants to be left alone."""
        values = {"team": team, "user": user}
        async with self._write() as connection:
            if wish:
                insert = self._dialect.insert(opted_out).on_conflict_do_nothing()
                await connection.execute(insert.values(**values))
            else:
                await connection.execute(_deletion(opted_out, values))

    async def forget(self, team: str, user: str) -> None:
        """Delete what was kept about the user, except the wish to be left alone."""
        async with self._write() as connection:
            for table, column in OWNED:
                await connection.execute(_deletion(table, {"team": team, column: user}))
        await self.tickets.forget(team, user)

    async def forget_team(self, team: str) -> int:
        """Delete every row that was kept for the team, but for the audit; return how many."""
        count = await self.tickets.forget_team(team)
        seen = delete(seen_events).where(seen_events.c.key.contains(f":{team}:", autoescape=True))
        async with self._write() as connection:
            for table in reversed(METADATA.sorted_tables):
                if "team" in table.c and table is not mints:
                    mine = delete(table).where(table.c.team == team)
                    count += (await connection.execute(mine)).rowcount
            await connection.execute(seen)
        return count

    async def begin_thread(self, place: Place, asker: str, now: float) -> Thread:
        """Return the thread, which is there afterwards."""
        values = {**asdict(place), "asker": asker, "state": State.NEW.value, "updated": now}
        async with self._write() as connection:
            insert = self._dialect.insert(threads).on_conflict_do_nothing()
            await connection.execute(insert.values(**values))
            thread = await _read_thread(connection, place)
        assert thread
        return thread

    async def move_thread(
        self, place: Place, step: Callable[[Thread], Thread], now: float
    ) -> Thread | None:
        """Take the step from the state that the database holds; return the thread if it moved."""
        async with self._write() as connection:
            before = await _read_thread(connection, place, lock=True)
            if before is None or (after := step(before)) == before:
                return None
            await connection.execute(
                update(threads)
                .where(_same(threads, place, "team", "channel", "root"))
                .values(state=after.state.value, updated=now)
            )
        return after

    async def thread(self, place: Place) -> Thread | None:
        """Return the thread, None if the bot is not in it."""
        async with self._engine.connect() as connection:
            return await _read_thread(connection, place)

    async def record_answer(self, answer: Answer, now: float) -> None:
        """Keep the answer, in place of an earlier state of the same turn."""
        values = {
            **asdict(answer.place),
            "question": answer.question,
            "turn": answer.turn,
            "asker": answer.asker,
            "candidates": [asdict(candidate) for candidate in answer.candidates],
            "entry": answer.entry,
            "revision": answer.revision,
            "posted": answer.posted,
            "open": answer.open,
            "created": now,
        }
        async with self._write() as connection:
            await self._upsert(connection, answers, values, ("team", "channel", "question", "turn"))
            here = _same(threads, answer.place, "team", "channel", "root")
            await connection.execute(update(threads).where(here).values(updated=now))

    async def said_since(self, place: Place, entry: str, since: float) -> str:
        """Return the message in another thread of the channel that gave the entry since then."""
        row = await self._one(
            select(answers.c.posted)
            .where(
                _same(answers, place, "team", "channel"),
                answers.c.entry == entry,
                answers.c.root != place.root,
                answers.c.open,
                answers.c.posted.is_not(None),
                answers.c.created > since,
            )
            .order_by(answers.c.created)
        )
        return str(row.posted) if row else ""

    async def age_threads(self, before: float, now: float) -> None:
        """Mark as stale the answered threads in which nothing happened since then."""
        idle = (threads.c.state == State.ANSWERED.value) & (threads.c.updated < before)
        async with self._write() as connection:
            await connection.execute(
                update(threads).where(idle).values(state=State.STALE.value, updated=now)
            )

    async def answer_posted(self, team: str, channel: str, posted: str) -> Answer | None:
        """Return the answer that the bot's message holds."""
        row = await self._one(
            select(answers).where(
                answers.c.team == team, answers.c.channel == channel, answers.c.posted == posted
            )
        )
        return _answer(row) if row else None

    async def answer_to(self, team: str, channel: str, question: str) -> Answer | None:
        """Return what the message got first."""
        row = await self._one(
            select(answers)
            .where(
                answers.c.team == team, answers.c.channel == channel, answers.c.question == question
            )
            .order_by(answers.c.turn)
        )
        return _answer(row) if row else None

    async def answers_in(self, place: Place) -> list[Answer]:
        """Return what was answered in the thread, oldest first."""
        here = _same(answers, place, "team", "channel", "root")
        async with self._engine.connect() as connection:
            query = select(answers).where(here).order_by(answers.c.id)
            return [_answer(row) for row in await connection.execute(query)]

    async def close_answer(self, answer: Answer) -> bool:
        """Mark the answer folded or removed; True to the first who does."""
        async with self._write() as connection:
            result = await connection.execute(
                update(answers)
                .where(
                    _same(answers, answer.place, "team", "channel"),
                    answers.c.posted == answer.posted,
                    answers.c.open,
                )
                .values(open=False)
            )
        return bool(result.rowcount)

    async def vote(self, answer: Answer, user: str, verdict: Verdict, now: float) -> None:
        """Keep the user's last word on the answer."""
        values = {
            "team": answer.place.team,
            "channel": answer.place.channel,
            "posted": answer.posted,
            "user": user,
            "verdict": verdict.value,
            "entry": answer.entry,
            "revision": answer.revision,
            "updated": now,
        }
        async with self._write() as connection:
            key = ("team", "channel", "posted", "user")
            await self._upsert(connection, feedback, values, key)

    async def solver(self, answer: Answer) -> str:
        """Return who said last that the answer helped, nobody if nobody did."""
        row = await self._one(
            select(feedback.c.user)
            .where(_same(feedback, answer.place, "team", "channel"))
            .where(feedback.c.posted == answer.posted, feedback.c.verdict == Verdict.SOLVED.value)
            .order_by(feedback.c.updated.desc())
        )
        return str(row.user) if row else ""

    async def threads_of(self, team: str, asker: str, limit: int) -> list[tuple[Place, State]]:
        """Return the threads of a person that are not solved, the latest first."""
        query = select(threads).where(
            threads.c.team == team,
            threads.c.asker == asker,
            threads.c.state.not_in([State.SOLVED.value, State.MUTED.value]),
        )
        async with self._engine.connect() as connection:
            rows = await connection.execute(query.order_by(threads.c.updated.desc()).limit(limit))
            return [(Place(row.team, row.channel, row.root), State(row.state)) for row in rows]

    async def count_miss(self, key: str, fingerprint: str, example: str, now: float) -> None:
        """Count what no entry answers, once for each key; ``example`` is redacted text."""
        seen = self._dialect.insert(seen_events).on_conflict_do_nothing()
        seen = seen.values(key=key, seen=now).returning(seen_events.c.key)
        values = {"fingerprint": fingerprint[:128], "count": 1, "updated": now}
        insert = self._dialect.insert(misses)
        async with self._write() as connection:
            if (await connection.execute(seen)).first() is None:
                return
            await connection.execute(
                insert.values(**values, example=example[:EXAMPLE_LIMIT]).on_conflict_do_update(
                    index_elements=["fingerprint"],
                    set_={"count": misses.c.count + 1, "updated": now},
                )
            )
            day = self._dialect.insert(missed_days).values(day=int(now // DAY), number=1)
            more = {"number": missed_days.c.number + 1}
            await connection.execute(day.on_conflict_do_update(index_elements=["day"], set_=more))

    async def purge(self, before: float, now: float) -> None:
        """Delete what was seen or counted before then, and pieces that nothing joins any more."""
        async with self._write() as connection:
            await connection.execute(delete(seen_events).where(seen_events.c.seen < before))
            await connection.execute(delete(misses).where(misses.c.updated < before))
            old = missed_days.c.day < int(before // DAY)
            await connection.execute(delete(missed_days).where(old))
            await connection.execute(delete(check_runs).where(check_runs.c.started < before))
            await connection.execute(delete(pieces).where(pieces.c.seen < now - PIECES_SECONDS))
        await self.audit.purge(now)
        await self.tickets.purge(before)

    async def purge_all(self, before: float, now: float) -> int:
        """Delete what ``purge`` deletes, and threads, answers and votes of before then."""
        count = 0
        async with self._write() as connection:
            for table, column in AGED:
                old = delete(table).where(table.c[column] < before)
                count += (await connection.execute(old)).rowcount
        await self.purge(before, now)
        return count

    async def _upsert(
        self, connection: AsyncConnection, table: Table, values: dict[str, Any], key: Iterable[str]
    ) -> None:
        insert = self._dialect.insert(table).values(**values)
        keys = list(key)
        rest = {name: value for name, value in values.items() if name not in keys}
        await connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=rest))


def _is_by(author: tuple[str, str, str, str]) -> Any:
    team, channel, thread, user = author
    return (
        (pieces.c.team == team)
        & (pieces.c.channel == channel)
        & (pieces.c.thread == thread)
        & (pieces.c.user == user)
    )


def _posted(row: Row[Any]) -> Posted:
    return Posted(row.first, row.root, row.text, row.explicit, row.held_until, row.seen)


def _same(table: Table, place: Place, *columns: str) -> Any:
    condition = table.c[columns[0]] == getattr(place, columns[0])
    for column in columns[1:]:
        condition &= table.c[column] == getattr(place, column)
    return condition


def _deletion(table: Table, values: dict[str, str]) -> Delete:
    return delete(table).where(*(table.c[name] == value for name, value in values.items()))


async def _read_thread(
    connection: AsyncConnection, place: Place, *, lock: bool = False
) -> Thread | None:
    ticket = (tickets.c.id, tickets.c.state.label("stands"), tickets.c.answered, tickets.c.private)
    joined = threads.outerjoin(
        tickets,
        (tickets.c.team == threads.c.team)
        & (tickets.c.channel == threads.c.channel)
        & (tickets.c.root == threads.c.root),
    )
    query = select(threads, *ticket).select_from(joined)
    query = query.where(_same(threads, place, "team", "channel", "root"))
    locked = query.with_for_update(of=threads)
    row = (await connection.execute(locked if lock else query)).first()
    if row is None:
        return None
    shown = await connection.execute(
        select(answers.c.entry, answers.c.open)
        .where(_same(answers, place, "team", "channel", "root"), answers.c.entry != "")
        .order_by(answers.c.id)
    )
    given = shown.all()
    rejected = tuple(entry for entry, still_open in given if not still_open)
    entries = tuple(entry for entry, _ in given)
    return Thread(row.asker, State(row.state), rejected, entries, _brief(row), row.updated)


def _brief(row: Row[Any]) -> Brief | None:
    if row.id is None:
        return None
    return Brief(row.id, TicketState(row.stands), row.answered is not None, row.private)


def _answer(row: Row[Any]) -> Answer:
    return Answer(
        place=Place(row.team, row.channel, row.root),
        question=row.question,
        asker=row.asker,
        candidates=tuple(
            Candidate(item["entry"], item["score"], tuple(item["why"])) for item in row.candidates
        ),
        entry=row.entry,
        revision=row.revision,
        turn=row.turn,
        posted=row.posted,
        open=row.open,
    )
