"""Answers that mode `shadow` keeps back until staff decide. Pure: values in, values out."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from bot.records import Around, Candidate, Place, State

FORGOTTEN = "I no longer keep that thread."
OPTED_OUT = "Its author wants to be left alone."
SAID = "I gave this answer in the thread meanwhile."
HINDRANCES = {
    State.HUMAN: "A human has the thread by now.",
    State.MUTED: "The thread was muted.",
    State.ESCALATED: "The thread has a ticket by now.",
    State.SOLVED: "The thread is solved.",
    State.STALE: "Nobody has written in the thread for days.",
}


class ShadowState(StrEnum):
    """Where an answer stands that was kept back."""

    WAITING = "waiting"
    SENT = "sent"
    DISCARDED = "discarded"
    REFUSED = "not sent"  # staff wanted it to be, and then it was too late


class Choice(StrEnum):
    """What staff decide."""

    SEND = "send"
    EDIT = "edit"  # sent, in their own words
    DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class Shadow:
    """What a message would have got."""

    place: Place  # the asker's thread
    question: str  # ts of the message
    asker: str
    text: str  # what was said; redacted
    candidates: tuple[Candidate, ...]
    entry: str
    sure: bool  # else it would have asked which entry it is
    id: int = 0
    state: ShadowState = ShadowState.WAITING
    decider: str = ""
    edited: str = ""  # what staff made of it: Markdown, redacted
    card: str = ""  # ts in the staff channel
    posted: str = ""  # ts in the asker's thread
    reason: str = ""  # why it was not sent


@dataclass(frozen=True, slots=True)
class Deciding:
    """Who decides what."""

    choice: Choice
    key: str  # names the press, form or message
    user: str
    text: str = ""  # redacted


def decide(shadow: Shadow, by: Deciding) -> Shadow | None:
    """Return the answer after the decision, None where another one came first."""
    if shadow.state is not ShadowState.WAITING:
        return None
    after = replace(shadow, decider=by.user)
    match by.choice:
        case Choice.SEND:
            return replace(after, state=ShadowState.SENT)
        case Choice.EDIT:
            return replace(after, state=ShadowState.SENT, edited=by.text)
        case Choice.DISCARD:
            return replace(after, state=ShadowState.DISCARDED)
        case _:
            assert_never(by.choice)


def hindrance(shadow: Shadow, around: Around) -> str:
    """Say why an answer may not be sent any more; nothing where it may."""
    if around.thread is None:
        return FORGOTTEN
    if around.opted_out:
        return OPTED_OUT
    said = not shadow.edited and shadow.entry in around.thread.given
    return HINDRANCES.get(around.thread.state, SAID if said else "")
