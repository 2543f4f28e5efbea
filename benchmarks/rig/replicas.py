"""The bot's processes: started, killed, frozen, started again."""

import asyncio
import contextlib
import multiprocessing
import os
import signal
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.rig.replica import serve
from bot.playground.double import SlackDouble

LOOK_SECONDS = 0.05
END_SECONDS = 15


class Replicas:
    """One process for each environment, forked from one that has imported everything."""

    def __init__(
        self, environments: Sequence[dict[str, str]], folder: Path, *, lean: bool = False
    ) -> None:
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["benchmarks.rig.replica", "bot.app"])
        self.environments = environments
        self.folder = folder
        self.lean = lean
        self.running: dict[int, Any] = {}

    @property
    def addresses(self) -> list[str]:
        """Where each listens."""
        return [f"http://127.0.0.1:{one['PORT']}" for one in self.environments]

    def start(self, number: int) -> None:
        log = str(self.folder / f"replica{number}.log")
        process = self.context.Process(
            target=serve, args=(self.environments[number], log), kwargs={"lean": self.lean}
        )
        process.start()
        self.running[number] = process

    def kill(self, number: int) -> None:
        """End it as a loss of power would."""
        process = self.running.pop(number)
        with contextlib.suppress(ProcessLookupError):  # it ended by itself
            os.kill(process.pid, signal.SIGKILL)
        process.join()

    def stop(self, number: int) -> None:
        """End it as a deploy does."""
        process = self.running.pop(number)
        process.terminate()
        process.join(END_SECONDS)

    async def freeze(self, number: int, seconds: float) -> None:
        """Let it stand still, as a machine does that swaps or is moved."""
        process = self.running[number]
        os.kill(process.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            os.kill(process.pid, signal.SIGCONT)

    async def ready(self, number: int, http: aiohttp.ClientSession) -> None:
        """Return when the replica answers, started again if it ended by itself."""
        while True:
            if not self.running[number].is_alive():
                self.start(number)
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with http.get(f"{self.addresses[number]}/healthz") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(LOOK_SECONDS)

    async def start_all(self, http: aiohttp.ClientSession) -> None:
        """Return when every one answers."""
        for number in range(len(self.environments)):
            self.start(number)
        for number in range(len(self.environments)):
            await self.ready(number, http)

    def close(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            process.join(END_SECONDS)


def environment(
    double: SlackDouble,
    folder: Path,
    *,
    api: str = "",
    database_url: str = "",
    channels: Sequence[str],
) -> dict[str, str]:
    """Return the settings of one process that listens on a free port and knows the double."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return {
        "SLACK_BOT_TOKEN": double.bot_token,
        "SLACK_APP_TOKEN": "",
        "SLACK_SIGNING_SECRET": double.signing_secret,
        "SLACK_API_URL": f"{api or double.host}/api/",
        "SUPPORT_CHANNELS": ",".join(channels),
        "STAFF_CHANNEL": "",
        "STAFF_USERS": "",
        "DATABASE_URL": database_url,
        "DATA_DIR": str(folder),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "LOG_LEVEL": "INFO",
    }
