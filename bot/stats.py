"""What the bot did, day by day: counted from the state, never from memory."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Integer, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from bot.channel_settings import Setting
from bot.entry_figures import EntryFigures, RevisionFigures, by_entry, by_revision
from bot.first_answers import median_wait
from bot.miss_clusters import Miss, clustered
from bot.records import Mode, Verdict
from bot.reviews import Review, reviews
from bot.rows import Rows
from bot.tables import answers, channel_settings, feedback, missed_days, ticket_events
from bot.ticket_records import Deed
from knowledge.entry import Entry

DAY = 86_400
TOP = 10


@dataclass(frozen=True, slots=True)
class Day:
    """The counts of one day, in UTC."""

    day: str
    answered: int = 0
    solved: int = 0
    escalated: int = 0
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened since a day."""

    days: tuple[Day, ...]
    first_answer: float | None  # median seconds until staff answered a ticket
    revisions: tuple[RevisionFigures, ...]  # of the entries, the most given first
    misses: tuple[Miss, ...]

    @property
    def entries(self) -> tuple[EntryFigures, ...]:
        """The entries that were given most."""
        return by_entry(self.revisions, TOP)

    def total(self, name: str) -> int:
        """Return the sum of one count over the days."""
        return sum(getattr(day, name) for day in self.days)


NAMES = ("answered", "solved", "escalated", "missed")


def as_json(figures: Figures) -> dict[str, Any]:
    """Return the figures as the command line prints them."""
    return {
        **{name: figures.total(name) for name in NAMES},
        "median_first_answer_seconds": figures.first_answer,
        "days": [{name: getattr(day, name) for name in ("day", *NAMES)} for day in figures.days],
        "top_entries": [
            {"entry": e.entry, "answers": e.answers, "solved": e.solved, "not_it": e.not_it}
            for e in figures.entries
        ],
        "entries": [asdict(one) for one in figures.revisions],
        "top_misses": [_miss_as_json(one) for one in figures.misses],
    }


def _miss_as_json(miss: Miss) -> dict[str, Any]:
    last = datetime.fromtimestamp(miss.last_seen, UTC).isoformat(timespec="seconds")
    return {**asdict(miss), "last_seen": last}


class day_of(FunctionElement[int]):  # noqa: N801 - a function of SQL
    """The day since 1970, in UTC, of a column of seconds: databases round in ways of their own."""

    type = Integer()
    inherit_cache = True


@compiles(day_of)
def _floored(element: day_of, compiler: SQLCompiler, **more: Any) -> str:
    return f"CAST(FLOOR({compiler.process(element.clauses, **more)} / {DAY}) AS INTEGER)"


@compiles(day_of, "sqlite")
def _cut(element: day_of, compiler: SQLCompiler, **more: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **more)} / {DAY} AS INTEGER)"


class Statistics:
    """Reads the counts; each method is one transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def since(self, since: float, now: float) -> Figures:
        """Return what happened from the day of ``since`` to today, days without anything too."""
        first, last = int(since // DAY), int(now // DAY)
        counts = {
            "answered": await self._by_day(answers.c.created, answers.c.entry != "", first),
            "solved": await self._by_day(
                feedback.c.updated, feedback.c.verdict == Verdict.SOLVED.value, first
            ),
            "escalated": await self._by_day(
                ticket_events.c.at, ticket_events.c.deed == Deed.OPENED.value, first
            ),
            "missed": await self._missed(first),
        }
        days = tuple(
            Day(_name(day), **{name: counts[name].get(day, 0) for name in NAMES})
            for day in range(first, last + 1)
        )
        return Figures(
            days,
            await median_wait(self._rows, first * DAY),
            await self.revisions(first * DAY),
            await self.misses(first * DAY),
        )

    async def _by_day(self, column: Any, condition: Any, first: int) -> dict[int, int]:
        day: Any = day_of(column).label("day")
        counted = select(day, func.count().label("number")).group_by(day)
        since = counted.where(condition, column >= first * DAY)
        return {row.day: row.number for row in await self._rows.all(since)}

    async def _missed(self, first: int) -> dict[int, int]:
        query = select(missed_days).where(missed_days.c.day >= first)
        return {row.day: row.number for row in await self._rows.all(query)}

    async def revisions(self, since: float) -> tuple[RevisionFigures, ...]:
        """Return how each revision of each entry did."""
        return await by_revision(self._rows, since)

    async def misses(self, since: float) -> tuple[Miss, ...]:
        """Return what was missed most, of what was missed since then."""
        return await clustered(self._rows, since, TOP)

    async def reviews(self, entries: Sequence[Entry], now: float) -> tuple[Review, ...]:
        """Return which of the entries want a review."""
        return await reviews(self._rows, entries, now)

    async def modes(self, team: str, limit: int) -> tuple[tuple[str, Mode], ...]:
        """Return channels that have a mode of their own."""
        own = channel_settings
        query = select(own).where(own.c.team == team, own.c.name == Setting.MODE.value)
        rows = await self._rows.all(query.order_by(own.c.channel).limit(limit))
        return tuple((row.channel, Mode(row.value)) for row in rows)


def _name(day: int) -> str:
    return datetime.fromtimestamp(day * DAY, UTC).date().isoformat()
