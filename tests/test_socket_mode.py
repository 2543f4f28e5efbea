"""Socket Mode: the same listeners, acknowledged over a websocket."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import httpx
import pytest
from aiohttp import WSMsgType, web
from pydantic import SecretStr
from sqlalchemy import text

from bot.app import create_asgi, create_socket_asgi
from bot.config import read_settings
from bot.database import open_database
from bot.errors import ConfigError
from bot.services import Services
from bot.store import Store
from bot.telemetry import configure_logging
from handlers.socket_link import PatientClient
from tests.slack_lab import NO_INSTRUMENTS, SURE_404, FakeAnswerer


class SocketDouble:
    """Hands out one websocket, sends one event and records what comes back."""

    def __init__(self) -> None:
        self.acks: asyncio.Queue[dict] = asyncio.Queue()
        self.posts: asyncio.Queue[dict] = asyncio.Queue()
        self.base = ""
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    async def api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        arguments = dict(await request.post())
        if method == "apps.connections.open":
            return web.json_response({"ok": True, "url": f"{self.base}/ws".replace("http", "ws")})
        if method == "chat.postMessage":
            await self.posts.put(arguments or await request.json())
            await self.goes_on.wait()
        who = {
            "team_id": "T1",
            "user_id": "U9",
            "bot_id": "B9",
            "team": "t",
            "user": "anon",
            "url": self.base,
        }
        return web.json_response({"ok": True, "ts": "2.000100", "channel": "C1", **who})

    async def ws(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        event = {
            "type": "message",
            "channel": "C1",
            "user": "U1",
            "ts": "1.000100",
            "text": SURE_404,
        }
        payload = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event}
        await socket.send_json({"type": "events_api", "envelope_id": "e1", "payload": payload})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self.acks.put(json.loads(message.data))
        return socket


async def rows(opened, table) -> list[dict[str, object]]:
    async with opened.store.engine.connect() as connection:
        found = await connection.execute(text(f"SELECT * FROM {table}"))
        return [dict(row._mapping) for row in found]


def services(settings, store) -> Services:
    return Services(settings, store, FakeAnswerer(), ThreadPoolExecutor(1), NO_INSTRUMENTS)


@asynccontextmanager
async def connected(tmp_path):
    """Yield the double, the bot that is connected to it, and its services."""
    double = SocketDouble()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", double.api)
    app.router.add_get("/ws", double.ws)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    double.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    settings = read_settings(
        _env_file=None,
        slack_bot_token=SecretStr("xoxb-1"),
        slack_app_token=SecretStr("xapp-1"),
        slack_api_url=f"{double.base}/api/",
        support_channels=("C1",),
        data_dir=tmp_path,
    )
    configure_logging("INFO")
    async with open_database(settings.store_url) as engine:
        opened = services(settings, Store(engine))
        yield double, create_socket_asgi(opened), opened
        opened.matching.shutdown()
    await runner.cleanup()


async def test_an_event_over_the_socket_is_acknowledged_answered_and_traced(tmp_path, capfd):
    async with connected(tmp_path) as (double, app, _opened):
        async with app.router.lifespan_context(app), asyncio.timeout(10):
            assert (await double.acks.get())["envelope_id"] == "e1"
            post = await double.posts.get()
        assert "backend-user-404" in post["text"]
        assert post["thread_ts"] == "1.000100"
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    traced = [line["event"] for line in lines if line.get("request") == "Ev1"]
    assert sorted(traced) == ["acknowledged", "done", "said"]


async def test_what_was_taken_is_finished_before_the_end(tmp_path):
    async with connected(tmp_path) as (double, app, opened):
        double.goes_on.clear()
        async with asyncio.timeout(10), app.router.lifespan_context(app):
            await double.posts.get()
            asyncio.get_running_loop().call_later(0.3, double.goes_on.set)
        (answer,) = await rows(opened, "answers")
        assert answer["posted"] == "2.000100"


async def test_health_is_served_beside_the_socket(tmp_path):
    async with connected(tmp_path) as (double, app, _opened):
        transport = httpx.ASGITransport(app)
        async with app.router.lifespan_context(app), asyncio.timeout(10):
            await double.acks.get()
            async with httpx.AsyncClient(transport=transport, base_url="http://bot") as http:
                assert (await http.get("/healthz")).text == "ok"
                assert (await http.get("/readyz")).json() == {"ready": True, "away": []}
                assert "anon_ack_seconds" in (await http.get("/metrics")).text
                app.state.readiness.stop()
                assert (await http.get("/readyz")).json()["away"] == ["stopping"]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [({}, "SLACK_APP_TOKEN"), ({"slack_app_token": SecretStr("xapp-1")}, "SLACK_BOT_TOKEN")],
)
async def test_missing_tokens_are_named(tmp_path, given, wanted):
    settings = read_settings(_env_file=None, data_dir=tmp_path, slack_bot_token=None, **given)
    opened = services(settings, None)
    with pytest.raises(ConfigError, match=wanted):
        create_socket_asgi(opened)
    with pytest.raises(ConfigError, match="SLACK_SIGNING_SECRET"):
        create_asgi(opened)
    opened.matching.shutdown()


async def test_an_address_that_does_not_work_is_not_tried_for_ever(monkeypatch):
    monkeypatch.setattr("handlers.socket_link.CONNECT_SECONDS", 0.05)
    tried: asyncio.Queue[str] = asyncio.Queue()
    addresses = iter(("bad", "good"))

    async def issue() -> str:
        return next(addresses)

    async def ws_connect(uri, **_more):
        await tried.put(uri)
        if uri == "bad":
            raise ConnectionRefusedError
        return Session()

    async def nothing(*_given) -> None:
        pass

    class Session:
        closed, ping, close = False, nothing, nothing

    client = PatientClient(app_token="xapp-1", ping_interval=60)
    monkeypatch.setattr(client, "issue_new_wss_url", issue)
    monkeypatch.setattr(client.aiohttp_client_session, "ws_connect", ws_connect)
    monkeypatch.setattr(client, "receive_messages", nothing)
    async with asyncio.timeout(5):
        await client.connect()
    assert [await tried.get(), await tried.get()] == ["bad", "good"]
    await client.close()
