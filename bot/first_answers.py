"""How long tickets waited for their first answer, as the database measures it."""

from sqlalchemy import func, select

from bot.rows import Rows
from bot.tables import tickets

_WAITED = tickets.c.answered - tickets.c.opened


async def median_wait(rows: Rows, since: float, least: int = 1) -> float | None:
    """Return the median, in seconds, of the tickets opened since then; None if too few had one."""
    measured = tickets.c.answered.is_not(None), tickets.c.opened >= since
    (counted,) = await rows.all(select(func.count().label("number")).where(*measured))
    if counted.number < least:
        return None
    middle = select(_WAITED.label("waited")).where(*measured).order_by(_WAITED)
    found = await rows.all(middle.offset((counted.number - 1) // 2).limit(2 - counted.number % 2))
    waits: list[float] = [row.waited for row in found]
    return sum(waits) / len(waits) if waits else None
