"""Checks that a message in Slack carries: planned, begun, shown as they end, run again."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.answering import Paste
from bot.check_words import plan_check
from bot.checking import NOT_HERE, Checking
from bot.checks.ladder import CheckKind
from bot.diagnosis import Inputs, Planned, plan
from bot.errors import TryLaterError, UserError
from bot.jobs import Heard, Job, Kind, work_id
from bot.ladders import Checked, Ladder, Look, dump_looks, load_looks, look_of, waiting
from bot.redact import Kind as Secret
from bot.reply import Again, Reply
from bot.run_store import HELD, Run
from bot.workflows import Workflows

PROGRESS_SECONDS = 1.0  # between two edits of one message
A_JWT = Secret.JWT.marker
RUN, QUIET = "run", "quiet"  # parts of a job: what all see, and what its user alone sees


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
        return self.carrying(job, (planned,))

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
        if job.kind not in {Kind.ANSWER, Kind.OFFER, Kind.SUGGEST, Kind.SHADOW}:
            return job
        inputs = await self._inputs(heard)
        await self._hold(job, inputs)
        if job.kind in {Kind.SUGGEST, Kind.SHADOW}:
            return job
        entry = self.workflows.answerer.entry(job.entry) if job.entry else None
        named = entry.checks if entry else ()
        planned = plan(inputs, named, every=heard.diagnose)
        lost = A_JWT in f"{heard.before}\n{heard.text}" and not inputs.tokens
        planned = tuple(one for one in planned if not one.missing or (lost and _is_token(one)))
        if planned and job.kind is Kind.OFFER:
            job = replace(job, kind=Kind.CHECKS)
        return self.carrying(job, planned)

    def carrying(self, job: Job, planned: tuple[Planned, ...]) -> Job:
        """Return the job with these checks; what they need and nobody may keep is held."""
        if not planned:
            return job
        self.checking.sealed.keep_run(job.key, planned)
        return replace(job, looks=tuple(map(look_of, planned)))

    async def _hold(self, job: Job, inputs: Inputs) -> None:
        """Keep what a message allows, for an entry that its asker picks or gets later."""
        planned = plan(inputs)
        if planned:
            held = self._run(job, HELD, tuple(map(look_of, planned)))
            await self.checking.runs.keep(replace(held, state=HELD))
            self.checking.sealed.keep_run(held.id, planned)

    async def _taken_up(self, job: Job) -> Job:
        """Return an answer that was picked, or came later, with the checks that its entry names."""
        entry = self.workflows.answerer.entry(job.entry)
        held = await self.checking.runs.get(held_id(job)) if entry and entry.checks else None
        if held is None or entry is None:
            return job
        kinds = {CheckKind(one.check.value) for one in entry.checks}
        looks = load_looks(held.looks)
        places = [place for place, look in enumerate(looks) if look.kind in kinds]
        sealed = self.checking.sealed
        found = [sealed.planned(held.id, place) or looks[place].planned() for place in places]
        return self.carrying(job, tuple(found))

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
        if job.run or job.quiet:
            return job
        if job.kind is Kind.ANSWER and not job.looks:
            job = await self._taken_up(job)
        if not job.looks:
            return job
        place, asked = job.place, job.kind is Kind.CHECKS
        judged = await self.checking.judged(place.channel, job.user, job.looks)
        hidden = await self.checking.are_private(place.team, place.channel)
        quiet = [n for n, look in enumerate(judged) if hidden and look.is_of_anon]
        shown = [
            n for n, look in enumerate(judged) if n not in quiet and (asked or not look.closed)
        ]
        if asked and judged != job.looks and (len(judged) == 1 or _none_open(judged)):
            return replace(job, refusal=NOT_HERE)
        try:
            job = replace(job, run=await self._begin(job, RUN, judged, shown))
            job = replace(job, quiet=await self._begin(job, QUIET, judged, quiet))
        except UserError as error:
            return replace(job, refusal=str(error) if asked else "")
        if asked and not job.run:
            return replace(job, kind=Kind.CHECK, run=job.quiet, quiet="")
        return job

    async def _begin(
        self, job: Job, part: str, looks: Sequence[Look], places: Sequence[int]
    ) -> str:
        """Begin a run of some of a job's checks; return its name, or nothing for no checks."""
        if not places:
            return ""
        run = self._run(job, part, tuple(looks[place] for place in places))
        await self.checking.begin(run)
        sealed = self.checking.sealed
        held = tuple(_fitted(sealed.planned(job.key, place), looks[place]) for place in places)
        sealed.keep_run(run.id, held)
        return run.id

    def _run(self, job: Job, part: str, looks: tuple[Look, ...]) -> Run:
        """Return the run of some of a job's checks, not yet begun."""
        run_id = held_id(job) if part == HELD else f"{job.key}:{part}"
        return Run(
            id=run_id,
            chain=run_id,
            team=job.place.team,
            channel=job.place.channel,
            user=job.user,
            asker=job.user,
            looks=dump_looks(looks),
            root=job.place.root,
            question=job.question,
            entry=job.entry,
            private=part == QUIET,
            started=self.checking.clock(),
        )

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


def _is_token(planned: Planned) -> bool:
    return planned.kind is CheckKind.TOKEN


def held_id(job: Job) -> str:
    """Name what the message allows that a job is about."""
    return f"{HELD}:{work_id(job.place.team, job.place.channel, job.question)}"


def _none_open(looks: Sequence[Look]) -> bool:
    return all(look.closed for look in looks)


def _fitted(held: Planned | None, look: Look) -> Planned:
    """Return a check with what is held for it, as far as the look goes."""
    return replace(held, client_id=look.client_id or None) if held else look.planned()
