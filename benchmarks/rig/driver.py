"""Sends signed events on time, whatever becomes of the ones before: an open loop."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from slack_sdk.signature import SignatureVerifier

from benchmarks.rig.history import History
from benchmarks.rig.killer import Course
from benchmarks.rig.slack import channel_ids, user_id
from benchmarks.rig.talk import Said, Talk
from bot.playground.cast import TEAM_ID
from bot.playground.double import SlackDouble
from bot.playground.workspace import Message

DELIVERY_SECONDS = 3  # as Slack waits
SLACK_WAITS = (0.0, 60.0, 300.0)  # before each of the three times that Slack comes again
NO_ANSWER = 0
MORE_TRIES = 200


def waits(scale: float) -> tuple[float, ...]:
    """Return Slack's waits, shortened, and then more of them until a delivery is taken.

    For runs that kill far more often than life does: there even three retries may all meet a bot
    that is down, and what never reached it says nothing about it.
    """
    slack = tuple(scale * wait for wait in SLACK_WAITS)
    return *slack, *(slack[-1:] * MORE_TRIES)


SOON = waits(1 / 300)


@dataclass(frozen=True, slots=True)
class Ack:
    """One delivery: seconds from when it was due to its answer, the status, what it needed."""

    due: float
    seconds: float
    status: int
    needs: bool


@dataclass
class Driver:
    """People talk at a rate; each message is delivered, again if it was not acknowledged."""

    double: SlackDouble
    addresses: Sequence[str]
    talk: Talk
    rate: float
    channels: int
    duplicates: float = 0.0
    seed: int = 1
    waits: Sequence[float] = SOON
    course: Course = field(default_factory=lambda: Course(struck=1))
    acks: list[Ack] = field(default_factory=list)
    late: int = 0  # deliveries that were taken after more retries than Slack makes
    given_up: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.history = History(self.double)
        self.signer = SignatureVerifier(self.double.signing_secret)
        self.names = channel_ids(self.channels)

    @property
    def statuses(self) -> dict[str, int]:
        """Count what the deliveries were answered with."""
        return dict(Counter(str(ack.status or "no answer") for ack in self.acks))

    async def run(self, http: aiohttp.ClientSession, events: int, first: int = 0) -> None:
        """Deliver so many events, numbered from ``first``; return when all are acknowledged."""
        begun = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            for number in range(events):
                due = begun + number / self.rate
                await asyncio.sleep(max(0, due - time.monotonic()))
                waited = await self.course.send((number + 1) / events)
                begun, due = begun + waited, due + waited
                said = self.talk(self.chance)
                for body in self.post(said, first + number):
                    twice = self.chance.random() < self.duplicates
                    for _ in range(2 if twice else 1):
                        tasks.create_task(self.deliver(http, body, due, needs=said.needs))

    def post(self, said: Said, number: int) -> list[str]:
        """Post a message and return the deliveries that Slack would make of it."""
        channel, user = self.chance.choice(self.names), user_id(number)
        ts = self.double.workspace.new_ts()
        self.double.workspace.post(Message(channel, ts, user, said.text))
        (self.history.needed if said.needs else self.history.idle)[ts] = channel
        event = {"channel": channel, "user": user, "ts": ts, "text": said.text, "event_ts": ts}
        kinds = ["message", "app_mention"] if said.named else ["message"]
        return [envelope(f"{number}.{kind}", {"type": kind, **event}) for kind in kinds]

    async def deliver(
        self, http: aiohttp.ClientSession, body: str, due: float, *, needs: bool
    ) -> None:
        """Send until it is acknowledged or given up, each time to one of the replicas."""
        for number, wait in enumerate((0.0, *self.waits)):
            await asyncio.sleep(wait)
            due = time.monotonic() if number else due
            status = await self.send(http, body, number)
            self.acks.append(Ack(due, time.monotonic() - due, status, needs))
            if 200 <= status < 300:
                self.late += number > len(SLACK_WAITS)
                return
        self.given_up += 1

    async def send(self, http: aiohttp.ClientSession, body: str, number: int) -> int:
        """Return the status of one delivery; NO_ANSWER where there was none in time."""
        url = f"{self.chance.choice(self.addresses)}/slack/events"
        retry = {"X-Slack-Retry-Num": str(min(number, 3))} if number else {}
        try:
            async with http.post(url, data=body, headers=self.signed(body) | retry) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return NO_ANSWER

    def signed(self, body: str) -> dict[str, str]:
        """Return the headers that Slack signs a body with, now."""
        stamp = str(int(time.time()))
        return {
            "Content-Type": "application/json",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": self.signer.generate_signature(timestamp=stamp, body=body) or "",
        }


def envelope(name: str, event: dict[str, Any]) -> str:
    """Return an event as Slack sends it."""
    return json.dumps(
        {
            "type": "event_callback",
            "team_id": TEAM_ID,
            "event_id": f"Ev{name}",
            "event": {**event, "channel_type": "channel"},
        }
    )


def session() -> aiohttp.ClientSession:
    """Return a client that waits as long as Slack does, over as many connections as it takes."""
    timeout = aiohttp.ClientTimeout(total=DELIVERY_SECONDS)
    return aiohttp.ClientSession(
        timeout=timeout, connector=aiohttp.TCPConnector(limit=0), trust_env=False
    )
