"""``anon-support run`` as a process: starts, refuses clearly, drains at SIGTERM and ends with 0."""

import asyncio
import hashlib
import hmac
import json
import os
import signal
import socket
import sqlite3
import sys
import time
from contextlib import asynccontextmanager, closing

import httpx
import pytest
from aiohttp import web

from bot.config import read_settings
from bot.errors import ConfigError
from bot.ownership import owned_work
from bot.running import listen, run_bot
from tests.slack_lab import lay_dbos

SECRET = "the signing secret"
TEXT = "error translating external user id: 404 - Not Found"


def environment(folder, port, base="http://127.0.0.1:9", **more):
    return {
        **os.environ,
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"{base}/api/",
        "SUPPORT_CHANNELS": "C1",
        "DATABASE_URL": "",
        "DATA_DIR": str(folder),
        "PORT": str(port),
        "LOG_LEVEL": "INFO",
        **more,
    }


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@asynccontextmanager
async def process(values):
    """Yield a running bot, past its start; it is gone at the end."""
    bot = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "run"),
        env=values,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=values["DATA_DIR"],
    )
    try:
        async with asyncio.timeout(60):
            while line := await bot.stderr.readline():
                if b"Started server process" in line:
                    break
        yield bot
    finally:
        if bot.returncode is None:
            bot.kill()
            await bot.wait()


@asynccontextmanager
async def slack(held: asyncio.Event, posting: asyncio.Event):
    """Yield the address of a Web API whose posts wait until ``held`` is set."""

    async def api(request: web.Request) -> web.Response:
        if request.match_info["method"] == "chat.postMessage":
            posting.set()
            await held.wait()
        who = {"team_id": "T1", "user_id": "U9", "bot_id": "B9"}
        return web.json_response({"ok": True, "ts": "2.000100", "channel": "C1", **who})

    app = web.Application()
    app.router.add_route("*", "/api/{method}", api)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def send_event(port: int, words: str = TEXT) -> int:
    event = {"type": "message", "channel": "C1", "user": "U1", "ts": "1.000100", "text": words}
    envelope = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event}
    body, stamp = json.dumps(envelope).encode(), str(int(time.time()))
    signed = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
    headers = {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={signed.hexdigest()}",
        "Content-Type": "application/json",
    }
    async with httpx.AsyncClient(trust_env=False) as http:
        url = f"http://127.0.0.1:{port}/slack/events"
        return (await http.post(url, content=body, headers=headers)).status_code


async def test_sigterm_lets_what_was_taken_finish_and_ends_with_0(tmp_path):
    await lay_dbos(tmp_path)
    port, held, posting = free_port(), asyncio.Event(), asyncio.Event()
    async with slack(held, posting) as base, process(environment(tmp_path, port, base)) as bot:
        assert await send_event(port) == 200
        async with asyncio.timeout(30):
            await posting.wait()
            bot.send_signal(signal.SIGTERM)
            while line := await bot.stderr.readline():
                if b"Shutting down" in line:
                    break
            held.set()
            _, errors = await bot.communicate()
        assert bot.returncode == 0
        lines = [json.loads(line) for line in errors.splitlines()]
        assert {"said", "done"} <= {x["event"] for x in lines if x.get("request") == "Ev1"}
    with sqlite3.connect(tmp_path / "state.db") as state:
        assert state.execute("SELECT posted FROM answers").fetchall() == [("2.000100",)]
    state.close()


@pytest.fixture
def settings(tmp_path):
    return read_settings(
        _env_file=None,
        slack_bot_token="xoxb-1",
        slack_app_token=None,
        slack_signing_secret=SECRET,
        slack_api_url="http://127.0.0.1:9/api/",
        database_url="",
        data_dir=tmp_path,
        port=free_port(),
    )


async def test_a_second_process_on_the_same_files_is_refused(settings, capsys):
    async with owned_work(settings):
        with pytest.raises(ConfigError, match="Another process already runs on"):
            await run_bot(settings)
    assert capsys.readouterr().out == "", "nothing is promised before it is so"


async def test_a_port_that_is_taken_is_refused_unless_another_will_do(settings, capsys):
    with socket.create_server((settings.host, settings.port)):
        with pytest.raises(ConfigError, match=f"Cannot listen on 127.0.0.1:{settings.port}"):
            await run_bot(settings)
        assert capsys.readouterr().out == ""
        with closing(listen(settings, only_this=False)) as other:
            assert other.getsockname()[1] not in {0, settings.port}


@pytest.mark.parametrize("name", ["state.db", "dbos.db"])
async def test_a_corrupt_file_is_refused_and_left_as_it_is(settings, name):
    file = settings.data_dir / name
    file.write_bytes(b"this is no database" * 500)
    with pytest.raises(ConfigError, match=name):
        await run_bot(settings)
    assert file.read_bytes() == b"this is no database" * 500
