"""Checks for one person alone: after `/anon`, in a modal, on a message that only they see."""

import asyncio
import time
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import uuid4

from bot.asking import Asking
from bot.check_words import ENVIRONMENTS, plan_check, plan_token
from bot.checking import NOT_HERE, Checking
from bot.diagnosis import Planned, plan
from bot.errors import UserError
from bot.feedback import Feedback
from bot.ladders import (
    Checked,
    Ladder,
    dump_checks,
    dump_looks,
    load_checks,
    load_looks,
    look_of,
)
from bot.message_checks import PROGRESS_SECONDS
from bot.rechecking import STALE, Rechecking
from bot.records import Place
from bot.reply import Notice, Reply, Said
from bot.run_store import Run
from bot.verbs import Name, parse_verb

TYPED = (
    "A token typed after a command passes more hands than one in a form, and the command stays in"
    " your history. `/anon check token` without it opens a form that keeps it private."
)
IN_THREAD = "They run again. What comes of it shows where they stand, in the thread."


class Screen(Protocol):
    """Where one person watches; its sides are in handlers/screens.py."""

    async def __call__(self, *said: Said, last: bool) -> None:
        """Show in place of what was shown before, the outcome where it is the last."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody filled in to have a token checked."""

    token: str
    url: str = ""
    client_id: str = ""
    env: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """The message that a diagnosis is about, and whose question it is."""

    place: Place
    question: str
    asker: str


@dataclass(frozen=True)
class PrivateChecks:
    """Runs checks while somebody watches."""

    rechecking: Rechecking
    checking: Checking
    asking: Asking

    async def command(self, text: str, place: Place, user: str, screen: Screen) -> bool:
        """Do what `check …` or `diagnose …` says; False if it is neither, or says too little."""
        verb = parse_verb(text)
        if verb.name is Name.DIAGNOSE:
            await self.diagnose(verb.rest, place, user, screen)
            return True
        loop = asyncio.get_running_loop()
        threads = self.checking.threads
        planned = await loop.run_in_executor(threads, plan_check, text)
        if planned is None:
            return False
        tell = (Notice(TYPED),) if planned.token else ()
        await self._run((planned,), place, user, screen, *tell)
        return True

    async def diagnose(
        self, text: str, place: Place, user: str, screen: Screen, *, own: bool = True
    ) -> None:
        """Show what a text is about, and what every check says that it allows."""
        parts = await self.asking.diagnose(text, own=own)
        entry_id = next((one.entry for one in parts if isinstance(one, Reply)), "")
        entry = self.asking.workflows.answerer.entry(entry_id) if entry_id else None
        inputs = await self.checking.inputs(text)
        planned = plan(inputs, entry.checks if entry else ())
        looks = [look_of(one) for one in planned]
        judged = await self.checking.judged(place.channel, user, looks)
        kept = tuple(
            replace(one, client_id=look.client_id or None)
            for one, look in zip(planned, judged, strict=True)
            if not look.closed
        )
        if len(kept) < len(looks):
            parts = (*parts, Notice(NOT_HERE))
        if all(one.missing for one in kept):
            await screen(*parts, last=True)
            return
        await self._run(kept, place, user, screen, *parts)

    async def token(self, filled: Filled, place: Place, user: str, screen: Screen) -> None:
        """Show what stands against a token that was filled in."""
        env = ENVIRONMENTS.get(filled.env)
        planned = plan_token(filled.token, filled.url, filled.client_id, env)
        await self._run((planned,), place, user, screen)

    async def own(self, run_id: str, team: str, user: str) -> Run:
        """Return a run that this user alone saw; raise UserError where there is none."""
        run = await self.known(run_id, team, user)
        if not run.private:
            raise UserError(STALE)
        return run

    async def known(self, run_id: str, team: str, user: str) -> Run:
        """Return a run that this user may see; raise UserError where there is none."""
        run = await self.checking.runs.get(run_id)
        if run is None or run.team != team or (run.private and run.user != user):
            raise UserError(STALE)
        return run

    async def may_use(self, filled: Filled, place: Place, user: str) -> bool:
        """Tell whether this user may name the SdkClient that was filled in."""
        look = look_of(plan_token("", "", filled.client_id, None))
        return await self.checking.may(place.channel, user, [look])

    async def solved(self, run: Run, feedback: Feedback) -> tuple[Said, ...]:
        """Record that the answer helped that these checks belong to; return what to show."""
        first_to = self.asking.workflows.store.answers.first_to
        answer = await first_to(run.team, run.channel, run.question) if run.question else None
        if answer and answer.posted:
            await feedback.solved(run.team, run.channel, answer.posted, run.user)
        ladder = await self.checking.ladder(run.id)
        return (replace(ladder, solved_by=run.user),) if ladder else ()

    async def rerun(self, run: Run, screen: Screen, token: str = "") -> None:
        """Run the checks again and show what they come to."""
        fresh = self.rechecking.repeated(run, run.user, token)
        parts: tuple[Said, ...] = ()
        if run.entry and not run.question:
            parts = (await self.asking.show(run.entry),)
        await self._watch(fresh, screen, parts)

    async def again(self, run: Run, user: str, screen: Screen) -> None:
        """Run the checks again: before whoever alone saw them, else where their message stands."""
        if run.private:
            await self.rerun(run, screen)
        else:
            await self.rechecking.again(run, user)
            await screen(Notice(IN_THREAD), last=True)

    async def post(self, target: Target, user: str, entry: str, run_id: str) -> Said:
        """Post an answer, and what its checks came to, into the thread of a message, once."""
        place = target.place
        run = await self._public_copy(run_id, place, user) if run_id else ""
        return await self.asking.post_to_thread(place, target.question, target.asker, entry, run)

    async def share(self, run_id: str, place: Place, user: str) -> Said:
        """Post what checks came to into the channel that they were asked for in, once."""
        run = await self.own(run_id, place.team, user)
        if run.channel != place.channel or any(look.is_of_anon for look in load_looks(run.looks)):
            raise UserError(STALE)
        copy = await self._public_copy(run_id, place, user)
        return await self.asking.share(place, user, "", run_id, copy)

    async def _public_copy(self, run_id: str, place: Place, user: str) -> str:
        """Keep what everybody in the place may see of a run, as a run of its own."""
        checking = self.checking
        run = await self.own(run_id, place.team, user)
        hidden = await checking.are_private(place.team, place.channel)
        looks, checks = load_looks(run.looks), load_checks(run.checks or [])
        kept = [
            (look, one)
            for look, one in zip(looks, checks, strict=True)
            if not (hidden and look.is_of_anon)
        ]
        if not kept:
            return ""
        shown = tuple(one for _, one in kept)
        copy = replace(
            run,
            id=f"post:{run_id}",
            chain=f"post:{run_id}",
            channel=place.channel,
            root=place.root,
            looks=dump_looks(tuple(look for look, _ in kept)),
            checks=dump_checks(shown),
            state=str(Ladder("", shown).state),
            private=False,
        )
        await checking.runs.keep(copy)
        return copy.id

    async def _run(
        self,
        planned: tuple[Planned, ...],
        place: Place,
        user: str,
        screen: Screen,
        *parts: Said,
    ) -> None:
        checking = self.checking
        entry = next((one.entry for one in parts if isinstance(one, Reply)), "")
        run_id = f"private:{uuid4().hex}"
        run = Run(
            id=run_id,
            chain=run_id,
            team=place.team,
            channel=place.channel,
            user=user,
            asker=user,
            looks=dump_looks(tuple(map(look_of, planned))),
            entry=entry,
            private=True,
            started=checking.clock(),
        )
        checking.sealed.keep_run(run_id, planned)
        await self._watch(run, screen, parts)

    async def _watch(self, run: Run, screen: Screen, parts: tuple[Said, ...]) -> None:
        """Begin a run, show it while it runs, and what it came to."""
        checking = self.checking
        try:
            await checking.begin(run)
        except UserError as error:
            await screen(*parts, Notice(str(error)), last=True)
            return
        await screen(*parts, *await self._ladder(run.id, None), last=False)
        shown_at = time.monotonic()

        async def tell(checks: tuple[Checked, ...]) -> None:
            nonlocal shown_at
            if time.monotonic() - shown_at >= PROGRESS_SECONDS:
                shown_at = time.monotonic()
                await screen(*parts, *await self._ladder(run.id, checks), last=False)

        await checking.climb(run, tell)
        await screen(*parts, *await self._ladder(run.id, None), last=True)

    async def _ladder(self, run_id: str, checks: tuple[Checked, ...] | None) -> tuple[Ladder, ...]:
        ladder = await self.checking.ladder(run_id, checks)
        return (ladder,) if ladder else ()
