"""Soak: what the bot holds while it works for a long time at an even rate; it should be flat."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import aiohttp

from benchmarks.figures import say, write_report
from benchmarks.kill import answered
from benchmarks.rig.driver import Driver, session
from benchmarks.rig.process import BOT, Process, Usage, serving
from benchmarks.rig.replicas import environment
from benchmarks.rig.slack import CHANNELS, channel_ids, slack_double
from benchmarks.rig.talk import channel_talk
from bot.answering import open_answerer

NEEDED = 0.1
SAMPLE_SECONDS = 10.0
PARTS = 5
FLAT = 1.05  # of the RSS: the last part against the second
FEW_FILES = 10
COLUMNS = ("part of the run", "RSS MiB", "open files", "threads", "CPU % of one core")


async def soak(rate: float, seconds: float) -> tuple[list[Usage], bool]:
    """Return what the bot held over time, and whether every reply came once."""
    with tempfile.TemporaryDirectory(prefix="soak") as name:
        folder = Path(name)
        async with slack_double() as double:
            settings = environment(double, folder, channels=channel_ids())
            async with serving(BOT, settings, folder / "log") as process, session() as http:
                talk = channel_talk(open_answerer(), NEEDED)
                driver = Driver(double, [process.address], talk, rate, CHANNELS)
                samples = await sampled(process, driver, http, round(rate * seconds))
                await answered(driver, 60)
        return samples, driver.history.verdict().good


async def sampled(
    process: Process, driver: Driver, http: aiohttp.ClientSession, events: int
) -> list[Usage]:
    """Return a sample every few seconds while the load runs."""
    samples, begun = [process.usage()], time.monotonic()
    load = asyncio.create_task(driver.run(http, events))
    while not (await asyncio.wait([load], timeout=SAMPLE_SECONDS))[0]:
        samples.append(process.usage())
        minutes = (time.monotonic() - begun) / 60
        say(f"soak: {minutes:.1f} min, {samples[-1].rss_mib} MiB, {samples[-1].files} files")
    await load
    return [*samples, process.usage()]


def parts(samples: Sequence[Usage]) -> list[Usage]:
    """Return the medians of equal parts of the run; CPU as a share of one core."""
    size = max(2, len(samples) // PARTS)
    found = []
    for start in range(0, size * PARTS, size):
        some = samples[start : start + size]
        if len(some) < 2:
            break
        used = (some[-1].cpu_seconds - some[0].cpu_seconds) / (SAMPLE_SECONDS * (len(some) - 1))
        rss, files = median(one.rss_mib for one in some), median(one.files for one in some)
        found.append(Usage(rss, round(files), round(median(one.threads for one in some)), used))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--minutes", type=float, default=15)
    given = parser.parse_args(arguments)
    samples, good = asyncio.run(soak(given.rate, given.minutes * 60))
    found = parts(samples)
    rows = [
        [
            f"{place + 1} of {len(found)}",
            f"{one.rss_mib:.0f}",
            str(one.files),
            str(one.threads),
            f"{one.cpu_seconds * 100:.0f}",
        ]
        for place, one in enumerate(found)
    ]
    settled, last = found[min(1, len(found) - 1)], found[-1]
    flat = last.rss_mib <= FLAT * settled.rss_mib and last.files <= settled.files + FEW_FILES
    record = {"samples": [str(one) for one in samples], "flat": flat, "replies once each": good}
    title = f"{given.minutes:g} minutes at {given.rate:g} events/s on SQLite"
    write_report("soak", title, COLUMNS, rows, record)
    print(f"{'met   ' if flat else 'MISSED'} RSS and open files flat")
    print(f"{'met   ' if good else 'MISSED'} one reply each, none unasked")
    return 0 if flat and good else 1


if __name__ == "__main__":
    sys.exit(main())
