"""Who may run which checks and how often, and the running of them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from math import ceil
from typing import Protocol

import structlog

from bot.checks.ladder import CheckKind, State
from bot.diagnosis import CheckRun, Inputs, Instruments, Planned, read_inputs, run_plan
from bot.errors import UserError
from bot.ladder_history import ladder_of
from bot.ladders import (
    Checked,
    Ladder,
    Look,
    dump_checks,
    load_looks,
    token_gone,
    waiting,
)
from bot.records import Place
from bot.run_store import Limits, Run, RunStore
from bot.sealed import Sealed
from bot.staff import Staff

NOT_HERE = (
    "Checks of a linked user or an SdkClient are for staff, and for everybody in the channels that"
    " staff opened for them. A JWK Set and a token you can check anywhere."
)
TOO_MANY = (
    "That is many checks in a short time. To be fair to whom we ask, the next can begin in"
    " {minutes} min."
)
ALREADY_RUNS = "These checks are running already; their outcome is about to appear."
RUN_SECONDS = 60  # a run that has not ended by then was cut off
Tell = Callable[[tuple[Checked, ...]], Awaitable[None]]
log = structlog.get_logger(__name__)


class Channels(Protocol):
    """What Slack knows of a channel; its side is handlers/channels.py."""

    async def is_shared(self, team: str, channel: str) -> bool:
        """Tell whether other workspaces see the channel; so it is taken where it is not known."""

    async def thread_text(self, place: Place) -> str:
        """Return what people wrote in a thread, raw: to be redacted before anything else."""


@dataclass(frozen=True)
class Checking:
    """Runs checks, for those who may."""

    instruments: Instruments
    runs: RunStore
    sealed: Sealed
    staff: Staff
    channels: Channels
    open_channels: tuple[str, ...]
    threads: Executor
    clock: Callable[[], float]
    limits: Limits

    async def inputs(self, text: str) -> Inputs:
        """Return what a text holds, read off the event loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.threads, read_inputs, text)

    async def may(self, channel: str, user: str, looks: Sequence[Look]) -> bool:
        """Tell whether this user may run these checks in this channel."""
        if channel in self.open_channels or not any(look.is_of_anon for look in looks):
            return True
        return user in await self.staff.ids()

    async def judged(self, channel: str, user: str, looks: Sequence[Look]) -> tuple[Look, ...]:
        """Return each check as far as this user may run it in this channel."""
        if await self.may(channel, user, looks):
            return tuple(looks)
        return tuple(look.without_anon() for look in looks)

    async def are_private(self, team: str, channel: str) -> bool:
        """Tell whether results about users and SdkClients are for one person alone there."""
        return not channel.startswith("D") and await self.channels.is_shared(team, channel)

    async def begin(self, run: Run) -> None:
        """Keep the run; raise UserError where this user may not, or not so often."""
        if not await self.may(run.channel, run.user, load_looks(run.looks)):
            raise UserError(NOT_HERE)
        free = await self.runs.begin(run, self.limits)
        if free is not None:
            raise UserError(TOO_MANY.format(minutes=max(1, ceil((free - self.clock()) / 60))))

    async def climb(self, run: Run, tell: Tell) -> None:
        """Run the checks and keep what they came to; ``tell`` is awaited as each ends."""
        looks = load_looks(run.looks)
        checks = [waiting(look) for look in looks]
        places: dict[int, int] = {}
        planned: list[Planned] = []
        for place, look in enumerate(looks):
            if look.closed:
                continue
            one = self.sealed.planned(run.id, place) if look.sealed else look.planned()
            if one is None or (look.kind is CheckKind.TOKEN and one.token is None):
                checks[place] = token_gone(look)
            elif not look.missing:
                places[id(one)] = place
                planned.append(one)

        async def ended(check: CheckRun) -> None:
            place = places[id(check.planned)]
            checks[place] = Checked(
                looks[place].kind, looks[place].about, check.state, check.findings
            )
            if any(each.state is None for each in checks):
                await tell(tuple(checks))

        await run_plan(planned, self.instruments, tell=ended)
        self.sealed.forget(run.id)
        await self._finish(run, tuple(checks))

    async def _finish(self, run: Run, checks: tuple[Checked, ...]) -> None:
        state = Ladder(run.id, checks).state or State.NOT_REACHED
        await self.runs.finish(run.id, dump_checks(checks), state, self.clock())
        log.info("checked", checks=[str(one.kind) for one in checks], state=str(state))

    async def ladder(self, run_id: str, checks: tuple[Checked, ...] | None = None) -> Ladder | None:
        """Return what a run came to, or ``checks`` while it runs, with what came before."""
        run = await self.runs.get(run_id)
        return await ladder_of(self.runs, run, checks) if run else None

    def is_running(self, run: Run) -> bool:
        """Tell whether a run has begun and not ended."""
        return not run.state and self.clock() - run.started < RUN_SECONDS
