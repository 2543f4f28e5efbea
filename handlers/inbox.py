"""Before the ack: what an event needs is kept as work, or Slack is asked to come again.

Bolt acknowledges an event before its listener runs, so a crash in between would lose it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.context.async_context import AsyncBoltContext

from bot.metrics import EVENTS, REFUSED

Intake = Callable[[dict[str, Any], AsyncBoltContext], Awaitable[None]]
Inbox = Callable[..., Awaitable[BoltResponse | None]]


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an event came."""

    id: str
    time: float  # when it happened, in seconds since 1970
    again: bool  # Slack has delivered it before


def inbox(intakes: dict[str, Intake]) -> Inbox:
    """Return the global middleware: it answers events itself, 5xx if one cannot be kept."""

    async def take(
        body: dict[str, Any],
        request: AsyncBoltRequest,
        context: AsyncBoltContext,
        next_: Callable[[], Awaitable[None]],
    ) -> BoltResponse | None:
        event: dict[str, Any] = body.get("event") or {}
        intake = intakes.get(str(event.get("type")))
        if intake is None:
            await next_()
            return None
        EVENTS.labels(event["type"]).inc()
        context["delivery"] = _delivery(body, request)
        with REFUSED.count_exceptions():
            await intake(event, context)
        return BoltResponse(status=200, body="")

    return take


def _delivery(body: dict[str, Any], request: AsyncBoltRequest) -> Delivery:
    time = body.get("event_time")
    when = float(time) if isinstance(time, int | float) else 0.0
    again = request.headers.get("x-slack-retry-num") is not None
    return Delivery(str(body.get("event_id") or when), when, again)
