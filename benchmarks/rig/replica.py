"""One replica of the bot as a process of its own, forked from one that has imported everything."""

import asyncio
import os
import sys
from datetime import date

from bot import services
from bot.answering import Decision, Outcome
from bot.config import read_settings
from bot.running import run_bot
from knowledge.entry import Entry, Kind
from knowledge.matcher import Like, Match
from knowledge.outlook import Outlook

ENTRIES = {
    name: Entry(
        id=name,
        title=f"About {name}",
        kind=Kind.ERROR,
        errors=(name,),
        reviewed=date(2026, 11, 1),
        body="Look at it.",
    )
    for name in ("backend-user-404", "backend-user-500")
}


class LeanAnswerer:
    """Decides by one word, so that a run is about the work and not about the matching."""

    reply_from = 0.9

    def decide(self, text: str, *, explicit: bool = False) -> Decision:
        matches = tuple(Match(entry, 0.9, ("matched",)) for entry in ENTRIES.values())
        if "404" in text:
            return Decision(Outcome.REPLY, "backend-user-404", 0.97, matches, "404", Like.ERROR)
        outcome = Outcome.SUGGEST if explicit else Outcome.SILENT
        return Decision(outcome, None, 0.2, matches if explicit else (), "", Like.OTHER)

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(ENTRIES.values())

    def outlook(self, text: str) -> Outlook:
        return Outlook.ANSWER if "404" in text else Outlook.SILENT

    def entry(self, entry_id: str) -> Entry | None:
        return ENTRIES.get(entry_id)

    def problems(self, _entry: Entry) -> tuple[str, ...]:
        return ()


def serve(environment: dict[str, str], log: str, *, lean: bool) -> None:
    """Run ``anon-support run`` with this environment until it is ended."""
    os.environ.update(environment)
    with open(log, "ab", buffering=0) as file:  # noqa: PTH123
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())
    if lean:
        services.open_knowledge = lambda _kb, _more=(): LeanAnswerer()
    asyncio.run(run_bot(read_settings(_env_file=None)))
