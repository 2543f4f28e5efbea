"""``anon-support playground``: the bot against the local workspace, with its page."""

import asyncio
import contextlib
import os
import signal
import socket
from functools import partial
from pathlib import Path
from time import time

from bot.config import read_settings
from bot.errors import UserError
from bot.ownership import DURABLE_FILE
from bot.playground.customer import serving_customer
from bot.playground.first_visit import STAND_INS
from bot.playground.real_bot import real_bot
from bot.playground.running import run_on
from bot.tokens.key_folder import KeyFolder
from bot.tokens.signing_key import Algorithm, new_key

CUSTOMER = "A customer's server to check: {url} (it serves a login page until you mend it)"
STATE_FILES = tuple(
    f"{name}{part}" for name in ("state.db", DURABLE_FILE) for part in ("", "-wal", "-shm")
)
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
RETRY_PACE = 1 / 60  # Slack retries at once, after 1 and after 5 minutes; here: 1 and 5 seconds


async def serve(
    host: str = "127.0.0.1", port: int = 3000, data_dir: Path | None = None, *, keep: bool = False
) -> None:
    """Run until SIGINT or SIGTERM; raise UserError when it cannot start.

    The workspace is empty at each start, so the bot's state begins anew too, unless ``keep``.
    """
    # slack_sdk would send even loopback calls through a proxy: it does not read NO_PROXY.
    for name in PROXIES:
        os.environ.pop(name, None)
    listener = bind(host, port)
    folder = data_dir or default_data_dir(listener.getsockname()[1])
    with contextlib.closing(listener):
        folder.mkdir(parents=True, exist_ok=True)
        if not keep:
            forget(folder)
        ensure_key(folder)
        async with serving_customer() as (customer, guard):
            bot = partial(real_bot, guard=guard)
            running = run_on(listener, bot, data_dir=folder, pace=RETRY_PACE, customer=customer)
            async with running as lab:
                print(f"Playground: {lab.host}/", flush=True)  # noqa: T201 -- what make run promises
                print(STAND_INS, flush=True)  # noqa: T201
                print(CUSTOMER.format(url=customer.jwks_url), flush=True)  # noqa: T201
                await stopped()


def default_data_dir(port: int) -> Path:
    """Return a folder of the playground's own; one for each port, so that two can run."""
    return read_settings(_env_file=None).data_dir / "playground" / str(port)


def forget(folder: Path) -> None:
    """Remove the state of an earlier run: it is about messages that are gone."""
    for name in STATE_FILES:
        (folder / name).unlink(missing_ok=True)


def ensure_key(folder: Path) -> None:
    """Make sure that there is an example key: ana and sam may mint with it."""
    keys = KeyFolder(folder / "keys", time)
    if not keys.ring().signing():
        keys.add([new_key(Algorithm.RS256)])


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket, or raise UserError that says what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise UserError(
            f"Cannot listen on {host}:{port} ({error.strerror}). Stop what uses it, "
            f"or take another: anon-support playground --port {port + 1}"
        ) from None


async def stopped() -> None:
    """Return at SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
