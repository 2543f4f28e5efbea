"""Misses that quote the same words, as one: worked out where they are shown, from what is kept.

Nothing of it is kept, so replicas and restarts come to the same. Of more misses than can be
compared in a second the newest are.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

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
    found = [
        Miss(row.fingerprint, row._mapping["count"], row.example, last_seen=row.updated)  # noqa: SLF001 - SQLAlchemy's own name; a row has a method `count`
        for row in await rows.all(newest.limit(COMPARED))
    ]
    return await asyncio.to_thread(merged, found, limit)


def merged(found: Sequence[Miss], limit: int) -> tuple[Miss, ...]:
    """Return the largest groups of these, whatever order they come in."""
    ordered = sorted(found, key=_order, reverse=True)
    groups = [_miss(ordered, group) for group in cluster([one.example for one in ordered])]
    return tuple(sorted(groups, key=_order, reverse=True)[:limit])


def _order(miss: Miss) -> tuple[int, str]:
    return miss.count, miss.fingerprint


def _miss(ordered: Sequence[Miss], group: Cluster) -> Miss:
    members = [ordered[place] for place in group.members]
    return replace(
        members[0],
        count=sum(one.count for one in members),
        template=group.template,
        forms=len(members),
        last_seen=max(one.last_seen for one in members),
    )
