"""The checker of tickets: what the database holds, and what the workspace shows of it."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import create_engine, select

from benchmarks.rig.askers import Askers, Way
from benchmarks.rig.staff import CARD, ENDS, STAFF_CHANNEL, Fate, Staff
from bot.playground.cast import BOT_USER
from bot.playground.workspace import Message, Workspace
from bot.records import State, TicketState
from bot.tables import threads, ticket_events, tickets
from bot.ticket_effects import LINES
from bot.ticket_records import Deed
from handlers.blocks_tickets import DEEDS

NOTE = re.compile(r"asked for a human\. \*Ticket (\d+)\*: (.*)")
REMINDED = re.compile(r"Ticket (\d+) has waited")
STALE = re.compile(r"is ticket (\d+) still open for you")
LINE = re.compile(r"^Ticket (\d+): (?:<@\w+> )?(.*?)\.(?: <|$)")
SAID = {Deed.REPLY: "(staff) says:", Deed.NEED_INFO: "(staff) needs to know:"}
TOLD = {
    TicketState.OPEN: "open: nobody has it yet",
    TicketState.CLAIMED: " has it",
    TicketState.WAITING: "waiting for ",
    TicketState.RESOLVED: "resolved",
    TicketState.CLOSED: "closed",
}
THREADS = {
    TicketState.RESOLVED: State.SOLVED,
    TicketState.CLOSED: State.STALE,
}


@dataclass(frozen=True)
class Ledger:
    """The rows of the database."""

    tickets: dict[int, Any]
    events: dict[int, list[Any]]
    threads: dict[tuple[str, str], str]

    @classmethod
    def read(cls, url: str) -> "Ledger":
        """Read them as they are now."""
        engine = create_engine(url)
        with engine.connect() as connection:
            rows = {row.id: row for row in connection.execute(select(tickets))}
            found = defaultdict(list)
            for event in connection.execute(select(ticket_events).order_by(ticket_events.c.seq)):
                found[event.ticket].append(event)
            states = {(t.channel, t.root): t.state for t in connection.execute(select(threads))}
        engine.dispose()
        return cls(rows, dict(found), states)


@dataclass
class Shown:
    """What the workspace shows, by ticket."""

    cards: dict[int, list[Message]] = field(default_factory=lambda: defaultdict(list))
    notes: dict[int, list[Message]] = field(default_factory=lambda: defaultdict(list))
    lines: Counter[tuple[int, str]] = field(default_factory=Counter)
    questions: Counter[int] = field(default_factory=Counter)  # whether it is still open
    replies: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    keys: Counter[str] = field(default_factory=Counter)

    @classmethod
    def read(cls, workspace: Workspace) -> "Shown":
        """Read all that the bot said."""
        shown = cls()
        for messages in workspace.messages.values():
            for one in messages.values():
                if one.user == BOT_USER and not one.ephemeral_to and not one.deleted:
                    shown._take(one)
        return shown

    def _take(self, one: Message) -> None:
        payload = (one.metadata or {}).get("event_payload") or {}
        self.keys[str(payload.get("workflow_id") or one.ts)] += 1
        if one.channel == STAFF_CHANNEL:
            self._take_staffs(one)
            return
        if found := NOTE.search(one.text):
            self.notes[int(found[1])].append(one)
        if found := STALE.search(one.text):
            self.questions[int(found[1])] += 1
        for deed, words in SAID.items():
            if words in one.text:
                self.replies[one.channel, one.thread_ts or "", deed] += 1

    def _take_staffs(self, one: Message) -> None:
        if found := CARD.search(one.text):
            self.cards[int(found[1])].append(one)
        elif found := REMINDED.search(one.text):
            self.lines[int(found[1]), DEEDS[Deed.REMIND]] += 1
        elif found := LINE.search(one.text):
            self.lines[int(found[1]), found[2]] += 1


def faults(ledger: Ledger, workspace: Workspace, askers: Askers, staff: Staff) -> list[str]:
    """Return all that is wrong, in words; nothing while all is as it has to be."""
    shown = Shown.read(workspace)
    found = [*_unequal(askers, ledger)]
    found += [f"said {count} times: {key}" for key, count in shown.keys.items() if count > 1]
    announced = Counter(staff.announced)
    for number, ticket in ledger.tickets.items():
        events = ledger.events.get(number, [])
        found += _as_shown(ticket, shown, announced[number])
        found += _as_said(ticket, events, shown)
        found += _as_fated(ticket, events, staff.fates.get(number))
        found += _as_thread(ticket, ledger)
    texts = Counter(event.text for events in ledger.events.values() for event in events)
    found += [f"{texts[words]} times kept: {words}" for words in staff.written if texts[words] != 1]
    return [*found, *staff.failed()]


def _unequal(askers: Askers, ledger: Ledger) -> Iterator[str]:
    """Yield who has not exactly one ticket, and what was opened more than once."""
    have = Counter(ticket.asker for ticket in ledger.tickets.values())
    for user, way in askers.asked.items():
        most = max(1, askers.commands[user])
        if not 1 <= have[user] <= most:
            yield f"{user} has {have[user]} tickets, by {way}"
    for user in have.keys() - askers.asked.keys():
        yield f"{user} has a ticket, and never asked"
    for number, events in ledger.events.items():
        opened = sum(event.deed == Deed.OPENED for event in events)
        if opened != 1:
            yield f"ticket {number} was opened {opened} times"


def _as_shown(ticket: Any, shown: Shown, announced: int) -> Iterator[str]:
    """Yield where the card and the note are not one each, or show another state."""
    name, state = f"ticket {ticket.id}", TicketState(ticket.state)
    cards, notes = shown.cards[ticket.id], shown.notes[ticket.id]
    if [one.ts for one in cards] != [ticket.card]:
        yield f"{name} has {len(cards)} cards"
    elif f"*Ticket {ticket.id} · {state.value}" not in cards[0].text:
        yield f"{name} is {state}, its card is another"
    if announced != 1:
        yield f"{name} was announced {announced} times"
    if [one.ts for one in notes] != [ticket.note]:
        yield f"{name} has {len(notes)} notes"
    elif TOLD[state] not in notes[0].text:
        yield f"{name} is {state}, its note says: {notes[0].text[:80]}"


def _as_said(ticket: Any, events: Iterable[Any], shown: Shown) -> Iterator[str]:
    """Yield what was done and not said, or said more often than done."""
    done = Counter(Deed(event.deed) for event in events)
    spoken = Counter(Deed(event.deed) for event in events if event.text)
    for deed in LINES:
        seen = shown.lines[ticket.id, DEEDS[deed]]
        if seen != done[deed]:
            yield f"ticket {ticket.id}: {deed} {done[deed]} times, told {seen} times"
    if shown.questions[ticket.id] != done[Deed.ASK_STALE]:
        yield f"ticket {ticket.id}: asked {shown.questions[ticket.id]} times whether it is open"
    for deed in SAID:
        seen = shown.replies[ticket.channel, ticket.root, deed]
        if seen != spoken[deed]:
            yield f"ticket {ticket.id}: {deed} {spoken[deed]} times, seen {seen} times"


def _as_fated(ticket: Any, events: Iterable[Any], fate: Fate | None) -> Iterator[str]:
    """Yield where a ticket ended otherwise, or a timer did not go off exactly once."""
    if fate is None:
        yield f"ticket {ticket.id} was never taken up"
        return
    if ticket.state != ENDS[fate]:
        yield f"ticket {ticket.id} is {ticket.state}, it was {fate}"
    stays = Counter((event.deed, event.epoch) for event in events)
    for deed in (Deed.REMIND, Deed.ASK_STALE, Deed.CLOSE):
        most = max((n for (name, _), n in stays.items() if name == deed), default=0)
        if most > 1:
            yield f"ticket {ticket.id}: {deed} {most} times in one stay"
    if fate in {Fate.LEFT, Fate.REOPENED} and stays[Deed.REMIND, ticket.epoch] != 1:
        yield f"ticket {ticket.id}: no reminder"
    if fate is Fate.SILENT and sum(n for (d, _), n in stays.items() if d == Deed.ASK_STALE) != 1:
        yield f"ticket {ticket.id}: not asked once whether it is still open"


def _as_thread(ticket: Any, ledger: Ledger) -> Iterator[str]:
    """Yield where the asker's thread stands in another state than its ticket."""
    wanted = THREADS.get(TicketState(ticket.state), State.ESCALATED)
    state = ledger.threads.get((ticket.channel, ticket.root))
    if state != wanted:
        yield f"ticket {ticket.id} is {ticket.state}, its thread {state}"


def ways(askers: Askers) -> dict[str, int]:
    """Count how people asked."""
    counts = Counter(askers.asked.values())
    return {way.value: counts[way] for way in Way}
