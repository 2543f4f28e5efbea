"""Kills replicas while people ask for humans, and looks whether each got exactly one ticket.

People press buttons, react, say verbs and fill in forms; staff claim, reply, ask, resolve and
reopen; some tickets are left to their timers, which are shortened. A press in ten comes twice, by
Slack or by an impatient person. Whoever gets no answer presses again.
"""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import say, write_report
from benchmarks.rig.askers import Askers
from benchmarks.rig.driver import session
from benchmarks.rig.hands import Hands
from benchmarks.rig.killer import Course, Killer, Strikes
from benchmarks.rig.line import Line
from benchmarks.rig.replicas import Replicas, environment
from benchmarks.rig.slack import CHANNELS, channel_ids, slack_double
from benchmarks.rig.staff import STAFF_CHANNEL, Staff, bring_staff
from benchmarks.rig.stores import STORES, database
from benchmarks.rig.tickets import Ledger, faults, ways
from bot.playground.cast import GROUP_ID
from bot.playground.double import SlackDouble

DAY = 86_400
TELL_SECONDS = 10
DOUBLED_SECONDS = 3  # what would be said twice has time to be
LOOK_SECONDS = 1
TOLD = 20  # faults that are printed
COLUMNS = (
    *("store", "replicas", "escalations", "SIGKILLs", "tickets", "things done to them"),
    *("reminders", "closed", "came twice", "went unanswered", "faults", "minutes"),
)


@dataclass(frozen=True)
class Plan:
    """What a run is made of."""

    kills: int = 100
    escalations: int = 500
    rate: float = 0.9
    duplicates: float = 0.1
    faults: float = 0.05
    remind: float = 30.0  # seconds, as the next two
    stale: float = 60.0
    close: float = 20.0
    patience: float = 120.0  # seconds without a change until what is wrong stays wrong
    peace: tuple[float, float] = (0.0, 3.0)
    channels: int = CHANNELS
    seed: int = 1
    keep: str = ""  # where logs and databases of a bad run go

    @property
    def settings(self) -> dict[str, str]:
        """The bot's own settings for it."""
        return {
            "POST_SECONDS": "0.05",
            "HOLD_SECONDS": "0.5",
            "STAFF_CHANNEL": STAFF_CHANNEL,
            "ESCALATION_GROUP": GROUP_ID,
            "REMIND_MINUTES": str(self.remind / 60),
            "STALE_DAYS": str(self.stale / DAY),
            "CLOSE_DAYS": str(self.close / DAY),
        }


@dataclass(frozen=True)
class Outcome:
    """What a run showed."""

    store: str
    replicas: int
    asked: dict[str, int]
    kills: int
    tickets: int
    events: dict[str, int]
    twice: int
    unanswered: int
    second: int
    faults: list[str]
    seconds: float

    @property
    def good(self) -> bool:
        return not self.faults

    @property
    def line(self) -> list[str]:
        """The row of the table."""
        done = (self.replicas, sum(self.asked.values()), self.kills, self.tickets)
        timers = (self.events.get("remind", 0), self.events.get("close", 0))
        last = (self.twice, self.unanswered, len(self.faults), round(self.seconds / 60, 1))
        return [self.store, *map(str, (*done, sum(self.events.values()), *timers, *last))]


@dataclass
class Scene:
    """Everybody who acts, and the database that is looked into."""

    hands: Hands
    askers: Askers
    staff: Staff
    killer: Killer
    url: str = ""

    async def faults(self) -> list[str]:
        """Return what is wrong just now."""
        ledger = await asyncio.to_thread(Ledger.read, self.url)
        return faults(ledger, self.hands.workspace, self.askers, self.staff)

    async def play(self, plan: Plan) -> list[str]:
        """Let all act; return what is wrong once nothing more happens."""
        async with session() as http:
            await self.killer.bots.start_all(http)
            telling = asyncio.create_task(self._tell(plan))
            try:
                await asyncio.gather(self._ask(plan), self.killer.run(http))
                await self.hands.delivered()
                await self._settle(plan.patience)
            finally:
                telling.cancel()
        await asyncio.sleep(DOUBLED_SECONDS)
        return await self.faults()

    async def _ask(self, plan: Plan) -> None:
        begun = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            for number in range(plan.escalations):
                due = begun + number / plan.rate
                await asyncio.sleep(max(0, due - time.monotonic()))
                begun += await self.killer.course.send((number + 1) / plan.escalations)
                tasks.create_task(self.askers.ask(number))

    async def _settle(self, patience: float) -> None:
        """Return when all is well, or nothing has changed for so many seconds."""
        wrong, changed = await self.faults(), time.monotonic()
        while wrong and time.monotonic() - changed < patience:
            await asyncio.sleep(LOOK_SECONDS)
            before, wrong = wrong, await self.faults()
            changed = time.monotonic() if wrong != before else changed

    async def _tell(self, plan: Plan) -> None:
        """Say from time to time how far it is."""
        while True:
            await asyncio.sleep(TELL_SECONDS)
            open_ = len(await self.faults())
            say(
                f"escalations: {len(self.askers.asked)} of {plan.escalations} asked, "
                f"{self.killer.kills} kills, {len(self.staff.fates)} cards, {open_} things to come"
            )


async def run(plan: Plan, database_url: str, replicas: int) -> Outcome:
    """Run one plan and return what it showed."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="escalations") as name:
        folder = Path(name)
        url = f"postgresql+psycopg://{database_url.partition('://')[2]}" if database_url else ""
        async with scene(plan, folder, database_url, replicas) as on:
            on.url = url or f"sqlite:///{folder / 'data0' / 'state.db'}"
            wrong = await on.play(plan)
            ledger = await asyncio.to_thread(Ledger.read, on.url)
        if plan.keep and wrong:
            await asyncio.to_thread(shutil.copytree, name, plan.keep, dirs_exist_ok=True)
    store = "postgresql" if database_url else "sqlite"
    return outcome_of(on, store, ledger, wrong, round(time.monotonic() - begun, 1))


@asynccontextmanager
async def scene(plan: Plan, folder: Path, database_url: str, replicas: int) -> AsyncIterator[Scene]:
    """Yield everybody who acts, the bots not yet started."""
    async with slack_double(plan.channels) as double:
        bring_staff(double.workspace)
        line = Line(double.host, plan.faults, random.Random(plan.seed + 2))
        async with line.open():
            bots = Replicas(
                [
                    environment(
                        double,
                        folder / f"data{number}",
                        api=line.address,
                        database_url=database_url,
                        channels=channel_ids(plan.channels),
                    )
                    | plan.settings
                    for number in range(replicas)
                ],
                folder,
                lean=True,
            )
            on = acting(plan, bots, double)
            try:
                yield on
            finally:
                on.staff.close()
                bots.close()
                await on.hands.close()


def acting(plan: Plan, bots: Replicas, double: SlackDouble) -> Scene:
    """Return the people, and who kills."""
    hands = Hands(double, bots.addresses, random.Random(plan.seed), plan.duplicates)
    strikes = Strikes(plan.kills, peace=plan.peace, seed=plan.seed + 1)
    return Scene(
        hands,
        Askers(hands, plan.seed + 3, plan.channels),
        Staff(hands, plan.seed + 4),
        Killer(bots, strikes, Course()),
    )


def outcome_of(on: Scene, store: str, ledger: Ledger, wrong: list[str], seconds: float) -> Outcome:
    events = Counter(event.deed for found in ledger.events.values() for event in found)
    carried = (on.hands.events, on.hands.presses)
    return Outcome(
        store,
        len(on.killer.bots.environments),
        ways(on.askers),
        on.killer.kills,
        len(ledger.tickets),
        dict(events),
        sum(one.twice for one in carried),
        on.hands.presses.refused,
        on.askers.second,
        wrong,
        seconds,
    )


def report(outcomes: Sequence[Outcome]) -> None:
    """Print and write what the runs showed."""
    for one in outcomes:
        for fault in one.faults[:TOLD]:
            say(f"{one.store}: {fault}")
    record: list[dict[str, Any]] = [{**asdict(one), "good": one.good} for one in outcomes]
    rows = [one.line for one in outcomes]
    write_report("escalations", "Escalations under kills", COLUMNS, rows, record)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.escalations", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--escalations", type=int, default=500)
    parser.add_argument("--rate", type=float, default=Plan.rate, help="escalations a second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", choices=STORES, default="postgresql")
    parser.add_argument("--keep", default="", help="a folder for what a bad run leaves")
    given = parser.parse_args(arguments)
    plan = Plan(given.kills, given.escalations, given.rate, seed=given.seed, keep=given.keep)
    with database(given.store) as url:
        outcome = asyncio.run(run(plan, url, 2 if url else 1))
    report([outcome])
    return 0 if outcome.good else 1


if __name__ == "__main__":
    sys.exit(main())
