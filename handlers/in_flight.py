"""Knows which listeners still run: Bolt acknowledges first and works afterwards."""

import asyncio

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.listener.async_listener_completion_handler import AsyncListenerCompletionHandler
from slack_bolt.listener.async_listener_start_handler import AsyncListenerStartHandler


class InFlight:
    """Counts the listeners of one app that run."""

    def __init__(self, app: AsyncApp) -> None:
        self.count = 0
        self._idle = asyncio.Event()
        self._idle.set()
        app.listener_runner.listener_start_handler = _Start(self)
        app.listener_runner.listener_completion_handler = _Completion(self)

    def change(self, by: int) -> None:
        """Count one more or one less."""
        self.count += by
        if self.count:
            self._idle.clear()
        else:
            self._idle.set()

    async def drain(self) -> None:
        """Return when nothing runs any more."""
        await self._idle.wait()


class _Start(AsyncListenerStartHandler):
    def __init__(self, in_flight: InFlight) -> None:
        self._in_flight = in_flight

    async def handle(
        self,
        request: AsyncBoltRequest,  # noqa: ARG002 - Bolt passes it by name
        response: BoltResponse | None,  # noqa: ARG002 - the same
    ) -> None:
        self._in_flight.change(+1)


class _Completion(AsyncListenerCompletionHandler):
    def __init__(self, in_flight: InFlight) -> None:
        self._in_flight = in_flight

    async def handle(
        self,
        request: AsyncBoltRequest,  # noqa: ARG002 - Bolt passes it by name
        response: BoltResponse | None,  # noqa: ARG002 - the same
    ) -> None:
        self._in_flight.change(-1)
