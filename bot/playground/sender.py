"""Deliveries to the bot: signed, over HTTP, again when it does not answer in time."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import SignatureVerifier

Json = dict[str, Any]
ACK_SECONDS = 3.0
RETRY_SECONDS = (0.0, 60.0, 300.0)
FORM = "application/x-www-form-urlencoded"
MULTIPLE_CHOICES = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot answered; ``status`` 0 when it did not, and then ``reason`` says why."""

    status: int
    body: str = ""
    reason: str = ""
    no_retry: bool = False

    @property
    def ok(self) -> bool:
        """Whether this is an acknowledgement."""
        return 0 < self.status < MULTIPLE_CHOICES


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request that was made: kept in ``EventSender.log`` for tests."""

    kind: str
    event_id: str
    retry_num: int
    status: int


Transport = Callable[[str, str, str, dict[str, str]], Awaitable[Answer]]


class EventSender:
    """Sends to the bot's address; ``pace`` shortens the waits between retries."""

    def __init__(
        self, address: str, signing_secret: str, *, pace: float = 1.0, ack_seconds: float = 0.0
    ) -> None:
        """Take the bot's address and the secret that both sides know."""
        self._address = address
        self._signer = SignatureVerifier(signing_secret)
        self._pace = pace
        self._ack_seconds = ack_seconds or ACK_SECONDS
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self.log: deque[Delivery] = deque(maxlen=10_000)
        self.transport: Transport = self._post

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        """Let a delivery run in the background."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def delivered(self) -> None:
        """Return when every delivery so far has been answered or given up."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Give up what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def event(self, envelope: Json) -> Answer:
        """Deliver an event, with up to three retries like Slack's."""
        answer = await self._event_once(envelope, 0, "")
        for number, seconds in enumerate(RETRY_SECONDS, 1):
            if answer.ok or answer.no_retry:
                break
            await asyncio.sleep(seconds * self._pace)
            answer = await self._event_once(envelope, number, answer.reason or "http_error")
        return answer

    async def redeliver(self, envelope: Json, number: int = 1) -> Answer:
        """Deliver an event once more, as after a timeout."""
        return await self._event_once(envelope, number, "http_timeout")

    async def _event_once(self, envelope: Json, number: int, reason: str) -> Answer:
        retry = {"x-slack-retry-num": str(number), "x-slack-retry-reason": reason}
        body = json.dumps(envelope)
        headers = retry if number else {}
        answer = await self.transport("events_api", body, "application/json", headers)
        kind = envelope.get("event", {}).get("type", envelope.get("type", ""))
        self._log(kind, envelope.get("event_id", ""), number, answer)
        return answer

    async def interaction(self, payload: Json) -> Answer:
        """Deliver a press, a shortcut or a modal; never again when it fails."""
        body = urlencode({"payload": json.dumps(payload)})
        answer = await self.transport("interactive", body, FORM, {})
        self._log(payload["type"], "", 0, answer)
        return answer

    async def command(self, form: Json) -> Answer:
        """Deliver a slash command; never again when it fails."""
        body = urlencode(form, errors="replace")
        answer = await self.transport("slash_commands", body, FORM, {})
        self._log("command", "", 0, answer)
        return answer

    def _log(self, kind: str, event_id: str, number: int, answer: Answer) -> None:
        self.log.append(Delivery(kind, event_id, number, answer.status))

    async def _post(
        self, _envelope: str, body: str, content_type: str, extra: dict[str, str]
    ) -> Answer:
        """Make one signed request."""
        if self._session is None:
            self._session = aiohttp.ClientSession()
        stamp = str(int(time.time()))
        signature = self._signer.generate_signature(timestamp=stamp, body=body) or ""
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature,
            "User-Agent": "Slackbot 1.0 (playground)",
            **extra,
        }
        limit = aiohttp.ClientTimeout(total=self._ack_seconds)
        try:
            async with self._session.post(
                self._address,
                data=body.encode(),
                headers=headers,
                timeout=limit,
                allow_redirects=False,
            ) as response:
                no_retry = response.headers.get("X-Slack-No-Retry") == "1"
                return Answer(response.status, await response.text(), no_retry=no_retry)
        except TimeoutError:
            return Answer(0, reason="http_timeout")
        except aiohttp.ClientError:
            return Answer(0, reason="connection_failed")
