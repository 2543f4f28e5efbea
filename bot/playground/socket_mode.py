"""Socket Mode: ``apps.connections.open`` and a websocket over which the bot gets everything."""

import asyncio
import json
import secrets
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import WSMsgType, web

from bot.playground.cast import APP_ID
from bot.playground.sender import ACK_SECONDS, FORM, Answer
from bot.playground.web_call import Call

Json = dict[str, Any]
OK = 200
STOP_SECONDS = 1.0
CLOSE_SECONDS = 0.2  # a client that dropped the connection never says goodbye


class SocketMode:
    """A websocket server on a port of its own; deliveries go to the newest connection."""

    def __init__(self, ack_seconds: float = 0.0) -> None:
        """Take how long an acknowledgement may last."""
        self._ack_seconds = ack_seconds or ACK_SECONDS
        self._links: list[web.WebSocketResponse] = []
        self._transports: list[asyncio.Transport] = []
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._tickets: set[str] = set()
        self._runner: web.AppRunner | None = None
        self._port = 0
        self.connected = asyncio.Event()  # set while the bot is there

    async def start(self) -> None:
        """Accept connections from now on."""
        app = web.Application()
        app.router.add_get("/link", self._link)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """End every connection and stop."""
        await self.drop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def drop(self) -> None:
        """End every connection; the bot is to come back by itself."""
        for link in list(self._links):
            await link.close()
        self.connected.clear()

    def cut(self) -> None:
        """Break every connection without a word, as a network does."""
        for transport in list(self._transports):
            transport.abort()

    def open_connection(self, _call: Call) -> Json:
        """``apps.connections.open``: an address that can be used once."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return {"url": f"ws://127.0.0.1:{self._port}/link?ticket={ticket}&app_id={APP_ID}"}

    async def _link(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection: hello, then acknowledgements until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403)
        self._tickets.discard(ticket)
        link = web.WebSocketResponse(timeout=CLOSE_SECONDS)
        await link.prepare(request)
        await link.send_json(
            {
                "type": "hello",
                "num_connections": len(self._links) + 1,
                "connection_info": {"app_id": APP_ID},
            }
        )
        self._links.append(link)
        transport = request.transport
        assert transport
        self._transports.append(transport)
        self.connected.set()
        try:
            async for message in link:
                if message.type is WSMsgType.TEXT:
                    self._acknowledged(json.loads(message.data))
        finally:
            self._links.remove(link)
            self._transports.remove(transport)
            if not self._links:
                self.connected.clear()
        return link

    def _acknowledged(self, answer: Json) -> None:
        waiting = self._waiting.get(answer.get("envelope_id", ""))
        if waiting is not None and not waiting.done():
            waiting.set_result(answer.get("payload") or {})

    async def transport(
        self, kind: str, body: str, content_type: str, headers: dict[str, str]
    ) -> Answer:
        """Send one envelope and wait for its acknowledgement."""
        if not self._links:
            return Answer(0, reason="connection_failed")
        envelope_id = secrets.token_hex(12)
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = waiting
        number = headers.get("x-slack-retry-num", "0")
        envelope = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": _payload(body, content_type),
            "accepts_response_payload": kind != "events_api",
            "retry_attempt": int(number),
            "retry_reason": headers.get("x-slack-retry-reason", ""),
        }
        try:
            async with asyncio.timeout(self._ack_seconds):
                await self._links[-1].send_json(envelope)
                payload = await waiting
        except TimeoutError:
            return Answer(0, reason="http_timeout")
        except ConnectionError:
            return Answer(0, reason="connection_failed")
        finally:
            del self._waiting[envelope_id]
        return Answer(OK, json.dumps(payload) if payload else "")


def _payload(body: str, content_type: str) -> Any:
    """Return what would have been an HTTP body as the value that Socket Mode sends."""
    if content_type != FORM:
        return json.loads(body)
    form = dict(parse_qsl(body, keep_blank_values=True))
    return json.loads(form["payload"]) if "payload" in form else form
