"""What is said in a thread, after a mention, in place of pressing a button. Pure.

Slack allows no commands in threads, and who comes over Slack Connect may see no buttons that
work: so each button has a word. A word is a whole message; what may follow some is their argument.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.proposals import Proposal
from bot.records import Answer, State, Thread
from bot.run_store import Run
from bot.shadows import Shadow
from bot.ticket_records import Ticket
from bot.tickets import UNFINISHED


class Word(StrEnum):
    """A button, as people say it."""

    SOLVED = "solved"
    NOT_IT = "not it"
    PICK = "pick"
    NONE = "none of these"
    RUN_AGAIN = "run again"
    RUN_CHECKS = "run checks"
    REOPEN = "reopen"
    REMOVE = "remove"
    CLAIM = "claim"
    UNCLAIM = "unclaim"
    REPLY = "reply"
    NEED_INFO = "need info"
    RESOLVE = "resolve"
    SAVE = "save as faq"
    APPROVE = "approve"
    EDIT = "edit"
    DISCARD = "discard"
    SEND = "send"


WRITING = frozenset({Word.REPLY, Word.NEED_INFO, Word.RESOLVE})  # of staff, to the asker
OF_TICKETS = WRITING | {Word.CLAIM, Word.UNCLAIM, Word.SAVE}
OF_PROPOSALS = frozenset({Word.APPROVE, Word.EDIT, Word.DISCARD})
OF_SHADOWS = frozenset({Word.SEND, Word.EDIT, Word.DISCARD})
STAFFS = OF_TICKETS | OF_PROPOSALS | OF_SHADOWS | {Word.REMOVE}
HELP = {
    Word.SOLVED: "`solved` – the answer helped",
    Word.NOT_IT: "`not it` – the next answer, or a human",
    Word.PICK: "`a`, `b` or `c` – that one of my choices",
    Word.NONE: "`none of these` – none of my choices",
    Word.RUN_AGAIN: "`run again` – the checks, once more",
    Word.RUN_CHECKS: "`run checks`, with an address or ids – the checks of the answer",
    Word.REOPEN: "`reopen` – it is not solved after all",
    Word.REMOVE: "`remove` – takes the answer away (staff)",
    Word.CLAIM: "`claim` – the ticket is yours (staff)",
    Word.UNCLAIM: "`unclaim` – gives the ticket back (staff)",
    Word.REPLY: "`reply` and your words – to the asker, in the asker's thread (staff)",
    Word.NEED_INFO: "`need info` and your question – then the ticket waits for the asker (staff)",
    Word.RESOLVE: "`resolve` and how, the right entry's id first if one was (staff)",
    Word.SAVE: "`save as FAQ` – the answer becomes a proposed entry (staff)",
    Word.APPROVE: "`approve` – the proposed entry goes live (staff)",
    Word.EDIT: "`edit` – a form to change the entry, or the answer before it is sent (staff)",
    Word.DISCARD: "`discard` – the entry, or the answer, is not wanted (staff)",
    Word.SEND: "`send` – the answer goes into the asker's thread (staff)",
}
ALWAYS = (
    "`escalate`, with or without words – a human, with all that I found",
    "`diagnose` – what was said here, and every check that it allows",
    "`mute` – I leave this thread alone",
)
IN_THREAD = "In this thread, after my name:"
ELSEWHERE = "`help` outside of a thread lists all that I can do; each works here too."
NO_TICKET = "`{word}` is for the thread of a ticket, and this is none."
NO_PROPOSAL = "`{word}` is for the thread of a proposed entry, and this is none."
NO_SHADOW = "`{word}` is for the thread of an answer that staff decide about, and this is none."
NO_ANSWER = "`{word}` is for a thread with something of mine that it fits; I see nothing such here."
_SAID = {word.value: word for word in Word if word is not Word.PICK} | {
    "run checks again": Word.RUN_AGAIN,
    "none": Word.NONE,
}
_WITH_MORE = re.compile(
    r"(?P<word>reply|need\s{1,3}info|resolve|edit|run\s{1,3}again|run\s{1,3}checks)[:,]?\s(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_LETTER = re.compile(r"(?:pick )?([abc])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word and what came with it; for a pick, the letter."""

    word: Word
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Here:
    """What stands in a thread that a word may be about: the latest of each."""

    answer: Answer | None = None  # that can be called right
    entry: Answer | None = None  # that shows an entry: it can be wrong, and be taken away
    choices: Answer | None = None
    run: Run | None = None
    thread: Thread | None = None
    ticket: Ticket | None = None
    proposal: Proposal | None = None
    shadow: Shadow | None = None

    @property
    def finished(self) -> bool:
        """Whether a ticket is here that nobody works on any more."""
        return self.ticket is not None and self.ticket.state not in UNFINISHED

    def fits(self, word: Word, *, checkable: bool) -> bool:
        """Tell whether there is something here for the word; who may is judged elsewhere."""
        if word in OF_TICKETS:
            return self.ticket is not None
        if word in OF_PROPOSALS | OF_SHADOWS:
            proposed = word in OF_PROPOSALS and self.proposal is not None
            return proposed or (word in OF_SHADOWS and self.shadow is not None)
        solved = self.thread is not None and self.thread.state is State.SOLVED
        return {
            Word.SOLVED: self.answer is not None,
            Word.NOT_IT: self.entry is not None,
            Word.REMOVE: self.entry is not None,
            Word.PICK: self.choices is not None,
            Word.NONE: self.choices is not None,
            Word.RUN_AGAIN: self.run is not None,
            Word.RUN_CHECKS: checkable,
            Word.REOPEN: self.finished or (solved and self.answer is not None),
        }[word]


def parse_word(text: str) -> Spoken | None:
    """Return the word that a message is; None for a sentence, which is an ask."""
    text = text.strip()
    plain = " ".join(text[:40].casefold().rstrip("!. ").split())
    if len(text) <= 40 and plain in _SAID:
        return Spoken(_SAID[plain])
    if letter := _LETTER.fullmatch(plain):
        return Spoken(Word.PICK, letter[1]) if len(text) <= 40 else None
    if more := _WITH_MORE.fullmatch(text):
        return Spoken(Word(" ".join(more["word"].casefold().split())), more["rest"].strip())
    return None


def stray(word: Word) -> str:
    """Say why a word means nothing where it was said."""
    if word in OF_PROPOSALS:
        return NO_PROPOSAL.format(word=word.value)
    if word in OF_SHADOWS:
        return NO_SHADOW.format(word=word.value)
    return (NO_TICKET if word in OF_TICKETS else NO_ANSWER).format(word=word.value)


def help_here(here: Here, *, staff: bool, checkable: bool) -> str:
    """Return what can be said in a thread, of what makes sense there."""
    words = [word for word in Word if staff or word not in STAFFS]
    if here.finished:
        words = [word for word in words if word not in OF_TICKETS - {Word.SAVE}]
    lines = [HELP[word] for word in words if here.fits(word, checkable=checkable)]
    return "\n".join([IN_THREAD, *(f"• {line}" for line in (*lines, *ALWAYS)), ELSEWHERE])
