"""Takeover: a replica dies with its hands full, and another one finishes. Deploy: new code does.

Slack is made slow, so that 50 workflows are begun and none is done when the replica is killed.
"""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg

from benchmarks.figures import say, write_report
from benchmarks.kill import DOUBLED_SECONDS, answered
from benchmarks.rig.driver import Driver, session
from benchmarks.rig.line import Line, Trouble
from benchmarks.rig.process import BOT, serving
from benchmarks.rig.replicas import environment
from benchmarks.rig.slack import channel_ids, slack_double
from benchmarks.rig.stores import database
from benchmarks.rig.talk import plain_talk

ROOT = Path(__file__).parents[1]
IN_FLIGHT = 50
CHANNELS = 400  # a channel carries out one workflow at a time
SLOW = (120.0, 120.0)
QUICK = (0.0, 0.0)
CLAIM_SECONDS = 60
LIMIT_SECONDS = 60.0
WAIT_SECONDS = 120
BEGUN = "SELECT count(*) FROM dbos.workflow_status WHERE status = 'PENDING'"
COLUMNS = ("what", "in flight", "seconds until all are done", "lost", "doubled", "new code ran")
MARK = "the changed workflow ran"
OLD_STEP = '        recorded = await patiently("record", record)\n'
MORE_STEPS = f"""
        async def mark() -> Json:
            log.warning("{MARK}")
            return {{}}

        await patiently("mark", mark)
"""
OLD_WORKFLOW = '    @DBOS.workflow(name="attend", max_recovery_attempts=RESTARTS)\n'
MORE_WORKFLOW = """    @DBOS.workflow(name="more")
    async def more(self, job: Json) -> Json:
        return job

"""


@dataclass(frozen=True)
class Taken:
    """How the work of the dead was finished."""

    what: str
    in_flight: int
    seconds: float
    lost: int
    doubled: int
    changed: str = "–"

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled) and self.seconds <= LIMIT_SECONDS


@dataclass
class Stage:
    """A driver, a slow line, two folders; the bot comes and goes."""

    driver: Driver
    line: Line
    folder: Path
    url: str

    def settings(self, name: str) -> dict[str, str]:
        """Return the environment of one more process."""
        found = environment(
            self.driver.double,
            self.folder / name,
            api=self.line.address,
            database_url=self.url,
            channels=channel_ids(CHANNELS),
        )
        return found | {"POST_SECONDS": "0"}

    async def fill(self, address: str) -> int:
        """Deliver messages to one process until it has begun 50 workflows; return how many."""
        self.driver.addresses = [address]
        async with session() as http:
            await self.driver.run(http, round(1.2 * IN_FLIGHT))
        until = time.monotonic() + CLAIM_SECONDS
        begun = 0
        while begun < IN_FLIGHT and time.monotonic() < until:
            await asyncio.sleep(0.2)
            begun = await asyncio.to_thread(self._begun)
        return begun

    def _begun(self) -> int:
        with psycopg.connect(self.url) as connection:
            row = connection.execute(BEGUN).fetchone()
        return int(row[0]) if row else 0

    async def finished(self, what: str, in_flight: int, changed: str = "–") -> Taken:
        """Return how it went, counted from now."""
        begun = time.monotonic()
        self.line.delay = QUICK
        await answered(self.driver, WAIT_SECONDS)
        seconds = round(time.monotonic() - begun, 1)
        await asyncio.sleep(DOUBLED_SECONDS)
        verdict = self.driver.history.verdict()
        wrong = (len(verdict.lost), len(verdict.doubled) + len(verdict.unasked))
        return Taken(what, in_flight, seconds, *wrong, changed)


@asynccontextmanager
async def stage(url: str) -> AsyncIterator[Stage]:
    """Yield a slow Slack and a driver whose every message needs a reply."""
    with tempfile.TemporaryDirectory(prefix="takeover") as name:
        async with slack_double(CHANNELS) as double:
            slow = Line(double.host, 1, random.Random(1), (Trouble.DELAY,), SLOW)
            slow.only = "chat.postMessage"
            async with slow.open():
                driver = Driver(double, [], plain_talk(1), 20, CHANNELS)
                yield Stage(driver, slow, Path(name), url)


async def takeover(url: str) -> Taken:
    """Kill one of two replicas with its hands full."""
    async with stage(url) as on:
        first, second = on.settings("first"), on.settings("second")
        async with serving(BOT, first, on.folder / "first.log") as dying:
            in_flight = await on.fill(dying.address)
            async with serving(BOT, second, on.folder / "second.log"):
                say(f"takeover: {in_flight} workflows begun, one of two replicas killed")
                dying.kill()
                return await on.finished("one of two replicas killed", in_flight)


async def deploy(url: str) -> Taken:
    """Stop the old code with its hands full, and start new code with a changed workflow."""
    async with stage(url) as on:
        changed = await asyncio.to_thread(changed_code, on.folder / "code")
        first, second = on.settings("first"), on.settings("second")
        async with serving(BOT, first, on.folder / "first.log") as old:
            in_flight = await on.fill(old.address)
            old.kill()
        second |= {"PYTHONPATH": str(changed)}
        log = on.folder / "second.log"
        async with serving(BOT, second, log, cwd=changed):
            say(f"takeover: {in_flight} workflows begun, new code started")
            taken = await on.finished("new code with a changed workflow", in_flight)
        ran = MARK in await asyncio.to_thread(log.read_text)
        return Taken(**asdict(taken) | {"changed": "yes" if ran else "no"})


def changed_code(folder: Path) -> Path:
    """Return a copy of the packages with one more workflow, and one that does more at its end."""
    for package in ("bot", "handlers", "knowledge"):
        shutil.copytree(ROOT / package, folder / package)
    shutil.copy(ROOT / "app.yaml", folder)
    file = folder / "bot" / "durable.py"
    text = file.read_text(encoding="utf-8")
    if text.count(OLD_STEP) != 1 or text.count(OLD_WORKFLOW) != 1:
        raise RuntimeError("bot/durable.py is another one than this bench knows")
    text = text.replace(OLD_STEP, OLD_STEP + MORE_STEPS)
    file.write_text(text.replace(OLD_WORKFLOW, MORE_WORKFLOW + OLD_WORKFLOW), encoding="utf-8")
    return folder


def row(one: Taken) -> list[str]:
    figures = (one.in_flight, f"{one.seconds:.1f}", one.lost, one.doubled)
    return [one.what, *map(str, figures), one.changed]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.takeover", description=__doc__)
    parser.add_argument("--only", choices=("takeover", "deploy"), default=None)
    given = parser.parse_args(arguments)
    found = []
    for run in (takeover, deploy):
        if given.only in {None, run.__name__}:
            with database("postgresql") as url:
                found.append(asyncio.run(run(url)))
    rows = [
        [
            one.what,
            str(one.in_flight),
            f"{one.seconds:.1f}",
            str(one.lost),
            str(one.doubled),
            one.changed,
        ]
        for one in found
    ]
    write_report(
        "takeover", "Work of a dead process", COLUMNS, rows, [asdict(one) for one in found]
    )
    return 0 if all(one.good for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
