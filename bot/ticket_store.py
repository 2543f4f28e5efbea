"""The tickets in the state, with all that was done to them."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Row, Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.first_answers import median_wait
from bot.records import FINISHED, Place, TicketState
from bot.rows import Rows, candidates_in
from bot.tables import ticket_events, tickets
from bot.ticket_records import Deed, Draft, Ticket, TicketEvent, Urgency
from bot.tickets import MEASURED_FROM, UNFINISHED, Doing, move

LAST = 100  # events of a ticket that are read at once
_OVER = [state.value for state in FINISHED]


@dataclass(frozen=True, slots=True)
class Origin:
    """What makes a ticket one of its own: its thread, or the form where there is none."""

    place: Place
    key: str
    private: bool = False


class TicketStore:
    """Reads and writes tickets; each method is one transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def _first(self, query: Select[Any]) -> Ticket | None:
        found = await self._rows.all(query.limit(1))
        return _ticket(found[0]) if found else None

    async def open(self, origin: Origin, draft: Draft, key: str, now: float) -> Ticket | None:
        """Keep a new ticket and return it; None if another key opened one of this origin."""
        insert = self._rows.insert(tickets).on_conflict_do_nothing().returning(tickets)
        async with self._rows.write() as connection:
            values = _opened(origin, draft, now)
            row = (await connection.execute(insert.values(**values))).first()
            if row is None:
                return await _opened_under(connection, key)
            ticket = _ticket(row)
            doing = Doing(Deed.OPENED, key, draft.asker)
            await connection.execute(ticket_events.insert().values(_event(None, ticket, doing)))
        return ticket

    async def act(self, ticket: int, doing: Doing, now: float) -> bool:
        """Do it to the ticket as the database holds it, once for each key.

        False where the table has no such row; what is known by its key was done already.
        """
        async with self._rows.write() as connection:
            query = select(tickets).where(tickets.c.id == ticket).with_for_update()
            row = (await connection.execute(query)).first()
            known = select(ticket_events.c.seq).where(ticket_events.c.key == doing.key)
            if row is None or (await connection.execute(known)).first():
                return row is not None
            before = _ticket(row)
            moved = move(before, doing, now)
            if moved is None:
                return False
            seq = before.seq + 1
            epoch = seq if moved.state is not before.state else before.epoch
            after = replace(moved, seq=seq, epoch=epoch)
            change = update(tickets).where(tickets.c.id == ticket)
            await connection.execute(change.values(**_changed(after)))
            await connection.execute(ticket_events.insert().values(_event(before, after, doing)))
        return True

    async def get(self, ticket: int) -> Ticket | None:
        """Return the ticket."""
        return await self._first(select(tickets).where(tickets.c.id == ticket))

    async def of_thread(self, place: Place) -> Ticket | None:
        """Return the ticket of a thread."""
        return await self._first(select(tickets).where(_in_thread(place)))

    async def of_origin(self, origin: Origin) -> Ticket | None:
        """Return the ticket that came from there, wherever its thread is now."""
        same = (tickets.c.team == origin.place.team) & (tickets.c.key == origin.key)
        return await self._first(select(tickets).where(same))

    async def with_card(self, card: str) -> Ticket | None:
        """Return the ticket whose card in the staff channel this is."""
        return await self._first(
            select(tickets).where(tickets.c.card == card, tickets.c.card != "")
        )

    async def with_note(self, note: Place) -> Ticket | None:
        """Return the ticket whose state that message shows; its ts stands for the root."""
        here = (tickets.c.team == note.team) & (tickets.c.channel == note.channel)
        shown = here & (tickets.c.note == note.root) & (tickets.c.note != "")
        return await self._first(select(tickets).where(shown))

    async def event(self, key: str) -> TicketEvent | None:
        """Return what was done under the key."""
        found = await self._rows.all(select(ticket_events).where(ticket_events.c.key == key))
        return _read_event(found[0]) if found else None

    async def events(self, ticket: int, last: int = LAST) -> list[TicketEvent]:
        """Return what was done to the ticket last, the latest at the end."""
        query = select(ticket_events).where(ticket_events.c.ticket == ticket)
        found = await self._rows.all(query.order_by(ticket_events.c.seq.desc()).limit(last))
        return [_read_event(row) for row in reversed(found)]

    async def set_card(self, ticket: int, card: str) -> None:
        """Remember where the staff channel shows the ticket."""
        await self._set(ticket, card=card)

    async def set_note(self, ticket: int, place: Place, note: str) -> None:
        """Remember where the asker's thread shows its state, and which thread that is."""
        await self._set(ticket, channel=place.channel, root=place.root, note=note)

    async def set_private(self, ticket: int, channel: str) -> None:
        """Move the ticket to a direct message, in which no thread is begun yet."""
        await self._set(ticket, private=True, channel=channel, root="", note="")

    async def _set(self, ticket: int, **values: Any) -> None:
        async with self._rows.write() as connection:
            await connection.execute(update(tickets).where(tickets.c.id == ticket).values(**values))

    async def usual_wait(self, since: float) -> float | None:
        """Return the usual time to a first answer, None while too few were measured to say."""
        return await median_wait(self._rows, since, MEASURED_FROM)

    async def unfinished(self, limit: int) -> list[Ticket]:
        """Return the tickets that somebody has to look at, the oldest first."""
        found: list[Ticket] = []
        for state in sorted(UNFINISHED):
            query = select(tickets).where(tickets.c.state == state.value).order_by(tickets.c.opened)
            found += [_ticket(row) for row in await self._rows.all(query.limit(limit))]
        return sorted(found, key=lambda ticket: ticket.opened)[:limit]

    async def counts(self) -> dict[TicketState, int]:
        """Return how many tickets there are in each state."""
        query = select(tickets.c.state, func.count().label("number")).group_by(tickets.c.state)
        return {TicketState(row.state): row.number for row in await self._rows.all(query)}

    async def of_asker(self, team: str, asker: str, limit: int) -> list[Ticket]:
        """Return the tickets of a person, the newest first."""
        query = select(tickets).where(tickets.c.team == team, tickets.c.asker == asker)
        rows = await self._rows.all(query.order_by(tickets.c.opened.desc()).limit(limit))
        return [_ticket(row) for row in rows]

    async def forget(self, team: str, user: str) -> None:
        """Delete the tickets of a person, and what that person said on others."""
        own = select(tickets.c.id).where(tickets.c.team == team, tickets.c.asker == user)
        async with self._rows.write() as connection:
            await connection.execute(delete(ticket_events).where(ticket_events.c.ticket.in_(own)))
            await connection.execute(delete(tickets).where(tickets.c.id.in_(own)))
            said = ticket_events.c.user == user
            await connection.execute(update(ticket_events).where(said).values(text=""))

    async def numbers(self, team: str, asker: str = "") -> list[int]:
        """Return the numbers of a team's tickets, or of those of one person in it."""
        query = select(tickets.c.id).where(tickets.c.team == team)
        query = query.where(tickets.c.asker == asker) if asker else query
        rows = await self._rows.all(query)
        return [row.id for row in rows]

    async def forget_team(self, team: str) -> int:
        """Delete the tickets of a team with all that was done to them; return how many rows."""
        theirs = select(tickets.c.id).where(tickets.c.team == team)
        events = delete(ticket_events).where(ticket_events.c.ticket.in_(theirs))
        async with self._rows.write() as connection:
            count = (await connection.execute(events)).rowcount
            own = delete(tickets).where(tickets.c.team == team)
            return count + (await connection.execute(own)).rowcount

    async def purge(self, before: float) -> None:
        """Delete the tickets that were finished before then."""
        over = tickets.c.state.in_(_OVER) & (tickets.c.updated < before)
        old = select(tickets.c.id).where(over)
        async with self._rows.write() as connection:
            await connection.execute(delete(ticket_events).where(ticket_events.c.ticket.in_(old)))
            await connection.execute(delete(tickets).where(over))


async def _opened_under(connection: AsyncConnection, key: str) -> Ticket | None:
    """Return the ticket that was opened under the key: its work is done once more."""
    first = (ticket_events.c.key == key) & (ticket_events.c.deed == Deed.OPENED.value)
    query = select(tickets).join(ticket_events, ticket_events.c.ticket == tickets.c.id)
    row = (await connection.execute(query.where(first))).first()
    return _ticket(row) if row else None


def _in_thread(place: Place) -> Any:
    here = (tickets.c.team == place.team) & (tickets.c.channel == place.channel)
    return here & (tickets.c.root == place.root) & (tickets.c.root != "")


def _opened(origin: Origin, draft: Draft, now: float) -> dict[str, Any]:
    kept = {**asdict(draft), "urgency": draft.urgency.value}
    blank = dict.fromkeys(("claimer", "reason", "entry", "card", "note"), "")
    return {
        **asdict(origin.place),
        **kept,
        **blank,
        "key": origin.key,
        "private": origin.private,
        "state": TicketState.OPEN.value,
        "opened": now,
        "updated": now,
        "seq": 0,
        "epoch": 0,
    }


def _changed(ticket: Ticket) -> dict[str, Any]:
    names = ("claimer", "reason", "entry", "answered", "updated", "seq", "epoch")
    return {"state": ticket.state.value, **{name: getattr(ticket, name) for name in names}}


def _event(before: Ticket | None, after: Ticket, doing: Doing) -> dict[str, Any]:
    return {
        "ticket": after.id,
        "seq": after.seq,
        "key": doing.key,
        "deed": doing.deed.value,
        "user": doing.user,
        "text": doing.text,
        "before": before.state.value if before else "",
        "after": after.state.value,
        "epoch": before.epoch if before else 0,
        "at": after.updated,
    }


def _read_event(row: Row[Any]) -> TicketEvent:
    return TicketEvent(
        row.ticket,
        row.seq,
        Deed(row.deed),
        row.user,
        row.text,
        TicketState(row.before) if row.before else None,
        TicketState(row.after),
        row.epoch,
        row.at,
    )


def _ticket(row: Row[Any]) -> Ticket:
    draft = Draft(
        row.asker,
        row.summary,
        row.tried,
        Urgency(row.urgency),
        row.environment,
        candidates_in(row.candidates),
        tuple(row.rejected),
        tuple(row.checks),
    )
    return Ticket(
        id=row.id,
        place=Place(row.team, row.channel, row.root),
        draft=draft,
        state=TicketState(row.state),
        private=row.private,
        claimer=row.claimer,
        reason=row.reason,
        entry=row.entry,
        card=row.card,
        note=row.note,
        opened=row.opened,
        answered=row.answered,
        updated=row.updated,
        seq=row.seq,
        epoch=row.epoch,
    )
