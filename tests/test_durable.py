"""Nothing lost, nothing said twice: what a crash, a bad line or a second process cannot do."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from dbos import DBOS

from benchmarks.kill import Plan, run
from bot.config import read_settings
from bot.durable import WORK
from bot.engine import VERSION, purge_before
from bot.errors import ConfigError, TryLaterError
from bot.jobs import Heard, Job, Kind, TicketWork, dump, load_heard, load_job
from bot.ownership import owned_work
from bot.pace import Pace
from bot.records import Candidate, Place
from bot.replicas import Replica
from bot.reply import Leak
from bot.ticket_records import Deed
from tests.slack_lab import SECRET, SURE_404, UNSURE, running

PLACE = Place("T0ACME", "C0SUPPORT", "1.1")


@pytest.mark.parametrize(
    "value",
    [
        Job(
            Kind.ANSWER,
            "key",
            PLACE,
            "U1",
            "1.1",
            (Candidate("a", 0.9, ("why",)), Candidate("b")),
            leaks=(Leak("a key", "rotate it"),),
            ticket=TicketWork(7, Deed.CLAIM, 3),
        ),
        Heard(PLACE, "1.1", "U1", "text", explicit=True, first="1.0", before="more"),
    ],
)
def test_what_is_kept_comes_back_as_it_was(value):
    load = load_job if isinstance(value, Job) else load_heard
    assert load(dump(value)) == value


def test_work_of_an_older_version_is_understood():
    assert load_job(
        {"kind": "warn", "key": "k", "place": {"team": "T", "channel": "C", "root": ""}}
    )
    assert VERSION == "anonbot-1", "work under another version would be stranded"


async def test_a_channel_is_posted_to_once_a_second_and_others_do_not_wait():
    pace = Pace(0.05)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await asyncio.gather(*(pace.turn("C1") for _ in range(4)))
    assert loop.time() - begun >= 0.15
    begun = loop.time()
    await pace.turn("C2")
    assert loop.time() - begun < 0.05


async def test_replies_in_one_channel_keep_their_order_and_pace(tmp_path):
    async with running(tmp_path, post_seconds=0.1) as (lab, opened):
        asked = [lab.people.say("support", "ana", SURE_404) for _ in range(4)]
        await opened.settled()
        replies = [lab.replies(ts)[0] for ts in asked]
        assert [r.thread_ts for r in sorted(replies, key=lambda r: r.ts)] == asked
        times = [float(reply.ts) for reply in replies]
        gaps = [later - earlier for earlier, later in pairwise(times)]
        assert min(gaps) >= 0.08


async def test_an_answer_that_was_lost_on_the_way_is_found_not_repeated(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.people.say("support", "bo", "hi")
        await opened.settled()
        post = lab.web_api._run
        lost = iter([True])

        def lose(method, request, body, fault):
            answer = post(method, request, body, fault)
            if method == "chat.postMessage" and next(lost, False):
                raise ConnectionResetError  # after the effect: the bot gets a 500
            return answer

        lab.web_api._run = lose
        ts = lab.people.say("support", "ana", SURE_404)
        await opened.settled()
        assert len(lab.replies(ts)) == 1
        assert len(lab.calls("chat.postMessage")) == 1
        (search,) = lab.calls("conversations.replies")
        assert search["ts"] == ts
        (row,) = await opened.rows("answers")
        assert row["posted"] == lab.replies(ts)[0].ts


async def test_a_limit_is_waited_out_to_the_second(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.faults.add("chat.postMessage", status=429, count=2, retry_after=1)
        ts = lab.people.say("support", "ana", SURE_404)
        await opened.settled()
        assert len(lab.replies(ts)) == 1
        assert float(lab.replies(ts)[0].ts) - float(ts) >= 2
        assert lab.calls("conversations.replies") == [], "a limited call had no effect"


async def test_work_that_cannot_be_kept_is_refused_so_that_slack_comes_again(tmp_path, monkeypatch):
    async with running(tmp_path) as (lab, opened):
        failures = iter([True, True])
        start = WORK.in_hand.start

        async def fail(key, begin):
            if next(failures, False):
                raise OSError("disk full")
            await start(key, begin)

        monkeypatch.setattr(WORK.in_hand, "start", fail)
        ts = lab.people.say("support", "ana", SURE_404)
        await lab.reply_to(ts)
        await opened.settled()
        assert [d.status for d in lab.sender.log if d.kind == "message"][:3] == [500, 500, 200]
        assert len(lab.replies(ts)) == 1


async def test_who_the_bot_is_cannot_be_asked_just_now(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.faults.add("auth.test", status=503, count=2)
        ts = lab.people.say("support", "ana", SURE_404)
        await lab.reply_to(ts)
        await opened.settled()
        assert [d.status for d in lab.sender.log if d.kind == "message"][:3] == [500, 500, 200]


async def test_what_was_left_is_done_at_the_next_start(tmp_path):
    async with running(tmp_path, hold_seconds=60) as (lab, _opened):
        lab.people.say("support", "ana", f"<@U0ANON> {UNSURE}")
        await lab.delivered()
        held = await DBOS.list_workflows_async(status="DELAYED")
        assert len(held) == 1
        await DBOS.set_workflow_delay_async(held[0].workflow_id, delay_seconds=0.5)
    async with running(tmp_path) as (lab, _opened):
        done = await lab.until(lambda: lab.workspace.calls)
        assert done


async def test_chatter_starts_no_work_and_secrets_are_not_kept(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.people.say("support", "ana", "thanks all!")
        await opened.settled()
        assert await DBOS.list_workflows_async() == []
        lab.people.say("support", "ana", f"{SURE_404} {SECRET}")
        await opened.settled()
        kept = await DBOS.list_workflows_async()
        steps = [await DBOS.list_workflow_steps_async(one.workflow_id) for one in kept]
        assert len(kept) == 2
        assert SECRET not in str([(one.input, one.output) for one in kept]) + str(steps)


async def test_who_is_forgotten_leaves_no_finished_work(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.people.say("support", "ana", SURE_404)
        lab.people.say("support", "bo", SURE_404)
        await opened.settled()
        for one in await DBOS.list_workflows_async():
            handle = await DBOS.retrieve_workflow_async(one.workflow_id)
            await handle.get_result(polling_interval_sec=0.05)
        lab.interactions.command("support", "ana", "/anon", "forget me")
        await opened.settled()
        kept = await DBOS.list_workflows_async()
        assert [one.input["args"][0]["user"] for one in kept] == ["U0BO"]


async def test_what_is_old_and_done_is_deleted_and_nothing_else(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.people.say("support", "ana", SURE_404)
        await opened.settled()
        (one,) = await DBOS.list_workflows_async()
        handle = await DBOS.retrieve_workflow_async(one.workflow_id)
        await handle.get_result(polling_interval_sec=0.05)
        now = datetime.now(UTC)
        assert await purge_before(now + timedelta(days=89)) == 0
        assert await purge_before(now + timedelta(days=91)) == 1
        assert await DBOS.list_workflows_async() == []
        assert await opened.rows("pieces") == []
        assert len(await opened.rows("answers")) == 1


async def test_a_second_process_on_sqlite_is_refused_with_the_reason(tmp_path):
    settings = read_settings(_env_file=None, data_dir=tmp_path)
    async with owned_work(settings):
        with pytest.raises(ConfigError, match=r"DATABASE_URL=postgresql://"):
            async with owned_work(settings):
                pass
    async with owned_work(settings):
        pass


async def test_a_broken_work_file_is_refused_and_left_as_it_is(tmp_path):
    file = tmp_path / "dbos.db"
    file.write_bytes(b"this is no database" * 500)
    with pytest.raises(ConfigError, match=r"dbos\.db"):
        async with owned_work(read_settings(_env_file=None, data_dir=tmp_path)):
            pass
    assert file.read_bytes() == b"this is no database" * 500


async def test_the_whole_bot_on_postgresql(tmp_path, postgres):
    async with running(tmp_path, database_url=postgres.new_database()) as (lab, opened):
        ts = lab.people.say("support", "ana", f"<@U0ANON> {SURE_404}")
        reply = await lab.reply_to(ts)
        await opened.settled()
        lab.interactions.click("support", "ana", reply.ts, "answer_not_it")
        await opened.settled()
        assert "backend-user-500" in lab.replies(ts)[1].text
        (row,) = await opened.rows("replicas")
        assert row["taken"] is None


@pytest.fixture
def replicas_url(postgres):
    return postgres.new_database()


async def test_a_replica_that_was_taken_over_ends(replicas_url, monkeypatch, tmp_path):
    async with running(tmp_path, database_url=replicas_url):
        pass  # the tables
    first, second = Replica(replicas_url), Replica(replicas_url)
    first.enter()
    second.enter()
    ended = []
    monkeypatch.setattr(os, "_exit", ended.append)
    second.take(first.executor_id)
    first.enter()
    second.enter()
    assert ended == [75]


async def test_nothing_is_posted_without_a_sign_of_life(replicas_url):
    own = Replica(replicas_url)
    own.check()
    own._confirmed -= 16
    with pytest.raises(TryLaterError):
        own.check()


def test_kills_on_sqlite_lose_and_double_nothing():
    outcome = asyncio.run(run(Plan(kills=20, events=150, rate=10), "", 1))
    assert outcome.good, outcome
    assert (outcome.kills, outcome.verdict.events) == (20, 150)


def test_kills_on_postgresql_lose_and_double_nothing(postgres):
    outcome = asyncio.run(run(Plan(kills=20, events=200, rate=10), postgres.new_database(), 2))
    assert outcome.good, outcome
    assert (outcome.kills, outcome.verdict.events) == (20, 200)
