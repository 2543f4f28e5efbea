"""A full disk, a database that goes away, a clock that jumps: refused or kept, never lost or doubled."""

import asyncio
import json
import resource
import signal
import time

import httpx
import pytest
from sqlalchemy import text

from bot import mending
from bot.database import open_database
from bot.errors import ConfigError
from bot.metrics import TURNED_AWAY
from bot.playground.workspace import Message
from tests.postgres import MISSING, binaries, running_server
from tests.slack_lab import SURE_404, UNSURE, lay_dbos, running
from tests.test_running import environment, free_port, process, send_event, slack
from tests.test_scenarios_front import URL_CHECK, post, signed


def envelope(ts: str, words: str) -> dict[str, object]:
    event = {"type": "message", "channel": "C0SUPPORT", "user": "U0ANA", "ts": ts, "text": words}
    return {
        "type": "event_callback",
        "team_id": "T0ACME",
        "event_id": f"Ev{ts.partition('.')[0]}",
        "event": {**event, "channel_type": "channel"},
    }


async def test_a_full_disk_is_refused_until_there_is_room_again(tmp_path):
    await lay_dbos(tmp_path)
    port, goes_on, posting = free_port(), asyncio.Event(), asyncio.Event()
    goes_on.set()
    async with slack(goes_on, posting) as base, process(environment(tmp_path, port, base)) as bot:
        reading = asyncio.create_task(bot.stderr.read())
        # No file may grow any more, as on a full disk; what is open can be read still.
        before = resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        assert await send_event(port) == 500
        assert await send_event(port, "thanks all!") == 200, "chatter needs no room"
        async with httpx.AsyncClient(trust_env=False) as http:
            assert (await http.get(f"http://127.0.0.1:{port}/healthz")).text == "ok"
            counted = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
        assert "anon_events_refused_total 1.0" in counted
        assert not posting.is_set()
        resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, before)
        assert await send_event(port) == 200
        async with asyncio.timeout(30):
            await posting.wait()
            bot.send_signal(signal.SIGTERM)
            assert await bot.wait() == 0
        events = [json.loads(line)["event"] for line in (await reading).splitlines()]
    assert events.count("said") == 1


async def test_postgresql_goes_away_and_comes_back(tmp_path, monkeypatch):
    monkeypatch.setattr(mending, "LOOK_SECONDS", 0.3)
    programs = binaries()
    if programs is None:
        pytest.skip(MISSING)
    with running_server(programs) as server:
        async with running(tmp_path, database_url=server.new_database()) as (lab, opened):
            # Work under way: Slack limits, so it waits while the database is gone.
            lab.faults.add("chat.postMessage", status=429, count=1, retry_after=2)
            begun = lab.people.say("support", "bo", SURE_404)
            await lab.until(lambda: lab.calls("chat.postMessage"))
            await lab.delivered()
            server.stop()
            ts = lab.workspace.new_ts()
            lab.workspace.post(Message("C0SUPPORT", ts, "U0ANA", SURE_404))
            new = envelope(ts, SURE_404)
            assert (await lab.sender.redeliver(new, 0)).status >= 500
            async with httpx.AsyncClient(trust_env=False) as http:
                ready = await http.get(f"{lab.host}/readyz")
                assert (ready.status_code, ready.json()["away"]) == (503, ["store"])
                assert (await http.get(f"{lab.host}/healthz")).text == "ok"
                assert "anon_work_waiting NaN" in (await http.get(f"{lab.host}/metrics")).text
            server.start()
            assert (await lab.sender.redeliver(new, 1)).status == 200
            await lab.until(lambda: lab.replies(begun) and lab.replies(ts), 60)
            await opened.settled()
            assert len(lab.replies(begun)) == 1
            assert len(lab.replies(ts)) == 1


async def test_a_clock_that_jumps_back_joins_nothing_that_does_not_belong(tmp_path):
    off = [0.0]

    def clock() -> float:  # Slack's signatures are judged by it too
        return time.time() + off[0]

    async with running(tmp_path, clock=clock, join_seconds=5) as (lab, opened):
        lab.people.say("support", "ana", f"<@U0ANON> {UNSURE}")
        await opened.settled()
        off[0] -= 200
        ts = lab.people.say("support", "ana", SURE_404)
        await opened.settled()
        assert len(lab.replies(ts)) == 1
        off[0] += 400
        ts = lab.people.say("support", "bo", SURE_404.replace("404", "500"))
        await opened.settled()
        assert len(lab.replies(ts)) == 1


async def test_a_wrong_clock_turns_everything_away_and_says_so(tmp_path, capfd):
    async with running(tmp_path, clock=lambda: 1_000_000_000.0) as (lab, opened):
        before = TURNED_AWAY.labels("401")._value.get()
        answer = await post(lab, URL_CHECK, signed(lab.signing_secret, URL_CHECK))
        assert answer.status_code == 401
        assert TURNED_AWAY.labels("401")._value.get() == before + 1
        await opened.settled()
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    (stale,) = [line for line in lines if line["event"] == "stale_request"]
    assert stale["seconds"] < -300


async def test_tables_of_a_newer_version_are_refused_and_left_as_they_are(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path / 'state.db'}"
    async with open_database(url) as engine, engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = (tmp_path / "state.db").read_bytes()
    with pytest.raises(ConfigError, match="newer version"):
        async with open_database(url):
            pass
    assert (tmp_path / "state.db").read_bytes() == before
