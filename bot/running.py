"""``anon-support run``: the bot in a real workspace."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager, suppress

import uvicorn

from bot.app import create_asgi, run_socket_mode
from bot.config import Settings
from bot.errors import ConfigError
from bot.services import open_services

CONNECTED = "Connecting to Slack by Socket Mode. Ctrl-C ends it."
LISTENING = "Listening on http://{host}:{port} for Slack's requests. Ctrl-C ends it."
NO_TOKENS = (
    "Not set: {names}. docs/slack-setup.md shows where each comes from; "
    "to try the bot without Slack: anon-support playground"
)
DRAIN_SECONDS = 10


def missing_settings(settings: Settings) -> list[str]:
    """Return the names of the settings without which the bot cannot connect."""
    missing = [] if settings.slack_bot_token else ["SLACK_BOT_TOKEN"]
    if not settings.slack_app_token and not settings.slack_signing_secret:
        missing.append("SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)")
    return missing


async def run_bot(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; raise ConfigError when a setting is missing."""
    missing = missing_settings(settings)
    if missing:
        raise ConfigError(NO_TOKENS.format(names=", ".join(missing)))
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    async with open_services(settings) as services:
        if settings.slack_app_token:
            print(CONNECTED, flush=True)  # noqa: T201 - what the person at the terminal waits for
            await until_stopped(run_socket_mode(services))
            return
        app = create_asgi(services)
        server = DrainingServer(
            uvicorn.Config(
                app,
                host=settings.host,
                port=settings.port,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=DRAIN_SECONDS,
            )
        )
        server.at_stop = app.state.readiness.stop
        print(LISTENING.format(host=settings.host, port=settings.port), flush=True)  # noqa: T201
        await server.serve()


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


async def until_stopped(serving: Coroutine[object, object, None]) -> None:
    """Serve until SIGINT or SIGTERM, then let it end in order."""
    task = asyncio.ensure_future(serving)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task
