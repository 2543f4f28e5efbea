"""Proposed entries in the state; the approved ones are part of the base."""

from typing import Any

from sqlalchemy import Row, delete, func, select, update

from bot.proposals import Proposal, ProposalState, Reviewing, review
from bot.rows import Rows
from bot.tables import proposals

MOST_APPROVED = 2_000  # entries that a base takes from here
Stamp = tuple[int, float]
_APPROVED = proposals.c.state == ProposalState.APPROVED.value


class ProposalStore:
    """Reads and writes proposals; each method is one transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def open(self, ticket: int, by: Reviewing, now: float) -> Proposal:
        """Keep a new proposal and return it; with a key that is known, the one that is kept."""
        insert = self._rows.insert(proposals).on_conflict_do_nothing()
        values = {
            "key": by.key,
            "last": by.key,
            "ticket": ticket,
            "author": by.user,
            "entry": by.entry,
            "text": by.text,
            "problems": list(by.problems),
            "state": ProposalState.PROPOSED.value,
            "reviewer": "",
            "card": "",
            "seq": 0,
            "opened": now,
            "updated": now,
        }
        async with self._rows.write() as connection:
            await connection.execute(insert.values(**values))
            query = select(proposals).where(proposals.c.key == by.key)
            return _proposal((await connection.execute(query)).one())

    async def act(self, proposal: int, by: Reviewing, now: float) -> bool:
        """Do it to the proposal as the database holds it, once for each key.

        False where it does not fit any more. Of the approved ones none has the id of another.
        """
        async with self._rows.write() as connection:
            query = select(proposals).where(proposals.c.id == proposal).with_for_update()
            row = (await connection.execute(query)).first()
            if row is None or row.last == by.key:
                return row is not None
            after = review(_proposal(row), by, now)
            if after is None:
                return False
            if after.state is ProposalState.APPROVED:
                same = select(proposals.c.id).where(_APPROVED, proposals.c.entry == after.entry)
                if (await connection.execute(same.with_for_update())).first():
                    return False
            change = update(proposals).where(proposals.c.id == proposal)
            await connection.execute(change.values(**_changed(after), last=by.key))
        return True

    async def get(self, proposal: int) -> Proposal | None:
        """Return the proposal."""
        return await self._first(proposals.c.id == proposal)

    async def with_card(self, card: str) -> Proposal | None:
        """Return the proposal whose card in the staff channel this is."""
        return await self._first((proposals.c.card == card) & (proposals.c.card != ""))

    async def reviewed_under(self, key: str) -> Proposal | None:
        """Return the proposal whose last review had the key."""
        return await self._first(proposals.c.last == key)

    async def _first(self, condition: Any) -> Proposal | None:
        row = await self._rows.one(select(proposals).where(condition).limit(1))
        return _proposal(row) if row else None

    async def set_card(self, proposal: int, card: str) -> None:
        """Remember where the staff channel shows the proposal."""
        change = update(proposals).where(proposals.c.id == proposal)
        async with self._rows.write() as connection:
            await connection.execute(change.values(card=card))

    async def stamp(self) -> Stamp:
        """Return what changes when an entry is approved or taken out again."""
        latest: Any = func.max(proposals.c.updated).label("latest")
        number: Any = func.count().label("number")
        row = await self._rows.one(select(number, latest).where(_APPROVED))
        assert row
        return row.number, row.latest or 0.0

    async def approved(self) -> list[Proposal]:
        """Return the approved ones, the oldest first."""
        query = select(proposals).where(_APPROVED).order_by(proposals.c.updated)
        return [_proposal(row) for row in await self._rows.all(query.limit(MOST_APPROVED))]

    async def forget(self, tickets: list[int], user: str = "") -> int:
        """Delete those of the tickets that are not live, and a person's name on all others.

        Return how many were deleted. What two of staff approved is no longer anybody's words.
        """
        not_live = proposals.c.ticket.in_(tickets) & ~_APPROVED
        async with self._rows.write() as connection:
            count = (await connection.execute(delete(proposals).where(not_live))).rowcount
            if user:
                own = (proposals.c.author == user) & ~_APPROVED
                count += (await connection.execute(delete(proposals).where(own))).rowcount
                for column in (proposals.c.author, proposals.c.reviewer):
                    named = update(proposals).where(column == user)
                    await connection.execute(named.values({column: ""}))
        return count

    async def purge(self, before: float) -> None:
        """Delete those that were not approved and not touched since then."""
        old = ~_APPROVED & (proposals.c.updated < before)
        async with self._rows.write() as connection:
            await connection.execute(delete(proposals).where(old))


def _changed(after: Proposal) -> dict[str, Any]:
    names = ("entry", "text", "author", "reviewer", "seq", "updated")
    kept = {name: getattr(after, name) for name in names}
    return {**kept, "state": after.state.value, "problems": list(after.problems)}


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(
        id=row.id,
        ticket=row.ticket,
        entry=row.entry,
        text=row.text,
        author=row.author,
        problems=tuple(row.problems),
        state=ProposalState(row.state),
        reviewer=row.reviewer,
        card=row.card,
        seq=row.seq,
        updated=row.updated,
    )
