"""Kills and freezes replicas, at a pace at which work goes on between two strikes."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from benchmarks.rig.replicas import Replicas

EARLY = 0.2  # of the kills come before the replica is ready again
EARLY_SECONDS = 2.0
SHORT_FREEZE = (0.5, 4.0)
LONG_FREEZE = 27.0  # past the time after which another replica takes over
LONG = 0.25  # of the freezes, where somebody is there to take over
AHEAD = 0.03  # share of the run by which neither the events nor the strikes outrun the other


class Course:
    """How far a run is: the share of its events that were sent, of its strikes that were made."""

    def __init__(self, sent: float = 0.0, struck: float = 0.0) -> None:
        self._sent, self._struck = sent, struck
        self._moved = asyncio.Condition()

    async def send(self, share: float) -> float:
        """Return once the strikes have come nearly as far, with the seconds that took."""
        begun = time.monotonic()
        async with self._moved:
            await self._moved.wait_for(lambda: share - self._struck <= AHEAD)
            waited = time.monotonic() - begun
            self._sent = share
            self._moved.notify_all()
        return waited

    async def strike(self, share: float) -> None:
        """Return once the events have come nearly as far."""
        async with self._moved:
            await self._moved.wait_for(lambda: share - self._sent <= AHEAD)

    async def struck(self, share: float) -> None:
        """Remember that so many strikes were made."""
        async with self._moved:
            self._struck = share
            self._moved.notify_all()


@dataclass(frozen=True)
class Strikes:
    """How many there are, and how long a replica is left in peace, once it is ready."""

    kills: int
    freezes: int = 0
    peace: tuple[float, float] = (0.0, 3.0)
    seed: int = 1


class Killer:
    """Strikes every replica in turns of its own, so that now and then all are down."""

    def __init__(self, bots: Replicas, strikes: Strikes, course: Course) -> None:
        self.bots = bots
        self.strikes = strikes
        self.course = course
        self.chance = random.Random(strikes.seed)
        self.kills = self.freezes = self.early = 0

    async def run(self, http: aiohttp.ClientSession) -> None:
        """Strike until all strikes are made; then every replica answers."""
        deeds = [True] * self.strikes.kills + [False] * self.strikes.freezes
        self.chance.shuffle(deeds)
        count = len(self.bots.environments)
        async with asyncio.TaskGroup() as tasks:
            for number in range(count):
                tasks.create_task(self._strike(number, deeds[number::count], http))
        await self.course.struck(1)

    async def _strike(
        self, number: int, deeds: Sequence[bool], http: aiohttp.ClientSession
    ) -> None:
        killed = False
        for kill in deeds:
            await self.course.strike(self._share())
            early = kill and killed and self.chance.random() < EARLY
            if early:
                await asyncio.sleep(self.chance.uniform(0, EARLY_SECONDS))
            else:
                await self.bots.ready(number, http)
                await asyncio.sleep(self.chance.uniform(*self.strikes.peace))
            await self._do(number, kill=kill, early=early)
            killed = kill
            await self.course.struck(self._share())
        await self.bots.ready(number, http)

    def _share(self) -> float:
        every = self.strikes.kills + self.strikes.freezes
        return (self.kills + self.freezes) / every if every else 1.0

    async def _do(self, number: int, *, kill: bool, early: bool) -> None:
        if not kill:
            await self.bots.freeze(number, self._freeze_seconds())
            self.freezes += 1
            return
        self.bots.kill(number)
        self.bots.start(number)
        self.kills += 1
        self.early += early

    def _freeze_seconds(self) -> float:
        if len(self.bots.environments) > 1 and self.chance.random() < LONG:
            return LONG_FREEZE
        return self.chance.uniform(*SHORT_FREEZE)
