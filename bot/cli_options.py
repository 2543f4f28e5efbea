"""What commands that look at the real thing have in common: options, and what they work with."""

import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.anon_answers import Environment
    from bot.anon_api import AnonApi
    from bot.config import Settings
    from bot.guard import Guard

MOST_READ = 1024 * 1024
NO_SUCH_ENV = "--env is sandbox or prod."

Env = Annotated[
    str,
    typer.Option(metavar="sandbox|prod", help="Anon's environment. Default: ANON_DEFAULT_ENV."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
AllowHttp = Annotated[
    bool, typer.Option("--allow-http", help="For tests: take http:// where it was given.")
]
AllowHost = Annotated[
    list[str] | None,
    typer.Option("--allow-host", metavar="H:P", help="For tests: this host and port are public."),
]
CaFile = Annotated[
    Path | None,
    typer.Option("--ca-file", metavar="PEM", help="For tests: trust these certificates as well."),
]


def read_text(text: str) -> str:
    """Return the text, or for ``-`` what standard input holds."""
    return sys.stdin.buffer.read(MOST_READ).decode("utf-8", "replace") if text == "-" else text


def open_guard(allow_http: bool, allow_host: list[str] | None, ca_file: Path | None) -> "Guard":
    """Return the guard with the options that are for tests."""
    from bot.guard import Guard  # noqa: PLC0415

    return Guard(allow_http=allow_http, allow_hosts=allow_host or (), ca_file=ca_file)


@asynccontextmanager
async def open_tools(env: str) -> "AsyncIterator[tuple[AnonApi, Environment, Settings]]":
    """Yield the client of Anon's API, the environment that is meant, and the settings."""
    from bot.anon_answers import Environment  # noqa: PLC0415
    from bot.anon_api import open_anon_api  # noqa: PLC0415
    from bot.config import read_settings  # noqa: PLC0415
    from bot.telemetry import configure_logging  # noqa: PLC0415

    settings = read_settings()
    configure_logging("ERROR")  # stdout is for the answer alone
    try:
        where = Environment(env.strip().lower() or settings.anon_default_env)
    except ValueError:
        raise ConfigError(NO_SUCH_ENV) from None
    async with open_anon_api(settings) as api:
        yield api, where, settings
