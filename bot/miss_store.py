"""What no entry answered, counted by fingerprint and by day."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.rows import Rows
from bot.stats import DAY
from bot.tables import missed_days, misses, seen_events

FINGERPRINT_LIMIT = 128
EXAMPLE_LIMIT = 1_000  # characters


@dataclass(frozen=True, slots=True)
class Missed:
    """A message that no entry answers; ``example`` is redacted text."""

    key: str
    fingerprint: str
    example: str


class MissStore:
    """Counts misses, each once for its key."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def count(self, found: Sequence[Missed], now: float) -> None:
        """Count those that were not counted before."""
        keys = [{"key": key, "seen": now} for key in sorted({miss.key for miss in found})]
        seen = self._rows.insert(seen_events).values(keys).on_conflict_do_nothing()
        async with self._rows.write() as connection:
            new = set((await connection.scalars(seen.returning(seen_events.c.key))).all())
            if not new:
                return
            insert = self._rows.insert(misses).values(_counted(found, new, now))
            count = misses.c.count + insert.excluded.count
            await connection.execute(
                insert.on_conflict_do_update(
                    index_elements=["fingerprint"], set_={"count": count, "updated": now}
                )
            )
            day = self._rows.insert(missed_days).values(day=int(now // DAY), number=len(new))
            more = {"number": missed_days.c.number + day.excluded.number}
            await connection.execute(day.on_conflict_do_update(index_elements=["day"], set_=more))


def _counted(found: Sequence[Missed], new: set[str], now: float) -> list[dict[str, Any]]:
    """Return a row for each fingerprint of what is new, in the order that all replicas lock in."""
    once = {miss.key: miss for miss in found if miss.key in new}.values()
    counts = Counter(miss.fingerprint[:FINGERPRINT_LIMIT] for miss in once)
    examples = {miss.fingerprint[:FINGERPRINT_LIMIT]: miss.example for miss in once}
    return [
        {
            "fingerprint": name,
            "count": counts[name],
            "updated": now,
            "example": examples[name][:EXAMPLE_LIMIT],
        }
        for name in sorted(counts)
    ]
