"""The checks of a plan, run side by side with a limit, and what they say together."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.anon_answers import Environment
from bot.anon_api import AnonApi
from bot.checks.client import check_client
from bot.checks.client_token import check_token_of_client
from bot.checks.finding import Finding
from bot.checks.jwks import Fetched, Pause, fetch_key_set
from bot.checks.ladder import CheckKind, State, state_of, verdict
from bot.checks.link import check_link
from bot.checks.token import check_token, served_key_set
from bot.diagnosis.inputs import Inputs, read_inputs
from bot.diagnosis.planning import Planned, plan
from bot.guard import Guard
from bot.metrics import CHECKS
from knowledge.entry import Check

SIDE_BY_SIDE = 4
NOTHING = (
    "Nothing to check: it holds no address of a JWK Set, no token, no SdkClient id and no appUserId"
    " with its app."
)


@dataclass(frozen=True, slots=True)
class Instruments:
    """What checks are run with."""

    api: AnonApi
    guard: Guard
    default_env: Environment = Environment.SANDBOX
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    pause: Pause = asyncio.sleep


@dataclass(frozen=True, slots=True)
class CheckRun:
    """A check that was run, or could not be reached."""

    planned: Planned
    state: State
    findings: tuple[Finding, ...] = ()

    @property
    def line(self) -> str:
        """What came of it, in one line."""
        if self.state is State.NOT_REACHED:
            return f"{self.planned.kind}: not reached. Give {' and '.join(self.planned.missing)}."
        return verdict(self.planned.kind, self.findings)

    def as_json(self) -> dict[str, Any]:
        """Return it as the command line's contract has it."""
        return {
            "check": self.planned.kind,
            "about": self.planned.about,
            "state": self.state,
            "findings": [asdict(one) for one in self.findings],
        }


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a paste holds, and what the checks of it came to."""

    inputs: Inputs
    checks: tuple[CheckRun, ...]
    verdict: str = field(default="")

    @property
    def state(self) -> State:
        """How it all came out; not reached where nothing was checked."""
        states = {one.state for one in self.checks}
        order = (State.FAILED, State.UNAVAILABLE, State.PASSED)
        return next((one for one in order if one in states), State.NOT_REACHED)


Tell = Callable[[CheckRun], Awaitable[None]]


async def diagnose(
    pasted: str,
    named: Sequence[Check],
    instruments: Instruments,
    *,
    env: Environment | None = None,
    tell: Tell | None = None,
) -> Diagnosis:
    """Return what the checks say that a paste allows; `env` counts more than the paste's own.

    `tell` is awaited with each check as it ends.
    """
    inputs = read_inputs(pasted)
    runs = await run_plan(plan(inputs, named), instruments, env=env, tell=tell)
    return Diagnosis(inputs, runs, verdict_of(runs))


async def run_plan(
    planned: Sequence[Planned],
    instruments: Instruments,
    *,
    env: Environment | None = None,
    tell: Tell | None = None,
) -> tuple[CheckRun, ...]:
    """Return the outcome of each planned check, in the order of the plan."""
    limit = asyncio.Semaphore(SIDE_BY_SIDE)

    async def run(one: Planned, shared: _Shared) -> CheckRun:
        if one.missing:
            ended = CheckRun(one, State.NOT_REACHED)
        else:
            async with limit:
                found = await shared.check(one, env or one.env or instruments.default_env)
            ended = CheckRun(one, state_of(found), tuple(found))
            for finding in found:
                CHECKS.labels(one.kind.value, finding.code).inc()
        if tell is not None:
            await tell(ended)
        return ended

    async with asyncio.TaskGroup() as group:
        shared = _Shared(instruments, group)
        tasks = [group.create_task(run(one, shared)) for one in planned]
    return tuple(task.result() for task in tasks)


def verdict_of(runs: Sequence[CheckRun]) -> str:
    """Return one line: the first failing step, else what could not be checked, else all good."""
    for state in (State.FAILED, State.UNAVAILABLE):
        if stopped := [one for one in runs if one.state is state]:
            return stopped[0].line
    if passed := [one for one in runs if one.state is State.PASSED]:
        return passed[0].line if len(passed) == 1 else f"Passed: {_kinds(passed)}."
    return " ".join(one.line for one in runs) or NOTHING


def _kinds(runs: Sequence[CheckRun]) -> str:
    return ", ".join(dict.fromkeys(one.planned.kind.value for one in runs))


class _Shared:
    """Runs checks; what two of them need from one address is fetched once."""

    def __init__(self, instruments: Instruments, group: asyncio.TaskGroup) -> None:
        self._with = instruments
        self._group = group
        self._fetches: dict[str, asyncio.Task[Fetched]] = {}

    async def check(self, one: Planned, env: Environment) -> Sequence[Finding]:
        """Return the findings of a planned check that has its inputs."""
        tools = self._with
        match one.kind:
            case CheckKind.JWKS if one.address:
                return (await self._fetch(one.address.value)).findings
            case CheckKind.TOKEN:
                return await self._token(one, env)
            case CheckKind.LINK if one.app_user_id and one.app:
                return await check_link(one.app_user_id, one.app, env, tools.api, pause=tools.pause)
            case CheckKind.CLIENT if one.client_id:
                return await check_client(
                    one.client_id, one.pool_id, env, tools.api, tools.guard, pause=tools.pause
                )
        return []

    async def _token(self, one: Planned, env: Environment) -> list[Finding]:
        """Check a token with its SdkClient's keys where Anon can be asked, else an address's."""
        tools, raw = self._with, one.token.value if one.token else ""
        if one.client_id and (tools.api.has_key(env) or one.address is None):
            return await check_token_of_client(
                raw,
                one.client_id,
                env,
                api=tools.api,
                guard=tools.guard,
                now=tools.clock(),
                pause=tools.pause,
            )
        key_set = None
        if one.address is not None:
            fetched = await self._fetch(one.address.value)
            key_set = served_key_set(fetched.findings, fetched.keys, fetched.date)
        return check_token(raw, key_set, now=tools.clock())

    async def _fetch(self, url: str) -> Fetched:
        if url not in self._fetches:
            fetching = fetch_key_set(url, self._with.guard, pause=self._with.pause)
            self._fetches[url] = self._group.create_task(fetching)
        return await self._fetches[url]
