"""A store of years: what people are shown stays under Slack's caps, and nothing reads it whole."""

import asyncio
import json
import time

import pytest
from sqlalchemy import create_engine, event, insert, text

from bot import tables
from bot.checks.ladder import CheckKind
from bot.checks.ladder import State as LadderState
from bot.database import open_database
from bot.gathering import TEXT_LIMIT
from bot.home import MINE, OPEN
from bot.ladders import Look, dump_looks
from bot.miss_clusters import COMPARED
from bot.playground.block_rules import check_message
from bot.records import Mode, Place, State, TicketState, Verdict
from bot.rows import Rows
from bot.stats import DAY, TOP
from bot.ticket_records import Deed, Urgency
from bot.ticket_store import Origin
from handlers import ids
from tests.slack_lab import running

COUNT = 10_000
DAYS = 3_650
CHANNELS = 1_000
WORST = "&" * TEXT_LIMIT  # each becomes five characters
ENTRY = "e" * 64
BIG = ("tickets", "ticket_events", "threads", "answers", "feedback", "misses", "check_runs")
WHOLE = tuple(f"scan {table} " for table in BIG)
MOST_ROWS = max(DAYS + 1, COMPARED)


def tickets(now):
    states = list(TicketState)
    shared = {
        "team": "T0ACME",
        "claimer": "U0SAM",
        "summary": WORST,
        "tried": WORST,
        "urgency": Urgency.DOWN.value,
        "environment": "sandbox",
        "candidates": [{"entry": ENTRY, "score": 0.5, "why": [WORST[:300]]}] * 5,
        "rejected": [ENTRY],
        "checks": [WORST[:500]] * 20,
        "reason": WORST,
        "entry": ENTRY,
        "seq": 2,
        "epoch": 0,
    }
    for n in range(1, COUNT + 1):
        opened = now - (COUNT - n) * 8_000
        yield {
            **shared,
            "key": f"C0SUPPORT:{n}.1",
            "channel": "C0SUPPORT",
            "root": f"{n}.1",
            "private": False,
            "asker": "U0ANA" if n % 2 else f"U{n}",
            "state": states[n % len(states)].value,
            "card": f"{n}.3",
            "note": f"{n}.2",
            "opened": opened,
            "answered": opened + 600 if n % 3 else None,
            "updated": opened + 900,
        }


def ticket_events(now):
    shared = {"user": "U0ANA", "before": "", "after": "open", "epoch": 0, "text": WORST}
    for n in range(1, COUNT + 1):
        at = now - (COUNT - n) * 8_000
        yield {**shared, "ticket": n, "seq": 0, "key": f"o{n}", "deed": Deed.OPENED.value, "at": at}
        yield {
            **shared,
            "ticket": 1,
            "seq": n,
            "key": f"a{n}",
            "deed": Deed.ADDED.value,
            "at": at,
        }


def threads(now):
    for n in range(1, COUNT + 1):
        yield {
            "team": "T0ACME",
            "channel": "C0SUPPORT",
            "root": f"{n}.1",
            "asker": "U0ANA" if n % 2 else f"U{n}",
            "state": State.ANSWERED.value,
            "updated": now - n,
        }


def answers(now):
    shared = {"team": "T0ACME", "channel": "C0SUPPORT", "turn": 0, "open": True, "revision": "r"}
    candidates = [{"entry": ENTRY, "score": 0.5, "why": [WORST[:300]]}] * 5
    for n in range(1, COUNT + 1):
        yield {
            **shared,
            "question": f"{n}.1",
            "root": f"{n}.1",
            "asker": f"U{n}",
            "candidates": candidates,
            "entry": f"{n % 50:02}{ENTRY}"[:64],
            "posted": f"{n}.5",
            "created": now - (COUNT - n) * 8_000,
        }


def feedback(now):
    for n in range(1, COUNT + 1):
        yield {
            "team": "T0ACME",
            "channel": "C0SUPPORT",
            "posted": f"{n}.5",
            "user": f"U{n}",
            "verdict": Verdict.SOLVED.value,
            "entry": f"{n % 50:02}{ENTRY}"[:64],
            "revision": "r",
            "updated": now - (COUNT - n) * 8_000,
        }


def misses(now):
    for n in range(1, COUNT + 1):
        yield {"fingerprint": f"{n:0128}", "count": n, "example": WORST, "updated": now - n}


def check_runs(now):
    looks = dump_looks((Look(CheckKind.JWKS, "&" * 500, "https://acme.dev/" + "x" * 2_000),) * 5)
    shared = {"team": "T0ACME", "user": "U0ANA", "asker": "U0ANA", "looks": looks, "entry": ENTRY}
    for n in range(1, COUNT + 1):
        yield {
            **shared,
            "id": f"run:{n}",
            "chain": f"run:{n // 3}",
            "channel": "C0SUPPORT",
            "root": f"{n // 3}.1",
            "question": "",
            "posted": f"{n // 3}.5" if n % 2 else "",
            "private": not n % 2,
            "checks": [],
            "state": LadderState.FAILED.value,
            "started": now - (COUNT - n) * 8_000,
            "ended": now,
        }


def missed_days(now):
    today = int(now // DAY)
    return ({"day": today - n, "number": n} for n in range(DAYS))


def channel_settings(_now):
    own = {"team": "T0ACME", "name": "mode", "value": Mode.AUTO.value, "who": "", "changed": 0}
    return ({**own, "channel": f"C{n:09}"} for n in range(CHANNELS))


FILLED = (
    tickets,
    ticket_events,
    threads,
    answers,
    feedback,
    misses,
    check_runs,
    missed_days,
    channel_settings,
)


@pytest.fixture(params=["sqlite", "postgresql"])
def full(request, tmp_path):
    """Return the settings of a bot whose store is full."""
    url = f"sqlite:///{tmp_path / 'state.db'}"
    if request.param == "postgresql":
        given = request.getfixturevalue("postgres").new_database()
        url = given.replace("postgresql:", "postgresql+psycopg:")
    asyncio.run(migrated(url.replace("sqlite:", "sqlite+aiosqlite:")))
    fill(url)
    return {"database_url": given} if request.param == "postgresql" else {}


async def migrated(url):
    async with open_database(url):
        pass


def fill(url):
    engine, now = create_engine(url), time.time()
    with engine.begin() as connection:
        for rows in FILLED:
            table = getattr(tables, rows.__name__)
            connection.execute(insert(table), list(rows(now)))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if "postgres" in url else "ANALYZE"))
    engine.dispose()


@pytest.fixture
def read_at_once(monkeypatch):
    """Return how many rows each query read."""
    counts, read = [], Rows.all

    async def counted(self, query, given=None):
        found = await read(self, query, given)
        counts.append((len(found), str(query)))
        return found

    monkeypatch.setattr(Rows, "all", counted)
    return counts


def listened(engine):
    """Return the statements that the engine carries out from now on, with what they were given."""
    said = {}

    def hear(_connection, _cursor, statement, parameters, _context, _many):
        said.setdefault(statement, parameters)

    event.listen(engine.sync_engine, "before_cursor_execute", hear)
    return said


async def scans(engine, said):
    """Return which of the statements read a big table row by row."""
    found = []
    statements = [one for one in said if one.lstrip().startswith(("SELECT", "UPDATE"))]
    async with engine.connect() as connection:
        for one in statements:
            steps = await plan(connection, engine.dialect.name, one, said[one])
            found += [f"{step}: {one}" for step in steps if step.startswith(WHOLE)]
    return found


async def plan(connection, dialect, statement, given):
    """Return the steps of a plan; `scan TABLE ` where a table is read without an index."""
    if dialect == "sqlite":
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        return [
            f"{row.detail} ".replace("SCAN ", "scan ") if "USING" not in row.detail else row.detail
            for row in rows
        ]
    # Read whole only where no index serves: for so few rows reading all may be the quicker way.
    await connection.exec_driver_sql("SET enable_seqscan = off")
    rows = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", given)
    (top,) = rows.scalar_one()
    return list(nodes(top["Plan"]))


def nodes(node):
    kind = "scan" if node["Node Type"] == "Seq Scan" else node["Node Type"]
    yield f"{kind} {node.get('Relation Name', '')} "
    for below in node.get("Plans", ()):
        yield from nodes(below)


async def press(lab, opened, user, action, ts):
    lab.interactions.click("staff", user, ts, action)
    await opened.settled()


async def submit(lab, opened, user, **values):
    person = lab.people.room.person(user).id
    view = lab.workspace.views.modals(person)[-1]
    lab.interactions.submit(user, view.id, {name: {name: v} for name, v in values.items()})
    await opened.settled()


async def homes(lab, opened):
    """Return what the two homes show, as the double took them."""
    for user in ("ana", "sam"):
        lab.people.open_home(user)
        await opened.settled()
    shown = lab.workspace.views.homes
    return [json.dumps(shown[user].content, ensure_ascii=False) for user in ("U0ANA", "U0SAM")]


async def a_ticket_of_longest_texts(lab, opened):
    """Let a ticket go its whole way with as much text as each form takes."""
    ts = lab.people.say("support", "ana", f"<@U0ANON> escalate {WORST}")
    await opened.settled()
    (card,) = [m for m in lab.workspace.said("C0STAFF") if m.user == "U0ANON"]
    await press(lab, opened, "sam", ids.TICKET_CLAIM, card.ts)
    for action in (ids.TICKET_REPLY, ids.TICKET_NEED_INFO):
        await press(lab, opened, "sam", action, card.ts)
        await submit(lab, opened, "sam", words=WORST)
    lab.people.say("support", "bo", f"<@U0ANON> escalate {WORST}", ts)
    await opened.settled()
    await press(lab, opened, "sam", ids.TICKET_RESOLVE, card.ts)
    await submit(lab, opened, "sam", words=WORST, entry="backend-user-404")
    return ts, card


async def test_ten_thousand_tickets(tmp_path, full, read_at_once):
    async with running(tmp_path, **full) as (lab, opened):
        engine = opened.services.store._rows.engine
        said = listened(engine)
        mine, staffs = await homes(lab, opened)
        assert mine.count("• Ticket ") == MINE
        assert staffs.count("• Ticket ") == OPEN
        assert mine.count("home_run_again") == MINE
        assert staffs.count(" × `") == TOP
        lab.interactions.command("support", "sam", "/anon", f"stats {DAYS}d")
        await opened.settled()
        (figures,) = [m for m in lab.private("sam") if "The last" in m.text]
        check_message(figures.text, figures.blocks)
        assert json.dumps(figures.blocks, ensure_ascii=False).count(" × `") == TOP
        assert [m for m in lab.workspace.said("D0SAM") if m.files]
        ts, card = await a_ticket_of_longest_texts(lab, opened)
        assert "resolved" in card.text
        assert len(lab.replies(ts)) == 3
        assert len(lab.replies(card.ts)) == 1
        store = opened.services.store
        place = Place("T0ACME", "C0SUPPORT", "77.2")
        assert (await store.tickets.with_note(place)).id == 77
        assert (await store.tickets.with_card("77.3")).id == 77
        origin = Origin(Place("T0ACME", "C0SUPPORT", "77.1"), "C0SUPPORT:77.1")
        assert (await store.tickets.of_origin(origin)).id == 77
        assert await store.tickets.events(1)
        assert max(read_at_once)[0] <= MOST_ROWS, max(read_at_once)
        assert await scans(engine, said) == []
