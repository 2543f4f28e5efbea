"""Answers that were kept back, in the state."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, delete, select, update

from bot.records import Place
from bot.rows import Rows, as_given, candidates_in, given
from bot.shadows import Deciding, Shadow, ShadowState, decide
from bot.tables import shadows


class ShadowStore:
    """Reads and writes them; each method is one transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def keep(self, shadow: Shadow, key: str, now: float) -> None:
        """Keep a new one, once for each key and for each entry in a thread."""
        insert = self._rows.insert(shadows).on_conflict_do_nothing()
        values = {
            **asdict(shadow.place),
            **{name: getattr(shadow, name) for name in ("question", "asker", "text", "entry")},
            **dict.fromkeys(("last", "decider", "edited", "card", "posted", "reason"), ""),
            "key": key,
            "candidates": [asdict(candidate) for candidate in shadow.candidates],
            "sure": shadow.sure,
            "state": shadow.state.value,
            "updated": now,
        }
        async with self._rows.write() as connection:
            await connection.execute(insert.values(**values))

    async def decide(self, shadow: int, by: Deciding, now: float) -> bool:
        """Keep the decision, unless another came first; one whose key is known is kept already."""
        async with self._rows.write() as connection:
            query = select(shadows).where(shadows.c.id == shadow).with_for_update()
            row = (await connection.execute(query)).first()
            if row is None or row.last == by.key:
                return row is not None
            after = decide(_shadow(row), by)
            if after is None:
                return False
            change = update(shadows).where(shadows.c.id == shadow)
            kept = {"state": after.state.value, "decider": after.decider, "edited": after.edited}
            await connection.execute(change.values(**kept, last=by.key, updated=now))
        return True

    async def set_posted(self, shadow: int, posted: str) -> None:
        """Remember where the asker's thread shows it."""
        await self._set(shadow, posted=posted)

    async def refuse(self, shadow: int, reason: str) -> None:
        """Remember why it was not sent after all."""
        await self._set(shadow, state=ShadowState.REFUSED.value, reason=reason)

    async def set_card(self, shadow: int, card: str) -> None:
        """Remember where the staff channel shows it."""
        await self._set(shadow, card=card)

    async def _set(self, shadow: int, **values: Any) -> None:
        async with self._rows.write() as connection:
            await connection.execute(update(shadows).where(shadows.c.id == shadow).values(**values))

    async def get(self, shadow: int) -> Shadow | None:
        """Return the one of that number."""
        return await self._first(shadows.c.id == shadow)

    async def kept_under(self, key: str) -> Shadow | None:
        """Return the one that was kept under the key."""
        return await self._first(shadows.c.key == key)

    async def decided_under(self, key: str) -> Shadow | None:
        """Return the one about which the decision had the key."""
        return await self._first(shadows.c.last == key)

    async def with_card(self, card: str) -> Shadow | None:
        """Return the one whose card in the staff channel this is."""
        return await self._first((shadows.c.card == card) & (shadows.c.card != ""))

    async def of_question(self, place: Place, question: str) -> Shadow | None:
        """Return what the message would have got."""
        of = as_given({**asdict(place), "question": question})
        return await self._first(given(shadows, "team", "channel", "root", "question"), of)

    async def _first(self, condition: Any, values: dict[str, Any] | None = None) -> Shadow | None:
        row = await self._rows.one(select(shadows).where(condition).limit(1), values)
        return _shadow(row) if row else None

    async def forget(self, user: str) -> None:
        """Delete the name of who decided."""
        async with self._rows.write() as connection:
            named = update(shadows).where(shadows.c.decider == user)
            await connection.execute(named.values(decider=""))

    async def purge(self, before: float) -> None:
        """Delete those that nobody touched since then."""
        async with self._rows.write() as connection:
            await connection.execute(delete(shadows).where(shadows.c.updated < before))


def _shadow(row: Row[Any]) -> Shadow:
    return Shadow(
        place=Place(row.team, row.channel, row.root),
        question=row.question,
        asker=row.asker,
        text=row.text,
        candidates=candidates_in(row.candidates),
        entry=row.entry,
        sure=row.sure,
        id=row.id,
        state=ShadowState(row.state),
        decider=row.decider,
        edited=row.edited,
        card=row.card,
        posted=row.posted,
        reason=row.reason,
    )
