"""The state of the bot: every query there is. Callers pass the time in seconds since 1970."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Delete, Row, Select, Table, delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.answer_store import AnswerStore
from bot.audit import Audit
from bot.channel_settings import Setting, own_mode, own_threshold
from bot.miss_store import MissStore
from bot.proposal_store import ProposalStore
from bot.records import (
    Around,
    Place,
    Posted,
)
from bot.rows import Rows, as_given, given
from bot.run_store import RunStore
from bot.setting_store import SettingStore
from bot.shadow_store import ShadowStore
from bot.stats import DAY, Statistics
from bot.tables import (
    METADATA,
    answers,
    channel_settings,
    check_runs,
    feedback,
    mints,
    missed_days,
    misses,
    opted_out,
    pieces,
    seen_events,
    shadows,
    threads,
)
from bot.thread_store import ThreadStore
from bot.ticket_store import TicketStore

AUTHOR = ("team", "channel", "thread", "user")
POSTED = ("first", "root", "text", "explicit", "held_until", "seen")
OWNED = (
    *((threads, "asker"), (answers, "asker"), (feedback, "user"), (pieces, "user")),
    *((check_runs, "asker"), (check_runs, "user"), (shadows, "asker")),
)
AGED = ((threads, "updated"), (answers, "created"), (feedback, "updated"))
PIECES_SECONDS = 3_600  # far longer than anything is held


def _own(setting: Setting) -> Any:
    """Return what the channel set for itself."""
    own = channel_settings.c
    here = given(channel_settings, "team", "channel") & (own.name == setting.value)
    return select(own.value).where(here).scalar_subquery()


def _around() -> Select[Any]:
    """Return the one query that most messages ask; each part may be missing."""
    muted = select(opted_out.c.user).where(given(opted_out, "team", "user"))
    thread = select(threads.c.asker).where(given(threads, "team", "channel", "root"))
    one = select(
        _own(Setting.MODE).label("mode"),
        _own(Setting.THRESHOLD).label("threshold"),
        muted.scalar_subquery().label("muted"),
        thread.scalar_subquery().label("begun"),
    ).subquery()
    said = (pieces.c[name] for name in POSTED)
    return select(one, *said).select_from(one.outerjoin(pieces, given(pieces, *AUTHOR)))


AROUND = _around()
SAID_LAST = select(pieces).where(given(pieces, *AUTHOR))


class Store:
    """Reads and writes; each method is one transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._rows = Rows(engine)
        self.threads = ThreadStore(self._rows)
        self.answers = AnswerStore(self._rows)
        self.misses = MissStore(self._rows)
        self.audit = Audit(engine)
        self.tickets = TicketStore(self._rows)
        self.proposals = ProposalStore(self._rows)
        self.stats = Statistics(self._rows)
        self.runs = RunStore(self._rows)
        self.settings = SettingStore(self._rows)
        self.shadows = ShadowStore(self._rows)
        insert = self._rows.insert(pieces)
        self._keep_pieces = insert.on_conflict_do_update(
            index_elements=AUTHOR,
            set_={name: insert.excluded[name] for name in POSTED},
            where=pieces.c.seen <= insert.excluded.seen,
        )

    @property
    def engine(self) -> AsyncEngine:
        """The database that it reads and writes."""
        return self._rows.engine

    async def ping(self) -> None:
        """Raise what the driver raises when the database is away."""
        await self._rows.one(select(channel_settings.c.name).limit(1))

    async def claim(self, now: float, *keys: str) -> bool:
        """Return True to one caller alone, ever: nobody had any of the keys before."""
        insert = self._rows.insert(seen_events).on_conflict_do_nothing()
        insert = insert.returning(seen_events.c.key)  # the count of rows is -1 with psycopg
        async with self._rows.write() as connection:
            for key in keys:
                result = await connection.execute(insert.values(key=key, seen=now))
                if result.first() is None:
                    await connection.rollback()
                    return False
        return True

    async def unclaim(self, key: str) -> None:
        """Give a claim back: what it was for did not happen."""
        async with self._rows.write() as connection:
            await connection.execute(_deletion(seen_events, {"key": key}))

    async def around(self, place: Place, user: str, ts: str = "") -> Around:
        """Read the channel's mode, the user's wish, the thread and what the user said last."""
        thread_of = place.root if place.root != ts else ""
        here = as_given({**asdict(place), "user": user, "thread": thread_of})
        row = await self._rows.one(AROUND, here)
        assert row
        thread = await self.threads.get(place) if row.begun is not None else None
        posted = _posted(row) if row.first is not None else None
        mode, threshold = own_mode(row.mode), own_threshold(row.threshold)
        return Around(mode, row.muted is not None, thread, posted, threshold)

    async def said_last(self, author: tuple[str, str, str, str]) -> Posted | None:
        """Return what the author said last, if that got work."""
        row = await self._rows.one(SAID_LAST, as_given(dict(zip(AUTHOR, author, strict=True))))
        return _posted(row) if row else None

    async def keep_pieces(self, author: tuple[str, str, str, str], posted: Posted) -> None:
        """Keep what the author said last, unless something later is kept already."""
        values = {**dict(zip(AUTHOR, author, strict=True)), **asdict(posted)}
        async with self._rows.write() as connection:
            await connection.execute(self._keep_pieces, values)

    async def set_opted_out(self, team: str, user: str, *, wish: bool) -> None:
        """Remember, or forget, that the user wants to be left alone."""
        values = {"team": team, "user": user}
        async with self._rows.write() as connection:
            if wish:
                insert = self._rows.insert(opted_out).on_conflict_do_nothing()
                await connection.execute(insert.values(**values))
            else:
                await connection.execute(_deletion(opted_out, values))

    async def forget(self, team: str, user: str) -> None:
        """Delete what was kept about the user, except the wish to be left alone."""
        async with self._rows.write() as connection:
            for table, column in OWNED:
                await connection.execute(_deletion(table, {"team": team, column: user}))
        await self.proposals.forget(await self.tickets.numbers(team, user), user)
        await self.tickets.forget(team, user)
        await self.settings.forget(team, user)
        await self.shadows.forget(user)

    async def forget_team(self, team: str) -> int:
        """Delete every row that was kept for the team, but for the audit; return how many."""
        count = await self.proposals.forget(await self.tickets.numbers(team))
        count += await self.tickets.forget_team(team)
        seen = delete(seen_events).where(seen_events.c.key.contains(f":{team}:", autoescape=True))
        async with self._rows.write() as connection:
            for table in reversed(METADATA.sorted_tables):
                if "team" in table.c and table is not mints:
                    mine = delete(table).where(table.c.team == team)
                    count += (await connection.execute(mine)).rowcount
            await connection.execute(seen)
        return count

    async def purge(self, before: float, now: float) -> None:
        """Delete what was seen or counted before then, and pieces that nothing joins any more."""
        async with self._rows.write() as connection:
            await connection.execute(delete(seen_events).where(seen_events.c.seen < before))
            await connection.execute(delete(misses).where(misses.c.updated < before))
            old = missed_days.c.day < int(before // DAY)
            await connection.execute(delete(missed_days).where(old))
            await connection.execute(delete(check_runs).where(check_runs.c.started < before))
            await connection.execute(delete(pieces).where(pieces.c.seen < now - PIECES_SECONDS))
        await self.audit.purge(now)
        await self.tickets.purge(before)
        await self.proposals.purge(before)
        await self.shadows.purge(before)

    async def purge_all(self, before: float, now: float) -> int:
        """Delete what ``purge`` deletes, and threads, answers and votes of before then."""
        count = 0
        async with self._rows.write() as connection:
            for table, column in AGED:
                old = delete(table).where(table.c[column] < before)
                count += (await connection.execute(old)).rowcount
        await self.purge(before, now)
        return count


def _posted(row: Row[Any]) -> Posted:
    return Posted(row.first, row.root, row.text, row.explicit, row.held_until, row.seen)


def _deletion(table: Table, values: dict[str, str]) -> Delete:
    return delete(table).where(*(table.c[name] == value for name, value in values.items()))
