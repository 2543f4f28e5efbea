"""What this process has taken on: begun once, and known until it is done."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from dbos import DBOS, SetWorkflowID

from bot.tracing import note_kept

KNOWN_KEPT = 10_000


class InHand:
    """The keys of work: those that were begun here, are open here, are carried out here."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, None] = OrderedDict()
        self._open: OrderedDict[str, None] = OrderedDict()  # taken on here, not yet done here
        self._running: Counter[str] = Counter()
        self._changed = asyncio.Condition()

    def runs(self, key: str) -> bool:
        """Tell whether the work is being carried out here."""
        return key in self._running

    async def start(self, key: str, start: Callable[[], Awaitable[Any]]) -> None:
        """Start work under its key; what this process knows already costs nothing.

        Work that starts other work asks DBOS each time: it repeats its own steps after a crash.
        """
        if key in self._known and DBOS.workflow_id is None:
            return
        _remember(self._open, key)
        try:
            with SetWorkflowID(key):
                await start()
        except BaseException:
            await self._close(key)
            raise
        _remember(self._known, key)
        note_kept(key)

    @asynccontextmanager
    async def carrying_out(self, key: str) -> AsyncIterator[None]:
        """Count work as carried out here while this is open, and as done afterwards."""
        self._running[key] += 1
        try:
            yield
        finally:
            self._running -= Counter([key])  # what reaches none is gone
            await self._close(key)

    async def settled(self) -> None:
        """Return when everything that this process took on is done."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._open)

    async def drained(self) -> None:
        """Return when nothing is being carried out here; what waits stays kept."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._running)

    async def _close(self, key: str) -> None:
        async with self._changed:
            self._open.pop(key, None)
            self._changed.notify_all()


def _remember(keys: OrderedDict[str, None], key: str) -> None:
    keys[key] = None
    if len(keys) > KNOWN_KEPT:
        keys.popitem(last=False)
