"""`check jwks`: its cost beside a bare GET, many side by side, and memory after hostile servers."""

import asyncio
import json
import resource
import ssl
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import httpx

from bot.checks.jwks import check_jwks
from bot.guard import Guard, Limits
from tests.jwks_lab import Lab, make_authorities, open_lab

ROUNDS = 40
SIDE_BY_SIDE = 50
HOSTILE = (
    "/gzip-bomb",
    "/huge-body",
    "/huge-length",
    "/many-headers",
    "/many-hints",
    "/long-header",
    "/deep-json",
    "/truncated",
    "/reset",
    "/garbage",
    "/redirects",
    "/html",
    "/long-number",
    "/private",
    "/redirect-loop",
)
RESPONSES = 1000


async def at_once(_seconds: float) -> None:
    await asyncio.sleep(0)


async def bench() -> dict[str, float]:
    """Return milliseconds, ratios and MiB; the pause between two fetches is left out."""
    with TemporaryDirectory() as folder:
        made = make_authorities(Path(folder))
        async with open_lab(tls=made.good()) as lab:
            guard = Guard(allow_hosts=[lab.host_port], ca_file=made.ca_file)
            context = ssl.create_default_context(cafile=made.ca_file)
            ours = await _median(lambda: check_jwks(lab.url("/good"), guard, pause=at_once))
            bare = await _median(lambda: _bare(lab.url("/good"), context))
            many = await _side_by_side(lab, guard)
            grown = await _growth()
    return {
        "check_jwks_ms": ours,
        "two_bare_gets_ms": bare,
        "ratio": ours / bare,
        "50_side_by_side_ms": many,
        "50_side_by_side_ratio": many / ours,
        "grown_after_1000_hostile_mib": grown,
    }


async def _bare(url: str, context: ssl.SSLContext) -> None:
    for _ in range(2):
        async with httpx.AsyncClient(verify=context, trust_env=False) as client:
            json.loads((await client.get(url)).content)


async def _median(run) -> float:  # noqa: ANN001
    times = []
    for _ in range(ROUNDS):
        begin = perf_counter()
        await run()
        times.append((perf_counter() - begin) * 1000)
    return median(times)


async def _side_by_side(lab: Lab, guard: Guard) -> float:
    begin = perf_counter()
    checks = [check_jwks(lab.url("/good"), guard, pause=at_once) for _ in range(SIDE_BY_SIDE)]
    await asyncio.gather(*checks)
    return (perf_counter() - begin) * 1000


async def _growth() -> float:
    """Return by how much the resident memory grew, the first round left out as warming up."""
    async with open_lab() as lab:
        limits = Limits(read=0.5, total=2.0)
        guard = Guard(allow_hosts=[lab.host_port], allow_http=True, limits=limits)
        for path in HOSTILE:
            await check_jwks(lab.url(path), guard, pause=at_once)
        before = _resident()
        for at in range(RESPONSES):
            path = HOSTILE[at % len(HOSTILE)]
            await check_jwks(lab.url(path), guard, pause=at_once)
            lab.paths.clear()
            lab.heads.clear()
        return _resident() - before


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> dict[str, float]:
    """Print the table and return its numbers."""
    figures = asyncio.run(bench())
    for name, value in figures.items():
        print(f"{name:32} {value:9.1f}")
    return figures


if __name__ == "__main__":
    main()
