"""Kills replicas under load and looks whether every question got exactly one answer.

``python -m benchmarks.kill --kills 200 --events 2000`` on SQLite and on PostgreSQL. Slack is the
local workspace's double; one call in five of its Web API goes wrong, some after they had their
effect; one delivery in ten comes twice; what is not acknowledged comes again, as from Slack.
"""

import argparse
import asyncio
import contextlib
import json
import logging
import multiprocessing
import os
import random
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import uvicorn
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from benchmarks.replica import serve
from bot.playground.cast import BOT_USER, TEAM_ID, Channel, Person
from bot.playground.double import SlackDouble
from bot.playground.loop_server import LoopServer
from bot.playground.manifest import read_manifest
from bot.playground.web_api import slack_json
from bot.playground.workspace import Message as Posted

Json = dict[str, Any]
CHANNELS = 20
PEOPLE = 400
SURE = "Error translating external user id: 404 - Not Found"
CHATTER = ("thanks all!", "morning", "is the demo at three?", "deployed, looks good here")
ANSWERED_SECONDS = 120  # after the last event: takeover, retries and the pace of posts
DELIVERY_SECONDS = 3  # as Slack waits
AGAIN_SECONDS = 0.3  # Slack comes back after a minute; here sooner


@dataclass
class Plan:
    """What a run is made of."""

    kills: int = 20
    events: int = 200
    rate: float = 20.0
    needed: float = 0.3
    duplicates: float = 0.1
    faults: float = 0.2
    lean: bool = True
    seed: int = 1
    post_seconds: float = 0.2
    keep: str = ""  # where logs and databases of a bad run go


@dataclass
class Outcome:
    """What a run showed."""

    store: str
    events: int = 0
    needed: int = 0
    kills: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)
    deliveries: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.unasked)


class Troubled:
    """The double behind a bad line: limited, broken, slow, or broken after the effect."""

    def __init__(self, app: ASGIApp, share: float, chance: random.Random) -> None:
        self.app = app
        self.share = share
        self.chance = chance
        self.seen: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self.chance.random() >= self.share:
            await self.app(scope, receive, send)
            return
        trouble = self.chance.choice(("limited", "broken", "slow", "lost answer"))
        self.seen[trouble] += 1
        match trouble:
            case "limited":
                answer = slack_json(
                    {"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "1"}
                )
                await answer(scope, receive, send)
            case "broken":
                await PlainTextResponse("upstream trouble", 503)(scope, receive, send)
            case "slow":
                await asyncio.sleep(0.3)
                await self.app(scope, receive, send)
            case _:
                await self._lose(scope, receive, send)

    async def _lose(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def drop(_message: Message) -> None:
            return None

        await self.app(scope, receive, drop)
        await PlainTextResponse("upstream trouble", 502)(scope, receive, send)


class Replicas:
    """The bot's processes: started, killed, started again."""

    def __init__(self, environments: list[dict[str, str]], folder: Path, *, lean: bool) -> None:
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["benchmarks.replica", "bot.app"])
        self.environments = environments
        self.folder = folder
        self.lean = lean
        self.running: dict[int, Any] = {}

    def start(self, number: int) -> None:
        log = str(self.folder / f"replica{number}.log")
        process = self.context.Process(
            target=serve, args=(self.environments[number], log), kwargs={"lean": self.lean}
        )
        process.start()
        self.running[number] = process

    def kill(self, number: int) -> None:
        process = self.running.pop(number)
        os.kill(process.pid, signal.SIGKILL)
        process.join()

    def address(self, number: int) -> str:
        return f"http://127.0.0.1:{self.environments[number]['PORT']}"

    async def ready(self, number: int, http: aiohttp.ClientSession) -> None:
        """Return when the replica answers, started again if it ended by itself."""
        while True:
            if not self.running[number].is_alive():
                self.start(number)
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with http.get(f"{self.address(number)}/healthz") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.05)

    def close(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            process.join(15)


class Driver:
    """Sends signed events on time, whatever becomes of them, and again until they are taken."""

    def __init__(self, double: SlackDouble, replicas: Replicas, plan: Plan) -> None:
        self.double = double
        self.replicas = replicas
        self.plan = plan
        self.chance = random.Random(plan.seed)
        self.signer = SignatureVerifier(double.signing_secret)
        self.needed: dict[str, str] = {}  # ts -> channel
        self.idle: dict[str, str] = {}
        self.seen: Counter[str] = Counter()

    async def run(self, http: aiohttp.ClientSession) -> None:
        begun = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            for number in range(self.plan.events):
                await asyncio.sleep(max(0, begun + number / self.plan.rate - time.monotonic()))
                for body in self.event(number):
                    tasks.create_task(self.deliver(http, body))
                    if self.chance.random() < self.plan.duplicates:
                        tasks.create_task(self.deliver(http, body))

    def event(self, number: int) -> list[str]:
        """Post a message and return the deliveries that Slack would make of it."""
        channel = f"C0K{self.chance.randrange(CHANNELS)}"
        user = f"U0K{number % PEOPLE}"
        needs = self.chance.random() < self.plan.needed
        named = needs and self.chance.random() < 0.3
        text = SURE if needs else self.chance.choice(CHATTER)
        text = f"<@{BOT_USER}> {text}" if named else text
        ts = self.double.workspace.new_ts()
        self.double.workspace.post(Posted(channel, ts, user, text))
        (self.needed if needs else self.idle)[ts] = channel
        event = {"channel": channel, "user": user, "ts": ts, "text": text, "event_ts": ts}
        kinds = ["message", "app_mention"] if named else ["message"]
        return [self.envelope(f"{number}.{kind}", {"type": kind, **event}) for kind in kinds]

    def envelope(self, name: str, event: Json) -> str:
        return json.dumps(
            {
                "type": "event_callback",
                "team_id": TEAM_ID,
                "event_id": f"Ev{name}",
                "event": {**event, "channel_type": "channel"},
            }
        )

    async def deliver(self, http: aiohttp.ClientSession, body: str) -> None:
        """Send until it is acknowledged, each time to one of the replicas."""
        number = 0
        while True:
            status = await self.send(http, body, number)
            self.seen[str(status) if status else "no answer"] += 1
            if 200 <= status < 300:
                return
            number += 1
            await asyncio.sleep(AGAIN_SECONDS)

    async def send(self, http: aiohttp.ClientSession, body: str, number: int) -> int:
        stamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": self.signer.generate_signature(timestamp=stamp, body=body) or "",
        }
        if number:
            headers["X-Slack-Retry-Num"] = str(min(number, 3))
        replica = self.chance.randrange(len(self.replicas.environments))
        url = f"{self.replicas.address(replica)}/slack/events"
        try:
            async with http.post(url, data=body, headers=headers) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    def replies(self, ts: str, channel: str) -> int:
        messages = self.double.workspace.messages.get(channel, {}).values()
        return sum(m.user == BOT_USER and m.thread_ts == ts for m in messages)


async def kill_on(
    replicas: Replicas, plan: Plan, http: aiohttp.ClientSession, outcome: Outcome
) -> None:
    """Kill one replica after another, each time when all are up."""
    chance = random.Random(plan.seed + 1)
    span = plan.events / plan.rate
    while outcome.kills < plan.kills:
        await asyncio.sleep(
            chance.uniform(0, 2 * span / plan.kills)
            if len(replicas.environments) > 1
            else chance.uniform(0.1, 1.2)
        )
        number = chance.randrange(len(replicas.environments))
        replicas.kill(number)
        outcome.kills += 1
        replicas.start(number)
        await replicas.ready(number, http)


async def run(plan: Plan, database_url: str, replicas: int) -> Outcome:
    """Run one plan and return what it showed."""
    outcome = Outcome("postgresql" if database_url else "sqlite")
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kill") as name:
        folder = Path(name)
        async with slack_double(plan) as (double, trouble):
            environments = [
                environment(double, folder, number, database_url, plan)
                for number in range(replicas)
            ]
            bots = Replicas(environments, folder, lean=plan.lean)
            driver = Driver(double, bots, plan)
            try:
                await drive(bots, driver, plan, outcome)
            finally:
                bots.close()
            outcome.faults = dict(trouble.seen)
        if plan.keep and not outcome.good:
            await asyncio.to_thread(shutil.copytree, folder, plan.keep, dirs_exist_ok=True)
    outcome.seconds = round(time.monotonic() - begun, 1)
    return outcome


async def drive(bots: Replicas, driver: Driver, plan: Plan, outcome: Outcome) -> None:
    timeout = aiohttp.ClientTimeout(total=DELIVERY_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        for number in range(len(bots.environments)):
            bots.start(number)
        for number in range(len(bots.environments)):
            await bots.ready(number, http)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(driver.run(http))
            tasks.create_task(kill_on(bots, plan, http, outcome))
        until = time.monotonic() + ANSWERED_SECONDS
        while time.monotonic() < until and not answered(driver):  # noqa: ASYNC110 - others answer
            await asyncio.sleep(0.2)
        await asyncio.sleep(2)  # what would be said twice has time to be
    judge(driver, outcome)


def answered(driver: Driver) -> bool:
    return all(driver.replies(ts, channel) for ts, channel in driver.needed.items())


def judge(driver: Driver, outcome: Outcome) -> None:
    """Count what every event got."""
    outcome.events = len(driver.needed) + len(driver.idle)
    outcome.needed = len(driver.needed)
    outcome.deliveries = dict(driver.seen)
    for ts, channel in driver.needed.items():
        count = driver.replies(ts, channel)
        if count == 0:
            outcome.lost.append(ts)
        elif count > 1:
            outcome.doubled.append(ts)
    outcome.unasked = [ts for ts, channel in driver.idle.items() if driver.replies(ts, channel)]


@asynccontextmanager
async def slack_double(plan: Plan) -> AsyncIterator[tuple[SlackDouble, Troubled]]:
    """Serve the double on loopback, with its people and channels, behind a bad line."""
    listener = socket.create_server(("127.0.0.1", 0))
    host = f"http://127.0.0.1:{listener.getsockname()[1]}"
    double = SlackDouble(host, read_manifest(), pace=1, ack_seconds=0)
    double.workspace.listeners.clear()  # events come from the driver
    people = {f"U0K{number}" for number in range(PEOPLE)}
    for one in people:
        double.workspace.people[one] = Person(one, one.lower(), one, "#777777", "asks")
    for number in range(CHANNELS):
        members = people | {BOT_USER}
        double.workspace.add_channel(Channel(f"C0K{number}", f"k{number}", "auto", members))
    trouble = Troubled(
        Starlette(routes=double.routes()),
        plan.faults,
        random.Random(plan.seed + 2),
    )
    server = LoopServer(uvicorn.Config(trouble, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await server.accepts.wait()
    try:
        yield double, trouble
    finally:
        server.should_exit = True
        await serving
        listener.close()


def environment(
    double: SlackDouble, folder: Path, number: int, database_url: str, plan: Plan
) -> dict[str, str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return {
        "SLACK_BOT_TOKEN": double.bot_token,
        "SLACK_APP_TOKEN": "",
        "SLACK_SIGNING_SECRET": double.signing_secret,
        "SLACK_API_URL": f"{double.host}/api/",
        "SUPPORT_CHANNELS": ",".join(f"C0K{number}" for number in range(CHANNELS)),
        "STAFF_CHANNEL": "",
        "STAFF_USERS": "",
        "DATABASE_URL": database_url,
        "DATA_DIR": str(folder / f"data{number}"),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "POST_SECONDS": str(plan.post_seconds),
        "HOLD_SECONDS": "0.5",
        "LOG_LEVEL": "INFO",
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--events", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=10)
    parser.add_argument("--store", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--lean", action="store_true", help="match by one word")
    parser.add_argument("--keep", default="", help="a folder for what a bad run leaves")
    given = parser.parse_args()
    logging.getLogger().setLevel(logging.WARNING)
    plan = Plan(
        given.kills, given.events, given.rate, lean=given.lean, post_seconds=1, keep=given.keep
    )
    outcomes = []
    if given.store != "postgresql":
        outcomes.append(asyncio.run(run(plan, "", 1)))
    if given.store != "sqlite":
        from tests.postgres import binaries, running_server  # noqa: PLC0415

        with running_server(binaries() or Path("/")) as server:
            outcomes.append(asyncio.run(run(plan, server.new_database(), 2)))
    for outcome in outcomes:
        print(json.dumps({**asdict(outcome), "good": outcome.good}, indent=1))
    return 0 if all(outcome.good for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
