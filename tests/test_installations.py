"""The stores of installations and states: each promise on both databases, and the keys."""

import asyncio
import time

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Installation
from sqlalchemy import text

from bot.channel_settings import Setting
from bot.encryption import Keys, WrongKeyError, new_key
from bot.records import Candidate, Mode, Place
from bot.store import Store
from bot.tables import METADATA
from handlers.installations import SECRETS, Installations, States
from tests.oauth_lab import token_of
from tests.test_store import ANSWER

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def store(engine):
    return Installations("111.222", engine, Keys([NEW, OLD]))


def installation(team="T1", enterprise=None, *, user="U1", at=1_000.5, **more):
    return Installation(
        app_id="A1",
        enterprise_id=enterprise,
        team_id=team,
        team_name="Team",
        bot_token=token_of(team or enterprise),
        bot_id="B1",
        bot_user_id="UBOT",
        bot_scopes="chat:write,commands",
        user_id=user,
        installed_at=at,
        **more,
    )


async def all_rows(engine, table):
    async with engine.connect() as connection:
        found = await connection.execute(text(f"SELECT * FROM {table}"))
        return [dict(row._mapping) for row in found]


async def test_the_migrations_make_exactly_slack_sdks_tables_and_ours(engine, store):
    def differences(connection):
        slacks = [store.metadata, States(600, engine).metadata]
        return compare_metadata(MigrationContext.configure(connection), [METADATA, *slacks])

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_every_secret_is_encrypted_at_rest_and_plain_in_the_program(engine, store):
    secrets = {
        "bot_refresh_token": "xoxe-1-made-by-a-test",
        "user_token": "xoxp-made-by-a-test",
        "user_refresh_token": "xoxe-2-made-by-a-test",
        "incoming_webhook_url": "https://hooks.slack.com/services/T1/B1/made-by-a-test",
    }
    await store.async_save(installation(**secrets))
    (row,) = await all_rows(engine, "slack_installations")
    (bot,) = await all_rows(engine, "slack_bots")
    for held in (row, bot):
        sealed = {name: held[name] for name in SECRETS if name in held}
        assert len(sealed) == (5 if held is row else 2)
        assert all(Fernet(NEW).decrypt(value.encode()) for value in sealed.values())
        assert "made-by-a-test" not in str(held)
    found = await store.async_find_installation(enterprise_id=None, team_id="T1")
    assert {name: getattr(found, name) for name in secrets} == secrets
    assert (await store.bot_of("T1")).bot_token == token_of("T1")


async def test_the_newest_bot_is_found_by_team_and_by_organisation(store):
    await store.async_save(installation("T1", "E1", at=1.0))
    await store.async_save(installation("T1", "E1", at=2.0, bot_token_expires_in=None))
    await store.async_save(installation("T9", "E1", at=3.0, is_enterprise_install=True))
    team, whole = await store.bot_of("T1"), await store.bot_of("E1")
    assert (team.team_id, team.installed_at, team.is_enterprise_install) == ("T1", 2.0, False)
    assert (whole.team_id, whole.enterprise_id, whole.is_enterprise_install) == (None, "E1", True)
    assert await store.bot_of("T9") is None
    assert await store.keys() == ["E1", "T1"]
    # slack_sdk's own look-up agrees, by both keys.
    theirs = await store.async_find_bot(enterprise_id="E1", team_id="T1")
    assert theirs.installed_at == 2.0
    everywhere = {"enterprise_id": "E1", "team_id": "T9", "is_enterprise_install": True}
    assert (await store.async_find_bot(**everywhere)).installed_at == 3.0


async def test_what_is_dropped_is_one_teams(store, engine):
    await store.async_save(installation("T1"))
    await store.async_save(installation("T1", "E1", at=2.0))  # it joined an organisation
    await store.async_save(installation("T2", "E1"))
    await store.async_save(installation(None, "E1", is_enterprise_install=True))
    await store.drop("T1")
    assert sorted(await store.keys()) == ["E1", "T2"]
    await store.drop("E1")
    assert await store.keys() == ["T2"]
    assert [row["team_id"] for row in await all_rows(engine, "slack_installations")] == ["T2"]


async def test_another_apps_rows_are_left_alone(store, engine):
    other = Installations("333.444", engine, Keys([OLD]))
    await other.async_save(installation("T1"))
    assert await store.keys() == []
    await store.drop("T1")
    assert await other.keys() == ["T1"]


async def test_a_persons_installation_goes_and_the_bot_stays(store, engine):
    await store.async_save(installation("T1", user="U1"))
    await store.async_save(installation("T1", user="U2", at=2.0))
    await store.drop_users("T1", ["U1"])
    assert [row["user_id"] for row in await all_rows(engine, "slack_installations")] == ["U2"]
    assert await store.bot_of("T1")


async def test_keys_rotate(store, engine):
    before = Installations("111.222", engine, Keys([OLD]))
    await before.async_save(installation("T1", user_token="xoxp-made-by-a-test"))
    await store.async_save(installation("T2"))
    assert (await store.bot_of("T1")).bot_token == token_of("T1")  # an older key still opens
    await store.reseal()
    after = Installations("111.222", engine, Keys([NEW]))
    assert (await after.bot_of("T1")).bot_token == token_of("T1")
    found = await after.async_find_installation(enterprise_id=None, team_id="T1")
    assert (found.user_token, found.user_refresh_token) == ("xoxp-made-by-a-test", None)
    with pytest.raises(WrongKeyError):
        await before.bot_of("T1")


async def test_a_wrong_key_is_told_to_the_operator_and_shows_nothing(store, engine):
    await store.async_save(installation("T1"))
    wrong = Installations("111.222", engine, Keys([OLD]))
    for reading in (wrong.reseal(), wrong.bot_of("T1")):
        with pytest.raises(WrongKeyError, match="TOKEN_ENCRYPTION_KEYS") as caught:
            await reading
        assert "gAAAA" not in str(caught.value)
    assert (await store.bot_of("T1")).bot_token == token_of("T1")  # nothing was written


async def test_a_state_is_good_once_also_for_two_at_the_same_time(engine):
    states = States(600, engine)
    state = await states.async_issue()
    taken = await asyncio.gather(*(states.async_consume(state) for _ in range(5)))
    assert sorted(taken) == [False] * 4 + [True]
    assert not await states.async_consume("forged")


async def test_a_state_expires_and_goes(engine):
    state = await States(0, engine).async_issue()
    assert not await States(600, engine).async_consume(state)
    await States(600, engine).async_issue()
    assert len(await all_rows(engine, "slack_oauth_states")) == 1


async def test_everything_of_a_team_is_forgotten_and_nothing_of_another(engine):
    store, now = Store(engine), time.time()
    for team in ("T1", "T12"):
        place = Place(team, "C1", "1.1")
        await store.threads.begin(place, "U1", now)
        answer = type(ANSWER)(place, "1.1", "U1", (Candidate("a"),), "a", "r", 0, "2.2")
        await store.answers.record(answer, now)
        await store.settings.keep(team, "C1", {Setting.MODE: Mode.AUTO}, "", 0)
        await store.set_opted_out(team, "U1", wish=True)
        await store.claim(now, f"pick:{team}:C1:1.1")
    assert await store.forget_team("T1") == 4
    for table in ("threads", "answers", "channel_settings", "opted_out"):
        assert [row["team"] for row in await all_rows(engine, table)] == ["T12"], table
    assert [row["key"] for row in await all_rows(engine, "seen_events")] == ["pick:T12:C1:1.1"]


def test_a_new_key_is_good():
    keys = Keys([new_key()])
    assert keys.open(keys.seal("secret")) == "secret"
    assert keys.seal("secret") != keys.seal("secret")
