"""Minting beside bare PyJWT, and the JWK Set's endpoint beside a bare JSON response of Starlette.

Every row has a ratio: how many times as fast the bare one is. The endpoint is asked in process,
without a server, and over uvicorn on loopback by one connection that is kept.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import jwt
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from benchmarks.figures import RESULTS, markdown_table, print_table, write_json
from bot.audit import Audit
from bot.config import read_settings
from bot.database import open_database
from bot.key_endpoint import KeyEndpoint
from bot.minting import By, Minter
from bot.playground.running import LoopServer
from bot.tokens.key_folder import KeyFolder
from bot.tokens.minting import draft, sign
from bot.tokens.ring import jwk_set
from bot.tokens.signing_key import Algorithm, SigningKey, new_key
from bot.tokens.wanted import Wanted

ROUNDS = 7
SECONDS = 0.4  # of each thing in each round
PATH = "/.well-known/jwks.json"
BY = By("T", "U", "C")


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a second something can be done, and how many times that is done barely."""

    name: str
    a_second: float
    bare: float

    @property
    def ratio(self) -> float:
        """How many times as fast the bare one is."""
        return self.bare / self.a_second


async def per_second(works: Mapping[str, Callable[[], Awaitable[object]]]) -> dict[str, float]:
    """Return the median rate of each; they take turns, so that a busy machine hits all alike."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        await work()
    for _ in range(ROUNDS):
        for name, work in works.items():
            start, done = time.perf_counter(), 0
            while time.perf_counter() - start < SECONDS:
                await work()
                done += 1
            found[name].append(done / (time.perf_counter() - start))
    return {name: median(rates) for name, rates in found.items()}


def bare_encode(key: SigningKey) -> str:
    """Return a token with the same claims by PyJWT alone."""
    now = int(time.time())
    claims = {
        "iss": "https://bot.example.com",
        "sub": "user-42",
        "aud": "anon-example",
        "iat": now,
        "exp": now + 600,
        "jti": uuid4().hex,
        "anon_example": True,
    }
    return jwt.encode(claims, key.private, key.alg, headers={"kid": key.kid})


def ours(key: SigningKey) -> str:
    """Return a token by ours, without audit."""
    said = draft(
        Wanted(sub="user-42"),
        key.kid,
        key.alg,
        issuer="https://bot.example.com",
        now=int(time.time()),
        nonce=uuid4().hex,
    )
    return sign(said, key).token


def at_once(work: Callable[[], object]) -> Callable[[], Awaitable[object]]:
    """Return the work as something to await."""

    async def call() -> object:
        return work()

    return call


async def mint_rates(folder: Path) -> list[Rate]:
    """Measure each kind of key: bare, ours, and ours with audit and key file."""
    rates: list[Rate] = []
    settings = read_settings(_env_file=None, data_dir=folder)
    keys = KeyFolder(folder / "keys", time.time)
    async with open_database(f"sqlite+aiosqlite:///{folder / 'state.db'}") as engine:
        minter = Minter(settings, keys, Audit(engine), time.time)
        for algorithm in Algorithm:
            key = new_key(algorithm)
            keys.add([key])
            wanted = Wanted(sub="user-42", key=key.kid)
            found = await per_second(
                {
                    "bare": at_once(lambda key=key: bare_encode(key)),
                    "ours": at_once(lambda key=key: ours(key)),
                    "audited": lambda wanted=wanted: minter.mint(wanted, BY),
                }
            )
            rates.append(Rate(f"mint, {algorithm}", found["ours"], found["bare"]))
            name = f"mint, {algorithm}, with audit on SQLite"
            rates.append(Rate(name, found["audited"], found["bare"]))
    return rates


async def endpoint_rates(folder: Path) -> list[Rate]:
    """Measure the endpoint with two keys beside the same JSON in a bare response."""
    keys = KeyFolder(folder / "served", time.time)
    keys.add([new_key(Algorithm.RS256), new_key(Algorithm.ES256)])
    endpoint = KeyEndpoint(keys, time.time)
    value = json.loads(jwk_set(keys.ring(), time.time()))

    async def bare(_request: Request) -> Response:
        return JSONResponse(value)

    app = Starlette(routes=[Route(PATH, endpoint.answer), Route("/bare", bare)])
    found = await per_second(
        {"bare": lambda: in_process(app, "/bare"), "ours": lambda: in_process(app, PATH)}
    )
    async with served(app) as ask:
        over = await per_second({"bare": lambda: ask("/bare"), "ours": lambda: ask(PATH)})
    return [
        Rate("GET jwks.json, in process", found["ours"], found["bare"]),
        Rate("GET jwks.json, over uvicorn", over["ours"], over["bare"]),
    ]


async def in_process(app: Starlette, path: str) -> None:
    """Ask the application itself."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"bot.example.com")],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: Any) -> None:
        """Take the answer."""

    await app(scope, receive, send)


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[Callable[[str], Awaitable[bytes]]]:
    """Yield what asks the application over loopback, on one connection."""
    config = uvicorn.Config(app, port=0, log_config=None, access_log=False, lifespan="off")
    server = LoopServer(config)
    serving = asyncio.create_task(server.serve())
    await server.accepts.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def ask(path: str) -> bytes:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length: ")[2].partition(b"\r")[0]
        return await reader.readexactly(int(length))

    try:
        yield ask
    finally:
        writer.close()
        server.should_exit = True
        await serving


def report(rates: list[Rate]) -> None:
    """Print and write the rates."""
    columns = ["what", "a second", "bare", "times slower than bare"]
    lines = [
        [rate.name, f"{rate.a_second:,.0f}", f"{rate.bare:,.0f}", f"{rate.ratio:.2f}"]
        for rate in rates
    ]
    print_table("minting beside PyJWT, the endpoint beside Starlette", columns, lines)
    path = write_json(
        "minting", [{**asdict(rate), "ratio": round(rate.ratio, 3)} for rate in rates]
    )
    (RESULTS / "minting.md").write_text(markdown_table(columns, lines), encoding="utf-8")
    print(f"written: {path}")


async def measure() -> list[Rate]:
    """Measure everything in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="minting") as name:
        folder = Path(name)
        return [*await mint_rates(folder), *await endpoint_rates(folder)]


def main() -> None:
    """Run the bench."""
    report(asyncio.run(measure()))
