"""`check jwks`: whether Anon can use the JWK Set at an address, and which step fails if not."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.checks.finding import Finding, Step
from bot.checks.instances import together
from bot.checks.look import look
from bot.checks.suggestions import suggestions
from bot.guard import Guard

LADDER = (Step.ADDRESS, Step.DNS, Step.CONNECT, Step.TLS, Step.HTTP, Step.BODY, Step.KEYS)
BETWEEN = 1.0  # seconds between the two fetches
Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What `check jwks` found, and the keys for the check of a token."""

    findings: tuple[Finding, ...]
    keys: tuple[Any, ...] = ()  # as they were served; none where no body was usable
    date: str | None = None  # the server's clock, as its Date header has it


async def run_check_jwks(
    url: str, *, allow_http: bool, allow_hosts: Sequence[str], ca_file: Path | None
) -> list[Finding]:
    """Return the findings of `check jwks` with the command line's options."""
    guard = Guard(allow_http=allow_http, allow_hosts=allow_hosts, ca_file=ca_file)
    return await check_jwks(url, guard)


async def check_jwks(url: str, guard: Guard, *, pause: Pause = asyncio.sleep) -> list[Finding]:
    """Return what was found on the way from an address to the keys that it serves.

    Ends within the guard's whole time. Two fetches, `BETWEEN` apart, where a second tells more.
    """
    return list((await fetch_key_set(url, guard, pause=pause)).findings)


async def fetch_key_set(url: str, guard: Guard, *, pause: Pause = asyncio.sleep) -> Fetched:
    """Return the findings of `check jwks`, and the keys, so that nothing is fetched twice."""
    until = guard.deadline()
    first = await look(url, guard, until)
    findings, keys = list(first.findings), first.keys
    if first.wants_another and _left(until) > BETWEEN:
        await pause(BETWEEN)
        left = _left(until)
        second = await look(url, guard, until)
        # With too little left it was our time that ended, not the server that was late.
        if not (second.is_late and left < guard.limits.read):
            findings, keys = together(first, second), first.keys or second.keys
    findings += await suggestions(url, first, guard, until)
    return Fetched(tuple(findings), keys, first.date)


def _left(until: float) -> float:
    return until - asyncio.get_running_loop().time()
