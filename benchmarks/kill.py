"""Kills replicas under load and looks whether every question got exactly one answer.

``python -m benchmarks.kill --kills 200 --events 2000`` on SQLite and on PostgreSQL. Slack is the
local workspace's double; one call in five of its Web API goes wrong, some after they had their
effect; one delivery in ten comes twice. A replica is struck up to three seconds after it is ready,
or while it starts. What is not acknowledged comes again as from Slack, but a minute is a second
and Slack does not give up after three times: who is down then has lost nothing. Lost is what has
no reply when all is over.
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

from benchmarks.figures import say, write_report
from benchmarks.rig.driver import SOON, Driver, session, waits
from benchmarks.rig.history import Verdict
from benchmarks.rig.killer import Course, Killer, Strikes
from benchmarks.rig.line import Line
from benchmarks.rig.replicas import Replicas, environment
from benchmarks.rig.slack import CHANNELS, channel_ids, slack_double
from benchmarks.rig.stores import database
from benchmarks.rig.talk import plain_talk

ANSWERED_SECONDS = 180  # after the last event: takeover, retries and the pace of posts
TELL_SECONDS = 10
DOUBLED_SECONDS = 2  # what would be said twice has time to be
SLACKS_MINUTE = 1 / 60  # of redeliveries, in full runs
COLUMNS = (
    *("store", "replicas", "events", "need a reply", "SIGKILLs", "of these in a start", "freezes"),
    *("lost", "doubled", "taken after Slack's retries", "minutes"),
)


@dataclass(frozen=True)
class Plan:
    """What a run is made of."""

    kills: int = 20
    events: int = 200
    rate: float = 20.0
    needed: float = 0.3
    duplicates: float = 0.1
    faults: float = 0.2
    freezes: int = 0  # besides; where there are replicas, one in four outlasts the takeover
    peace: tuple[float, float] = (0.0, 1.0)  # seconds from ready to the next strike
    waits: tuple[float, ...] = SOON
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
    early: int
    freezes: int
    late: int
    given_up: int
    deliveries: dict[str, int]
    faults: dict[str, int]
    seconds: float

    @property
    def good(self) -> bool:
        return self.verdict.good and not self.given_up

    @property
    def line(self) -> list[str]:
        """The row of the table."""
        seen, verdict = self, self.verdict
        done = (seen.replicas, verdict.events, verdict.needed)
        strikes = (seen.kills, seen.early, seen.freezes)
        wrong = (len(verdict.lost), len(verdict.doubled) + len(verdict.unasked))
        last = (seen.late, round(seen.seconds / 60, 1))
        return [seen.store, *map(str, (*done, *strikes, *wrong, *last))]


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
                    plan.waits,
                    Course(),
                )
                strikes = Strikes(plan.kills, plan.freezes, plan.peace, plan.seed + 1)
                killer = Killer(bots, strikes, driver.course)
                try:
                    await drive(bots, driver, killer, plan.events)
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
        killer.early,
        killer.freezes,
        driver.late,
        driver.given_up,
        driver.statuses,
        dict(line.seen),
        seconds,
    )


async def drive(bots: Replicas, driver: Driver, killer: Killer, events: int) -> None:
    """Send and strike side by side; return when all is answered, or nobody waits any longer."""
    async with session() as http:
        await bots.start_all(http)
        async with asyncio.TaskGroup() as tasks:
            telling = tasks.create_task(tell(driver, killer))
            load = tasks.create_task(driver.run(http, events))
            kills = tasks.create_task(killer.run(http))
            await asyncio.wait([load, kills])
            telling.cancel()
        await answered(driver, ANSWERED_SECONDS)
        await asyncio.sleep(DOUBLED_SECONDS)


async def tell(driver: Driver, killer: Killer) -> None:
    """Say from time to time how far it is."""
    while True:
        await asyncio.sleep(TELL_SECONDS)
        said = len(driver.history.needed) + len(driver.history.idle)
        waiting = driver.history.waiting()
        say(f"kill: {said} events, {killer.kills} kills, {waiting} wait for their reply")


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
    parser.add_argument("--rate", type=float, default=3, help="events a second, at most")
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
        peace=(0.0, 3.0),
        waits=waits(SLACKS_MINUTE),
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
