"""One GET over a connection to an address that was judged, and to no other."""

import asyncio
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import httpcore

from bot.guard.addresses import same_address
from bot.guard.faults import FetchError, Refused, code_of
from bot.guard.limits import Limits
from bot.guard.old_tls import speaks_old_tls
from bot.guard.plain_http import speaks_plain_http
from bot.guard.unpack import Body
from bot.guard.urls import Target

_HEADERS = (
    (b"User-Agent", b"anon-support-bot/0.1 (JWK Set check)"),
    (b"Accept", b"application/json, application/jwk-set+json, */*;q=0.1"),
    (b"Accept-Encoding", b"gzip"),
    (b"Connection", b"close"),
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK = 200
_HEAD_PIECE = 4096  # small, so that a head cannot hide in one large read
_MOST_TRIED = 4
_CLIENT_ERRORS = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    ssl.SSLError,
    OSError,
)


@dataclass(frozen=True, slots=True)
class Response:
    """One answer: status, headers by lower-case name, and the body, in part unless it is a 200."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_redirect(self) -> bool:
        """Whether the answer sends the client elsewhere."""
        return self.status in _REDIRECTS


@dataclass(slots=True)
class Meter:
    """How far an exchange came, for the name of what went wrong."""

    peer: str = ""  # the address that took the connection
    connected: bool = False
    head: int = 0  # bytes that came before the head was read
    answered: bool = False

    @property
    def late_code(self) -> str:
        """What it is called when the whole time ends now."""
        if not self.connected:
            return "connect_timeout"
        return "slow_body" if self.head else "read_timeout"


async def get_once(
    target: Target, addresses: Sequence[str], context: ssl.SSLContext, limits: Limits, until: float
) -> Response:
    """Return the answer of one GET, or raise FetchError; `until` is in the loop's time."""
    meter = Meter()
    try:
        async with asyncio.timeout_at(until):
            return await _exchange(target, _Pinned(addresses, limits, meter), context, limits)
    except TimeoutError:
        raise FetchError(meter.late_code) from None
    except _CLIENT_ERRORS as error:
        code = code_of(error, answered=meter.answered)
    if target.scheme == "https" and meter.peer and not meter.connected:
        code = await _second_look(code, meter.peer, target, limits, until)
    raise FetchError(code)


async def _second_look(code: str, peer: str, target: Target, limits: Limits, until: float) -> str:
    """Return why a handshake came to nothing, where that shows: old TLS only, or none at all."""
    clock = asyncio.get_running_loop().time
    if code == "connection_reset":
        left = min(limits.connect, until - clock())
        if await speaks_old_tls(peer, target.port, target.host, left):
            return "tls_too_old"
    if code in {"connection_reset", "connect_timeout"}:
        left = min(limits.page_time, until - clock())
        if await speaks_plain_http(peer, target.port, left):
            return "tls_not_spoken"
    return code


async def _exchange(
    target: Target, network: "_Pinned", context: ssl.SSLContext, limits: Limits
) -> Response:
    url = httpcore.URL(
        scheme=target.scheme.encode(),
        host=target.host.encode(),
        port=target.port,
        target=target.path.encode(),
    )
    headers = [(b"Host", target.netloc.encode()), *_HEADERS]
    seconds = {"connect": limits.connect, "read": limits.read, "write": limits.read, "pool": 1.0}
    async with (
        httpcore.AsyncConnectionPool(context, network_backend=network) as pool,
        pool.stream("GET", url, headers=headers, extensions={"timeout": seconds}) as response,
    ):
        network.meter.answered = True
        return await _read(response, limits)


async def _read(response: httpcore.Response, limits: Limits) -> Response:
    if sum(len(name) + len(value) + 4 for name, value in response.headers) > limits.head:
        raise FetchError("headers_too_large")
    headers: dict[str, str] = {}
    for name, value in response.headers:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    if response.status in _REDIRECTS:
        return Response(response.status, headers, b"")
    if response.status == _OK:
        return Response(response.status, headers, await _whole(response, headers, limits))
    return Response(response.status, headers, await _beginning(response, headers, limits))


async def _whole(response: httpcore.Response, headers: dict[str, str], limits: Limits) -> bytes:
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > limits.body:
        raise FetchError("body_too_large")
    encoding = headers.get("content-encoding", "")
    body = Body(encoding, most=limits.body, most_unpacked=limits.unpacked)
    async for piece in response.aiter_stream():
        body.take(piece)
    return body.whole()


async def _beginning(response: httpcore.Response, headers: dict[str, str], limits: Limits) -> bytes:
    """Return as much of an error page as comes soon and whole; its faults do not matter."""
    try:
        encoding = headers.get("content-encoding", "")
        body = Body(encoding, most=limits.page, most_unpacked=limits.page)
    except FetchError:
        return b""
    try:
        async with asyncio.timeout(limits.page_time):
            async for piece in response.aiter_stream():
                body.take(piece)
    except (FetchError, *_CLIENT_ERRORS):
        return body.part()
    return body.part()


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to the judged addresses, whatever name the connection is for."""

    def __init__(self, addresses: Sequence[str], limits: Limits, meter: Meter) -> None:
        self._addresses = addresses[:_MOST_TRIED]
        self._limits = limits
        self._inner = httpcore.AnyIOBackend()
        self.meter = meter

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the name is what must not be looked up again
        port: int,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Return a connection to the first address that takes one, its peer checked."""
        clock = asyncio.get_running_loop().time
        end = clock() + self._limits.connect
        problem: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for tried, address in enumerate(self._addresses):
            share = (end - clock()) / (len(self._addresses) - tried)
            try:
                stream = await self._inner.connect_tcp(
                    address, port, share, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = problem or error
                continue
            if not same_address(stream.get_extra_info("server_addr")[0], address):
                await stream.aclose()
                raise Refused("private_address")
            self.meter.peer = address
            return _Metered(stream, self.meter, self._limits)
        raise problem or httpcore.ConnectError("no address")


class _Metered(httpcore.AsyncNetworkStream):
    """Counts what comes before the head of the answer is complete, and ends a head without end."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, meter: Meter, limits: Limits) -> None:
        self._stream = stream
        self._meter = meter
        self._limits = limits

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        """Return the same, encrypted."""
        stream = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        return _Metered(stream, self._meter, self._limits)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Send; the first thing sent is the request, over a connection that stands."""
        self._meter.connected = True
        await self._stream.write(buffer, timeout)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """Receive, within the limit on heads until the head is complete."""
        if self._meter.answered:
            return await self._stream.read(max_bytes, timeout)
        if self._meter.head >= self._limits.head:
            raise httpcore.RemoteProtocolError("head too long")
        data = await self._stream.read(_HEAD_PIECE, timeout)
        if not self._meter.head and not _begins_http(data):
            raise httpcore.RemoteProtocolError("not HTTP")
        self._meter.head += len(data)
        return data

    async def aclose(self) -> None:
        """Close."""
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        """Return what the stream knows."""
        return self._stream.get_extra_info(info)


def _begins_http(data: bytes) -> bool:
    """Tell at once, for what greets first (SSH, SMTP) would wait for us as we wait for it."""
    start = data.lstrip(b"\r\n")[:5]
    return b"HTTP/".startswith(start)
