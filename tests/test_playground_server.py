"""``serve``: starts, says so, and ends when it is told to."""

import asyncio
import os
import signal
import socket

import aiohttp
import pytest

from bot.errors import UserError
from bot.playground import server
from bot.playground.running import running_workspace
from tests.playground_bots import silent_bot


@pytest.fixture
def quiet_bot(monkeypatch):
    monkeypatch.setattr(server, "real_bot", silent_bot)


async def test_it_says_where_it_is_and_ends_at_sigterm(quiet_bot, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    for name in server.STATE_FILES:
        (tmp_path / name).write_text("old")
    serving = asyncio.create_task(server.serve("127.0.0.1", 0, tmp_path))
    async with asyncio.timeout(10):
        printed = ""
        while "\n" not in printed:
            await asyncio.sleep(0)
            printed += capsys.readouterr().out
        address = printed.splitlines()[0].removeprefix("Playground: ")
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{address}playground/state") as response:
                assert response.status == 200
            stream = await session.get(f"{address}playground/stream?user=ana")
            os.kill(os.getpid(), signal.SIGTERM)
            await serving
            stream.close()
    assert not any((tmp_path / name).exists() for name in server.STATE_FILES)
    assert "HTTP_PROXY" not in os.environ


async def test_a_port_in_use_says_what_to_do(quiet_bot, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"--port {port + 1}"):
            await server.serve("127.0.0.1", port, tmp_path)


async def test_slack_variables_of_the_environment_do_not_reach_the_bot(tmp_path, monkeypatch):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-real")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-real")
    monkeypatch.setenv("SLACK_API_URL", "https://slack.example/api/")
    monkeypatch.setenv("SUPPORT_CHANNELS", "C0REAL")
    monkeypatch.setenv("DATABASE_URL", "postgresql://real")
    async with running_workspace(silent_bot, data_dir=tmp_path) as lab:
        held = lab.settings
    assert held.slack_bot_token.get_secret_value() == lab.bot_token
    assert held.slack_app_token is None
    assert held.slack_api_url == f"{lab.host}/api/"
    assert (held.support_channels, held.staff_channel) == (("C0SUPPORT",), "C0STAFF")
    assert held.store_url.endswith(f"{tmp_path}/state.db")


def test_each_port_has_a_folder_of_its_own(monkeypatch, tmp_path):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert server.default_data_dir(3000) == tmp_path / "playground" / "3000"
