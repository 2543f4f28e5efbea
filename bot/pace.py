"""One post a second into a channel: Slack's own limit, kept before Slack has to say so."""

import asyncio
import time
from collections import OrderedDict

KEPT = 10_000


class Pace:
    """Spaces what happens in one channel; channels do not wait for one another."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next: OrderedDict[str, float] = OrderedDict()

    async def turn(self, channel: str) -> None:
        """Return when the channel may be posted to; callers for one channel come in order."""
        now = time.monotonic()
        due = max(now, self._next.pop(channel, now))
        self._next[channel] = due + self._seconds
        if len(self._next) > KEPT:
            self._next.popitem(last=False)
        await asyncio.sleep(due - now)
