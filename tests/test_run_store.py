"""Runs of checks in the store, on both databases."""

from dataclasses import replace

import pytest

from bot.run_store import HISTORY, Limits, Run

RUN = Run("r1", "r1", "T1", "C1", "U1", "U2", [{"kind": "jwks"}], posted="9.9", started=100.0)
CHECKS = [{"kind": "jwks", "state": "failed"}]


async def test_a_run_is_begun_once_and_finished(store):
    runs = store.runs
    assert await runs.begin(RUN, Limits()) is None
    assert await runs.begin(replace(RUN, looks=[]), Limits()) is None
    await runs.finish("r1", CHECKS, "failed", 104.0)
    assert await runs.get("r1") == replace(RUN, checks=CHECKS, state="failed", ended=104.0)
    assert await runs.get("r2") is None


async def test_a_message_shows_its_last_run_and_what_came_before(store):
    runs = store.runs
    for number in range(HISTORY + 2):
        again = replace(RUN, id=f"r{number}", chain="r0", started=100.0 + number)
        await runs.begin(again, Limits())
        await runs.finish(again.id, CHECKS, "failed", again.started + 1)
    last = await runs.last_of("T1", "C1", "9.9")
    assert last.id == f"r{HISTORY + 1}"
    before = await runs.before(last)
    assert [run.id for run in before] == [f"r{number}" for number in range(1, HISTORY + 1)]
    assert await runs.last_of("T1", "C1", "8.8") is None


@pytest.mark.parametrize(
    ("changed", "limits"),
    [({"channel": "C2"}, Limits(of_user=2)), ({"user": "U9"}, Limits(in_channel=2))],
)
async def test_too_many_within_a_time_are_refused_until_the_first_is_past(store, changed, limits):
    runs = store.runs
    for number in range(2):
        await runs.begin(replace(RUN, id=f"r{number}", started=100.0 + number, **changed), limits)
    one_more = replace(RUN, id="r9", started=102.0, **changed)
    assert await runs.begin(one_more, limits) == 100.0 + limits.seconds
    assert await runs.get("r9") is None
    other = {"user": "U7", "channel": "C7"}
    assert await runs.begin(replace(one_more, id="r7", **other), limits) is None
    assert await runs.begin(replace(one_more, started=100.0 + limits.seconds), limits) is None


async def test_what_was_asked_for_in_no_channel_counts_for_its_user_alone(store):
    for number in range(3):
        run = replace(RUN, id=f"r{number}", channel="", user=f"U{number}")
        assert await store.runs.begin(run, Limits(in_channel=1)) is None


@pytest.mark.parametrize("user", ["U1", "U2"])
async def test_who_is_forgotten_leaves_no_run(store, user):
    await store.runs.begin(RUN, Limits())
    await store.forget("T2", user)
    assert await store.runs.get("r1")
    await store.forget("T1", user)
    assert await store.runs.get("r1") is None


async def test_old_runs_are_purged(store):
    await store.runs.begin(RUN, Limits())
    await store.purge(100.0, 200.0)
    assert await store.runs.get("r1")
    await store.purge(100.5, 200.0)
    assert await store.runs.get("r1") is None
