"""What a ticket begins with: the error, what was shown for it, and where it happens."""

from dataclasses import dataclass

from bot.asking import Asking
from bot.diagnosis.ids import env_in
from bot.records import Answer, Candidate, Place
from bot.reply import shorten
from bot.ticket_records import Draft
from bot.workflows import Workflows, candidates_of

TEXT_LIMIT = 2_900  # characters of one text of a ticket: an input of a form takes 3,000
MOST_CANDIDATES = 5


@dataclass(frozen=True)
class Gathering:
    """Puts a ticket's draft together; whatever is read is redacted before it is kept."""

    workflows: Workflows
    asking: Asking

    async def draft(self, place: Place, user: str, text: str = "") -> Draft:
        """Return the draft for a thread, or for a text alone where there is no thread.

        Without a text, the first message of the thread is read: the bot keeps none of its own.
        """
        thread = await self.workflows.store.threads.get(place) if place.root else None
        author, first = "", ""
        if place.root and not (text and thread):
            author, first = await self.workflows.messenger.first_message(place)
        answers = await self.workflows.store.answers.in_thread(place) if place.root else []
        paste = await self.asking.read(text or first)
        candidates = await self._candidates(paste.text, answers)
        return Draft(
            asker=thread.asker if thread else author or user,
            summary=shorten(paste.text.strip(), TEXT_LIMIT),
            environment=environment_in(paste.text),
            candidates=candidates[:MOST_CANDIDATES],
            rejected=tuple(one.entry for one in answers if one.entry and not one.open),
            checks=await self._checks(answers),
        )

    async def _checks(self, answers: list[Answer]) -> tuple[str, ...]:
        """Return what the checks of the thread's answers came to last, a line each."""
        ladders = [await self.workflows.last_ladder(one) for one in answers if one.posted]
        found = (check.line for ladder in ladders if ladder for check in ladder.checks)
        return tuple(dict.fromkeys(found))

    async def redacted(self, text: str) -> str:
        """Return what may be kept of a person's words."""
        return shorten((await self.asking.read(text)).text, TEXT_LIMIT)

    async def _candidates(self, text: str, answers: list[Answer]) -> tuple[Candidate, ...]:
        """Return what the answers were chosen from, else what the text resembles."""
        known = {one.entry: one for answer in answers for one in answer.candidates}
        if not known and text:
            decision = await self.asking.decide(text, explicit=True)
            known = {one.entry: one for one in candidates_of(decision)}
        return tuple(sorted(known.values(), key=lambda one: -(one.score or 0)))


def environment_in(text: str) -> str:
    """Return the environment that a text names, nothing where it names none."""
    found = env_in(text)
    return str(found) if found else ""
