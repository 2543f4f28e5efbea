"""Load: signed events over HTTP, on time whatever becomes of the ones before, beside bare Bolt.

One event in ten needs a reply. On SQLite the bot is one process, on PostgreSQL the two replicas of
compose.yaml. Slack's side, the driver and the database share the machine with the bot.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.charts import draw_load
from benchmarks.figures import RESULTS, percentile, say, write_report
from benchmarks.kill import answered
from benchmarks.rig.counts import disagreements, read_counts
from benchmarks.rig.driver import SLACK_WAITS, Ack, Driver, session
from benchmarks.rig.process import BARE, BOT, Process, serving
from benchmarks.rig.replicas import environment
from benchmarks.rig.slack import CHANNELS, channel_ids, slack_double
from benchmarks.rig.stores import STORES, database
from benchmarks.rig.talk import Talk, channel_talk
from bot.answering import open_answerer
from bot.playground.double import SlackDouble

NEEDED = 0.1
WARM_EVENTS = 200  # not counted: caches, connections and the first compilations
ANSWERED_SECONDS = 90
BARE_NAME = "bare Bolt"
PROCESSES = {"postgresql": 2}  # as compose.yaml has it; every other server is one
COLUMNS = (
    *("server", "events", "p50 ms", "p99 ms", "max ms", "statuses"),
    *("replies", "lost", "doubled", "CPU s", "RSS MiB"),
)


@dataclass(frozen=True)
class Run:
    """One server under the load."""

    name: str
    acks: list[Ack]
    statuses: dict[str, int]
    needed: int
    lost: int
    doubled: int
    unasked: int
    cpu_seconds: float
    rss_mib: float
    disagreements: list[str] = field(default_factory=list)

    def milliseconds(self, *, needs: bool | None = None) -> list[float]:
        """Return how long each ack took, of those that need a reply or do not."""
        return [ack.seconds * 1000 for ack in self.acks if needs is None or ack.needs is needs]


async def measure(name: str, database_url: str, talk: Talk, rate: float, seconds: float) -> Run:
    """Load one server, in processes of its own."""
    with tempfile.TemporaryDirectory(prefix="load") as folder:
        async with slack_double() as double, session() as http, AsyncExitStack() as stack:
            processes = [
                await stack.enter_async_context(one)
                for one in _servers(name, double, Path(folder), database_url)
            ]
            addresses = [process.address for process in processes]
            driver = Driver(double, addresses, talk, rate, CHANNELS, waits=SLACK_WAITS)
            await driver.run(http, WARM_EVENTS)
            driver.acks.clear()
            before = [process.usage().cpu_seconds for process in processes]
            events = round(rate * seconds)
            await driver.run(http, events, WARM_EVENTS)
            after = [process.usage() for process in processes]
            wrong: list[str] = []
            if name != BARE_NAME:
                await answered(driver, ANSWERED_SECONDS)
                counts = await read_counts(addresses, http)
                taken = sum(200 <= ack.status < 300 for ack in driver.acks)
                wrong = disagreements(counts, WARM_EVENTS + taken, driver.history)
        verdict = driver.history.verdict()
    bare = name == BARE_NAME
    return Run(
        name,
        driver.acks,
        driver.statuses,
        verdict.needed,
        0 if bare else len(verdict.lost),
        len(verdict.doubled),
        len(verdict.unasked),
        round(sum(one.cpu_seconds for one in after) - sum(before), 1),
        round(sum(one.rss_mib for one in after), 1),
        wrong,
    )


def _servers(
    name: str, double: SlackDouble, folder: Path, database_url: str
) -> Iterator[AbstractAsyncContextManager[Process]]:
    """Yield the processes of one server, each to be started."""
    command = BARE if name == BARE_NAME else BOT
    for number in range(PROCESSES.get(name, 1)):
        own = folder / str(number)
        own.mkdir()
        settings = environment(double, own, database_url=database_url, channels=channel_ids())
        yield serving(command, settings, own / "log")


def rows(run: Run) -> list[list[str]]:
    """Return one row for the chatter of a run and one for what needs a reply."""
    lines = []
    for needs in (False, True):
        times = run.milliseconds(needs=needs)
        label = "what needs a reply" if needs else "chatter"
        figures = (percentile(times, 0.5), percentile(times, 0.99), max(times))
        statuses = ", ".join(f"{count} × {status}" for status, count in run.statuses.items())
        replies = str(run.needed - run.lost) if needs and run.name != BARE_NAME else "–"
        wrong = [str(run.lost), str(run.doubled)] if needs and run.name != BARE_NAME else ["–"] * 2
        use = ["", ""] if needs else [f"{run.cpu_seconds:.1f}", f"{run.rss_mib:.0f}"]
        lines.append(
            [
                f"{run.name}: {label}",
                str(len(times)),
                *(f"{figure:.1f}" for figure in figures),
                "" if needs else statuses,
                replies,
                *wrong,
                *use,
            ]
        )
    return lines


def targets(runs: Sequence[Run]) -> dict[str, bool]:
    """Return which targets the bot met, against the bare handler of the same run."""
    bare, *bots = runs
    met = {}
    for run in bots:
        for text, good in judged(run, bare):
            met[f"{run.name}: {text}"] = good
    return met


def judged(run: Run, bare: Run) -> Iterator[tuple[str, bool]]:
    """Yield what was asked of one run, with its figures, and whether it is so."""
    base = {needs: median(bare.milliseconds(needs=needs)) for needs in (False, True)}
    chatter, needed = median(run.milliseconds(needs=False)), median(run.milliseconds(needs=True))
    everything = run.milliseconds()
    slow = percentile(everything, 0.99)
    yield (
        f"chatter p50 {chatter / base[False]:.2f} × bare, at most 1.5",
        chatter <= 1.5 * base[False],
    )
    yield f"needed p50 bare + {needed - base[True]:.1f} ms, at most 15", needed <= base[True] + 15
    yield f"p99 {slow:.0f} ms, under 300", slow < 300
    yield f"slowest {max(everything):.0f} ms, at most 1500", max(everything) <= 1500
    yield "nothing but 2xx", all(status.startswith("2") for status in run.statuses)
    yield "one reply each, none unasked", not (run.lost or run.doubled or run.unasked)
    yield "/metrics agrees with the driver", not run.disagreements


async def compare(rate: float, seconds: float, stores: Sequence[str]) -> list[Run]:
    """Load the bare handler, then the bot on each store."""
    talk = channel_talk(open_answerer(), NEEDED)
    runs = [await measure(BARE_NAME, "", talk, rate, seconds)]
    for store in stores:
        say(f"load: {store}, {rate:.0f} events/s for {seconds:.0f} s")
        with database(store) as url:
            runs.append(await measure(store, url, talk, rate, seconds))
    return runs


def report(runs: Sequence[Run], rate: float) -> bool:
    """Print, write and draw what was measured; return whether every target was met."""
    met = targets(runs)
    lines = [line for run in runs for line in rows(run)]
    record = {
        "rate": rate,
        "runs": [{**asdict(run), "acks": len(run.acks)} for run in runs],
        "rows": lines,
        "targets": met,
    }
    write_report("load", f"{rate:.0f} signed events/s, 10 % need a reply", COLUMNS, lines, record)
    draw_load(runs, RESULTS / "load.png")
    for text, good in met.items():
        print(f"{'met   ' if good else 'MISSED'} {text}")
    for run in runs:
        for text in run.disagreements:
            print(f"{run.name}: {text}")
    return all(met.values())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--store", choices=(*STORES, "both"), default="both")
    given = parser.parse_args(arguments)
    stores = STORES if given.store == "both" else (given.store,)
    runs = asyncio.run(compare(given.rate, given.seconds, stores))
    return 0 if report(runs, given.rate) else 1


if __name__ == "__main__":
    sys.exit(main())
