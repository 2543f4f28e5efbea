"""Socket Mode: the same listeners, acknowledged over a websocket."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from aiohttp import WSMsgType, web
from pydantic import SecretStr

from bot.app import create_asgi, run_socket_mode
from bot.config import read_settings
from bot.database import open_database
from bot.errors import ConfigError
from bot.services import Services
from bot.store import Store
from tests.slack_lab import SURE_404, FakeAnswerer


class SocketDouble:
    """Hands out one websocket, sends one event and records what comes back."""

    def __init__(self) -> None:
        self.acks: asyncio.Queue[dict] = asyncio.Queue()
        self.posts: asyncio.Queue[dict] = asyncio.Queue()
        self.base = ""

    async def api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        arguments = dict(await request.post())
        if method == "apps.connections.open":
            return web.json_response({"ok": True, "url": f"{self.base}/ws".replace("http", "ws")})
        if method == "chat.postMessage":
            await self.posts.put(arguments or await request.json())
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


def services(settings, store) -> Services:
    return Services(settings, store, FakeAnswerer(), ThreadPoolExecutor(1))


async def test_an_event_over_the_socket_is_acknowledged_and_answered(tmp_path):
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
    async with open_database(settings.store_url) as engine:
        opened = services(settings, Store(engine))
        serving = asyncio.create_task(run_socket_mode(opened))
        async with asyncio.timeout(10):
            assert (await double.acks.get())["envelope_id"] == "e1"
            post = await double.posts.get()
        assert "backend-user-404" in post["text"]
        assert post["thread_ts"] == "1.000100"
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        opened.matching.shutdown()
    await runner.cleanup()


@pytest.mark.parametrize(
    ("given", "wanted"),
    [({}, "SLACK_APP_TOKEN"), ({"slack_app_token": SecretStr("xapp-1")}, "SLACK_BOT_TOKEN")],
)
async def test_missing_tokens_are_named(tmp_path, given, wanted):
    settings = read_settings(_env_file=None, data_dir=tmp_path, slack_bot_token=None, **given)
    opened = services(settings, None)
    with pytest.raises(ConfigError, match=wanted):
        await run_socket_mode(opened)
    with pytest.raises(ConfigError, match="SLACK_SIGNING_SECRET"):
        create_asgi(opened)
    opened.matching.shutdown()
