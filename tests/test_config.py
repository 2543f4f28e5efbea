"""Settings are judged together, by name, and never shown."""

import pytest

from bot.config import read_settings
from bot.errors import ConfigError


@pytest.mark.parametrize("address", ["no address", "nosuch://x", "mysql://u:hunter2@h/d"])
def test_a_database_that_we_do_not_speak_is_refused_without_its_address(address):
    with pytest.raises(ConfigError) as refused:
        read_settings(_env_file=None, database_url=address)
    assert "DATABASE_URL" in str(refused.value)
    assert "postgresql://" in str(refused.value)
    assert address not in str(refused.value)


@pytest.mark.parametrize(
    "address", ["", "postgresql://h/d", "postgresql+psycopg://h/d", "sqlite+aiosqlite:///x.db"]
)
def test_the_databases_that_we_speak_are_taken(address):
    assert read_settings(_env_file=None, database_url=address).database_url == address


def test_several_bad_settings_are_told_at_once():
    with pytest.raises(ConfigError) as refused:
        read_settings(_env_file=None, port=0, log_level="loud", database_url="x")
    assert all(name in str(refused.value) for name in ("PORT", "LOG_LEVEL", "DATABASE_URL"))
