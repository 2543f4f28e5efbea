"""Misses that quote the same words, as one: worked out where they are shown, from what is kept.

Nothing of it is kept, so replicas and restarts come to the same. Of more misses than can be
compared in a second the newest are.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from bot.rows import Rows
from bot.tables import misses
from knowledge.clusters import Cluster, cluster

COMPARED = 3_000


@dataclass(frozen=True, slots=True)
class Miss:
    """Errors or questions that no entry answers and that quote the same words."""

    fingerprint: str  # of what came most often; its example is the one shown
    count: int
    example: str  # redacted
    template: str = ""  # what they have in common; empty for what came in one form
    forms: int = 1  # different fingerprints
    last_seen: float = 0.0


async def clustered(rows: Rows, since: float, limit: int) -> tuple[Miss, ...]:
    """Return what was missed most, of what was missed since then."""
    newest = select(misses).where(misses.c.updated >= since)
    newest = newest.order_by(misses.c.updated.desc(), misses.c.fingerprint.desc())
    found = await rows.all(newest.limit(COMPARED))
    return await asyncio.to_thread(merged, found, limit)


def merged(found: Sequence[Row[Any]], limit: int) -> tuple[Miss, ...]:
    """Return the largest groups of these rows."""
    ordered = sorted(found, key=_order, reverse=True)
    groups = [_miss(ordered, group) for group in cluster([row.example for row in ordered])]
    groups.sort(key=lambda miss: (miss.count, miss.fingerprint), reverse=True)
    return tuple(groups[:limit])


def _times(row: Row[Any]) -> int:
    times: int = row._mapping["count"]  # noqa: SLF001 - SQLAlchemy's own name; a row has a method so named
    return times


def _order(row: Row[Any]) -> tuple[int, str]:
    return _times(row), row.fingerprint


def _miss(ordered: Sequence[Row[Any]], group: Cluster) -> Miss:
    members = [ordered[place] for place in group.members]
    return Miss(
        members[0].fingerprint,
        sum(_times(row) for row in members),
        members[0].example,
        group.template,
        len(members),
        max(row.updated for row in members),
    )
