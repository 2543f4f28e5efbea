"""Hears what is said in a thread in place of pressing a button, and has it done.

What a word is about is settled when it is heard, and kept with the job: what is repeated after a
crash is about the same message still. bot/spoken.py does it.
"""

from dataclasses import dataclass, replace

from bot.errors import UserError
from bot.jobs import Heard, Job, Kind, ProposalWork, ShadowWork, TicketWork
from bot.proposal_desk import ProposalDesk
from bot.proposals import Review
from bot.rechecking import NothingToCheckError, Rechecking
from bot.records import Answer, Place
from bot.reply import Notice
from bot.shadow_desk import ShadowDesk
from bot.shadows import Choice
from bot.spoken import WRITTEN
from bot.ticket_records import Deed, Ticket
from bot.words import WRITING, Here, Spoken, Word, help_here, parse_word, stray
from bot.workflows import Workflows

AT_ONCE = {Word.CLAIM: Deed.CLAIM, Word.UNCLAIM: Deed.UNCLAIM}
CHOICES = {Word.SEND: Choice.SEND, Word.DISCARD: Choice.DISCARD}
REVIEWS = {Word.APPROVE: Review.APPROVE, Word.DISCARD: Review.DISCARD}


@dataclass(frozen=True)
class Saying:
    """Hears the words."""

    workflows: Workflows
    rechecking: Rechecking
    proposals: ProposalDesk
    shadows: ShadowDesk

    async def take(self, heard: Heard, raw: str) -> bool:
        """Have done what a word says; False for what is none, or fits nothing in its thread."""
        spoken = parse_word(heard.text) if heard.in_thread else None
        if spoken is None:
            return False
        here = await self.here(heard.place)
        if not here.fits(spoken.word, checkable=self._is_checkable(here)):
            return False
        if await self._decided(spoken, here, heard):
            return True
        deed = await self._deed(spoken, here, heard)
        if deed and here.ticket:
            await self._to_ticket(deed, here.ticket, heard)
            return True
        if spoken.rest and spoken.word is not Word.PICK:
            return await self._with_more(spoken, here, heard, raw)
        await self._submit(self._job(spoken, here, heard))
        return True

    async def refuse(self, heard: Heard) -> bool:
        """Have it told that a word fits nothing; False for what is no word but maybe an ask."""
        spoken = parse_word(heard.text)
        if spoken is None or spoken.rest:
            return False
        job = self._job(spoken, Here(), heard)
        await self._submit(replace(job, refusal=stray(spoken.word)))
        return True

    async def help(self, place: Place, user: str) -> Notice:
        """Return what can be said in the thread, by this person."""
        here = await self.here(place)
        staff = user in await self.workflows.staff.ids()
        return Notice(help_here(here, staff=staff, checkable=self._is_checkable(here)))

    async def here(self, place: Place) -> Here:
        """Return what stands in a thread: the asker's, or the one under a ticket's card."""
        store = self.workflows.store
        proposal = shadow = None
        if place.channel == self.workflows.staff_channel:
            ticket = await store.tickets.with_card(place.root)
            proposal = await store.proposals.with_card(place.root)
            shadow = await store.shadows.with_card(place.root)
        else:
            ticket = await store.tickets.of_thread(place)
        thread = await store.threads.get(place)
        here = Here(thread=thread, ticket=ticket, proposal=proposal, shadow=shadow)
        for answer in await store.answers.in_thread(place):
            if answer.open:
                here = await self._with_answer(here, answer)
        return here

    async def _with_answer(self, here: Here, answer: Answer) -> Here:
        """Return the thread with a later answer."""
        place, runs = answer.place, self.workflows.store.runs
        posted = answer.posted or ""
        run = await runs.last_of(place.team, place.channel, posted) if posted else None
        if run:
            here = replace(here, run=run)
        if answer.entry or run:
            entry = answer if answer.entry else here.entry
            return replace(here, answer=answer, entry=entry)
        return replace(here, choices=answer) if answer.candidates else here

    def _is_checkable(self, here: Here) -> bool:
        entry = self.workflows.answerer.entry(here.entry.entry) if here.entry else None
        return entry is not None and bool(entry.checks)

    async def _deed(self, spoken: Spoken, here: Here, heard: Heard) -> TicketWork | None:
        """Return what is done to the ticket at once; None where it is another thing, or a form."""
        if spoken.word in AT_ONCE:
            return TicketWork(0, AT_ONCE[spoken.word])
        if spoken.word is Word.REOPEN and here.finished:
            return TicketWork(0, Deed.REOPEN)
        if spoken.word not in WRITING or heard.user not in await self.workflows.staff.ids():
            return None
        entry, words = self._entry_in(spoken)
        return TicketWork(0, WRITTEN[spoken.word], entry=entry, tried=words) if words else None

    def _entry_in(self, spoken: Spoken) -> tuple[str, str]:
        """Return the entry that a resolution names first, and the words."""
        first, _, words = spoken.rest.partition(" ")
        named = first.strip("`:,")
        if spoken.word is Word.RESOLVE and self.workflows.answerer.entry(named):
            return named, words.strip()
        return "", spoken.rest

    async def _to_ticket(self, deed: TicketWork, ticket: Ticket, heard: Heard) -> None:
        work = replace(deed, id=ticket.id, tried="")
        key = f"{heard.id}:word"
        await self.workflows.do_to_ticket(heard.place, heard.user, key, work, deed.tried)

    async def _decided(self, spoken: Spoken, here: Here, heard: Heard) -> bool:
        """Have staff's decision about an entry or an answer carried out; False if it is none."""
        key = f"{heard.id}:word"
        if here.proposal and spoken.word in REVIEWS:
            review = ProposalWork(here.proposal.id, REVIEWS[spoken.word], seq=here.proposal.seq)
            await self.proposals.review(heard.user, key, review)
            return True
        choice = _choice(spoken)
        if here.shadow is None or choice is None:
            return False
        work = ShadowWork(here.shadow.id, choice)
        try:
            await self.shadows.decide(heard.place, heard.user, key, work, spoken.rest)
        except UserError as error:
            await self._submit(replace(self._job(spoken, here, heard), refusal=str(error)))
        return True

    async def _with_more(self, spoken: Spoken, here: Here, heard: Heard, raw: str) -> bool:
        """Run checks on what came with the word; False where nothing in it can be checked."""
        job = self._job(spoken, here, heard)
        try:
            return await self._checked(spoken.word, here, job, raw)
        except NothingToCheckError:
            return False
        except UserError as error:
            await self._submit(replace(job, refusal=str(error)))
        return True

    async def _checked(self, word: Word, here: Here, job: Job, raw: str) -> bool:
        if word is Word.RUN_CHECKS:
            await self.rechecking.added(job.place, job.about, job.user, raw, key=job.key)
            return True
        inputs = await self.rechecking.messages.checking.inputs(raw)
        if word is not Word.RUN_AGAIN or here.run is None or not inputs.tokens:
            return False
        token = inputs.tokens[0].value
        await self.rechecking.again(here.run, job.user, token, key=job.key)
        return True

    def _job(self, spoken: Spoken, here: Here, heard: Heard) -> Job:
        """Return the job, with what it is about."""
        about, entry = "", ""
        match spoken.word:
            case Word.SOLVED | Word.REOPEN if here.answer:
                about = here.answer.posted or ""
            case Word.NOT_IT | Word.REMOVE | Word.RUN_CHECKS if here.entry:
                about = here.entry.posted or ""
            case Word.RUN_AGAIN if here.run:
                about = here.run.posted
            case Word.PICK | Word.NONE if here.choices:
                about, entry = here.choices.question, self._picked(here.choices, spoken.rest)
            case Word.EDIT if here.proposal:
                about = str(here.proposal.id)
            case _ if here.ticket:
                about = str(here.ticket.id)
        key, place = f"{heard.id}:word", heard.place
        job = Job(Kind.SPOKEN, key, place, heard.user, heard.ts, entry=entry, about=about)
        shadow = ShadowWork(here.shadow.id) if here.shadow else None
        return replace(job, text=spoken.word.value, shadow=shadow)

    def _picked(self, answer: Answer, letter: str) -> str:
        """Return the entry before which the letter stands, nothing where there is none."""
        private = answer.posted is None
        shown = self.workflows.choices(answer.question, answer.candidates, private=private)
        options = dict(zip("abc", shown.options if shown else (), strict=False))
        return options[letter].entry if letter in options else ""

    async def _submit(self, job: Job) -> None:
        await self.workflows.works.submit(job)


def _choice(spoken: Spoken) -> Choice | None:
    """Return what a word decides about an answer; None where it asks for the form."""
    if spoken.word is Word.EDIT and spoken.rest:
        return Choice.EDIT
    return CHOICES.get(spoken.word)
