"""Checks that a message in Slack carries: planned, begun, shown as they end, run again."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import uuid4

from bot.answering import Paste
from bot.check_words import plan_check
from bot.checking import ALREADY_RUNS, Checking
from bot.checks.ladder import CheckKind
from bot.diagnosis import Inputs, Planned, SealedToken, plan
from bot.errors import TryLaterError, UserError
from bot.jobs import Heard, Job, Kind, work_id
from bot.ladders import Checked, Ladder, Look, dump_looks, load_looks, look_of, waiting
from bot.records import Place
from bot.redact import Kind as Secret
from bot.reply import Again, Reply
from bot.run_store import Run
from bot.workflows import Workflows
from knowledge.entry import Check

STALE = "I no longer have these checks. Ask again and I will look anew."
NOTHING_IN_IT = "I find nothing to check in it: no address of a JWK Set, no token and no id."
PROGRESS_SECONDS = 1.0  # between two edits of one message
A_JWT = Secret.JWT.marker


@dataclass(frozen=True)
class MessageChecks:
    """The steps; every one may be repeated."""

    checking: Checking
    workflows: Workflows

    async def seal(self, message: str, raw: str, paste: Paste) -> None:
        """Hold in memory what redaction took out of a message."""
        if paste.found:
            self.checking.sealed.keep(message, await self.checking.inputs(raw))

    def join(self, heard: Heard) -> None:
        """Hold what a later piece of a message hid for its first piece too."""
        if heard.first:
            first = work_id(heard.place.team, heard.place.channel, heard.first)
            self.checking.sealed.join(first, heard.id)

    async def asked(self, heard: Heard, raw: str) -> Job | None:
        """Return the job that does what `check …` in a message says; None if it says less."""
        loop = asyncio.get_running_loop()
        planned = await loop.run_in_executor(self.checking.threads, plan_check, raw)
        if planned is None:
            return None
        job = Job(Kind.CHECKS, f"{heard.id}:0", heard.place, heard.user, heard.ts)
        return self._with(job, (planned,))

    async def adds(self, heard: Heard, entry_id: str) -> bool:
        """Tell whether a later piece of a message brings what its answer's checks look at."""
        entry = self.workflows.answerer.entry(entry_id)
        if not heard.first or entry is None or not entry.checks:
            return False
        before = await self.checking.inputs(heard.before)
        after = await self._inputs(heard)
        planned = [plan(each, entry.checks, every=False) for each in (before, after)]
        had, has = ([one for one in each if not one.missing] for each in planned)
        return len(has) > len(had)

    async def attach(self, job: Job, heard: Heard) -> Job:
        """Return the job with the checks that its entry names, or for a diagnosis all there are."""
        if job.kind not in {Kind.ANSWER, Kind.OFFER}:
            return job
        inputs = await self._inputs(heard)
        entry = self.workflows.answerer.entry(job.entry) if job.entry else None
        named = entry.checks if entry else ()
        planned = plan(inputs, named, every=heard.diagnose)
        lost = A_JWT in f"{heard.before}\n{heard.text}" and not inputs.tokens
        planned = tuple(one for one in planned if not one.missing or (lost and _is_token(one)))
        if planned and job.kind is Kind.OFFER:
            job = replace(job, kind=Kind.CHECKS)
        return self._with(job, planned)

    def _with(self, job: Job, planned: tuple[Planned, ...]) -> Job:
        if not planned:
            return job
        self.checking.sealed.keep_run(job.key, planned)
        return replace(job, looks=tuple(map(look_of, planned)))

    async def _inputs(self, heard: Heard) -> Inputs:
        """Return what a message holds: ids off the redacted text, the rest as it was, if held."""
        inputs = await self.checking.inputs(f"{heard.before}\n{heard.text}")
        sealed = self.checking.sealed.inputs(heard.id)
        if heard.first:
            first = work_id(heard.place.team, heard.place.channel, heard.first)
            sealed = self.checking.sealed.inputs(first) or sealed
        if sealed is None:
            return inputs
        urls = tuple(dict.fromkeys([*sealed.urls, *inputs.urls]))
        return replace(inputs, tokens=sealed.tokens, urls=urls)

    async def ready(self, job: Job) -> Job:
        """Begin the runs that a job carries, as far as its user may run them there."""
        if not job.looks or job.run or job.quiet:
            return job
        place, asked = job.place, job.kind is Kind.CHECKS
        allowed = await self.checking.allowed(place.channel, job.user, job.looks)
        hidden = await self.checking.are_private(place.team, place.channel)
        quiet = [look for look in allowed if hidden and look.is_of_anon]
        shown = [look for look in allowed if look not in quiet]
        try:
            if asked and not allowed:
                shown = list(job.looks)  # its refusal is what the user is told
            job = replace(job, run=await self._begin(job, "run", shown))
            job = replace(job, quiet=await self._begin(job, "quiet", quiet))
        except UserError as error:
            return replace(job, refusal=str(error) if asked else "")
        if asked and not job.run:
            return replace(job, kind=Kind.CHECK, run=job.quiet, quiet="")
        return job

    async def _begin(self, job: Job, part: str, looks: Sequence[Look]) -> str:
        """Begin a run of some of a job's checks; return its name, or nothing for no checks."""
        if not looks:
            return ""
        run_id = f"{job.key}:{part}"
        await self.checking.begin(
            Run(
                id=run_id,
                chain=run_id,
                team=job.place.team,
                channel=job.place.channel,
                user=job.user,
                asker=job.user,
                looks=dump_looks(tuple(looks)),
                root=job.place.root,
                question=job.question,
                entry=job.entry,
                private=part == "quiet",
                started=self.checking.clock(),
            )
        )
        places = [job.looks.index(look) for look in looks]
        held = [self.checking.sealed.planned(job.key, place) for place in places]
        self.checking.sealed.keep_run(
            run_id, tuple(one or look.planned() for one, look in zip(held, looks, strict=True))
        )
        return run_id

    async def posted(self, job: Job, posted: str) -> None:
        """Keep which message shows a job's run."""
        if job.run and posted:
            await self.checking.runs.set_posted(job.run, posted)

    def following(self, job: Job, posted: str) -> list[Job]:
        """Return the jobs that run what a posted message carries."""
        runs = [(job.run, posted), (job.quiet, "")]
        return [
            Job(
                *(Kind.CHECK, run, job.place, job.user, job.question),
                run=run,
                edits=edits,
                again=job.again,
            )
            for run, edits in runs
            if run and job.looks and job.kind in {Kind.ANSWER, Kind.CHECKS}
        ]

    async def run(self, job: Job) -> None:
        """Run the checks, and show each as it ends in the message that carries them."""
        run = await self.checking.runs.get(job.run)
        if run is None or run.state:
            return
        if job.edits and run.chain != run.id:
            await self._progress(job, tuple(map(waiting, load_looks(run.looks))))
        shown_at = time.monotonic()

        async def tell(checks: tuple[Checked, ...]) -> None:
            nonlocal shown_at
            if job.edits and time.monotonic() - shown_at >= PROGRESS_SECONDS:
                shown_at = time.monotonic()
                await self._progress(job, checks)

        await self.checking.climb(run, tell)

    async def _progress(self, job: Job, checks: tuple[Checked, ...]) -> None:
        """Show how far it is; where Slack is busy, the next time will do."""
        with suppress(TryLaterError, UserError):
            await self._draw(job, checks)

    async def show(self, job: Job) -> None:
        """Show what the checks came to: in the message, or to the one person who may see it."""
        if job.edits:
            await self._draw(job, None)
        elif ladder := await self.checking.ladder(job.run):
            in_thread = job.place.root != job.question
            await self.workflows.messenger.whisper(job.place, job.user, ladder, in_thread=in_thread)

    async def _draw(self, job: Job, checks: tuple[Checked, ...] | None) -> None:
        ladder = await self.checking.ladder(job.run, checks)
        said = ladder and await self.workflows.with_ladder(job.place, job.edits, ladder)
        place = job.place
        if isinstance(said, Reply) and job.again:
            link = await self.workflows.messenger.permalink(place.team, place.channel, job.again)
            said = Again(said, link) if link and not said.solved_by else said
        if said:
            await self.workflows.messenger.edit(place.team, place.channel, job.edits, said)

    async def ladder(self, job: Job) -> Ladder | None:
        """Return the ladder that a job's message carries, as it stands."""
        return await self.checking.ladder(job.run) if job.run else None

    async def last(self, place: Place, posted: str) -> Run:
        """Return the run that a message showed last; raise UserError where there is none."""
        run = await self.checking.runs.last_of(place.team, place.channel, posted)
        if run is None:
            raise UserError(STALE)
        return run

    async def again(self, run: Run, user: str, token: str = "") -> None:
        """Have the checks of a message run again, for whoever wants it and may."""
        if self.checking.is_running(run):
            raise UserError(ALREADY_RUNS)
        fresh = self.repeated(run, user, token)
        await self.checking.begin(fresh)
        place = Place(run.team, run.channel, run.root)
        job = Job(Kind.CHECK, fresh.id, place, user, run.question, run=fresh.id, edits=run.posted)
        await self.workflows.works.submit(job)

    def repeated(self, run: Run, user: str, token: str = "") -> Run:
        """Return a run like that one, about to begin; a token that was given anew is held."""
        fresh = replace(
            run,
            id=f"again:{uuid4().hex}",
            user=user,
            checks=None,
            state="",
            started=self.checking.clock(),
            ended=None,
        )
        if token:
            looks = load_looks(run.looks)
            held = tuple(
                look.with_token(SealedToken(token))
                if look.kind is CheckKind.TOKEN
                else look.planned()
                for look in looks
            )
            self.checking.sealed.keep_run(fresh.id, held)
        return fresh

    async def added(self, place: Place, posted: str, user: str, pasted: str) -> None:
        """Run on an answer what somebody pasted for it; raise UserError if that is nothing."""
        answer = await self.workflows.store.answer_posted(place.team, place.channel, posted)
        if answer is None or not answer.open:
            raise UserError(STALE)
        entry = self.workflows.answerer.entry(answer.entry)
        inputs = await self.checking.inputs(pasted)
        named: Sequence[Check] = entry.checks if entry else ()
        planned = tuple(one for one in plan(inputs, named) if not one.missing)
        if not planned:
            raise UserError(NOTHING_IN_IT)
        key = f"added:{uuid4().hex}"
        job = Job(Kind.CHECKS, key, answer.place, user, answer.question, entry=answer.entry)
        ready = await self.ready(self._with(job, planned))
        if ready.refusal:
            raise UserError(ready.refusal)
        await self.posted(ready, posted)
        for following in self.following(replace(ready, kind=Kind.CHECKS), posted):
            await self.workflows.works.submit(following)


def needs_token(run: Run) -> bool:
    """Tell whether a run cannot be repeated without a token, which is kept nowhere."""
    return any(look.kind is CheckKind.TOKEN for look in load_looks(run.looks))


def _is_token(planned: Planned) -> bool:
    return planned.kind is CheckKind.TOKEN
