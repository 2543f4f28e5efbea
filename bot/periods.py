"""Spans of days as people write them."""

import re

MOST_DAYS = 3_650


def days_of(period: str) -> int | None:
    """Return how many days ``7d``, ``7`` or ``2w`` mean, None where it is no period."""
    found = re.fullmatch(r"([0-9]{1,4})([dw]?)", period.strip().casefold())
    days = int(found[1]) * (7 if found[2] == "w" else 1) if found else 0
    return days if 1 <= days <= MOST_DAYS else None
