"""Settings for several workspaces: what is missing or mixed is named, and never shown."""

import pytest
from cryptography.fernet import Fernet

from bot.cli import run_command_line
from bot.config import Settings, read_settings
from bot.doctor import State, examine
from bot.encryption import Keys
from bot.errors import ConfigError
from bot.running import run_bot
from bot.services import secrets_of
from tests.oauth_lab import CLIENT_ID, Slack, bot_on, oauth_settings, served, several

WHOLE = {
    "SLACK_CLIENT_ID": "111.222",
    "SLACK_CLIENT_SECRET": "hunter2",
    "SLACK_SIGNING_SECRET": "hunter3",
    "TOKEN_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
}


@pytest.fixture(autouse=True)
def _apart(tmp_path, monkeypatch, cache_home):
    """No settings of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_home))
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))


def put(monkeypatch, **values):
    for name, value in values.items():
        monkeypatch.setenv(name, str(value))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SLACK_CLIENT_SECRET": ""}, ["Not set: SLACK_CLIENT_SECRET."]),
        ({"SLACK_CLIENT_ID": ""}, ["Not set: SLACK_CLIENT_ID."]),
        ({"SLACK_SIGNING_SECRET": ""}, ["Not set: SLACK_SIGNING_SECRET."]),
        (
            {"TOKEN_ENCRYPTION_KEYS": ""},
            ["Not set: TOKEN_ENCRYPTION_KEYS", "anon-support encryption-key"],
        ),
        (
            {"SLACK_CLIENT_SECRET": "", "TOKEN_ENCRYPTION_KEYS": " , "},
            ["SLACK_CLIENT_SECRET", "TOKEN_ENCRYPTION_KEYS"],
        ),
        ({"SLACK_BOT_TOKEN": "xoxb-hunter4"}, ["SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "Keep one"]),
        ({"SLACK_APP_TOKEN": "xapp-hunter5"}, ["SLACK_APP_TOKEN", "over HTTP"]),
    ],
    ids=str,
)
async def test_half_or_mixed_settings_are_refused_by_name(monkeypatch, change, named):
    put(monkeypatch, **{**WHOLE, **change})
    with pytest.raises(ConfigError) as refused:
        await run_bot(read_settings())
    told = str(refused.value)
    assert all(name in told for name in named)
    assert "hunter" not in told
    seen = {one.part: one for one in await examine()}
    assert seen["configuration"].state is State.BAD
    assert "hunter" not in seen["configuration"].text
    assert seen["slack"].state is State.SKIPPED


@pytest.mark.parametrize("key", ["hunter2", "a" * 44, "ä" * 44, "A" * 42])
def test_what_is_no_key_is_refused_and_not_shown(monkeypatch, key):
    put(monkeypatch, TOKEN_ENCRYPTION_KEYS=f"{Fernet.generate_key().decode()}, {key}")
    with pytest.raises(
        ConfigError, match=r"TOKEN_ENCRYPTION_KEYS: .*key 2 .* encryption-key"
    ) as no:
        read_settings()
    assert key not in str(no.value)


def test_the_command_makes_a_key_that_is_taken(monkeypatch, capsys):
    assert run_command_line(["encryption-key"]) == 0
    key = capsys.readouterr().out.strip()
    put(monkeypatch, TOKEN_ENCRYPTION_KEYS=f"{key} , {Fernet.generate_key().decode()}")
    settings = read_settings()
    assert settings.encryption_keys[0] == key
    assert set(settings.encryption_keys) <= set(secrets_of(settings))
    Keys(settings.encryption_keys)


async def test_a_wrong_key_ends_the_start_with_clear_words(tmp_path):
    slack = Slack()
    async with served(slack):
        api = f"{slack.base}/api/"
        settings = oauth_settings(tmp_path, slack_api_url=api)
        async with bot_on(settings, slack, tmp_path, working=False) as lab:
            await lab.install("T1")
        wrong = oauth_settings(tmp_path, slack_api_url=api, port=1)
        with pytest.raises(ConfigError, match="No key in TOKEN_ENCRYPTION_KEYS decrypts"):
            async with bot_on(wrong, slack, tmp_path):
                pytest.fail("it started")


async def test_the_doctor_tells_of_the_workspaces(tmp_path, monkeypatch):
    async with several(tmp_path, working=False) as lab:
        await lab.install("T1")
        await lab.install("T2")
        keys = lab.services.settings.token_encryption_keys.get_secret_value()
        put(monkeypatch, **WHOLE, SLACK_API_URL=f"{lab.slack.base}/api/", DATA_DIR=tmp_path)
        put(monkeypatch, SLACK_CLIENT_ID=CLIENT_ID, PUBLIC_URL="https://bot.example.com/")
        seen = {one.part: one for one in await examine()}
        assert seen["slack"].state is State.BAD
        assert "TOKEN_ENCRYPTION_KEYS" in seen["slack"].text
        put(monkeypatch, TOKEN_ENCRYPTION_KEYS=f"{Fernet.generate_key().decode()},{keys}")
        stored = lab.stored()
        seen = {one.part: one for one in await examine()}
        assert (seen["slack"].state, seen["slack"].text[-3:]) == (State.GOOD, ": 2")
        assert lab.stored() == stored, "the doctor encrypts nothing anew"
        assert "https://bot.example.com/slack/install" in seen["configuration"].text
        put(monkeypatch, STAFF_CHANNEL="CNOWHERE")
        seen = {one.part: one for one in await examine()}
        assert (seen["slack"].state, "STAFF_CHANNEL" in seen["slack"].text) == (State.BAD, True)
        put(monkeypatch, SLACK_API_URL="http://127.0.0.1:1/api/", STAFF_CHANNEL="")
        seen = {one.part: one for one in await examine()}
        assert seen["slack"].state is State.AWAY


async def test_the_single_token_serves_no_installation(tmp_path):
    single = {"slack_client_id": None, "slack_client_secret": None, "slack_bot_token": "xoxb-T1-x"}
    async with several(tmp_path, working=False, **single) as lab:
        assert (await lab.http.get("/slack/install")).status_code == 404
        assert (await lab.http.get("/slack/oauth_redirect?code=x")).status_code == 404
