"""Checks outlive the process that began them; tokens do not."""

import asyncio
import socket
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from benchmarks.rig.replicas import Replicas
from bot.anon_double import CLIENT
from bot.config import Settings
from bot.playground.running import Lab, running_workspace
from tests import token_lab
from tests.checks_lab import words


class Process:
    """The bot in a process of its own, which can be killed and started again."""

    def __init__(self, folder: Path, **more: str) -> None:
        self.folder, self.more = folder, more

    @asynccontextmanager
    async def start(self, settings: Settings) -> AsyncIterator[ASGIApp]:
        """Yield what hands Slack's requests on to the process."""
        environment = environment_of(settings, self.folder) | self.more
        self.replicas = Replicas([environment], self.folder, lean=True)
        async with aiohttp.ClientSession() as self.http:
            self.replicas.start(0)
            await self.replicas.ready(0, self.http)
            try:
                yield Starlette(routes=[Route("/slack/events", self.forward, methods=["POST"])])
            finally:
                self.replicas.close()

    async def forward(self, request: Request) -> Response:
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.startswith(("x-", "content-type"))
        }
        url = f"{self.replicas.addresses[0]}/slack/events"
        try:
            async with self.http.post(url, data=await request.body(), headers=headers) as answer:
                return Response(await answer.read(), answer.status, media_type="application/json")
        except aiohttp.ClientError:
            return Response(status_code=503)

    async def die(self) -> None:
        """Kill it with no warning."""
        self.replicas.kill(0)

    async def rise(self) -> None:
        """Start it again."""
        self.replicas.start(0)
        await self.replicas.ready(0, self.http)


def environment_of(settings: Settings, folder: Path) -> dict[str, str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    secrets = {
        name.upper(): getattr(settings, name).get_secret_value()
        for name in (
            "slack_bot_token",
            "slack_signing_secret",
            "anon_api_key_sandbox",
            "anon_api_key_prod",
        )
    }
    return {
        **secrets,
        "SLACK_APP_TOKEN": "",
        "SLACK_API_URL": settings.slack_api_url,
        "ANON_API_URL_SANDBOX": settings.anon_api_url_sandbox,
        "ANON_API_URL_PROD": settings.anon_api_url_prod,
        "SUPPORT_CHANNELS": "C0SUPPORT",
        "CHECK_CHANNELS": "C0SUPPORT,C0GENERAL",
        "STAFF_CHANNEL": "",
        "DATABASE_URL": "",
        "DATA_DIR": str(folder / "data"),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "POST_SECONDS": "0",
    }


@asynccontextmanager
async def killable(folder: Path, **more: str) -> AsyncIterator[tuple[Lab, Process]]:
    process = Process(folder, **more)
    async with running_workspace(process.start, data_dir=folder) as lab:
        yield lab, process


class Calls(deque[tuple[str, str]]):
    """What Anon was asked; `asked` is set at each question."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    def append(self, call: tuple[str, str]) -> None:
        super().append(call)
        self.asked.set()


async def asked(calls: Calls) -> None:
    """Return once Anon has been asked again."""
    calls.asked.clear()
    async with asyncio.timeout(30):
        await calls.asked.wait()


async def shows(lab: Lab, root: str, expected: str) -> str:
    """Return the bot's reply once it shows this."""
    found = await lab.until(
        lambda: next((words(m) for m in lab.replies(root) if expected in words(m)), ""), 40
    )
    return str(found)


async def test_a_run_that_was_cut_off_is_done_after_the_restart(tmp_path):
    async with killable(tmp_path) as (lab, process):
        root = lab.people.say("general", "ana", "<@U0ANON> check link user-9 uber")
        await shows(lab, root, "not_linked")
        (reply,) = lab.replies(root)
        lab.anon.state.latency, lab.anon.state.calls = 3, Calls()
        lab.interactions.click("general", "ana", reply.ts, "run_again")
        await asked(lab.anon.state.calls)
        await process.die()
        lab.anon.state.latency = 0
        lab.anon.state.link("user-9", "uber", "active")
        await process.rise()
        shown = await shows(lab, root, "is active")
        assert ":x: <!date^" in shown
        assert len(lab.replies(root)) == 1


async def test_a_token_does_not_outlive_the_process_and_is_asked_for_again(tmp_path):
    token = token_lab.signed()
    async with killable(tmp_path) as (lab, process):
        lab.anon.state.latency, lab.anon.state.calls = 3, Calls()
        root = lab.people.say("general", "ana", f"<@U0ANON> check token {token} {CLIENT}")
        await asked(lab.anon.state.calls)
        await shows(lab, root, "Checking")
        await process.die()
        lab.anon.state.latency = 0
        await process.rise()
        await shows(lab, root, "I keep no token")
        (reply,) = lab.replies(root)
        lab.interactions.click("general", "ana", reply.ts, "run_again")
        modal = (await lab.until(lambda: lab.workspace.views.modals("U0ANA")))[0]
        lab.interactions.submit("ana", modal.id, {"token": {"token": token}})
        await shows(lab, root, "kid k1")
        await shows(lab, root, "expired")
    for file in tmp_path.rglob("*"):
        if file.is_file():
            held = file.read_bytes()
            assert token.encode() not in held, file
            assert token.split(".")[2].encode() not in held, file
