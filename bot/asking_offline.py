"""A decision as the command line shows it."""

from typing import Any

from bot.answering import Answerer, Decision
from bot.records import Candidate
from bot.reply import reply_markdown, reply_to


def as_json(decision: Decision) -> dict[str, Any]:
    """Return the match object of the command line's contract, without its ``id``."""
    return {
        "decision": decision.outcome,
        "entry": decision.entry,
        "score": round(decision.score, 4),
        "candidates": [
            {"entry": match.entry.id, "score": match.score, "why": list(match.why)}
            for match in decision.candidates
        ],
    }


def answer_text(answerer: Answerer, decision: Decision) -> str | None:
    """Return the reply as Markdown, or None where the bot would only offer a choice."""
    entry = answerer.entry(decision.entry) if decision.entry else None
    if entry is None:
        return None
    best = decision.candidates[0]
    return reply_markdown(reply_to(entry, Candidate(entry.id, best.score, best.why)))
