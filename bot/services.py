"""What the bot runs on, opened once and passed down."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import time

from pydantic import SecretStr
from sqlalchemy import make_url

from bot.anon_answers import Environment
from bot.anon_api import open_anon_api
from bot.answering import Answerer, open_answerer, shipped_or
from bot.config import Settings
from bot.database import open_database
from bot.diagnosis import Instruments
from bot.errors import ConfigError
from bot.guard import Guard
from bot.refreshing import Refresher, approved_entries, stamp_of
from bot.store import Store
from bot.telemetry import configure_logging
from knowledge.entry import BadKnowledge, Entry
from knowledge.labelled import BadMessagesError

MATCHING_THREADS = 2  # RapidFuzz releases the GIL; more threads than cores gain nothing


async def _nothing_new() -> None:
    """Entries that never change."""


@dataclass(frozen=True)
class Services:
    """The settings, the state, the knowledge base and the threads to match on."""

    settings: Settings
    store: Store
    answerer: Answerer
    matching: Executor
    instruments: Instruments
    clock: Callable[[], float] = time
    refresh: Callable[[], Awaitable[None]] = _nothing_new  # takes up changes of the entries now


@asynccontextmanager
async def open_services(
    settings: Settings, *, kb: Path | None = None, guard: Guard | None = None
) -> AsyncIterator[Services]:
    """Yield the services; raise UserError in clear words when one of them cannot be opened.

    Another guard than the strict one is for the local workspace alone.
    """
    configure_logging(settings.log_level, secrets_of(settings))  # before anything can be logged
    async with open_database(settings.store_url) as engine, open_anon_api(settings) as api:
        matching = ThreadPoolExecutor(MATCHING_THREADS, thread_name_prefix="matching")
        try:
            folder, reopen = shipped_or(kb), partial(open_knowledge, kb)
            store = Store(engine)
            known = stamp_of(folder), await store.proposals.stamp()
            answerer = reopen(await approved_entries(store.proposals))
            refresher = Refresher(answerer, folder, known, reopen, matching, store.proposals)
            watching = asyncio.create_task(refresher.run())
            try:
                default = Environment(settings.anon_default_env)
                instruments = Instruments(api, guard or Guard(), default)
                yield Services(
                    settings, store, answerer, matching, instruments, refresh=refresher.look
                )
            finally:
                watching.cancel()
        finally:
            matching.shutdown(cancel_futures=True)


def open_knowledge(kb: Path | None, more: Iterable[Entry] = ()) -> Answerer:
    """Open the knowledge base; what is wrong with its files is the person's to mend."""
    try:
        return open_answerer(kb, more=more)
    except (BadKnowledge, BadMessagesError) as error:
        raise ConfigError(str(error)) from None


def secrets_of(settings: Settings) -> list[str]:
    """Return every secret setting and the database's password, for the logs to leave out."""
    values = [value for _, value in settings if isinstance(value, SecretStr)]
    password = make_url(settings.store_url).password
    secrets = [value.get_secret_value() for value in values] + ([password] if password else [])
    return [*secrets, *settings.encryption_keys]
