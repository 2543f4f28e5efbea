"""The bot on a few made-up entries, in the local workspace: what the scenario tests share."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

from sqlalchemy import text
from starlette.types import ASGIApp

from bot.anon_api import AnonApi, open_anon_api
from bot.answering import Decision, Outcome
from bot.app import Bot, create_asgi
from bot.config import Settings
from bot.database import open_database
from bot.diagnosis import Instruments
from bot.durable import WORK
from bot.engine import durable_work
from bot.guard import Guard
from bot.ownership import DURABLE_FILE, Owner, set_wal
from bot.playground.running import Lab, running_workspace
from bot.services import Services, secrets_of
from bot.store import Store
from bot.telemetry import configure_logging
from knowledge.entry import Entry, Kind, Link
from knowledge.matcher import Like, Match
from knowledge.outlook import Outlook

NO_INSTRUMENTS = Instruments(AnonApi({}), Guard())
AT_ONCE = {"join_seconds": 0, "hold_seconds": 0, "post_seconds": 0}
SURE_404 = "Error translating external user id: 404 - Not Found"
SURE_500 = "Error translating external user id: 500 - Internal Server"
UNSURE = "some error about the user id, what is it?"
TALK = ("thanks all!", "morning")
PLAIN = (SURE_404,)  # begun before it is matched
BROAD = "500 error"  # what kb lint finds fault with
MISS = "TypeError: cannot read properties of undefined"
SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


def entry(name: str, title: str, body: str = "Check that the user was linked.") -> Entry:
    return Entry(
        id=name,
        title=title,
        kind=Kind.ERROR,
        errors=(title,),
        links=(Link("FAQ", "https://docs.anon.com/faq"),),
        reviewed=date(2026, 11, 1),
        body=body,
    )


ENTRIES = {
    item.id: item
    for item in (
        entry("backend-user-404", "The user was not found"),
        entry("backend-user-500", "The user lookup failed"),
        entry("backend-tunnel-failed", "The tunnel failed"),
    )
}


class FakeAnswerer:
    """Sure of two errors, unsure of a third and of a log's mere end; records what it was asked."""

    reply_from = 0.9

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []

    def decide(self, text: str, *, explicit: bool = False) -> Decision:
        self.asked.append((text, explicit))
        if "404" in text and not text.startswith("the log goes on"):
            return decision(Outcome.REPLY, 0.97, *ENTRIES)
        if "500" in text:
            order = ("backend-user-500", "backend-user-404")
            return decision(Outcome.REPLY, 0.96, *order)
        if "user id" in text:
            return decision(Outcome.SUGGEST, 0.6, *ENTRIES)
        if explicit and "nothing" not in text:
            return decision(Outcome.SUGGEST, 0.2, *ENTRIES)
        like = Like.ERROR if "Error" in text else Like.OTHER
        outcome = Outcome.SUGGEST if explicit else Outcome.SILENT
        return Decision(outcome, None, 0.1, (), "typeerror cannot read", like)

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(ENTRIES.values())

    def outlook(self, text: str) -> Outlook:
        if text in PLAIN:
            return Outlook.ANSWER
        return Outlook.SILENT if text in TALK else Outlook.OPEN

    def entry(self, entry_id: str) -> Entry | None:
        return ENTRIES.get(entry_id)

    def problems(self, entry: Entry) -> tuple[str, ...]:
        return ("its error is too broad",) if entry.errors == (BROAD,) else ()


def decision(outcome: Outcome, score: float, *names: str) -> Decision:
    matches = tuple(
        Match(ENTRIES[name], score - 0.1 * place, ("matched `Error translating`",))
        for place, name in enumerate(names)
    )
    sure = names[0] if outcome is Outcome.REPLY else None
    return Decision(outcome, sure, score, matches, "error translating user id", Like.ERROR)


class Opened:
    """What a running bot stands on, for tests to look into."""

    lab: Lab

    async def settled(self) -> None:
        """Return when everything delivered so far has been dealt with."""
        for _ in range(3):  # what the bot posts is delivered to it in turn
            await self.lab.delivered()
            await self.bot.in_flight.drain()
            await self.bot.aside.drain()
            await WORK.in_hand.settled()

    def said(self, channel: str = "C0SUPPORT") -> list[str]:
        """Return what the bot said in the channel for all to see, oldest first."""
        everything = self.lab.workspace.said(channel)
        return [m.text for m in everything if m.user == "U0ANON" and not m.ephemeral_to]

    async def rows(self, table: str) -> list[dict[str, object]]:
        """Return the rows of one table."""
        async with self.services.store.engine.connect() as connection:
            found = await connection.execute(text(f"SELECT * FROM {table}"))
            return [dict(row._mapping) for row in found]

    async def turn_back(self, table: str, column: str, seconds: float) -> None:
        """Let what a table says of a time lie so much further back."""
        async with self.services.store.engine.begin() as connection:
            await connection.execute(text(f"UPDATE {table} SET {column} = {column} - {seconds}"))

    services: Services
    answerer: FakeAnswerer
    bot: Bot


TEMPLATE: list[bytes] = []


async def lay_dbos(folder: Path) -> None:
    """Put DBOS's empty tables into the folder: a first start would take a second to find them."""
    file = folder / DURABLE_FILE
    if file.exists():
        return
    if not TEMPLATE:
        set_wal(file)
        async with durable_work(Owner(f"sqlite:///{file}", "local"), 0):
            pass
        with sqlite3.connect(file) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        TEMPLATE.append(file.read_bytes())
    file.write_bytes(TEMPLATE[0])


async def no_pause(_seconds: float) -> None:
    """A pause of a check that is not taken."""


@asynccontextmanager
async def running(
    folder: Path,
    *,
    clock: Callable[[], float] | None = None,
    guard: Guard | None = None,
    **settings: object,
) -> AsyncIterator[tuple[Lab, Opened]]:
    """Yield the workspace with the bot in it."""
    opened = Opened()

    @asynccontextmanager
    async def start(base: Settings) -> AsyncIterator[ASGIApp]:
        opened.answerer = FakeAnswerer()
        configure_logging("INFO", secrets_of(base))
        more = {"clock": clock} if clock else {}
        base = base.model_copy(update={**AT_ONCE, **settings})
        with ThreadPoolExecutor(2) as matching:
            async with open_database(base.store_url) as engine, open_anon_api(base) as api:
                opened.services = Services(
                    base,
                    Store(engine),
                    opened.answerer,
                    matching,
                    Instruments(api, guard or Guard(), pause=no_pause),
                    **more,
                )
                await lay_dbos(folder)
                app = create_asgi(opened.services)
                async with app.router.lifespan_context(app):
                    opened.bot = app.state.bot
                    yield app

    async with running_workspace(start, data_dir=folder) as lab:
        opened.lab = lab
        yield lab, opened
