"""``anon-support run``: the bot in a real workspace."""

import asyncio
import errno
import gc
import signal
import socket
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from typing import Any

import structlog
import uvicorn
from starlette.applications import Starlette

from bot.app import create_asgi, create_socket_asgi
from bot.config import MAKE_KEY, Settings
from bot.errors import ConfigError
from bot.manifest import INSTALL_PATH
from bot.services import open_services

CONNECTED = (
    "Connecting to Slack by Socket Mode; health and metrics are at http://{host}:{port}. "
    "Ctrl-C ends it."
)
LISTENING = "Listening on http://{host}:{port} for Slack's requests. Ctrl-C ends it."
NO_TOKENS = (
    "Not set: {names}. docs/slack-setup.md shows where each comes from; "
    "to try the bot without Slack: anon-support playground"
)
NO_PORT = "Cannot listen on {host}:{port} ({cause}): set HOST and PORT to an address that is free"
INSTALLING = "Workspaces install the app at {address}"
BOTH = (
    "Set for one workspace: {one}; set for several by OAuth: {several}. Keep one kind: "
    "SLACK_BOT_TOKEN for one workspace, or SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and "
    "TOKEN_ENCRYPTION_KEYS, over HTTP, for several."
)
DRAIN_SECONDS = 10
log = structlog.get_logger(__name__)


def missing_settings(settings: Settings) -> list[str]:
    """Return the names of the settings without which the bot cannot connect."""
    if settings.by_oauth:
        return _missing_for_oauth(settings)
    missing = [] if settings.slack_bot_token else ["SLACK_BOT_TOKEN"]
    if not settings.slack_app_token and not settings.slack_signing_secret:
        missing.append("SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)")
    return missing


def _missing_for_oauth(settings: Settings) -> list[str]:
    needed = {
        "SLACK_CLIENT_ID": settings.slack_client_id,
        "SLACK_CLIENT_SECRET": settings.slack_client_secret,
        "SLACK_SIGNING_SECRET": settings.slack_signing_secret,
        f"TOKEN_ENCRYPTION_KEYS (make one with: {MAKE_KEY})": settings.encryption_keys,
    }
    return [name for name, value in needed.items() if not value]


def conflict(settings: Settings) -> str:
    """Return what is wrong if settings for one workspace and for several are mixed, or nothing."""
    tokens = {"BOT": settings.slack_bot_token, "APP": settings.slack_app_token}
    client = {"ID": settings.slack_client_id, "SECRET": settings.slack_client_secret}
    one = ", ".join(f"SLACK_{kind}_TOKEN" for kind, value in tokens.items() if value)
    several = ", ".join(f"SLACK_CLIENT_{kind}" for kind, value in client.items() if value)
    return BOTH.format(one=one, several=several) if one and several else ""


async def run_bot(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; raise ConfigError when it cannot start."""
    if mixed := conflict(settings):
        raise ConfigError(mixed)
    if missing := missing_settings(settings):
        raise ConfigError(NO_TOKENS.format(names=", ".join(missing)))
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    by_socket = settings.slack_app_token is not None
    async with open_services(settings) as services:
        app = create_socket_asgi(services) if by_socket else create_asgi(services)
        with closing(listen(settings, only_this=not by_socket)) as listener:
            # Entered here, not by uvicorn: what is wrong with a setting is then told as such.
            async with app.router.lifespan_context(app):
                host, port = listener.getsockname()[:2]
                told = CONNECTED if by_socket else LISTENING
                print(told.format(host=host, port=port), flush=True)  # noqa: T201
                if settings.by_oauth:
                    print(INSTALLING.format(address=settings.own_url + INSTALL_PATH), flush=True)  # noqa: T201
                with _settled():
                    await _serve(app, listener)


@contextmanager
def _settled() -> Generator[None]:
    """Let the garbage collector pass over what stays: to walk it stops everything for 0.15 s."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


async def _serve(app: Starlette, listener: socket.socket) -> None:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    server = DrainingServer(config)
    server.at_stop = app.state.readiness.stop
    await server.serve(sockets=[listener])


def listen(settings: Settings, *, only_this: bool) -> socket.socket:
    """Return a socket bound to HOST and PORT; where another port will do too, one that is free."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        cause = error.strerror or str(error)
        if only_this or error.errno != errno.EADDRINUSE:
            raise ConfigError(NO_PORT.format(cause=cause, **_place(settings))) from None
        log.warning("port_taken", cause=cause, **_place(settings))
        return socket.create_server((settings.host, 0), family=family)


def _place(settings: Settings) -> dict[str, Any]:
    return {"host": settings.host, "port": settings.port}


class DrainingServer(uvicorn.Server):
    """At SIGTERM or SIGINT not ready at once, then drained; the process ends with 0."""

    at_stop: Callable[[], None]

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Stop at a signal and go on to the end: uvicorn's own would raise it again."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.at_stop()
        self.should_exit = True
