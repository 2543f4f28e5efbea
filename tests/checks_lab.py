"""The bot with checks in the local workspace, the Anon stand-in, and a customer's server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.anon_double import AnonState
from bot.guard import Guard
from bot.playground.customer import Customer
from bot.playground.running import Lab
from bot.playground.workspace import Message
from bot.run_store import HELD
from knowledge.entry import Check, CheckName
from tests import slack_lab
from tests.anon_lab import serving
from tests.slack_lab import Opened, running

NOT_LINKED = (
    "Error translating external user id: 404 - Not Found appUserId=user-9 app=uber env=sandbox"
)
CHECKS = {
    "backend-user-404": (CheckName.LINK,),
    "backend-user-500": (CheckName.JWKS, CheckName.TOKEN),
}


class ChecksLab:
    """Everything that a scenario about checks needs."""

    def __init__(self, lab: Lab, opened: Opened, customer: Customer) -> None:
        self.lab = lab
        self.opened = opened
        self.customer = customer

    @property
    def anon(self) -> AnonState:
        return self.lab.anon.state

    @property
    def url(self) -> str:
        return self.customer.jwks_url

    async def say(
        self, text: str, channel: str = "support", user: str = "ana", root: str = ""
    ) -> str:
        ts = self.lab.people.say(channel, user, text, root or None)
        await self.opened.settled()
        return ts

    async def command(self, text: str, channel: str = "general", user: str = "ana") -> str:
        """Run a command; return what its user sees after it."""
        seen = len(self.lab.private(user))
        self.lab.interactions.command(channel, user, "/anon", text)
        await self.opened.settled()
        return "\n".join(words(one) for one in self.lab.private(user)[seen:])

    async def click(self, message: Message, action: str, user: str = "ana") -> None:
        self.lab.interactions.click(message.channel, user, message.ts, action)
        await self.opened.settled()

    async def click_view(self, action: str, user: str = "ana") -> None:
        view = self.modal(user)
        self.lab.interactions.click_view(user, view.id, action)
        await self.opened.settled()

    def modal(self, user: str = "ana") -> Any:
        return self.lab.workspace.views.modals(f"U0{user.upper()}")[-1]

    async def submit(self, user: str = "ana", **values: str) -> None:
        view = self.modal(user)
        filled = {name: {name: value} for name, value in values.items()}
        self.lab.interactions.submit(user, view.id, filled)
        await self.opened.settled()

    async def runs(self) -> list[dict[str, object]]:
        """Return the runs that were begun."""
        rows = await self.opened.rows("check_runs")
        return [row for row in rows if row["state"] != HELD]


def words(message: Message | Any) -> str:
    """Return all that stands in a message or a modal."""
    content = getattr(message, "content", None)
    return str(content) if content else f"{message.text} {message.blocks}"


def offers(message: Message | Any, action: str) -> bool:
    return f"'action_id': '{action}'" in words(message)


@asynccontextmanager
async def serving_apart(customer: Customer) -> AsyncIterator[str]:
    """Yield the server's origin, on a port in whose digits no made-up error can be read."""
    while True:
        async with serving(customer.app) as origin:
            if "404" not in origin and "500" not in origin:
                yield origin
                return


@asynccontextmanager
async def checks_lab(folder: Path, **settings: object) -> AsyncIterator[ChecksLab]:
    """Yield the running whole; the customer's server speaks http, as the guard is told."""
    customer = Customer()
    async with serving_apart(customer) as origin:
        customer.origin = origin
        guard = Guard(allow_http=True, allow_hosts=[origin.removeprefix("http://")])
        async with running(folder, guard=guard, **settings) as (lab, opened):
            lab.give_customer(customer)
            yield ChecksLab(lab, opened, customer)


@asynccontextmanager
async def entries_with_checks() -> AsyncIterator[None]:
    """Let the made-up entries name checks for a while."""
    before = dict(slack_lab.ENTRIES)
    for name, kinds in CHECKS.items():
        checks = tuple(Check(kind) for kind in kinds)
        slack_lab.ENTRIES[name] = replace(before[name], checks=checks)
    try:
        yield
    finally:
        slack_lab.ENTRIES.update(before)


def assert_nowhere(checks: ChecksLab, folder: Path, *secrets: str) -> None:
    """The secrets stand in no database file, no call of Slack's and nothing that the bot shows."""
    kept = {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    workspace = checks.lab.workspace
    shown = {f"call {name}": arguments for name, arguments in workspace.calls}
    for room in workspace.messages.values():
        shown |= {f"message {one.ts}": words(one) for one in room.values() if one.user == "U0ANON"}
    for view in workspace.views.by_id.values():
        shown[f"view {view.id}"] = view.content
    assert kept
    assert shown
    for secret in secrets:
        for part in (secret, secret.split(".")[-1]):
            assert not [name for name, held in kept.items() if part.encode() in held]
            assert not [name for name, held in shown.items() if part in str(held)]
