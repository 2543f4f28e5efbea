"""A uvicorn server inside a loop that somebody else runs."""

import asyncio
import socket
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn


class LoopServer(uvicorn.Server):
    """A uvicorn server that says when it accepts, and leaves signals to whoever started it."""

    def __init__(self, config: uvicorn.Config) -> None:
        """Take uvicorn's own settings."""
        super().__init__(config)
        self.accepts = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave SIGINT and SIGTERM alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and let it be known."""
        await super().startup(sockets)
        self.accepts.set()
