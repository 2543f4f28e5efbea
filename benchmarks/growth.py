"""Growth: replies a second with 1, 2 and 4 replicas on PostgreSQL, all on one machine.

Every message needs a reply; the pace of a channel is off, so that it is not what is measured.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import say, write_report
from benchmarks.kill import answered
from benchmarks.rig.driver import Driver, session
from benchmarks.rig.replicas import Replicas, environment
from benchmarks.rig.slack import channel_ids, slack_double
from benchmarks.rig.stores import database
from benchmarks.rig.talk import Said, channel_talk
from bot.answering import open_answerer

CHANNELS = 100
MESSAGES = 400
ARRIVAL = 200.0  # a second: faster than any number of replicas here answers
WAIT_SECONDS = 300
COLUMNS = ("replicas", "replies", "seconds", "replies/s", "times one")


async def measure(replicas: int, url: str, messages: int) -> tuple[int, float]:
    """Return how many replies there were, and after how many seconds the last one stood."""
    whole = channel_talk(open_answerer(), 1)

    def talk(chance: random.Random) -> Said:
        return whole(chance)

    with tempfile.TemporaryDirectory(prefix="growth") as name:
        async with slack_double(CHANNELS) as double:
            channels = channel_ids(CHANNELS)
            fast = {"POST_SECONDS": "0", "HOLD_SECONDS": "0"}
            environments = [
                environment(double, Path(name) / str(n), database_url=url, channels=channels) | fast
                for n in range(replicas)
            ]
            bots = Replicas(environments, Path(name))
            driver = Driver(double, bots.addresses, talk, ARRIVAL, CHANNELS)
            try:
                async with session() as http:
                    await bots.start_all(http)
                    begun = time.monotonic()
                    await driver.run(http, messages)
                    await answered(driver, WAIT_SECONDS)
                    seconds = time.monotonic() - begun
            finally:
                bots.close()
        verdict = driver.history.verdict()
    return verdict.needed - len(verdict.lost), seconds


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--replicas", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--messages", type=int, default=MESSAGES)
    given = parser.parse_args(arguments)
    rows, record, first = [], [], 0.0
    for replicas in given.replicas:
        with database("postgresql") as url:
            replies, seconds = asyncio.run(measure(replicas, url, given.messages))
        pace = replies / seconds
        first = first or pace
        say(f"growth: {replicas} replicas, {pace:.1f} replies/s")
        record.append({"replicas": replicas, "replies": replies, "seconds": seconds})
        figures = (f"{seconds:.1f}", f"{pace:.1f}", f"{pace / first:.2f}")
        rows.append([str(replicas), str(replies), *figures])
    write_report("growth", "Replies a second on PostgreSQL", COLUMNS, rows, record)
    return 0


if __name__ == "__main__":
    sys.exit(main())
