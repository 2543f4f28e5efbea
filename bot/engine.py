"""DBOS, opened so that it calls nobody, logs through our redaction and forgets in time."""

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from math import nan
from typing import Any, Protocol

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer
from dbos import error as dbos_error

from bot.database import STORE_AWAY
from bot.durable import POSTS, WORK, Fence
from bot.mending import mend
from bot.metrics import OLDEST, WAITING

VERSION = "anonbot-1"  # pinned: a deploy goes on with what the one before began
POLL_SECONDS = 0.2
PURGE = "purge"
PURGE_AT = "17 * * * *"
PURGE_BATCH = 500
DUE = ("ENQUEUED", "PENDING")
COUNT_SECONDS = 3  # a scrape does not wait longer for the database
COUNTED = 10_000
DONE = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


class Owner(Protocol):
    """Where work is kept and whose it is; its side is bot/ownership.py."""

    @property
    def url(self) -> str:
        """The address of DBOS's own tables."""

    @property
    def executor_id(self) -> str:
        """The name under which this process owns what it began."""

    @property
    def fence(self) -> Fence | None:
        """What guards posts where there are replicas."""

    @property
    def launched(self) -> Callable[[], None]:
        """To be called once work is carried out."""


@asynccontextmanager
async def durable_work(
    owner: Owner, post_seconds: float, poll_seconds: float = POLL_SECONDS
) -> AsyncIterator[None]:
    """Carry out kept work, that of earlier runs first, while this is open."""
    _open_dbos(owner.url, owner.executor_id)
    try:
        DBOS.launch()
        # SQLite's clock has whole seconds, too coarse for this: there bot.pace alone counts.
        several = owner.fence is not None and post_seconds > 0
        await DBOS.register_queue_async(
            POSTS,
            partition_concurrency=1,
            partition_limiter={"limit": 1, "period": post_seconds} if several else None,
            polling_interval_sec=poll_seconds,
            on_conflict="always_update",
        )
        await DBOS.apply_schedules_async(
            [{"schedule_name": PURGE, "workflow_fn": purge, "schedule": PURGE_AT}]
        )
        owner.launched()
        mending = asyncio.create_task(mend(owner.executor_id))
        try:
            yield
        finally:
            mending.cancel()
    finally:
        await asyncio.to_thread(DBOS.destroy)


def _open_dbos(url: str, executor_id: str) -> None:
    """Set DBOS up so that it calls nobody and logs through our redaction."""
    for name in [name for name in os.environ if name.startswith("DBOS__")]:
        del os.environ[name]
    logger = logging.getLogger("dbos")
    logger.handlers[:] = [logging.NullHandler()]  # else it makes one that does not redact
    logger.propagate = True
    config: DBOSConfig = {
        "name": "anonbot",
        "system_database_url": url,
        "application_version": VERSION,
        "executor_id": executor_id,
        "serializer": DBOSPortableJSONSerializer(),
        "log_level": "WARNING",
        "enable_otlp": False,
        "sys_db_idle_transaction_timeout_sec": 10,
        "sys_db_pool_size": 10,
    }
    DBOS(config=config)


@DBOS.workflow(name=PURGE)
async def purge(scheduled: datetime | str, _context: Any) -> None:
    """Delete what is older than the retention time; one replica does so, each hour."""
    now = datetime.fromisoformat(scheduled) if isinstance(scheduled, str) else scheduled
    await DBOS.run_step_async({"name": PURGE}, purge_before, now)


async def purge_before(now: datetime) -> int:
    """Delete finished work and what was seen; return how much finished work that was."""
    before = now - timedelta(days=WORK.retention_days)
    await WORK.desk.workflows.age_threads(now.timestamp())
    await WORK.desk.workflows.store.purge(before.timestamp(), now.timestamp())
    count = 0
    while done := await _done_before(before):
        # Never by SQL: what steps returned has no foreign key, and a reused id would replay it.
        await DBOS.delete_workflows_async(done)
        count += len(done)
    return count


async def _done_before(before: datetime) -> list[str]:
    done = await DBOS.list_workflows_async(
        status=DONE,
        completed_before=before.astimezone(UTC).isoformat(),
        limit=PURGE_BATCH,
        load_input=False,
        load_output=False,
    )
    return [one.workflow_id for one in done]


async def count_waiting() -> None:
    """Count what is kept and not done, on all replicas; NaN where that cannot be told now."""
    try:
        async with asyncio.timeout(COUNT_SECONDS):
            waiting = await DBOS.list_workflows_async(
                status=[*DUE, "DELAYED"], load_input=False, load_output=False, limit=COUNTED
            )
    except (TimeoutError, *STORE_AWAY, dbos_error.DBOSException):
        WAITING.set(nan)
        OLDEST.set(nan)
        return
    due = [one.created_at for one in waiting if one.status in DUE and one.created_at]
    WAITING.set(len(waiting))
    OLDEST.set(max(0.0, time.time() - min(due) / 1000) if due else 0)
