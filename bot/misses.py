"""Misses are written beside the acks, those of a moment together."""

import asyncio
from collections.abc import Callable

from bot.aside import Aside
from bot.miss_store import Missed, MissStore

GATHER_SECONDS = 0.5
MOST_AT_ONCE = 100
WAITING_LIMIT = 10_000  # beyond, they are not counted


class Misses:
    """What is still to be counted: while one batch is written, the next one gathers."""

    def __init__(self, store: MissStore, aside: Aside, clock: Callable[[], float]) -> None:
        self._store = store
        self._aside = aside
        self._clock = clock
        self._waiting: list[Missed] = []
        self._writing = False

    def note(self, miss: Missed) -> None:
        """Have a miss counted soon; it may be lost."""
        if len(self._waiting) < WAITING_LIMIT:
            self._waiting.append(miss)
        if not self._writing:
            self._writing = True
            self._aside.start(self._write())

    async def _write(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(GATHER_SECONDS)
                batch = self._waiting[:MOST_AT_ONCE]
                del self._waiting[:MOST_AT_ONCE]
                await self._store.count(batch, self._clock())
        finally:
            self._writing = False
