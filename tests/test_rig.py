"""The rig of the load and fault benches: its line, its checker, its driver; small and quick."""

import random
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from benchmarks.rig.counts import disagreements
from benchmarks.rig.driver import Driver
from benchmarks.rig.history import History
from benchmarks.rig.line import Line, Trouble
from benchmarks.rig.slack import channel_ids, slack_double
from benchmarks.rig.talk import Said, plain_talk
from bot.playground.cast import BOT_USER
from bot.playground.workspace import Message


class Target:
    """Counts the calls that had their effect."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.calls.append(await request.text())
        return web.json_response({"ok": True, "long": "x" * 2_000})


@asynccontextmanager
async def line(trouble, share=1.0):
    target, app = Target(), web.Application()
    app.router.add_post("/api/x", target.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host = f"http://127.0.0.1:{runner.addresses[0][1]}"
    bad = Line(host, share, random.Random(1), (trouble,), (0.0, 0.01))
    try:
        async with bad.open(), aiohttp.ClientSession(trust_env=False) as http:
            yield bad, target, http
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("trouble", Trouble)
async def test_each_trouble_breaks_what_it_says_and_keeps_what_it_says(trouble):
    async with line(trouble) as (bad, target, http):
        try:
            async with http.post(f"{bad.address}/api/x", data="a call") as answer:
                seen = answer.status
                await answer.read()
        except aiohttp.ClientPayloadError:
            seen = "cut"
        except aiohttp.ClientError:
            seen = "reset"
        assert (
            seen
            == {
                Trouble.DELAY: 200,
                Trouble.RESET_BEFORE: "reset",
                Trouble.RESET_AFTER: "reset",
                Trouble.CUT: "cut",
                Trouble.LIMITED: 429,
                Trouble.BROKEN: 503,
                Trouble.LOST: 502,
            }[trouble]
        )
        unseen = {Trouble.RESET_BEFORE, Trouble.LIMITED, Trouble.BROKEN}
        assert target.calls == ([] if trouble in unseen else ["a call"])
        assert bad.seen == {trouble.value: 1}


async def test_a_good_line_carries_everything():
    async with line(Trouble.CUT, share=0) as (bad, target, http):
        async with http.post(f"{bad.address}/api/x", data="a call") as answer:
            assert (await answer.json())["ok"]
        assert target.calls == ["a call"]
        assert not bad.seen


async def test_the_checker_finds_what_is_lost_doubled_and_unasked():
    async with slack_double(2) as double:
        (channel, _), history = channel_ids(2), History(double)
        for ts, needs, replies in (("1.1", True, 1), ("1.2", True, 0), ("1.3", True, 2)):
            history.needed[ts] = channel
            for number in range(replies):
                reply = Message(channel, f"{ts}{number}", BOT_USER, "it", thread_ts=ts)
                double.workspace.post(reply)
            assert needs
        for ts in ("2.1", "2.2"):
            history.idle[ts] = channel
        double.workspace.post(Message(channel, "2.3", BOT_USER, "it", thread_ts="2.2"))
        verdict = history.verdict()
        found = (verdict.lost, verdict.doubled, verdict.unasked)
        assert found == (["1.2"], ["1.3"], ["2.2"])
        assert (verdict.events, verdict.needed, verdict.good) == (5, 3, False)
        assert history.waiting() == 1


async def test_what_is_not_acknowledged_comes_again_and_is_counted():
    statuses = iter((500, 503, 200, 200))
    seen: list[tuple[str, str | None]] = []

    async def take(request: web.Request) -> web.Response:
        seen.append((await request.text(), request.headers.get("X-Slack-Retry-Num")))
        return web.Response(status=next(statuses))

    app = web.Application()
    app.router.add_post("/slack/events", take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"

    def talk(_chance: random.Random) -> Said:
        return Said("hello", needs=True, named=True)

    async with slack_double(1) as double, aiohttp.ClientSession(trust_env=False) as http:
        driver = Driver(double, [address], talk, 1000, 1, waits=(0, 0, 0))
        await driver.run(http, 1)
        await runner.cleanup()
    assert driver.statuses == {"500": 1, "503": 1, "200": 2}
    assert len(driver.history.needed) == 1
    assert len({body for body, _ in seen}) == 2, "a mention is two events"
    assert sorted(number or "0" for _, number in seen)[:2] == ["0", "0"]


async def test_a_run_is_the_same_for_the_same_seed():
    said = [[plain_talk(0.3)(chance) for _ in range(50)] for chance in map(random.Random, (1, 1))]
    assert said[0] == said[1]
    assert any(one.named for one in said[0])


async def test_counts_that_differ_are_told():
    async with slack_double(1) as double:
        history = History(double)
        counts = {"anon_events_total": 3.0, "anon_ack_seconds_count": 2.0}
        assert disagreements(counts, 2, history) == ["anon_events_total is 3, the driver saw 2"]
