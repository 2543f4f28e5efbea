"""Before the ack: what an event needs is kept as work, or Slack is asked to come again.

Bolt acknowledges an event before its listener runs, so a crash in between would lose it.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.context.async_context import AsyncBoltContext

from bot.metrics import EVENTS, REFUSED

Intake = Callable[[dict[str, Any], AsyncBoltContext], Awaitable[None]]
Inbox = Callable[..., Awaitable[BoltResponse | None]]


def inbox(intakes: dict[str, Intake]) -> Inbox:
    """Return the global middleware: it answers events itself, 5xx if one cannot be kept."""

    async def take(
        body: dict[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]
    ) -> BoltResponse | None:
        event: dict[str, Any] = body.get("event") or {}
        intake = intakes.get(str(event.get("type")))
        if intake is None:
            await next_()
            return None
        EVENTS.labels(event["type"]).inc()
        with REFUSED.count_exceptions():
            await intake(event, context)
        return BoltResponse(status=200, body="")

    return take
