"""The local workspace in a thread beside the browser, with the real bot or with one that acts by script."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.config import Settings
from bot.playground.cast import BOT_USER
from bot.playground.chat_methods import with_ids
from bot.playground.customer import serving_customer
from bot.playground.manifest import Manifest
from bot.playground.real_bot import real_bot
from bot.playground.running import Lab, StartBot, running_workspace
from bot.playground.workspace import Change, Kind, Message

Json = dict[str, Any]
T = TypeVar("T")
MANIFEST = Manifest(
    commands=(
        {"command": "/anon", "description": "Ask the support bot", "usage_hint": "ask | help"},
    ),
    shortcuts=(
        {"callback_id": "diagnose_message", "name": "Diagnose with Anon", "type": "message"},
        {"callback_id": "verify_token", "name": "Verify a token", "type": "global"},
    ),
)


class ScriptedBot:
    """A bot that keeps what it is sent, and answers interactions as the test says."""

    def __init__(self) -> None:
        self.interactions: list[Json] = []
        self.answer: Callable[[Json], Json | None] = lambda _payload: None

    @asynccontextmanager
    async def start(self, _settings: Settings) -> AsyncIterator[ASGIApp]:
        yield Starlette(routes=[Route("/slack/events", self._receive, methods=["POST"])])

    async def _receive(self, request: Request) -> Response:
        body = await request.body()
        if "form" not in request.headers.get("content-type", ""):
            return Response()
        fields = parse_qs(body.decode())
        payload = (
            json.loads(fields["payload"][0])
            if "payload" in fields
            else {k: v[0] for k, v in fields.items()}
        )
        self.interactions.append(payload)
        answer = self.answer(payload)
        return Response() if answer is None else JSONResponse(answer)


class PageLab:
    """What tests do to a running workspace from outside its thread."""

    def __init__(self, lab: Lab, loop: asyncio.AbstractEventLoop) -> None:
        self.lab = lab
        self.address = f"{lab.host}/"
        self._loop = loop

    def do(self, run: Callable[[], T]) -> T:
        """Run in the workspace's own thread."""

        async def inside() -> T:
            return run()

        return asyncio.run_coroutine_threadsafe(inside(), self._loop).result(10)

    def end(self, stop: asyncio.Event) -> None:
        """Let the workspace close."""
        self._loop.call_soon_threadsafe(stop.set)

    def say(self, channel: str, user: str, text: str, thread_ts: str | None = None) -> str:
        return self.do(lambda: self.lab.people.say(channel, user, text, thread_ts))

    def bot_says(self, channel: str, blocks: list[Json], text: str = "", **more: Any) -> str:
        """Post as the bot, without one."""
        workspace = self.lab.workspace
        return self.do(
            lambda: (
                workspace.post(
                    Message(channel, workspace.new_ts(), BOT_USER, text, with_ids(blocks), **more)
                ).ts
            )
        )

    def open_modal(self, user: str, view: Json) -> str:
        return self._show(user, lambda: self.lab.workspace.views.open(user, _ready(view)).id)

    def show_home(self, user: str, view: Json) -> str:
        return self._show(user, lambda: self.lab.workspace.views.publish(user, _ready(view)).id)

    def _show(self, user: str, place: Callable[[], str]) -> str:
        def run() -> str:
            view_id = place()
            self.lab.workspace.tell(Change(Kind.VIEW, user))
            return view_id

        return self.do(run)


def _ready(view: Json) -> Json:
    return {**view, "blocks": with_ids(view["blocks"])}


@contextmanager
def page_lab(
    start_bot: StartBot | None,
    data_dir: Path,
    manifest: Manifest | None = None,
) -> Iterator[PageLab]:
    """Yield a workspace that is served on loopback from a thread of its own.

    Without a bot of the test's: the real one, beside a customer's server, as `make run` has it.
    """
    ready, stop = threading.Event(), asyncio.Event()
    opened: list[PageLab] = []

    async def run() -> None:
        async with running_workspace(start_bot, data_dir=data_dir, manifest=manifest) as lab:
            await hold(lab)

    async def run_with_customer() -> None:
        async with serving_customer() as (customer, guard):
            bot = partial(real_bot, guard=guard)
            async with running_workspace(bot, data_dir=data_dir, customer=customer) as lab:
                await hold(lab)

    async def hold(lab: Lab) -> None:
        opened.append(PageLab(lab, asyncio.get_running_loop()))
        ready.set()
        await stop.wait()

    with ThreadPoolExecutor(1) as thread:
        served = thread.submit(asyncio.run, run() if start_bot else run_with_customer())
        served.add_done_callback(lambda _: ready.set())
        assert ready.wait(60), "the local workspace did not start"
        if not opened:
            served.result()
        try:
            yield opened[0]
        finally:
            opened[0].end(stop)
        served.result(15)
