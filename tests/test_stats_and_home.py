"""Figures of the state, the picture of them, and the App Home of asker and staff."""

import json
from dataclasses import replace

import pytest

from bot.charts import stats_chart
from bot.checks.ladder import CheckKind
from bot.cli import run_command_line
from bot.entry_figures import EntryFigures, Known
from bot.home import Home, StaffHome
from bot.ladders import Look, dump_looks
from bot.miss_clusters import Miss
from bot.miss_store import Missed
from bot.periods import days_of
from bot.playground.block_rules import check_view
from bot.records import Answer, Candidate, Mode, Place, State, TicketState, Verdict
from bot.reviews import Reason, Review
from bot.run_store import Run
from bot.stats import DAY, as_json
from bot.ticket_records import Deed, Draft, Ticket
from bot.ticket_store import Origin
from bot.tickets import Doing
from handlers.blocks_home import home_view
from tests.slack_lab import MISS, SURE_404, running

PLACE = Place("T1", "C1", "1.1")
ANSWER = Answer(PLACE, "1.1", "U1", (Candidate("a", 0.9),), "a", "rev", 0, "2.2")


async def test_figures_by_day(store):
    await store.answers.record(ANSWER, 10.2 * DAY)
    await store.answers.record(replace(ANSWER, question="3.3", posted="4.4"), 12.7 * DAY)
    await store.answers.record(replace(ANSWER, question="5.5", entry=""), 12.7 * DAY)
    await store.answers.record(replace(ANSWER, question="6.6"), 2 * DAY)
    await store.answers.vote(ANSWER, "U1", Verdict.SOLVED, 11.5 * DAY)
    await store.answers.vote(ANSWER, "U2", Verdict.NOT_IT, 11.5 * DAY)
    for day in (9.9, 12.1, 12.2):
        await store.misses.count([Missed(f"miss:{day}", "f", "what is it")], day * DAY)
    ticket = await store.tickets.open(Origin(PLACE, "k"), Draft("U1"), "k", 11.1 * DAY)
    reply = Doing(Deed.REPLY, "r", "U2", staff=True)
    await store.tickets.act(ticket.id, reply, 11.1 * DAY + 90)
    found = as_json(await store.stats.since(10 * DAY, 12.9 * DAY))
    assert [list(day.values())[1:] for day in found["days"]] == [
        [1, 0, 0, 0],
        [0, 1, 1, 0],
        [1, 0, 0, 2],
    ]
    assert found["days"][0]["day"] == "1970-01-11"
    assert (found["answered"], found["solved"], found["escalated"], found["missed"]) == (2, 1, 1, 2)
    assert found["median_first_answer_seconds"] == pytest.approx(90)
    assert found["top_entries"] == [{"entry": "a", "answers": 2, "solved": 1, "not_it": 1}]
    (miss,) = found["top_misses"]
    assert miss == {
        "fingerprint": "f",
        "count": 3,
        "example": "what is it",
        "template": "",
        "forms": 1,
        "last_seen": "1970-01-13T04:48:00+00:00",
    }
    assert found["entries"] == [
        {"entry": "a", "revision": "rev", "hits": 2, "solved": 1, "not_it": 1}
    ]
    await store.purge(12 * DAY, 12 * DAY)
    assert (await store.stats.since(9 * DAY, 12.9 * DAY)).total("missed") == 2


async def test_misses_that_quote_the_same_are_one(store):
    error = "Quota of widget imports is used up"
    texts = [f"{error} (job 17)", f"what is this? `{error}`", "another thing altogether"]
    for number, text in enumerate(texts):
        missed = Missed(f"k{number}", f"f{number}", text)
        await store.misses.count([missed], DAY + number)
    await store.misses.count([Missed("k9", "f1", texts[1])], 2 * DAY)
    one, other = await store.stats.misses(DAY)
    assert (one.count, one.forms, one.template, one.last_seen) == (3, 2, error, 2 * DAY)
    assert (one.fingerprint, one.example) == ("f1", texts[1])
    assert (other.count, other.forms, other.template) == (1, 1, "")
    assert await store.stats.misses(3 * DAY) == ()


async def test_the_picture_is_opaque(store):
    figures = await store.stats.since(0, 6 * DAY)
    picture = stats_chart(figures)
    assert picture.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "days"),
    [("7d", 7), ("2w", 14), ("30", 30), (" 1D ", 1), ("0", None), ("9999w", None), ("x", None)],
)
def test_spans_of_days(words, days):
    assert days_of(words) == days


def test_stats_on_the_command_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    chart = tmp_path / "week.png"
    assert run_command_line(["stats", "--since", "3d", "--json", "--chart", str(chart)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["since"], len(found["days"]), found["answered"]) == ("3d", 3, 0)
    assert found["entries"] == []
    assert all(one["reasons"] == ["not reviewed for long"] for one in found["reviews"])
    assert chart.read_bytes().startswith(b"\x89PNG")
    assert run_command_line(["stats"]) == 0
    assert "answered" in capsys.readouterr().out
    assert run_command_line(["stats", "--since", "soon"]) == 2


async def test_staff_get_figures_in_slack_and_the_picture_by_direct_message(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.people.say("support", "ana", SURE_404)
        await opened.settled()
        lab.interactions.command("support", "sam", "/anon", "stats 7d")
        lab.interactions.command("support", "ana", "/anon", "stats")
        await opened.settled()
        (shown,) = [m for m in lab.private("sam") if "The last 7 days" in m.text]
        assert "answered *1*" in shown.text
        assert "The user was not found (backend-user-404): 1" in str(shown.blocks)
        (sent,) = [m for m in lab.workspace.said("D0SAM") if m.files]
        assert lab.workspace.files.get(sent.files[0]).content.startswith(b"\x89PNG")
        assert "Only staff" in lab.private("ana")[-1].text
        assert [m for m in lab.workspace.said("D0ANA") if m.files] == []


async def test_each_home_shows_what_is_its_persons(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", SURE_404)
        await lab.reply_to(ts)
        lab.people.say("support", "bo", f"{MISS} Error")
        await opened.settled()
        lab.people.say("support", "ana", "<@U0ANON> escalate it is a secret of ana's", ts)
        await opened.settled()
        homes = {}
        for user in ("ana", "bo", "sam"):
            lab.people.open_home(user)
            await opened.settled()
            homes[user] = str(lab.workspace.views.homes[f"U0{user.upper()}"].content)
        assert "secret of ana" in homes["ana"]
        assert f"p{ts.replace('.', '')}" in homes["ana"]
        assert "secret of ana" not in homes["bo"]
        assert "no open thread" in homes["bo"]
        assert "open *1*" in homes["sam"]
        assert "secret of ana" in homes["sam"]
        assert "cannot read" in homes["sam"]
        assert "open *1*" not in homes["ana"]


def test_a_full_home_stays_under_the_caps():
    garbage = "<!channel> &`*" * 300
    draft = Draft("U1", garbage)
    tickets = tuple(Ticket(n, PLACE, draft, TicketState.CLAIMED, claimer="U2") for n in range(15))
    staff = StaffHome(
        dict.fromkeys(TicketState, 10_000),
        tickets,
        tuple(Miss("f", 10_000, garbage, garbage, 99) for _ in range(10)),
        tuple(EntryFigures("e" * 64, 1, 1, 1) for _ in range(10)),
        (Known("e" * 64, garbage, "r"),),
        tuple(Review("e" * 64, garbage, None, 9, 99, tuple(Reason)) for _ in range(60)),
        tuple((f"C{n}" * 5, Mode.AUTO) for n in range(30)),
    )
    link = "https://acme.slack.com/archives/C0SUPPORT/p1700000000000000"
    mine = tuple((PLACE, State.ANSWERED, link) for _ in range(10))
    looks = dump_looks(tuple(Look(CheckKind.JWKS, "x" * 500, "y" * 500) for _ in range(9)))
    run = Run("r" * 200, "c", "T1", "C1", "U1", "U1", looks, private=True, started=1e9)
    own = tuple((one, link) for one in tickets[:10])
    view = home_view(Home(mine, own, ((run, link),) * 10, staff, 0.0))
    check_view(view, ("home",))
    assert len(view["blocks"]) <= 100
    assert "<!channel" not in str(view)
