"""Kills replicas under load and looks whether every question got exactly one answer.

``python -m benchmarks.kill --kills 200 --events 2000`` on SQLite and on PostgreSQL. Slack is the
local workspace's double; one call in five of its Web API goes wrong, some after they had their
effect; one delivery in ten comes twice; what is not acknowledged comes again, as from Slack.
"""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.figures import say, write_report
from benchmarks.rig.driver import Driver, session
from benchmarks.rig.history import Verdict
from benchmarks.rig.line import Line
from benchmarks.rig.replicas import Replicas, environment
from benchmarks.rig.slack import CHANNELS, channel_ids, slack_double
from benchmarks.rig.stores import database
from benchmarks.rig.talk import plain_talk

ANSWERED_SECONDS = 180  # after the last event: takeover, retries and the pace of posts
DOUBLED_SECONDS = 2  # what would be said twice has time to be
SHORT_FREEZE = (0.5, 4.0)
LONG_FREEZE = 27.0  # past the time after which another replica takes over
COLUMNS = ("store", "replicas", "events", "need a reply", "SIGKILLs", "freezes", "lost", "doubled")


@dataclass(frozen=True)
class Plan:
    """What a run is made of."""

    kills: int = 20
    events: int = 200
    rate: float = 20.0
    needed: float = 0.3
    duplicates: float = 0.1
    faults: float = 0.2
    freezes: int = 0  # in place of so many kills; one in four outlasts the takeover
    lean: bool = True
    seed: int = 1
    post_seconds: float = 0.2
    keep: str = ""  # where logs and databases of a bad run go


@dataclass(frozen=True)
class Outcome:
    """What a run showed."""

    store: str
    replicas: int
    verdict: Verdict
    kills: int
    freezes: int
    deliveries: dict[str, int]
    faults: dict[str, int]
    seconds: float

    @property
    def good(self) -> bool:
        return self.verdict.good

    @property
    def line(self) -> list[str]:
        """The row of the table."""
        seen, verdict = self, self.verdict
        figures = (seen.replicas, verdict.events, verdict.needed, seen.kills, seen.freezes)
        wrong = (len(verdict.lost), len(verdict.doubled) + len(verdict.unasked))
        return [seen.store, *map(str, (*figures, *wrong))]


class Killer:
    """Kills or freezes one replica after another, each time when all are up."""

    def __init__(self, bots: Replicas, plan: Plan, *, long: bool) -> None:
        self.bots = bots
        self.plan = plan
        self.long = long  # somebody is there to take over
        self.chance = random.Random(plan.seed + 1)
        self.kills = self.freezes = 0

    async def run(self, http: aiohttp.ClientSession) -> None:
        several = len(self.bots.environments) > 1
        span = self.plan.events / self.plan.rate / (self.plan.kills + self.plan.freezes)
        strikes = [True] * self.plan.kills + [False] * self.plan.freezes
        self.chance.shuffle(strikes)
        for kill in strikes:
            await asyncio.sleep(self.chance.uniform(0, 2 * span if several else 1.2))
            number = self.chance.randrange(len(self.bots.environments))
            if kill:
                self.bots.kill(number)
                self.kills += 1
                self.bots.start(number)
            else:
                await self.bots.freeze(number, self._freeze_seconds())
                self.freezes += 1
            await self.bots.ready(number, http)

    def _freeze_seconds(self) -> float:
        if self.long and self.chance.random() < 0.25:
            return LONG_FREEZE
        return self.chance.uniform(*SHORT_FREEZE)


async def run(plan: Plan, database_url: str, replicas: int) -> Outcome:
    """Run one plan and return what it showed."""
    store, begun = "postgresql" if database_url else "sqlite", time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kill") as name:
        async with slack_double() as double:
            line = Line(double.host, plan.faults, random.Random(plan.seed + 2))
            async with line.open():
                settings = {
                    "POST_SECONDS": str(plan.post_seconds),
                    "HOLD_SECONDS": "0.5",
                }
                environments = [
                    environment(
                        double,
                        Path(name) / f"data{number}",
                        api=line.address,
                        database_url=database_url,
                        channels=channel_ids(),
                    )
                    | settings
                    for number in range(replicas)
                ]
                bots = Replicas(environments, Path(name), lean=plan.lean)
                driver = Driver(
                    double,
                    bots.addresses,
                    plain_talk(plan.needed),
                    plan.rate,
                    CHANNELS,
                    plan.duplicates,
                    plan.seed,
                )
                killer = Killer(bots, plan, long=replicas > 1)
                try:
                    await drive(bots, driver, killer)
                finally:
                    bots.close()
        verdict = driver.history.verdict()
        if plan.keep and not verdict.good:
            await asyncio.to_thread(shutil.copytree, name, plan.keep, dirs_exist_ok=True)
    seconds = round(time.monotonic() - begun, 1)
    return Outcome(
        store,
        replicas,
        verdict,
        killer.kills,
        killer.freezes,
        driver.statuses,
        dict(line.seen),
        seconds,
    )


async def drive(bots: Replicas, driver: Driver, killer: Killer) -> None:
    async with session() as http:
        await bots.start_all(http)
        async with asyncio.TaskGroup() as tasks:
            telling = tasks.create_task(tell(driver, killer))
            load = tasks.create_task(driver.run(http, killer.plan.events))
            kills = tasks.create_task(killer.run(http))
            await asyncio.wait([load, kills])
            telling.cancel()
        await answered(driver, ANSWERED_SECONDS)
        await asyncio.sleep(DOUBLED_SECONDS)


async def tell(driver: Driver, killer: Killer) -> None:
    """Say from time to time how far it is."""
    while True:
        await asyncio.sleep(10)
        said = len(driver.history.needed) + len(driver.history.idle)
        say(f"kill: {said} events, {killer.kills} kills, {driver.history.waiting()} waiting")


async def answered(driver: Driver, seconds: float) -> bool:
    """Return when every message that needs a reply has one, or when the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not driver.history.waiting():
            return True
        await asyncio.sleep(0.2)
    return False


def report(outcomes: Iterable[Outcome]) -> None:
    """Print and write what the runs showed."""
    found = list(outcomes)
    record: list[dict[str, Any]] = [{**asdict(one), "good": one.good} for one in found]
    write_report("kill", "Kills under load", COLUMNS, [one.line for one in found], record)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kill", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--freezes", type=int, default=8)
    parser.add_argument("--events", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--lean", action="store_true", help="match by one word")
    parser.add_argument("--keep", default="", help="a folder for what a bad run leaves")
    given = parser.parse_args(arguments)
    plan = Plan(
        given.kills,
        given.events,
        given.rate,
        freezes=given.freezes,
        lean=given.lean,
        seed=given.seed,
        post_seconds=1,
        keep=given.keep,
    )
    outcomes = []
    for store in ("sqlite", "postgresql") if given.store == "both" else (given.store,):
        with database(store) as url:
            outcomes.append(asyncio.run(run(plan, url, 2 if url else 1)))
    report(outcomes)
    return 0 if all(one.good for one in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
