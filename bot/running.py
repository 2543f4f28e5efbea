"""``anon-support run``: the bot in a real workspace."""

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
            await run_socket_mode(services)
            return
        server = uvicorn.Server(
            uvicorn.Config(
                create_asgi(services),
                host=settings.host,
                port=settings.port,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=DRAIN_SECONDS,
            )
        )
        print(LISTENING.format(host=settings.host, port=settings.port), flush=True)  # noqa: T201
        await server.serve()
