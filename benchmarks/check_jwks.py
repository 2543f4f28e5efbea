"""The live checks beside their parts: `check jwks` and a bare GET, a token and PyJWT's own decode.

Ratios are taken within one run, the two taking turns. The pause between the two fetches of a check
is left out. The last figure is what a thousand hostile answers leave behind in memory.
"""

import asyncio
import json
import resource
import ssl
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from benchmarks.figures import (
    RESULTS,
    markdown_table,
    median_seconds,
    print_table,
    seconds_of,
    write_json,
)
from bot.checks.jwks import check_jwks
from bot.checks.signature import verify_signature
from bot.guard import Guard, Limits
from tests.jwks_lab import BEHAVIOURS, Lab, make_authorities, open_lab

ROUNDS = 40
SIDE_BY_SIDE = 50
RESPONSES = 1000
TOKENS = 300  # verified in one go
KEYS = 3
# Those that end by themselves: a thousand of them are to take a minute.
HOSTILE = tuple(
    f"/{name}"
    for name in (  # noqa: SIM905 - a list of words
        "gzip-bomb huge-body huge-length many-headers many-hints long-header deep-json truncated"
        " reset garbage redirects html long-number private redirect-loop cut-gzip broken-gzip"
        " bad-chunks cut-chunks twice nan utf-16 double off-curve exponent-1 no-n key-is-text"
    ).split()
)


async def at_once(_seconds: float) -> None:
    """Do not wait."""
    await asyncio.sleep(0)


async def bench() -> dict[str, float]:
    """Return milliseconds, ratios and MiB."""
    with TemporaryDirectory() as folder:
        made = make_authorities(Path(folder))
        async with open_lab(tls=made.good()) as lab:
            guard = Guard(allow_hosts=[lab.host_port], ca_file=made.ca_file)
            context = ssl.create_default_context(cafile=made.ca_file)
            ours = partial(check_jwks, lab.url("/good"), guard, pause=at_once)
            bare = partial(two_bare_gets, lab.url("/good"), context)
            times = await in_turn({"ours": ours, "bare": bare})
            many = await side_by_side(lab, guard)
    token = verifying()
    return {
        "check_jwks_ms": times["ours"],
        "two_bare_gets_ms": times["bare"],
        "check_jwks_ratio": times["ours"] / times["bare"],
        "50_side_by_side_ms": many,
        "50_side_by_side_ratio": many / times["ours"],
        "verify_signature_us": token["ours"],
        "pyjwt_decode_us": token["PyJWT"],
        "verify_signature_ratio": token["ours"] / token["PyJWT"],
        "verify_signature_ratio_key_read_before": token["ours"] / token["decode"],
        "grown_after_1000_hostile_mib": await growth(),
    }


async def two_bare_gets(url: str, context: ssl.SSLContext) -> None:
    """Fetch as often as a check does, and parse."""
    for _ in range(2):
        async with httpx.AsyncClient(verify=context, trust_env=False) as client:
            json.loads((await client.get(url)).content)


async def in_turn(works: dict[str, Callable[[], Awaitable[object]]]) -> dict[str, float]:
    """Return the median milliseconds of each; they take turns, so a busy machine hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            begin = perf_counter()
            await work()
            times[name].append((perf_counter() - begin) * 1000)
    return {name: median(several) for name, several in times.items()}


async def side_by_side(lab: Lab, guard: Guard) -> float:
    """Return the milliseconds of many checks at once."""
    begin = perf_counter()
    checks = [check_jwks(lab.url("/good"), guard, pause=at_once) for _ in range(SIDE_BY_SIDE)]
    await asyncio.gather(*checks)
    return (perf_counter() - begin) * 1000


def verifying() -> dict[str, float]:
    """Return the median microseconds of one token, ours and by PyJWT from the same JWK Set."""
    key = rsa.generate_private_key(65537, 2048)
    algorithm = jwt.get_algorithm_by_name("RS256")
    public = json.loads(algorithm.to_jwk(key.public_key()))
    keys = {"keys": [{**public, "kid": f"k{at}", "use": "sig"} for at in range(KEYS)]}
    token = jwt.encode({"sub": "user-42"}, key, algorithm="RS256", headers={"kid": "k1"})

    def ours() -> None:
        assert verify_signature(token, keys) == []

    def theirs() -> None:
        kid = jwt.get_unverified_header(token)["kid"]
        found = jwt.PyJWKSet.from_dict(keys)[kid]
        jwt.decode(token, found, algorithms=["RS256"])

    read_before = jwt.PyJWKSet.from_dict(keys)["k1"]

    def decode_alone() -> None:
        jwt.decode(token, read_before, algorithms=["RS256"])

    def often(work: Callable[[], None]) -> None:
        for _ in range(TOKENS):
            work()

    works = {
        "ours": partial(often, ours),
        "PyJWT": partial(often, theirs),
        "decode": partial(often, decode_alone),
    }
    return {name: took / TOKENS * 1_000_000 for name, took in median_seconds(works, 5).items()}


async def growth() -> float:
    """Return by how many MiB memory grew, the first round left out as warming up."""
    async with open_lab({path: BEHAVIOURS[path][0] for path in HOSTILE}) as lab:
        limits = Limits(read=0.5, total=2.0)
        guard = Guard(allow_hosts=[lab.host_port], allow_http=True, limits=limits)
        for path in HOSTILE:
            await check_jwks(lab.url(path), guard, pause=at_once)
        before = resident()
        while len(lab.paths) < RESPONSES:
            for path in HOSTILE:
                await check_jwks(lab.url(path), guard, pause=at_once)
                lab.heads.clear()
        return resident() - before


def resident() -> float:
    """Return this process's memory in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def rows(figures: dict[str, float]) -> list[list[str]]:
    """Return the table's lines."""
    return [
        [
            "`check jwks`, beside two GETs with httpx and `json.loads`",
            f"{figures['check_jwks_ms']:.0f} ms",
            f"{figures['check_jwks_ratio']:.1f}",
        ],
        [
            f"{SIDE_BY_SIDE} checks side by side, beside one",
            f"{figures['50_side_by_side_ms']:.0f} ms",
            f"{figures['50_side_by_side_ratio']:.1f}",
        ],
        [
            "signature of a token, beside PyJWT's `PyJWKSet` and `decode`",
            f"{figures['verify_signature_us']:.0f} µs",
            f"{figures['verify_signature_ratio']:.2f}",
        ],
        [
            "the same, beside `decode` with a key that was read before",
            "",
            f"{figures['verify_signature_ratio_key_read_before']:.2f}",
        ],
        [
            f"memory after {RESPONSES:,} hostile answers",
            f"{figures['grown_after_1000_hostile_mib']:+.1f} MiB",
            "",
        ],
    ]


def main() -> None:
    """Run the bench, print the table, and write it as JSON and Markdown."""
    figures = {name: round(value, 3) for name, value in asyncio.run(bench()).items()}
    columns = ["live checks", "measured", "ratio"]
    print_table("Live checks", columns, rows(figures))
    write_json("checks", figures)
    table = markdown_table(columns, rows(figures))
    RESULTS.joinpath("checks.md").write_text(table, encoding="utf-8")


if __name__ == "__main__":
    print(f"{seconds_of(main):.0f} s")
