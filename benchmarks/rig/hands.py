"""What people do in Slack, carried to one of the replicas as Slack does.

Events come again until they are taken. A press, a form or a command comes once: whoever gets no
answer does it again. A share of everything comes twice.
"""

import asyncio
import json
import random
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlencode

from benchmarks.rig.driver import waits
from bot.playground.announcer import Announcer
from bot.playground.double import SlackDouble
from bot.playground.interactions import Interactions
from bot.playground.people import People
from bot.playground.refusal import RefusedError
from bot.playground.sender import FORM, Answer, EventSender
from bot.playground.views import OpenView

Json = dict[str, Any]
AGAIN_SECONDS = 0.5
REDELIVERY = waits(1 / 120)
_ANSWER: ContextVar[Answer] = ContextVar("answer")


class Carrier(EventSender):
    """Delivers to a replica by chance, a share of it twice at once."""

    def __init__(
        self, secret: str, addresses: Sequence[str], chance: random.Random, duplicates: float
    ) -> None:
        super().__init__("", secret)
        self._addresses = [f"{one}/slack/events" for one in addresses]
        self._chance = chance
        self._duplicates = duplicates
        self.begun: list[Coroutine[Any, Any, Any]] = []
        self.twice = 0
        self.refused = 0

    async def event(self, envelope: Json) -> Answer:
        """Deliver an event until it is taken."""
        body = json.dumps(envelope)
        return await self._some_twice(lambda: self._until_taken(body))

    async def interaction(self, payload: Json) -> Answer:
        """Deliver a press or a form."""
        return await self._once(urlencode({"payload": json.dumps(payload)}))

    async def command(self, form: Json) -> Answer:
        """Deliver a command."""
        return await self._once(urlencode(form))

    async def _once(self, body: str) -> Answer:
        answer = await self._some_twice(lambda: self._send(body, FORM, {}))
        self.refused += not answer.ok
        _ANSWER.set(answer)
        return answer

    async def _some_twice(self, deliver: Any) -> Answer:
        twice = self._chance.random() < self._duplicates
        self.twice += twice
        answers = await asyncio.gather(*(deliver() for _ in range(1 + twice)))
        return next((one for one in answers if one.ok), answers[0])

    async def _until_taken(self, body: str) -> Answer:
        answer = Answer(0)
        for number, wait in enumerate((0.0, *REDELIVERY)):
            await asyncio.sleep(wait)
            headers = {"X-Slack-Retry-Num": str(min(number, 3))} if number else {}
            answer = await self._send(body, "application/json", headers)
            if answer.ok:
                break
        return answer

    async def _send(self, body: str, content: str, headers: dict[str, str]) -> Answer:
        self._address = self._chance.choice(self._addresses)
        return await self._post("", body, content, headers)


class Presses(Carrier):
    """Leaves what was begun to who waits for it."""

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        self.begun.append(work)


class Hands:
    """The people of the double; each press returns once it is answered, whether it was taken."""

    def __init__(
        self,
        double: SlackDouble,
        addresses: Sequence[str],
        chance: random.Random,
        duplicates: float,
    ) -> None:
        self.workspace = double.workspace
        secret = double.signing_secret
        self.events = Carrier(secret, addresses, chance, duplicates)
        self.presses = Presses(secret, addresses, chance, duplicates)
        announcer = Announcer(double.workspace, self.events, double.host, double.manifest.events)
        self.people = People(double.workspace, announcer)
        self._does = Interactions(
            double.workspace, self.presses, double.host, double.manifest.escaping
        )

    async def click(self, channel: str, user: str, ts: str, action: str) -> bool:
        """Press a button of a message; False also where the message has none such now."""
        with suppress(RefusedError):
            self._does.click(channel, user, ts, action)
            return await self._answered()
        return False

    async def command(self, channel: str, user: str, text: str) -> bool:
        self._does.command(channel, user, "/anon", text)
        return await self._answered()

    async def shortcut(self, user: str, name: str, channel: str, ts: str) -> bool:
        self._does.shortcut(user, name, channel, ts)
        return await self._answered()

    async def submit(self, user: str, view: OpenView, values: dict[str, str]) -> bool:
        """Submit a modal that is open; False also where it is refused, or gone meanwhile."""
        with suppress(RefusedError):
            self._does.submit(user, view.id, {name: {name: text} for name, text in values.items()})
            return await self._answered()
        return False

    async def _answered(self) -> bool:
        await self.presses.begun.pop()
        return _ANSWER.get().ok

    def modal(self, user: str, callback: str) -> OpenView | None:
        """Return the modal that the person has open, if it is this one."""
        found = self.workspace.views.modals(user)[-1:]
        return next((one for one in found if one.content.get("callback_id") == callback), None)

    async def delivered(self) -> None:
        """Return when every event is taken."""
        await self.events.delivered()

    async def close(self) -> None:
        await self.events.close()
        await self.presses.close()


async def submitted(hands: Hands, user: str, view: str, values: dict[str, str]) -> bool:
    """Submit the form that the person has open until it is taken; False if it is gone."""
    while form := hands.modal(user, view):
        if await hands.submit(user, form, values):
            return True
        await asyncio.sleep(AGAIN_SECONDS)
    return False
