"""Checks that run once more, or later than their message: a press asked for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from bot.check_words import plan_token
from bot.checking import ALREADY_RUNS
from bot.checks.ladder import CheckKind
from bot.diagnosis import SealedToken, plan
from bot.errors import UserError
from bot.jobs import Job, Kind
from bot.ladders import Look, dump_looks, load_looks
from bot.message_checks import MessageChecks
from bot.records import Place
from bot.run_store import Run
from knowledge.entry import Check

STALE = "I no longer have these checks. Ask again and I will look anew."
NOTHING_IN_IT = "I find nothing to check in it: no address of a JWK Set, no token and no id."


class NothingToCheckError(UserError):
    """What was pasted holds nothing that could be checked."""

    def __init__(self) -> None:
        super().__init__(NOTHING_IN_IT)


@dataclass(frozen=True)
class Rechecking:
    """Repeats the checks of messages, and adds what messages lacked."""

    messages: MessageChecks

    async def last(self, place: Place, posted: str) -> Run:
        """Return the run that a message showed last; raise UserError where there is none."""
        run = await self.messages.checking.runs.last_of(place.team, place.channel, posted)
        if run is None:
            raise UserError(STALE)
        return run

    async def again(self, run: Run, user: str, token: str = "", key: str = "") -> None:
        """Have the checks of a message run again, for whoever wants it and may; once a ``key``."""
        fresh = run if key and run.id == _again(key) else await self._begun(run, user, token, key)
        place = Place(run.team, run.channel, run.root)
        job = Job(Kind.CHECK, fresh.id, place, user, run.question, run=fresh.id, edits=run.posted)
        await self.messages.workflows.works.submit(job)

    async def _begun(self, run: Run, user: str, token: str, key: str) -> Run:
        if self.messages.checking.is_running(run):
            raise UserError(ALREADY_RUNS)
        fresh = self.repeated(run, user, token, key)
        await self.messages.checking.begin(fresh)
        return fresh

    def repeated(self, run: Run, user: str, token: str = "", key: str = "") -> Run:
        """Return a run like that one, about to begin; a token that was given anew is held."""
        fresh = replace(
            run,
            id=_again(key or uuid4().hex),
            user=user,
            checks=None,
            state="",
            started=self.messages.checking.clock(),
            ended=None,
        )
        if not token:
            return fresh
        looks = tuple(_about(look, token) for look in load_looks(run.looks))
        held = tuple(
            look.with_token(SealedToken(token)) if _is_token(look) else look.planned()
            for look in looks
        )
        self.messages.checking.sealed.keep_run(fresh.id, held)
        return replace(fresh, looks=dump_looks(looks))

    async def added(
        self, place: Place, posted: str, user: str, pasted: str, *, key: str = ""
    ) -> None:
        """Run on an answer what somebody pasted for it; raise UserError if that is nothing."""
        answer = await self.messages.workflows.store.answers.posted(
            place.team, place.channel, posted
        )
        if answer is None or not answer.open:
            raise UserError(STALE)
        entry = self.messages.workflows.answerer.entry(answer.entry)
        inputs = await self.messages.checking.inputs(pasted)
        named: Sequence[Check] = entry.checks if entry else ()
        planned = tuple(one for one in plan(inputs, named) if not one.missing)
        if not planned:
            raise NothingToCheckError
        key = f"added:{key or uuid4().hex}"
        job = Job(Kind.CHECKS, key, answer.place, user, answer.question, entry=answer.entry)
        ready = await self.messages.ready(self.messages.carrying(job, planned))
        if ready.refusal:
            raise UserError(ready.refusal)
        await self.messages.posted(ready, posted)
        for following in self.messages.following(replace(ready, kind=Kind.CHECKS), posted):
            await self.messages.workflows.works.submit(following)


def _again(key: str) -> str:
    return f"again:{key}"


def needs_token(run: Run) -> bool:
    """Tell whether a run cannot be repeated without a token, which is kept nowhere."""
    return any(_is_token(look) for look in load_looks(run.looks))


def can_repeat(run: Run) -> bool:
    """Tell whether anything of a run can be looked at again."""
    looks = [look for look in load_looks(run.looks) if not look.closed]
    return any(_is_token(look) or not look.missing for look in looks)


def _is_token(look: Look) -> bool:
    return look.kind is CheckKind.TOKEN


def _about(look: Look, token: str) -> Look:
    """Return a look at another token, named by that one's key."""
    return replace(look, about=plan_token(token, "", "", None).about) if _is_token(look) else look
