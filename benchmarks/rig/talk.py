"""What people say in a run: talk that needs nothing, and pastes that get one sure answer."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.answering import Answerer, Outcome, read_paste
from bot.playground.cast import BOT_USER
from knowledge.labelled import read_messages

SURE = "Error translating external user id: 404 - Not Found"
HOLDOUT = Path(__file__).parents[1] / "holdout.jsonl"
LOOK_ALIKES = 0.15  # of what needs nothing: errors and questions about other things
NAMES = ("mira", "jon", "priya", "tom", "aisha", "leo", "nadia", "sven", "chen", "ruth")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "next week", "tomorrow")
PARTS = ("billing", "search", "the importer", "the mobile app", "the docs", "checkout", "the map")
TALK = (
    "thanks {name}!",
    "morning all",
    "is the demo at {n} or later?",
    "deployed {part} {n}.{m}, looks good here",
    "lgtm, merging #{n}{m}",
    "can someone review #{n}{m} please?",
    "I'm out on {day}, {name} has the pager",
    "lunch?",
    "{name} and I will pair on {part} {day}",
    "the retro moved to {day}, {n} o'clock",
    "nice work on {part}, {name} :tada:",
    "who takes the notes {day}?",
    "pushed the change to {part}, {n} files",
    "+1",
    "see you {day}",
    "build {n}{m} is green again",
    "moved the card to done, {name} please have a look {day}",
    "ok, let's talk about {part} in the standup",
    "we have {n} new signups since {day}",
    "coffee in {m} minutes",
)


@dataclass(frozen=True, slots=True)
class Said:
    """One message: whether it needs a reply, and whether it names the bot."""

    text: str
    needs: bool = False
    named: bool = False


Talk = Callable[[random.Random], Said]


def plain_talk(needed: float) -> Talk:
    """Return talk of few words, for runs that are not about matching."""

    def talk(chance: random.Random) -> Said:
        if chance.random() >= needed:
            return Said(small_talk(chance))
        named = chance.random() < 0.3
        return Said(f"<@{BOT_USER}> {SURE}" if named else SURE, True, named)

    return talk


def channel_talk(answerer: Answerer, needed: float) -> Talk:
    """Return the talk of a support channel: held-out messages whose fate the answerer knows."""
    known = read_messages(HOLDOUT)
    decided = [(one, answerer.decide(read_paste(one.text).text)) for one in known]
    sure = [m.text for m, d in decided if d.outcome is Outcome.REPLY and d.entry in m.expect]
    alike = [m.text for m, d in decided if d.outcome is Outcome.SILENT and not m.expect]

    def talk(chance: random.Random) -> Said:
        if chance.random() < needed:
            return Said(chance.choice(sure), True)
        if chance.random() < LOOK_ALIKES:
            return Said(chance.choice(alike))
        return Said(small_talk(chance))

    return talk


def small_talk(chance: random.Random) -> str:
    """Return a line as people write them all day."""
    return chance.choice(TALK).format(
        name=chance.choice(NAMES),
        day=chance.choice(DAYS),
        part=chance.choice(PARTS),
        n=chance.randrange(2, 60),
        m=chance.randrange(10, 99),
    )
