"""Runs the double and a bot in one process on a loopback port; for the playground and for tests."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.anon_double import KEYS
from bot.config import Settings, read_settings
from bot.playground.customer import Customer
from bot.playground.double import SlackDouble
from bot.playground.loop_server import LoopServer
from bot.playground.manifest import Manifest, read_manifest
from bot.playground.origins import OwnOrigin, own_hosts
from bot.playground.page import static_routes
from bot.playground.page_api import page_routes
from bot.playground.socket_mode import SocketMode
from bot.playground.workspace import Change, Message

StartBot = Callable[[Settings], AbstractAsyncContextManager[ASGIApp]]
T = TypeVar("T")
STOP_SECONDS = 2
UNTIL_SECONDS = 10.0
ANON_PATH = "/stand-in/anon"


class BotDoor:
    """Where the bot comes in once it is open; before that, its addresses answer 503."""

    def __init__(self) -> None:
        """Start closed."""
        self.bot: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to the bot."""
        bot = self.bot or PlainTextResponse("The bot is starting.", 503)
        await bot(scope, receive, send)


class Lab(SlackDouble):
    """A running workspace: the double, the bot's settings, and ways to wait."""

    settings: Settings

    def calls(self, method: str) -> list[dict[str, Any]]:
        """Return the arguments of every call of a Web API method, oldest first."""
        return [arguments for name, arguments in self.workspace.calls if name == method]

    def private(self, user: str) -> list[Message]:
        """Return the ephemeral messages that a person (name or id) sees, oldest first."""
        person = self.people.room.person(user).id
        held = [m for room in self.workspace.messages.values() for m in room.values()]
        seen = [m for m in held if m.ephemeral_to == person and not m.deleted]
        return sorted(seen, key=lambda m: m.ts)

    async def delivered(self) -> None:
        """Return when every event so far has been answered or given up."""
        await self.sender.delivered()

    async def until(self, look: Callable[[], T], seconds: float = UNTIL_SECONDS) -> T:
        """Return the first truthy value of ``look``, tried at each change; or TimeoutError."""
        changed = asyncio.Event()

        def hear(_change: Change) -> None:
            changed.set()

        self.workspace.listeners.append(hear)
        try:
            async with asyncio.timeout(seconds):
                while not (found := look()):
                    await changed.wait()
                    changed.clear()
                return found
        finally:
            self.workspace.listeners.remove(hear)

    async def reply_to(self, ts: str) -> Message:
        """Return the bot's first reply in the thread of a message, once it is there."""
        return (await self.until(lambda: self.replies(ts)))[0]


def create_playground(lab: Lab, hosts: frozenset[str], door: BotDoor) -> Starlette:
    """Return the application: Slack's addresses, the page, and the bot behind all others."""
    app = Starlette(
        routes=[
            *lab.routes(),
            *page_routes(lab),
            *static_routes(),
            Mount(ANON_PATH, app=lab.anon.app),
            Mount("/", app=door),
        ]
    )
    app.add_middleware(OwnOrigin, hosts=hosts)
    return app


@asynccontextmanager
async def socket_mode(lab: Lab) -> AsyncIterator[SocketMode]:
    """Yield the websocket's side while all deliveries go over it in place of HTTP.

    The app's token is ``lab.app_token``; retries begin once the bot has connected.
    """
    socket_side = SocketMode()
    await socket_side.start()
    lab.web_api.app_methods["apps.connections.open"] = socket_side.open_connection
    over_http, lab.sender.transport = lab.sender.transport, socket_side.transport
    try:
        yield socket_side
    finally:
        lab.sender.transport = over_http
        await socket_side.close()


def bot_settings(lab: SlackDouble, host: str, port: int, data_dir: Path | None) -> Settings:
    """Return settings that lead the bot to the double; Slack's own variables are ignored."""
    places = {"data_dir": data_dir} if data_dir is not None else {}
    return read_settings(
        _env_file=None,
        slack_bot_token=lab.bot_token,
        slack_app_token=None,
        slack_client_id=None,
        slack_client_secret=None,
        token_encryption_keys=None,
        slack_signing_secret=lab.signing_secret,
        slack_api_url=f"{lab.host}/api/",
        support_channels=("C0SUPPORT",),
        staff_channel="C0STAFF",
        staff_users=("U0SAM",),
        mint_users=("U0ANA", "U0SAM"),
        mint_channels=(),
        anon_default_env="sandbox",
        check_channels=("C0SUPPORT", "C0GENERAL"),
        anon_api_url_sandbox=f"{lab.host}{ANON_PATH}/sandbox",
        anon_api_url_prod=f"{lab.host}{ANON_PATH}/prod",
        anon_api_key_sandbox=KEYS["sandbox"],
        anon_api_key_prod=KEYS["prod"],
        escalation_group="S0SUPPORT",
        hold_seconds=1,  # who tries the bot does not wait as long as who pastes in pieces
        database_url="",
        public_url="",
        host=host,
        port=port,
        **places,
    )


@asynccontextmanager
async def run_on(
    listener: socket.socket,
    start_bot: StartBot,
    *,
    data_dir: Path | None = None,
    manifest: Manifest | None = None,
    pace: float = 1.0,
    ack_seconds: float = 0.0,
    customer: Customer | None = None,
) -> AsyncIterator[Lab]:
    """Yield the workspace while it and the bot are served on a bound socket."""
    name, port = listener.getsockname()[:2]
    reached_at = "127.0.0.1" if name == "0.0.0.0" else name  # noqa: S104 -- compared, not bound
    shown = f"[{reached_at}]" if ":" in reached_at else reached_at
    declared = read_manifest() if manifest is None else manifest
    lab = Lab(f"http://{shown}:{port}", declared, pace=pace, ack_seconds=ack_seconds)
    lab.settings = bot_settings(lab, name, port, data_dir)
    lab.give_customer(customer)
    door = BotDoor()
    app = create_playground(lab, own_hosts(reached_at, port), door)
    async with _served(app, listener, lab), start_bot(lab.settings) as bot:
        door.bot = bot
        try:
            yield lab
        finally:
            await lab.sender.close()


@asynccontextmanager
async def _served(app: ASGIApp, listener: socket.socket, lab: Lab) -> AsyncIterator[None]:
    """Serve the application; at the end open pages do not hold the server up."""
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    server = LoopServer(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await server.accepts.wait()
    try:
        yield
    finally:
        lab.stream.close()
        server.should_exit = True
        await serving


@asynccontextmanager
async def running_workspace(
    start_bot: StartBot,
    *,
    data_dir: Path,
    manifest: Manifest | None = None,
    pace: float = 0.0001,
    ack_seconds: float = 0.0,
    customer: Customer | None = None,
) -> AsyncIterator[Lab]:
    """Yield a workspace with a bot on a free loopback port; retries come fast."""
    listener = socket.create_server(("127.0.0.1", 0))
    async with run_on(
        listener,
        start_bot,
        data_dir=data_dir,
        manifest=manifest,
        pace=pace,
        ack_seconds=ack_seconds,
        customer=customer,
    ) as lab:
        yield lab
