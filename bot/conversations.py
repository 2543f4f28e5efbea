"""The state of a thread, and who may still be answered in it. Pure: values in, values out."""

import re
from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from typing import assert_never

from bot.answering import Outcome
from bot.records import Candidate, Mode, State, Thread, TicketState
from bot.ticket_records import Deed

TRIES = 2  # answers marked "not it" before a human is offered instead of a third
NEXT_FROM = 0.05  # score of a next candidate: below are entries that merely share a word


REOPEN_SECONDS = 7 * 86_400  # so long its asker can take up a solved thread again
THANKS = frozenset(
    {"thanks", "thank you", "thx", "ty", "cheers", "great", "perfect", "awesome", "nice", "ok"}
    | {"okay", "works", "it works", "that works", "works now", "it works now", "solved", "fixed"}
    | {"that was it", "that helped", "great thanks", "ok thanks", "works thanks", "👍", "🙏", "🎉"}
    | {":+1:", ":pray:", ":tada:", "thanks a lot", "thank you so much", "many thanks"}
)


class Act(StrEnum):
    """What a message gets."""

    ANSWER = "answer"  # one entry, in the thread
    CHOICES = "choices"  # the likeliest entries, in the thread, because somebody asked
    SUGGEST = "suggest"  # "did you mean", to the poster alone
    SHADOW = "shadow"  # to staff, who decide
    NOTHING = "nothing"


def act(mode: Mode, outcome: Outcome, *, explicit: bool) -> Act:
    """Look the act up in the mode table of product.md."""
    if explicit:
        return Act.ANSWER if outcome is Outcome.REPLY else Act.CHOICES
    if outcome is Outcome.SILENT:
        return Act.NOTHING
    match mode:
        case Mode.OFF | Mode.MENTION:
            return Act.NOTHING
        case Mode.SUGGEST:
            return Act.SUGGEST
        case Mode.AUTO:
            return Act.ANSWER if outcome is Outcome.REPLY else Act.SUGGEST
        case Mode.SHADOW:
            return Act.SHADOW
        case _:
            assert_never(mode)


class Actor(StrEnum):
    """Who did it, as the state table tells people apart."""

    ASKER = "asker"
    STAFF = "staff"
    OTHER = "other"
    BOT = "bot"


class Event(StrEnum):
    """What can happen to a thread."""

    REPLIED = "replied"
    OTHERS_SPOKE = "others spoke"  # another human wrote, or somebody else was mentioned
    MENTIONED = "mentioned"  # the bot was
    SOLVED = "solved"
    NONE_LEFT = "no answer left"  # the asker rejected two, or all there were
    ASKED_HUMAN = "asked for a human"
    MUTED = "muted"
    REMOVED = "removed"  # staff took an answer away
    REOPENED = "reopened"  # by its button
    WROTE_AGAIN = "wrote again"  # after it was solved
    TICKET_RESOLVED = "ticket resolved"
    TICKET_CLOSED = "ticket closed"  # its asker was silent for days


_ASKER_STAFF = frozenset({Actor.ASKER, Actor.STAFF})
_ANYONE = frozenset({Actor.ASKER, Actor.STAFF, Actor.OTHER})
_ANY_BUT_SOLVED = frozenset(State) - {State.SOLVED}

_REOPENING = frozenset({Event.REOPENED, Event.WROTE_AGAIN})

# event -> (states it acts on, who may cause it, next state); product.md, "thread state"
_MOVES: dict[Event, tuple[frozenset[State], frozenset[Actor], State]] = {
    Event.REPLIED: (frozenset({State.NEW}), frozenset({Actor.BOT}), State.ANSWERED),
    Event.OTHERS_SPOKE: (frozenset({State.NEW, State.ANSWERED}), _ANYONE, State.HUMAN),
    Event.MENTIONED: (frozenset(State) - {State.ESCALATED}, _ANYONE, State.ANSWERED),
    Event.SOLVED: (frozenset({State.ANSWERED}), _ASKER_STAFF, State.SOLVED),
    # escalated once there is a ticket: until then nobody was told
    Event.NONE_LEFT: (frozenset({State.ANSWERED}), frozenset({Actor.ASKER}), State.HUMAN),
    Event.ASKED_HUMAN: (_ANY_BUT_SOLVED, _ANYONE, State.ESCALATED),
    Event.MUTED: (_ANY_BUT_SOLVED, _ASKER_STAFF, State.MUTED),
    Event.REMOVED: (_ANY_BUT_SOLVED, frozenset({Actor.STAFF}), State.HUMAN),
    Event.REOPENED: (frozenset({State.SOLVED}), _ASKER_STAFF, State.ANSWERED),
    Event.WROTE_AGAIN: (frozenset({State.SOLVED}), frozenset({Actor.ASKER}), State.ANSWERED),
    Event.TICKET_RESOLVED: (
        frozenset({State.ESCALATED, State.ANSWERED, State.HUMAN, State.STALE}),
        frozenset({Actor.STAFF}),
        State.SOLVED,
    ),
    Event.TICKET_CLOSED: (frozenset({State.ESCALATED}), frozenset({Actor.BOT}), State.STALE),
}


def move(thread: Thread, event: Event, actor: Actor, now: float) -> Thread:
    """Return the thread after the event; unchanged where the table has no such row."""
    states, actors, after = _MOVES[event]
    allowed = thread.state in states and actor in actors
    if thread.state is State.SOLVED and event in _REOPENING and actor is Actor.ASKER:
        allowed = allowed and is_reopenable(thread, now)
    if event in _REOPENING and thread.ticket:
        after = State.ESCALATED
    return replace(thread, state=after) if allowed else thread


def is_reopenable(thread: Thread, now: float) -> bool:
    """Tell whether the thread was solved so lately that its asker may take it up again."""
    return thread.state is State.SOLVED and now - thread.updated <= REOPEN_SECONDS


def actor_of(thread: Thread, user: str, staff: frozenset[str]) -> Actor:
    """Tell who a user is to this thread; somebody of the staff who asks is the asker."""
    if user == thread.asker:
        return Actor.ASKER
    return Actor.STAFF if user in staff else Actor.OTHER


MUTE_WORDS = frozenset({"mute", "stop", "🔇", "🤫", ":mute:", ":shushing_face:"})


def is_mute_word(text: str) -> bool:
    """Tell whether the whole message asks for silence; "a bot that mutes" does not."""
    return text.strip().rstrip(".!").casefold() in MUTE_WORDS


def is_thanks(text: str) -> bool:
    """Tell whether the whole message only says that it is done: nothing is to be taken up."""
    words = re.sub(r"[.!,;:)( ]+(?!\+1)", " ", text.casefold()).strip()
    return words in THANKS or text.strip().casefold() in THANKS


def overheard(actor: Actor, text: str, *, mentions_others: bool) -> Event | None:
    """Name what a message that does not name the bot means for the thread it stands in."""
    if actor in _ASKER_STAFF and is_mute_word(text):
        return Event.MUTED
    if actor is not Actor.ASKER or mentions_others:
        return Event.OTHERS_SPOKE
    return None


def deed_of(text: str, actor: Actor, thread: Thread, now: float, *, relayed: bool) -> Deed | None:
    """Name what a message in the thread of a ticket does to the ticket, None if nothing.

    ``relayed``: staff cannot see the thread, so they get to know all that the asker writes.
    """
    brief = thread.ticket
    if brief is None:
        return None
    match actor:
        case Actor.ASKER if brief.state is TicketState.WAITING:
            return Deed.ANSWERED
        case Actor.ASKER if brief.finished:
            again = is_reopenable(thread, now) and not is_thanks(text) and not is_mute_word(text)
            return Deed.REOPEN if again else None
        case Actor.ASKER:
            return Deed.ADDED if relayed else None
        case Actor.STAFF:
            return None if brief.answered or brief.finished else Deed.REPLY
        case _:
            return None


def may_follow_up(thread: Thread, user: str, now: float) -> bool:
    """Tell whether the user's next message here is the bot's to look at unasked."""
    waits = thread.state in {State.NEW, State.ANSWERED} or is_reopenable(thread, now)
    return user == thread.asker and waits


def next_entry(candidates: Iterable[Candidate], thread: Thread) -> str | None:
    """Return the best entry that this thread has not seen; None when a human should come."""
    if len(thread.rejected) >= TRIES:
        return None
    likely = (one.entry for one in candidates if one.score is None or one.score >= NEXT_FROM)
    return next((entry for entry in likely if entry not in thread.given), None)
