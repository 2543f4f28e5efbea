"""Socket Mode under trouble: the connection cut, the server restarted.

Messages go on meanwhile; Slack delivers again what was not acknowledged.
"""

import argparse
import asyncio
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.figures import say, write_report
from benchmarks.kill import DOUBLED_SECONDS
from benchmarks.rig.history import History
from benchmarks.rig.process import BOT, serving
from benchmarks.rig.replicas import environment
from benchmarks.rig.slack import CHANNELS, address_of, channel_ids, fill, served, user_id
from benchmarks.rig.talk import SURE
from bot.playground.double import SlackDouble
from bot.playground.manifest import read_manifest
from bot.playground.socket_mode import SocketMode
from bot.playground.workspace import Message

LIMIT_SECONDS = 15.0
PACE = 0.1  # Slack comes again at once, after 6 s and after 30 s
DOWN_SECONDS = 3.0
EVERY_SECONDS = 0.5
MESSAGES = 30
BEFORE = 8  # messages before the trouble
WAIT_SECONDS = 90
COLUMNS = ("trouble", "seconds until connected again", "messages", "lost", "doubled")


@dataclass(frozen=True)
class Back:
    """How the bot came back."""

    trouble: str
    seconds: float
    messages: int
    lost: int
    doubled: int

    @property
    def good(self) -> bool:
        return self.seconds < LIMIT_SECONDS and not (self.lost or self.doubled)


class Side:
    """Slack's side of Socket Mode: a Web API and websockets, which can go down and come back."""

    def __init__(self, double: SlackDouble) -> None:
        self.double = double
        self.port = urlsplit(double.host).port
        self.socket = SocketMode()
        double.web_api.app_methods["apps.connections.open"] = self.socket.open_connection
        double.sender.transport = self.socket.transport
        self.up = AsyncExitStack()

    async def start(self, listener: socket.socket | None = None) -> None:
        listener = listener or socket.create_server(("127.0.0.1", self.port))
        await self.up.enter_async_context(served(self.double, listener))
        await self.socket.start()

    async def stop(self) -> None:
        await self.socket.close()
        await self.up.aclose()

    async def restart(self) -> None:
        await self.stop()
        await asyncio.sleep(DOWN_SECONDS)
        await self.start()

    async def cut(self) -> None:
        self.socket.cut()
        while self.socket.connected.is_set():  # noqa: ASYNC110 - the server notices by itself
            await asyncio.sleep(0.01)


@asynccontextmanager
async def slack_side() -> AsyncIterator[Side]:
    """Yield Slack's side with its people in it; what they say is delivered by websocket."""
    listener = socket.create_server(("127.0.0.1", 0))
    double = SlackDouble(address_of(listener), read_manifest(), pace=PACE, ack_seconds=0)
    fill(double, CHANNELS)
    side = Side(double)
    await side.start(listener)
    try:
        yield side
    finally:
        await double.sender.close()
        await side.stop()


async def talk(side: Side, history: History) -> None:
    """Let people ask, one after another."""
    names = channel_ids()
    for number in range(MESSAGES):
        channel, ts = names[number % len(names)], side.double.workspace.new_ts()
        history.needed[ts] = channel
        side.double.workspace.post(Message(channel, ts, user_id(number), SURE))
        await asyncio.sleep(EVERY_SECONDS)


async def trouble(name: str, strike: Callable[[Side], Awaitable[None]]) -> Back:
    """Return how the bot came back from one trouble."""
    with tempfile.TemporaryDirectory(prefix="link") as folder:
        async with slack_side() as side:
            settings = environment(side.double, Path(folder), channels=channel_ids())
            settings |= {"SLACK_APP_TOKEN": side.double.app_token, "SLACK_SIGNING_SECRET": ""}
            history = History(side.double)
            async with serving(BOT, settings, Path(folder) / "log"):
                await side.socket.connected.wait()
                talking = asyncio.create_task(talk(side, history))
                await asyncio.sleep(BEFORE * EVERY_SECONDS)
                begun = time.monotonic()
                await strike(side)
                async with asyncio.timeout(WAIT_SECONDS):
                    await side.socket.connected.wait()
                seconds = round(time.monotonic() - begun, 1)
                say(f"link: {name}, connected again after {seconds} s")
                await talking
                await all_answered(history)
                await asyncio.sleep(DOUBLED_SECONDS)
                verdict = history.verdict()
    return Back(name, seconds, verdict.needed, len(verdict.lost), len(verdict.doubled))


async def all_answered(history: History) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while history.waiting() and time.monotonic() < until:  # noqa: ASYNC110 - others answer
        await asyncio.sleep(0.2)


async def cut(side: Side) -> None:
    await side.cut()


async def restart(side: Side) -> None:
    await side.restart()


TROUBLES = {"the connection cut": cut, f"Slack gone for {DOWN_SECONDS:.0f} s": restart}


def main(arguments: Sequence[str] | None = None) -> int:
    argparse.ArgumentParser(prog="python -m benchmarks.link", description=__doc__).parse_args(
        arguments
    )
    found = [asyncio.run(trouble(name, strike)) for name, strike in TROUBLES.items()]
    rows = [
        [one.trouble, f"{one.seconds:.1f}", *map(str, (one.messages, one.lost, one.doubled))]
        for one in found
    ]
    write_report("link", "Socket Mode", COLUMNS, rows, [asdict(one) for one in found])
    return 0 if all(one.good for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
