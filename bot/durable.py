"""Durable work on DBOS: what was begun before a crash is finished after it, once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Protocol
from uuid import uuid4

import structlog
from dbos import (
    DBOS,
    DBOSConfiguredInstance,
    DBOSContextSetAuth,
    SetEnqueueOptions,
    SetWorkflowID,
    WorkflowHandleAsync,
)
from dbos import error as dbos_error

from bot.database import STORE_AWAY
from bot.desk import Desk
from bot.errors import NotInstalledError, TryLaterError, UserError
from bot.in_hand import InHand
from bot.jobs import QUEUED, Heard, Job, Json, Kind, dump, load_heard, load_job
from bot.metrics import DECISIONS
from bot.metrics import POSTS as POSTED
from bot.pace import Pace
from bot.steps import patiently
from bot.tracing import current_request, reference

POSTS = "posts"
DELAYED = "DELAYED"  # DBOS's word for work whose time has not come
NOWHERE = "nowhere"  # the queue of what has no channel
OUTCOME_SECONDS = 0.1  # how often somebody who waits for an outcome looks
RESTARTS = 100_000  # that work may live through: a process that dies again is no fault of its work
FAILED = "Sorry, that failed on my side and I noted it as `{reference}`. Try again, or ask a human."
log = structlog.get_logger(__name__)


class Files(Protocol):
    """Fetches attached text; its Slack side is handlers/files.py."""

    async def read(self, team: str, files: Any) -> str:
        """Return the text of those that are text, nothing for the others."""


class Fence(Protocol):
    """Knows whether this process still owns its work; its side is bot/replicas.py."""

    def check(self) -> None:
        """Raise TryLaterError while that is not certain."""


@DBOS.dbos_class()
class Work(DBOSConfiguredInstance):
    """The workflows. DBOS knows one set of them for a process, so there is one instance."""

    def __init__(self) -> None:
        super().__init__("work")
        self._desk: Desk | None = None
        self._files: Files | None = None
        self._fence: Fence | None = None
        self._pace = Pace(0)
        self.retention_days = 0
        self.drop_team: Callable[[str], Awaitable[None]] = _keep
        self.in_hand = InHand()

    def bind(
        self,
        desk: Desk,
        files: Files,
        fence: Fence | None,
        pace: Pace,
        retention_days: int,
        *,
        drop_team: Callable[[str], Awaitable[None]],
    ) -> None:
        """Take what the steps work with; once, until ``release``."""
        if self._desk is not None:
            raise RuntimeError("durable work is open already in this process")
        self._desk, self._files, self._fence, self._pace = desk, files, fence, pace
        self.retention_days, self.drop_team = retention_days, drop_team
        self.in_hand = InHand()

    def release(self) -> None:
        """Forget what the steps worked with."""
        self._desk = self._files = self._fence = None
        self.drop_team = _keep

    @property
    def desk(self) -> Desk:
        """What carries jobs out."""
        if self._desk is None:
            raise RuntimeError("durable work is not open")
        return self._desk

    async def attend(self, heard: Heard, hold: float = 0) -> None:
        """Have a message dealt with, after ``hold`` seconds."""
        heard = replace(heard, request=heard.request or current_request())
        options = SetEnqueueOptions(
            queue_partition_key=heard.place.channel, delay_seconds=hold or None
        )
        with options, DBOSContextSetAuth(_owner(heard.place.team, heard.user), []):
            await self.in_hand.start(heard.id, lambda: self._enqueue(self.attend_to, dump(heard)))

    async def submit(self, job: Job, delay: float = 0) -> None:
        """Have a job done, after ``delay`` seconds; one whose key is known is done already."""
        job = replace(job, request=job.request or current_request())
        if delay:
            await self._submit_later(job, delay)
            return
        with DBOSContextSetAuth(_owner(job.place.team, job.user), []):
            if job.kind not in QUEUED:
                await self.in_hand.start(
                    job.key, lambda: DBOS.start_workflow_async(self.carry_out, dump(job))
                )
                return
            with SetEnqueueOptions(queue_partition_key=job.place.channel or NOWHERE):
                await self.in_hand.start(job.key, lambda: self._enqueue(self.carry_out, dump(job)))

    async def _submit_later(self, job: Job, delay: float) -> None:
        options = SetEnqueueOptions(
            queue_partition_key=job.place.channel or NOWHERE, delay_seconds=delay
        )
        owner = DBOSContextSetAuth(_owner(job.place.team, job.user), [])
        with options, owner, SetWorkflowID(job.key):
            await self._enqueue(self.carry_out, dump(job))

    async def stop(self, key: str) -> None:
        """Let a job that still waits for its time not be done; one that has begun goes on."""
        await DBOS.run_step_async({"name": "stop"}, _stopped, key)

    async def outcome(self, job: Job) -> str:
        """Have a job done and return the ts of its message; raise UserError where refused."""
        await self.submit(job)
        handle: WorkflowHandleAsync[Json] = await DBOS.retrieve_workflow_async(job.key)
        outcome = await handle.get_result(polling_interval_sec=OUTCOME_SECONDS)
        if refused := outcome.get("refused"):
            raise UserError(refused)
        return str(outcome.get("posted") or "")

    async def forget(self, team: str, user: str) -> None:
        """Delete what is kept of the finished jobs for a user."""
        done = await DBOS.list_workflows_async(
            user=_owner(team, user),
            status=["SUCCESS", "ERROR", "CANCELLED"],
            load_input=False,
            load_output=False,
        )
        if done:
            await DBOS.delete_workflows_async([each.workflow_id for each in done])

    @DBOS.workflow(name="attend", max_recovery_attempts=RESTARTS)
    async def attend_to(self, heard: Json) -> Json:
        """Deal with a message."""
        read = load_heard(heard)
        return await self.guarded(self._attend(read), _asker_of(read), read.request)

    @DBOS.workflow(name="carry_out", max_recovery_attempts=RESTARTS)
    async def carry_out(self, job: Json) -> Json:
        """Do a job."""
        read = load_job(job)
        return await self.guarded(self._carry(read), read, read.request)

    async def _attend(self, heard: Heard) -> Json:
        async def decide() -> Json:
            whole, leaks = await self.desk.planner.read_files(heard, await self._text_of(heard))
            job = await self.desk.planner.decide(whole)
            if heard.files or heard.early:  # else counted before the ack
                DECISIONS.labels(job.kind.value if job else "silent").inc()
            warning = Job(
                Kind.WARN, f"{heard.id}:warn", heard.place, heard.user, heard.ts, leaks=leaks
            )
            return {
                "job": dump(job) if job else None,
                "warning": dump(warning) if leaks else None,
            }

        decided = await patiently("decide", decide)
        if decided["warning"]:
            await self.submit(load_job(decided["warning"]))
        return await self._carry(load_job(decided["job"])) if decided["job"] else {}

    async def _text_of(self, heard: Heard) -> str:
        if not self._files or not heard.files:
            return ""
        return await self._files.read(heard.place.team, heard.files)

    async def _carry(self, job: Job) -> Json:
        """Begin, say, record; each is remembered, and saying looks for what a crash left."""
        run = uuid4().hex

        async def begin() -> Json:
            ready = await self.desk.ready(job)
            return {"job": dump(ready) if ready else None, "run": run, "at": self.desk.clock()}

        begun = await patiently("begin", begin)
        if begun["job"] is None:
            return {}
        job = load_job(begun["job"])
        outcome = await self._say(job, begun["at"], look=begun["run"] != run)

        async def record() -> Json:
            if "refused" in outcome:
                await self.desk.tell(job, outcome["refused"])
            else:
                await self.desk.record(job, outcome["posted"])
            after = await self.desk.follow(job, outcome)
            following = [{"job": dump(one.job), "delay": one.delay} for one in after.jobs]
            return {**outcome, "following": following, "stopped": list(after.stopped)}

        recorded = await patiently("record", record)
        for key in recorded["stopped"]:
            await self.stop(key)
        for one in recorded["following"]:
            await self.submit(load_job(one["job"]), one["delay"])
        return recorded

    async def _say(self, job: Job, begun: float, *, look: bool) -> Json:
        async def say(look: bool) -> Json:
            if job.kind in QUEUED:
                await self._pace.turn(job.place.channel)
            if self._fence:
                self._fence.check()
            try:
                posted = await self.desk.say(job, begun if look else None)
            except NotInstalledError:
                raise
            except UserError as error:
                return {"refused": str(error)}
            POSTED.labels(job.kind.value).inc()
            log.info("said", kind=job.kind.value, job=job.key, entry=job.entry, posted=posted)
            return {"posted": posted}

        return await patiently("say", say, look=look)

    async def guarded(self, work: Awaitable[Json], job: Job | None, request: str) -> Json:
        """Count what runs; log what fails unforeseen and tell who waits for it."""
        key = DBOS.workflow_id or ""
        async with self.in_hand.carrying_out(key):
            with structlog.contextvars.bound_contextvars(work=key, request=request):
                return await self._outcome(work, job)

    async def _outcome(self, work: Awaitable[Json], job: Job | None) -> Json:
        """Return what the work came to; raise CancelledError where it has to be taken up again."""
        try:
            outcome = await work
        except NotInstalledError:
            log.info("work_void")
            return {}
        except STORE_AWAY as error:
            log.warning("work_interrupted", error=type(error).__name__)
            # What DBOS sees as cancelled it does not record: bot.mending takes it up again.
            raise asyncio.CancelledError from error
        except Exception as error:  # the counterpart of app.error: work ends here
            await self._apologise(job, error)
            raise
        log.info("done")
        return outcome

    async def _apologise(self, job: Job | None, error: Exception) -> None:
        """Log what nobody foresaw and tell who waits, unless another takes it up."""
        if isinstance(error, dbos_error.DBOSException):
            log.error("work_interrupted", error=type(error).__name__)
            return
        name = reference()
        log.error("work_failed", reference=name, exc_info=error)
        if job:
            with suppress(TryLaterError, UserError):
                await self.desk.tell(job, FAILED.format(reference=name))

    @staticmethod
    async def _enqueue(work: Any, value: Json) -> Any:
        return await DBOS.enqueue_workflow_async(POSTS, work, value)


async def _stopped(key: str) -> Json:
    status = await DBOS.get_workflow_status_async(key)
    if status and status.status == DELAYED:
        await DBOS.cancel_workflow_async(key)
    return {}


async def _keep(_team: str) -> None:
    """Delete nothing: no work is open."""


def _asker_of(heard: Heard) -> Job | None:
    """Return whom to tell that a message could not be dealt with: who asked."""
    asked = Job(Kind.VERB, heard.id, heard.place, heard.user, heard.ts)
    return asked if heard.explicit else None


def _owner(team: str, user: str) -> str:
    """Name whom work is for, so that all that is kept about one person is found."""
    return f"{team}:{user}"


WORK = Work()
