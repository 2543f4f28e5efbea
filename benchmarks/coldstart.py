"""Cold start: from the command to ready, beside a bare Bolt app; they take turns."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.figures import say, write_report
from benchmarks.rig.process import BARE, BOT, serving
from benchmarks.rig.replicas import environment
from benchmarks.rig.slack import channel_ids, slack_double

FIRST = "the bot, first start (makes its files)"
AGAIN = "the bot, started again"
BARE_NAME = "bare Bolt"
COLUMNS = ("server", "seconds to ready", "times bare", "RSS MiB", "open files")


async def once(folder: Path, found: dict[str, list[tuple[float, float, int]]]) -> None:
    """Start each server once."""
    async with slack_double(1) as double:
        for name, command in ((BARE_NAME, BARE), (FIRST, BOT), (AGAIN, BOT)):
            settings = environment(double, folder, channels=channel_ids(1))
            async with serving(command, settings, folder / "log") as process:
                usage = process.usage()
                found[name].append((process.started, usage.rss_mib, usage.files))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coldstart", description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args(arguments)
    found: dict[str, list[tuple[float, float, int]]] = {BARE_NAME: [], FIRST: [], AGAIN: []}
    for _ in range(given.times):
        with tempfile.TemporaryDirectory(prefix="start") as name:
            asyncio.run(once(Path(name), found))
        say(f"coldstart: {', '.join(f'{seen[-1][0]:.2f} s' for seen in found.values())}")
    bare = median(seconds for seconds, _, _ in found[BARE_NAME])
    rows = []
    for name, seen in found.items():
        seconds, rss, files = (median(one[place] for one in seen) for place in range(3))
        rows.append([name, f"{seconds:.2f}", f"{seconds / bare:.1f}", f"{rss:.0f}", f"{files:.0f}"])
    write_report("coldstart", "From the command to ready", COLUMNS, rows, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
