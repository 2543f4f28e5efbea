"""A bad line in front of the Slack double: it delays, resets, cuts, limits and fails.

A proxy of connections, not of answers: what breaks, breaks as it does between two machines.
"""

import asyncio
import random
import re
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from typing import assert_never
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"(?im)^content-length:\s*(\d+)")
_KEEP = re.compile(rb"(?im)^connection:[^\r\n]*\r\n")
_LINGER_NOT = struct.pack("ii", 1, 0)  # a close that is a reset
DELAY_SECONDS = (0.05, 0.5)


class Trouble(StrEnum):
    """What happens to one request."""

    DELAY = "delay"
    RESET_BEFORE = "reset before"  # Slack never saw it
    RESET_AFTER = "reset after"  # Slack did it, nobody hears of that
    CUT = "cut"  # half of the answer
    LIMITED = "429"
    BROKEN = "503"  # Slack did nothing
    LOST = "502"  # Slack did it all the same


def answer(status: str, body: bytes, more: str = "") -> bytes:
    """Return a whole answer of the proxy's own."""
    head = f"HTTP/1.1 {status}\r\nConnection: close\r\n{more}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


TOO_MANY = answer(
    "429 Too Many Requests",
    b'{"ok":false,"error":"ratelimited"}',
    "Retry-After: 1\r\nContent-Type: application/json\r\n",
)
UNAVAILABLE = answer("503 Service Unavailable", b"upstream trouble")
BAD_GATEWAY = answer("502 Bad Gateway", b"upstream trouble")


class Line:
    """The proxy: a share of the requests meets one of the troubles, chosen by the seed."""

    def __init__(
        self,
        target: str,
        share: float,
        chance: random.Random,
        troubles: Sequence[Trouble] = tuple(Trouble),
        delay: tuple[float, float] = DELAY_SECONDS,
    ) -> None:
        parts = urlsplit(target)
        self._serving: set[asyncio.Task[None] | None] = set()
        self._host, self._port = parts.hostname or "", parts.port or 0
        self._share = share
        self._chance = chance
        self._troubles = troubles
        self.delay = delay
        self.only = ""  # what the first line of a request must hold to meet trouble
        self.seen: Counter[str] = Counter()
        self.address = ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Line"]:
        """Accept connections while this is open."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**20)
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one request; the next one takes a connection of its own."""
        # Nothing else holds a task that waits for a client who is gone: it would be collected.
        task = asyncio.current_task()
        self._serving.add(task)
        try:
            await self._serve_one(reader, writer)
        finally:
            self._serving.discard(task)

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            request = await _read_request(reader)
            troubled = self.only.encode() in request[: request.index(b"\r\n")]
            troubled = troubled and self._chance.random() < self._share
            trouble = self._chance.choice(self._troubles) if troubled else None
            if trouble:
                self.seen[trouble.value] += 1
            await self._carry(request, writer, trouble)
        with suppress(OSError):
            writer.close()

    async def _carry(
        self, request: bytes, writer: asyncio.StreamWriter, trouble: Trouble | None
    ) -> None:
        match trouble:
            case None:
                writer.write(await self._forward(request))
            case Trouble.DELAY:
                await asyncio.sleep(self._chance.uniform(*self.delay))
                writer.write(await self._forward(request))
            case Trouble.RESET_BEFORE:
                _reset(writer)
            case Trouble.RESET_AFTER:
                await self._forward(request)
                _reset(writer)
            case Trouble.CUT:
                whole = await self._forward(request)
                writer.write(whole[: len(whole) // 2])
            case Trouble.LIMITED:
                writer.write(TOO_MANY)
            case Trouble.BROKEN:
                writer.write(UNAVAILABLE)
            case Trouble.LOST:
                await self._forward(request)
                writer.write(BAD_GATEWAY)
            case _:
                assert_never(trouble)

    async def _forward(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(request)
            return await reader.read(-1)
        finally:
            writer.close()


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    """Return a whole request that asks for the connection to be closed after it."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    body = await reader.readexactly(int(length[1])) if length else b""
    return _KEEP.sub(b"", head)[:-2] + b"Connection: close\r\n\r\n" + body


def _reset(writer: asyncio.StreamWriter) -> None:
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    writer.transport.abort()
