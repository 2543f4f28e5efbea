"""Which entries somebody should read again, for their age alone."""

from dataclasses import dataclass
from datetime import date, timedelta

from knowledge.entry import Entry

REVIEW_DAYS = 180
OLD = "was last reviewed on {day}, over {days} days ago; read it again and set `reviewed`"
NEVER = "was never reviewed; read it and set `reviewed`"


@dataclass(frozen=True, slots=True)
class Age:
    """An entry that was not reviewed for long, or never."""

    entry: str
    reviewed: date | None

    def __str__(self) -> str:
        told = OLD.format(day=self.reviewed, days=REVIEW_DAYS) if self.reviewed else NEVER
        return f"{self.entry}: {told}"


def is_old(entry: Entry, today: date) -> bool:
    """Tell whether nobody has reviewed the entry for REVIEW_DAYS."""
    return entry.reviewed is None or today - entry.reviewed > timedelta(days=REVIEW_DAYS)


def aged(entries: tuple[Entry, ...], today: date) -> list[Age]:
    """Return the entries that nobody has reviewed for REVIEW_DAYS, the oldest first."""
    found = [Age(entry.id, entry.reviewed) for entry in entries if is_old(entry, today)]
    return sorted(found, key=lambda one: (one.reviewed or date.min, one.entry))
