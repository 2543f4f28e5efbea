"""What a server counts about itself, read as Prometheus would, beside what the driver saw."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.rig.history import History

Counts = Mapping[str, float]


async def read_counts(addresses: Sequence[str], http: aiohttp.ClientSession) -> Counts:
    """Return the sum of each sample, by kind if it has one; raise ValueError if it is no text."""
    sums: dict[str, float] = defaultdict(float)
    for address in addresses:
        async with http.get(f"{address}/metrics") as answer:
            text = await answer.text()
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                kind = sample.labels.get("kind")
                if not sample.name.endswith("_bucket"):
                    sums[f"{sample.name}:{kind}" if kind else sample.name] += sample.value
    return sums


def disagreements(counts: Counts, acknowledged: int, history: History) -> list[str]:
    """Return what the server counts otherwise than the driver, in words."""
    replies = sum(history.replies().values())
    wanted = {
        "anon_events_total": acknowledged,
        "anon_ack_seconds_count": acknowledged,
        "anon_events_refused_total": 0,
        "anon_posts_total:answer": replies,
        "anon_work_waiting": 0,
    }
    return [
        f"{name} is {counts.get(name, 0):.0f}, the driver saw {value}"
        for name, value in wanted.items()
        if counts.get(name, 0) != value
    ]
