"""What a person does with an answer: pick it, call it right or wrong, take it away, mute it."""

from dataclasses import dataclass, replace

from bot.conversations import Actor, Event, actor_of, next_entry
from bot.errors import UserError
from bot.jobs import TicketWork
from bot.records import Answer, Place, Verdict
from bot.reply import Folded, Notice
from bot.ticket_records import Deed
from bot.workflows import NOTHING_LEFT, Case, Workflows

STALE_BUTTON = "I no longer know this answer. Ask again and I will look anew."
NOT_YOURS = "Noted, thank you. Only the person who asked can fold this answer."
ONLY_ASKER_PICKS = "Only the person who asked can pick here. Mention me to ask yourself."
THANKS = "Noted, thank you."
REOPEN_REFUSED = (
    "Only the person who asked, within 7 days, or staff can reopen this. "
    "Mention me with your question to ask anew."
)
STAFF_ONLY = "Only staff can take an answer away. The person who asked can press “Not it”."


@dataclass(frozen=True)
class Feedback:
    """The steps that follow a press or a reaction."""

    workflows: Workflows

    async def pick(self, team: str, channel: str, question: str, user: str, entry: str) -> None:
        """Give the asker the entry picked among the choices for a message."""
        answer = await self._picked_from(team, channel, question, user)
        case = _case(answer)
        claim = f"pick:{case.id}"
        if not await self.workflows.store.claim(self.workflows.clock(), claim):
            return
        await self.workflows.answer(case, entry, edits=answer.posted or "")

    async def pick_none(self, team: str, channel: str, question: str, user: str) -> bool:
        """Fold choices that were shown openly, and offer a human; False if they were not."""
        answer = await self._picked_from(team, channel, question, user)
        if answer.posted:
            said = Notice(NOTHING_LEFT, human=True)
            await self.workflows.messenger.edit(team, channel, answer.posted, said)
        return bool(answer.posted)

    async def solved(self, team: str, channel: str, posted: str, user: str) -> None:
        """Record that the answer helped; from the asker or staff it closes the thread."""
        answer, actor = await self._answer_and_actor(team, channel, posted, user, Verdict.SOLVED)
        if actor is Actor.OTHER:
            await self.workflows.messenger.whisper(answer.place, user, Notice(THANKS))
            return
        await self._close(answer, actor, user)

    async def tick(self, team: str, channel: str, posted: str, user: str) -> None:
        """Take a check mark for Solved, from the asker or staff; from others it is a vote."""
        answer, actor = await self._answer_and_actor(team, channel, posted, user, Verdict.SOLVED)
        await self._close(answer, actor, user)

    async def reopen(self, team: str, channel: str, posted: str, user: str) -> None:
        """Take up a solved thread again, for its asker or staff, and show the buttons again."""
        answer, actor = await self._answer_and_actor(team, channel, posted, user, None)
        thread = await self.workflows.store.threads.get(answer.place)
        if not await self.workflows.move(answer.place, Event.REOPENED, actor):
            raise UserError(REOPEN_REFUSED)
        if thread and thread.ticket:
            work = TicketWork(thread.ticket.id, Deed.REOPEN)
            key = f"reopen:{posted}:{thread.updated}"
            await self.workflows.do_to_ticket(answer.place, user, key, work)
        ladder = await self.workflows.last_ladder(answer)
        reply = await self.workflows.drawn(answer, ladder)
        await self.workflows.messenger.edit(team, channel, posted, reply)

    async def _close(self, answer: Answer, actor: Actor, user: str) -> None:
        moved = await self.workflows.move(answer.place, Event.SOLVED, actor)
        if moved and answer.open and answer.posted:
            ladder = await self.workflows.last_ladder(answer)
            closed = await self.workflows.drawn(answer, ladder, solved_by=user)
            await self.workflows.messenger.edit(
                answer.place.team, answer.place.channel, answer.posted, closed
            )

    async def not_it(self, team: str, channel: str, posted: str, user: str) -> Place | None:
        """Fold the asker's answer to one line, then show the next candidate or offer a human.

        Return the thread if nothing is left in it to show.
        """
        answer, actor = await self._answer_and_actor(team, channel, posted, user, Verdict.NOT_IT)
        if actor is not Actor.ASKER:
            await self.workflows.messenger.whisper(answer.place, user, Notice(NOT_YOURS))
            return None
        if not await self.workflows.store.answers.close(answer):
            return None
        await self.workflows.messenger.edit(team, channel, posted, self._folded(answer.entry))
        thread = await self.workflows.store.threads.get(answer.place)
        case = _case(answer)
        following = next_entry(case.candidates, thread) if thread else None
        if following and self.workflows.answerer.entry(following):
            await self.workflows.answer(case, following, answer.turn + 1)
            return None
        await self.workflows.move(answer.place, Event.NONE_LEFT, actor)
        await self.workflows.nothing_left(case)
        return answer.place

    async def remove(self, team: str, channel: str, posted: str, user: str) -> None:
        """Take an answer away, for staff; the thread is then a human's."""
        if user not in await self.workflows.staff.ids():
            raise UserError(STAFF_ONLY)
        answer = await self.workflows.store.answers.posted(team, channel, posted)
        await self.workflows.messenger.remove(team, channel, posted)
        if answer and await self.workflows.store.answers.close(answer):
            now = self.workflows.clock()
            await self.workflows.store.answers.vote(answer, user, Verdict.REMOVED, now)
            await self.workflows.move(answer.place, Event.REMOVED, Actor.STAFF)

    async def mute(self, team: str, channel: str, posted: str, user: str) -> None:
        """Fall silent in the thread of the answer, for its asker and staff."""
        answer, actor = await self._answer_and_actor(team, channel, posted, user, None)
        await self.workflows.move(answer.place, Event.MUTED, actor)

    async def _answer_and_actor(
        self, team: str, channel: str, posted: str, user: str, verdict: Verdict | None
    ) -> tuple[Answer, Actor]:
        """Return the answer and who the user is to it, with the vote recorded."""
        answer = await self.workflows.store.answers.posted(team, channel, posted)
        thread = await self.workflows.store.threads.get(answer.place) if answer else None
        if answer is None or thread is None:
            raise UserError(STALE_BUTTON)
        if verdict and answer.entry:
            now = self.workflows.clock()
            await self.workflows.store.answers.vote(answer, user, verdict, now)
        staff = await self.workflows.staff.ids()
        return answer, actor_of(replace(thread, asker=answer.asker), user, staff)

    async def _picked_from(self, team: str, channel: str, question: str, user: str) -> Answer:
        answer = await self.workflows.store.answers.first_to(team, channel, question)
        if answer is None:
            raise UserError(STALE_BUTTON)
        if user != answer.asker:
            raise UserError(ONLY_ASKER_PICKS)
        return answer

    def _folded(self, entry_id: str) -> Folded:
        return Folded(entry_id, self.workflows.title(entry_id))


def _case(answer: Answer) -> Case:
    return Case(answer.place, answer.question, answer.asker, answer.candidates)
