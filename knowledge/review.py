"""Which entries somebody should read again, for their age alone."""

from dataclasses import dataclass
from datetime import date, timedelta

from knowledge.entry import Entry

REVIEW_DAYS = 180
OLD = "was last reviewed on {day}, over {days} days ago; read it again and set `reviewed`"


@dataclass(frozen=True, slots=True)
class Age:
    """An entry whose last review was long ago."""

    entry: str
    reviewed: date

    def __str__(self) -> str:
        return f"{self.entry}: {OLD.format(day=self.reviewed, days=REVIEW_DAYS)}"


def is_old(entry: Entry, today: date) -> bool:
    """Tell whether nobody has reviewed the entry for REVIEW_DAYS, or ever."""
    return entry.reviewed is None or today - entry.reviewed > timedelta(days=REVIEW_DAYS)


def aged(entries: tuple[Entry, ...], today: date) -> list[Age]:
    """Return the entries whose last review is over REVIEW_DAYS ago, the oldest first.

    One that names none is not among them: a base need not keep that account.
    """
    found = [
        Age(entry.id, entry.reviewed)
        for entry in entries
        if entry.reviewed and is_old(entry, today)
    ]
    return sorted(found, key=lambda one: (one.reviewed, one.entry))
