"""How entries did, revision by revision: how often given, and what people thought of it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from bot.records import Verdict
from bot.rows import Rows
from bot.tables import answers, feedback
from knowledge.entry import Entry

MOST = 1_000  # revisions of all entries, those that were given most
SOLVED, NOT_IT = Verdict.SOLVED.value, Verdict.NOT_IT.value
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """An entry as the base has it now."""

    entry: str
    title: str = ""
    revision: str = ""


@dataclass(frozen=True, slots=True)
class RevisionFigures:
    """How one revision of an entry did."""

    entry: str
    revision: str
    hits: int = 0
    solved: int = 0
    not_it: int = 0


@dataclass(frozen=True, slots=True)
class EntryFigures:
    """How one entry did, with its revisions, the most given first."""

    entry: str
    answers: int
    solved: int
    not_it: int
    revisions: tuple[RevisionFigures, ...] = ()

    def of(self, revision: str) -> RevisionFigures:
        """Return how that revision did."""
        found = (one for one in self.revisions if one.revision == revision)
        return next(found, RevisionFigures(self.entry, revision))


def known(entries: Sequence[Entry]) -> tuple[Known, ...]:
    """Return the entries as the base has them now."""
    return tuple(Known(entry.id, entry.title, entry.revision) for entry in entries)


async def by_revision(rows: Rows, since: float) -> tuple[RevisionFigures, ...]:
    """Return the revisions that were given or judged since then, the most given first."""
    keys = (answers.c.entry, answers.c.revision)
    given = select(*keys, func.count().label("number")).group_by(*keys)
    given = given.where(answers.c.entry != "", answers.c.created >= since)
    given = given.order_by(func.count().desc(), *keys).limit(MOST)
    hits = {(row.entry, row.revision): row.number for row in await rows.all(given)}
    said = await _votes(rows, _by_verdict().where(feedback.c.updated >= since).limit(3 * MOST))
    found = [_figures(key, hits.get(key, 0), said) for key in {*hits, *(key for key, _ in said)}]
    return tuple(sorted(found, key=lambda one: (-one.hits, one.entry, one.revision)))


async def votes_on(rows: Rows, revisions: Mapping[str, str]) -> tuple[RevisionFigures, ...]:
    """Return the votes of all time on one revision of each entry; its hits are not counted."""
    these = _by_verdict().where(feedback.c.entry.in_(revisions))
    said = await _votes(rows, these.where(feedback.c.revision.in_(revisions.values())))
    return tuple(_figures(key, 0, said) for key in revisions.items())


def by_entry(found: tuple[RevisionFigures, ...], limit: int) -> tuple[EntryFigures, ...]:
    """Return the entries that were given most, of all their revisions."""
    grouped: defaultdict[str, list[RevisionFigures]] = defaultdict(list)
    for one in found:
        grouped[one.entry].append(one)
    entries = [_summed(name, tuple(revisions)) for name, revisions in grouped.items()]
    given = [one for one in entries if one.answers]
    return tuple(sorted(given, key=lambda one: (-one.answers, one.entry))[:limit])


def _summed(name: str, revisions: tuple[RevisionFigures, ...]) -> EntryFigures:
    return EntryFigures(
        name,
        sum(one.hits for one in revisions),
        sum(one.solved for one in revisions),
        sum(one.not_it for one in revisions),
        revisions,
    )


def _by_verdict() -> Select[Any]:
    keys = (feedback.c.entry, feedback.c.revision, feedback.c.verdict)
    cast = select(*keys, func.count().label("number")).group_by(*keys)
    return cast.where(feedback.c.verdict.in_([SOLVED, NOT_IT]))


async def _votes(rows: Rows, query: Select[Any]) -> Counter[tuple[Key, str]]:
    found = await rows.all(query)
    return Counter({((row.entry, row.revision), row.verdict): row.number for row in found})


def _figures(key: Key, hits: int, said: Counter[tuple[Key, str]]) -> RevisionFigures:
    return RevisionFigures(*key, hits, said[key, SOLVED], said[key, NOT_IT])
