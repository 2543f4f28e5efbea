"""Entries that want a review: not looked at for long, or voted down as they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from bot.entry_figures import RevisionFigures, votes_on
from bot.rows import Rows
from knowledge.entry import Entry
from knowledge.review import is_old

FEWEST_VOTES = 3  # on the current revision


class Reason(StrEnum):
    """Why an entry wants a review."""

    VOTES = "voted down"
    AGE = "not reviewed for long"


@dataclass(frozen=True, slots=True)
class Review:
    """An entry that wants a review, with the votes on its current revision."""

    entry: str
    title: str
    reviewed: date | None
    solved: int
    not_it: int
    reasons: tuple[Reason, ...]


def is_voted_down(votes: RevisionFigures) -> bool:
    """Tell whether enough people judged this revision, and more of them called it wrong."""
    return votes.solved + votes.not_it >= FEWEST_VOTES and votes.not_it > votes.solved


async def reviews(rows: Rows, entries: Sequence[Entry], now: float) -> tuple[Review, ...]:
    """Return the entries that want a review, those voted down first, then the oldest."""
    votes = await votes_on(rows, {entry.id: entry.revision for entry in entries})
    today = datetime.fromtimestamp(now, UTC).date()
    found = [
        Review(entry.id, entry.title, entry.reviewed, cast.solved, cast.not_it, reasons)
        for entry, cast in zip(entries, votes, strict=True)
        if (reasons := tuple(_reasons(entry, cast, today)))
    ]
    return tuple(sorted(found, key=_urgency))


def _reasons(entry: Entry, votes: RevisionFigures, today: date) -> list[Reason]:
    down = [Reason.VOTES] if is_voted_down(votes) else []
    return down + ([Reason.AGE] if is_old(entry, today) else [])


def _urgency(review: Review) -> tuple[int, date, str]:
    against = review.not_it - review.solved if Reason.VOTES in review.reasons else 0
    return -against, review.reviewed or date.min, review.entry


def as_json(found: Sequence[Review]) -> list[dict[str, Any]]:
    """Return the reviews as the command line prints them."""
    return [
        {
            "entry": one.entry,
            "reasons": [reason.value for reason in one.reasons],
            "reviewed": one.reviewed.isoformat() if one.reviewed else None,
            "solved": one.solved,
            "not_it": one.not_it,
        }
        for one in found
    ]
