"""Replicas on PostgreSQL: each shows that it lives; the others take over what a dead one left.

A replica is dead once its row is ``taken``. Whoever takes it and the owner's next sign of life are
updates of one row, so a frozen process that wakes up learns of its death before it goes on.
"""

import fcntl
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import structlog
from dbos import DBOS
from sqlalchemy import make_url

from bot.config import Settings
from bot.errors import TryLaterError

BEAT_SECONDS = 5.0
TRUST_SECONDS = 15.0  # without a sign of life for so long nothing is posted
DEAD_SECONDS = 20.0  # after so long another replica takes over
KEEP_SECONDS = 7 * 86_400  # a dead row: a takeover that failed is tried again
CONNECT_SECONDS = 5
EX_TEMPFAIL = 75  # whoever started the process starts it again
SWEEP_LOCK = 0x616E_6F6E  # one replica sweeps at a time
SLOT_FILE = "replica"
log = structlog.get_logger(__name__)

BEAT = """
INSERT INTO replicas (executor_id, seen) VALUES (%(me)s, now())
ON CONFLICT (executor_id) DO UPDATE SET seen = now() WHERE replicas.taken IS NULL
"""
TAKE = """
UPDATE replicas SET taken = now()
WHERE taken IS NULL AND executor_id <> %(me)s AND seen < now() - make_interval(secs => %(dead)s)
"""
TAKE_ONE = "UPDATE replicas SET taken = now() WHERE taken IS NULL AND executor_id = %(it)s"
TAKEN = "SELECT executor_id FROM replicas WHERE taken IS NOT NULL"
FORGET = "DELETE FROM replicas WHERE taken < now() - make_interval(secs => %(keep)s)"


class Replica:
    """This process among the others."""

    def __init__(self, dsn: str) -> None:
        self.executor_id = str(uuid4())
        self._dsn = dsn
        self._confirmed = time.monotonic()
        self._steady_since = time.monotonic()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def check(self) -> None:
        """Raise TryLaterError unless this process certainly still owns its work."""
        if time.monotonic() - self._confirmed > TRUST_SECONDS:
            raise TryLaterError(1, done=False)

    def enter(self) -> None:
        """Show a first sign of life; raise what the driver raises."""
        with self._connect() as connection:
            self._beat(connection)

    def start(self) -> None:
        """Beat and sweep from now on, each in a thread of its own: neither waits for the other."""
        for work in (self._beat_on, self._sweep_on):
            thread = threading.Thread(target=work, name=work.__name__, daemon=True)
            thread.start()
            self._threads.append(thread)

    def leave(self) -> None:
        """Stop, and hand over at once what is left."""
        self._stop.set()
        for thread in self._threads:
            thread.join(CONNECT_SECONDS)
        try:
            self.take(self.executor_id)
        except psycopg.Error as error:
            log.warning("not_handed_over", error=type(error).__name__)

    def take(self, executor_id: str) -> None:
        """Declare a replica dead, because it is known to be."""
        with self._connect() as connection:
            connection.execute(TAKE_ONE, {"it": executor_id})

    def _connect(self) -> psycopg.Connection[tuple[str]]:
        return psycopg.connect(self._dsn, autocommit=True, connect_timeout=CONNECT_SECONDS)

    def _beat_on(self) -> None:
        self._go_on(BEAT_SECONDS, self._beat)

    def _sweep_on(self) -> None:
        self._go_on(BEAT_SECONDS, self._sweep)

    def _go_on(self, seconds: float, do: Callable[[psycopg.Connection[tuple[str]]], None]) -> None:
        """Do it again and again, over a new connection when the old one is lost."""
        while not self._stop.is_set():
            try:
                with self._connect() as connection:
                    while not self._stop.is_set():
                        do(connection)
                        self._stop.wait(seconds)
            except psycopg.Error as error:
                log.warning("database_away", doing=do.__name__, error=type(error).__name__)
                self._stop.wait(1)

    def _beat(self, connection: psycopg.Connection[tuple[str]]) -> None:
        begun = time.monotonic()
        alive = connection.execute(BEAT, {"me": self.executor_id}).rowcount
        if not alive:
            log.error("taken_over", executor=self.executor_id)
            os._exit(EX_TEMPFAIL)  # at once: what still runs here belongs to another now
        if begun - self._confirmed > TRUST_SECONDS:
            self._steady_since = begun
        self._confirmed = begun

    def _sweep(self, connection: psycopg.Connection[tuple[str]]) -> None:
        """Take over from the dead; not just after an outage, when nobody could show life."""
        if time.monotonic() - self._steady_since > DEAD_SECONDS:
            found = connection.execute(TAKE, {"me": self.executor_id, "dead": DEAD_SECONDS})
            if found.rowcount:
                log.warning("replicas_dead", count=found.rowcount)
        connection.execute(FORGET, {"keep": KEEP_SECONDS})
        dead = [row[0] for row in connection.execute(TAKEN)]
        with _only_sweeper(connection) as mine:
            if mine and dead:
                take_over(dead)


@contextmanager
def _only_sweeper(connection: psycopg.Connection[tuple[str]]) -> Iterator[bool]:
    """Tell whether this replica sweeps now: a list grows stale when two work on it."""
    (row,) = connection.execute("SELECT pg_try_advisory_lock(%s)", [SWEEP_LOCK]).fetchall()
    try:
        yield bool(row[0])
    finally:
        if row[0]:
            connection.execute("SELECT pg_advisory_unlock(%s)", [SWEEP_LOCK])


def take_over(executor_ids: list[str]) -> None:
    """Put what dead replicas had begun back into its queue; only one sweeper may do so."""
    for executor_id in executor_ids:
        left = DBOS.list_workflows(
            executor_id=executor_id, status="PENDING", load_input=False, load_output=False
        )
        for work in left:
            log.info("taken_over_work", work=work.workflow_id, executor=executor_id)
            DBOS.resume_workflow(work.workflow_id, queue_name=work.queue_name)


@asynccontextmanager
async def replica(settings: Settings) -> AsyncIterator[Replica]:
    """Yield this process's place among the replicas, entered but not yet sweeping."""
    url = make_url(settings.store_url).set(drivername="postgresql")
    own = Replica(url.render_as_string(hide_password=False))
    own.enter()
    with _slot(settings.data_dir / SLOT_FILE, own):
        try:
            yield own
        finally:
            own.leave()


@contextmanager
def _slot(file: Path, own: Replica) -> Iterator[None]:
    """Hold this folder's slot: who held it before is dead, so its work is ours at once."""
    with file.open("a+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # another replica shares the folder
            yield
            return
        held.seek(0)
        if former := held.read().strip():
            own.take(former)
        held.truncate(0)
        held.write(own.executor_id)
        held.flush()
        yield
