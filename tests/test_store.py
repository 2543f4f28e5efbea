"""The state: each promise of store.py, and a database that cannot work."""

import asyncio
import json
import sqlite3
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from bot.channel_settings import Setting
from bot.database import MIGRATIONS, POOL, STORE_AWAY, open_database
from bot.errors import ConfigError
from bot.exporting import rows_of
from bot.miss_store import Missed
from bot.records import Answer, Candidate, Mode, Place, Posted, State, Thread, Verdict
from bot.setting_store import Own
from bot.stats import DAY
from bot.steps import _tried
from bot.store import Store

PLACE = Place("T1", "C1", "1.1")
ANSWER = Answer(
    PLACE, "1.1", "U1", (Candidate("a", 0.9, ("why",)), Candidate("b")), "a", "rev", 0, "2.2"
)


async def test_sqlite_is_made_safe(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path / 'state.db'}"
    async with open_database(url) as engine, engine.connect() as connection:
        for pragma, value in {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "busy_timeout": 10_000,
        }.items():
            assert (await connection.exec_driver_sql(f"PRAGMA {pragma}")).scalar_one() == value


async def test_a_claim_goes_to_one_alone(store):
    won = await asyncio.gather(*(store.claim(1.0, "message", f"event{n}") for n in range(8)))
    assert sorted(won) == [False] * 7 + [True]
    assert await store.claim(1.0, "other", "event-new") is True
    assert await store.claim(1.0, "third", "other") is False
    assert await store.claim(1.0, "third") is True, "a lost claim takes nothing"


async def test_what_stands_around_a_message(store):
    around = await store.around(PLACE, "U1")
    assert (around.mode, around.opted_out, around.thread) == (None, False, None)
    await store.settings.keep("T1", "C1", {Setting.MODE: Mode.OFF}, "", 0)
    await store.settings.keep("T1", "C1", {Setting.MODE: Mode.SUGGEST}, "", 0)
    for wish in (True, True):
        await store.set_opted_out("T1", "U1", wish=wish)
    await store.threads.begin(PLACE, "U1", 1.0)
    around = await store.around(PLACE, "U1")
    assert (around.mode, around.opted_out) == (Mode.SUGGEST, True)
    assert around.thread == Thread("U1")
    await store.set_opted_out("T1", "U1", wish=False)
    assert (await store.around(PLACE, "U1")).opted_out is False
    assert (await store.around(Place("T2", "C1", "1.1"), "U1")).thread is None


async def test_a_thread_keeps_its_asker_and_knows_what_it_was_shown(store):
    await store.threads.begin(PLACE, "U1", 1.0)
    assert (await store.threads.begin(PLACE, "U2", 2.0)).asker == "U1"
    await store.answers.record(ANSWER, 1.0)
    assert await store.answers.close(ANSWER) is True
    assert await store.answers.close(ANSWER) is False
    await store.answers.record(
        Answer(PLACE, "1.1", "U1", ANSWER.candidates, "b", "r", 1, "3.3"), 2.0
    )
    thread = await store.threads.get(PLACE)
    assert (thread.given, thread.rejected) == (("a", "b"), ("a",))


async def test_a_step_is_taken_from_what_the_database_holds(store):
    def solve(thread):
        return Thread(thread.asker, State.SOLVED, thread.rejected, thread.given)

    assert await store.threads.move(PLACE, solve, 1.0) is None
    await store.threads.begin(PLACE, "U1", 1.0)
    moved = await asyncio.gather(*(store.threads.move(PLACE, solve, 1.0) for _ in range(5)))
    assert sum(thread is not None for thread in moved) == 1


async def test_answers_are_found_by_message_and_by_question(store):
    await store.answers.record(ANSWER, 1.0)
    assert await store.answers.posted("T1", "C1", "2.2") == ANSWER
    assert await store.answers.first_to("T1", "C1", "1.1") == ANSWER
    assert await store.answers.posted("T1", "C2", "2.2") is None
    assert await store.answers.first_to("T2", "C1", "1.1") is None


async def test_the_last_vote_counts_and_misses_are_counted(store, engine):
    for verdict in (Verdict.NOT_IT, Verdict.SOLVED):
        await store.answers.vote(ANSWER, "U1", verdict, 1.0)
    for keys in (("m1", "m2", "m1"), ("m3", "m1"), ("m1",)):
        await store.misses.count([Missed(key, "print", "x" * 5_000) for key in keys], 1.0)
    async with engine.connect() as connection:
        votes = (
            await connection.exec_driver_sql("SELECT verdict, entry, revision FROM feedback")
        ).all()
        assert votes == [("solved", "a", "rev")]
        assert (
            await connection.exec_driver_sql("SELECT count, length(example) FROM misses")
        ).all() == [(3, 1_000)]


async def test_the_last_pieces_are_kept_however_late_the_first_come(store):
    author = ("T1", "C1", "", "U1")
    assert await store.said_last(author) is None
    later = Posted("1.1", "1.1", "one\ntwo", True, 0.0, 2.0)
    for posted in (later, Posted("1.1", "1.1", "one", False, 0.0, 1.0)):
        await store.keep_pieces(author, posted)
    assert await store.said_last(author) == later
    assert (await store.around(PLACE, "U1", "1.1")).posted == later
    assert (await store.around(PLACE, "U1", "2.2")).posted is None
    await store.forget("T1", "U1")
    assert await store.said_last(author) is None


async def test_forgetting_deletes_one_user_alone(store):
    other = Place("T1", "C1", "9.9")
    for place, user in ((PLACE, "U1"), (other, "U2")):
        await store.threads.begin(place, user, 1.0)
    await store.answers.record(ANSWER, 1.0)
    await store.answers.vote(ANSWER, "U1", Verdict.SOLVED, 1.0)
    await store.forget("T1", "U1")
    assert await store.threads.get(PLACE) is None
    assert await store.answers.first_to("T1", "C1", "1.1") is None
    assert (await store.threads.get(other)).asker == "U2"


async def test_a_folder_is_made(tmp_path):
    async with open_database(f"sqlite+aiosqlite:///{tmp_path / 'deep' / 'er' / 'state.db'}"):
        assert (tmp_path / "deep" / "er" / "state.db").exists()


async def test_a_second_start_finds_the_state(url):
    async with open_database(url) as engine:
        await Store(engine).settings.keep("T1", "C1", {Setting.MODE: Mode.AUTO}, "", 0)
    async with open_database(url) as engine:
        assert (await Store(engine).around(PLACE, "U1")).mode is Mode.AUTO


async def refused(path) -> str:
    with pytest.raises(ConfigError) as caught:
        async with open_database(f"sqlite+aiosqlite:///{path}"):
            pass
    return str(caught.value)


async def test_a_corrupt_file_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / "state.db"
    path.write_bytes(b"this is no database" * 500)
    message = await refused(path)
    assert str(path) in message
    assert "backup" in message
    assert path.read_bytes() == b"this is no database" * 500


async def test_a_file_damaged_in_the_middle_is_refused(tmp_path):
    path = tmp_path / "state.db"
    async with open_database(f"sqlite+aiosqlite:///{path}") as engine:
        for number in range(300):
            await Store(engine).claim(1.0, f"key{number}" * 10)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    data = bytearray(path.read_bytes())
    data[4096 : len(data)] = b"\xee" * (len(data) - 4096)
    path.write_bytes(data)
    assert "cannot be used" in await refused(path)


async def test_what_is_no_file_or_has_no_folder_is_refused(tmp_path):
    (tmp_path / "state.db").mkdir()
    assert "cannot be used" in await refused(tmp_path / "state.db")
    (tmp_path / "file").write_text("")
    assert "DATA_DIR" in await refused(tmp_path / "file" / "state.db")


async def test_a_read_only_database_is_refused(tmp_path):
    path = tmp_path / "state.db"
    async with open_database(f"sqlite+aiosqlite:///{path}"):
        pass
    assert "readonly" in await refused(f"file:{path}?mode=ro&uri=true")


async def test_threads_without_a_word_grow_stale(store):
    await store.threads.begin(PLACE, "U1", 1)
    await store.answers.record(ANSWER, 10)
    await store.threads.move(PLACE, lambda t: replace(t, state=State.ANSWERED), 10)
    await store.threads.age(10.5 / DAY, 20)
    assert (await store.threads.get(PLACE)).state is State.ANSWERED
    await store.threads.age(9.5 / DAY, 20)
    thread = await store.threads.get(PLACE)
    assert (thread.state, thread.updated) == (State.STALE, 20)


async def test_threads_grow_stale_by_the_days_that_their_channel_set(store):
    await store.settings.keep("T1", "C1", {Setting.STALE: "5.5"}, "U1", 1)
    for team, channel in (("T1", "C1"), ("T1", "C2"), ("T2", "C1")):
        place = Place(team, channel, "1.1")
        await store.threads.begin(place, "U1", 1)
        await store.threads.move(place, lambda t: replace(t, state=State.ANSWERED), DAY)
    await store.threads.age(3, 5 * DAY)
    assert (await store.threads.get(PLACE)).state is State.ANSWERED
    assert (await store.threads.get(Place("T1", "C2", "1.1"))).state is State.STALE
    assert (await store.threads.get(Place("T2", "C1", "1.1"))).state is State.STALE
    await store.threads.age(3, 7 * DAY)
    assert (await store.threads.get(PLACE)).state is State.STALE


async def test_a_channels_settings_are_kept_one_by_one_with_who_set_them(store):
    own = store.settings
    await own.keep("T1", "C1", {Setting.MODE: "off", Setting.THRESHOLD: "0.8"}, "U1", 1)
    await own.keep("T1", "C2", {Setting.MODE: "auto"}, "U1", 1)
    await own.keep("T1", "C1", {Setting.THRESHOLD: "0.9", Setting.QUIET: "0"}, "U2", 2)
    await own.keep("T1", "C1", {Setting.QUIET: None, Setting.GROUP: None}, "U2", 3)
    assert await own.of("T1", "C1") == {
        Setting.MODE: Own("off", "U1", 1),
        Setting.THRESHOLD: Own("0.9", "U2", 2),
    }
    assert await own.of("T2", "C1") == {}
    around = await store.around(PLACE, "U1")
    assert (around.mode, around.reply_from) == (Mode.OFF, 0.9)
    assert (await store.around(Place("T2", "C1", "1.1"), "U1")).reply_from is None
    assert await store.stats.modes("T1", 9) == (("C1", Mode.OFF), ("C2", Mode.AUTO))
    await store.forget("T1", "U1")
    assert {one.who for one in (await own.of("T1", "C1")).values()} == {"", "U2"}


async def test_the_modes_of_an_older_version_are_kept(url):
    async with open_database(url) as engine:

        def step(connection, to):
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS))
            config.set_main_option("path_separator", "os")
            config.attributes["connection"] = connection
            (command.upgrade if to == "head" else command.downgrade)(config, to)

        await Store(engine).settings.keep("T1", "C1", {Setting.QUIET: "1"}, "U1", 1)
        async with engine.begin() as connection:
            await connection.run_sync(step, "0009")
            modes = "INSERT INTO channel_modes (team, channel, mode) VALUES ('T1', 'C1', 'off')"
            await connection.execute(text(modes))
            await connection.run_sync(step, "head")
            await connection.run_sync(step, "0009")
            found = (await connection.execute(text("SELECT * FROM channel_modes"))).all()
            assert [tuple(row) for row in found] == [("T1", "C1", "off")]
            await connection.run_sync(step, "head")
        assert await Store(engine).settings.of("T1", "C1") == {Setting.MODE: Own("off", "", 0)}


async def test_of_many_who_set_the_same_at_once_one_has_the_last_word(store):
    values = [{Setting.MODE: mode.value, Setting.REMIND: "1"} for mode in Mode] * 3
    kept = (store.settings.keep("T1", "C1", each, f"U{n}", n) for n, each in enumerate(values))
    await asyncio.gather(*kept)
    found = await store.settings.of("T1", "C1")
    assert found[Setting.MODE].who == found[Setting.REMIND].who
    assert found[Setting.MODE].value == values[int(found[Setting.MODE].who[1:])][Setting.MODE]


async def test_what_was_said_lately_in_another_thread_of_the_channel(store):
    await store.answers.record(ANSWER, 10)
    elsewhere = replace(PLACE, root="9.9")
    assert await store.answers.said_since(elsewhere, "a", 9) == "2.2"
    assert await store.answers.said_since(elsewhere, "a", 10) == ""
    assert await store.answers.said_since(elsewhere, "b", 9) == ""
    assert await store.answers.said_since(PLACE, "a", 9) == ""
    assert await store.answers.said_since(replace(elsewhere, channel="C2"), "a", 9) == ""
    await store.answers.close(ANSWER)
    assert await store.answers.said_since(elsewhere, "a", 9) == ""


async def test_all_that_is_old_is_deleted_on_demand(store):
    for ts, at in (("1.1", 10.0), ("2.2", 100.0)):
        place = replace(PLACE, root=ts)
        answer = replace(ANSWER, place=place, question=ts, posted=ts)
        await store.threads.begin(place, "U1", at)
        await store.answers.record(answer, at)
        await store.answers.vote(answer, "U1", Verdict.SOLVED, at)
    assert await store.purge_all(50.0, 200.0) == 3
    assert await store.threads.get(replace(PLACE, root="1.1")) is None
    assert await store.threads.get(replace(PLACE, root="2.2"))
    assert len(await store.answers.in_thread(replace(PLACE, root="2.2"))) == 1


async def test_every_row_can_be_exported(store, engine):
    await store.threads.begin(PLACE, "U1", 1.0)
    await store.answers.record(ANSWER, 2.0)
    rows = [row async for row in rows_of(engine)]
    assert [row["table"] for row in rows] == ["answers", "threads"]
    assert json.loads(json.dumps(rows)) == rows


async def test_whoever_gets_no_connection_is_told_soon_and_tried_again(tmp_path, monkeypatch):
    monkeypatch.setitem(POOL, "pool_timeout", 0.05)

    async def attempt():
        async with engine.connect():
            return {}

    async with open_database(f"sqlite+aiosqlite:///{tmp_path / 'state.db'}") as engine:
        async with AsyncExitStack() as held:
            for _ in range(engine.pool.size() + engine.pool._max_overflow):
                await held.enter_async_context(engine.connect())
            with pytest.raises(STORE_AWAY):
                await held.enter_async_context(engine.connect())
            assert await _tried(attempt, {}) == {"wait": None, "unsure": True}
        assert await _tried(attempt, {}) == {}


async def test_connections_stay_open_however_many_were_needed_at_once(engine):
    async with AsyncExitStack() as held:
        for _ in range(POOL["pool_size"]):
            await held.enter_async_context(engine.connect())
    assert engine.pool.checkedin() == POOL["pool_size"]
