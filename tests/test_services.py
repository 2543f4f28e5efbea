"""What the bot stands on opens, and what cannot be opened is said in clear words."""

import logging

import pytest
import structlog
from pydantic import SecretStr

from bot.config import read_settings
from bot.errors import ConfigError
from bot.services import open_services, secrets_of


@pytest.fixture(autouse=True)
def _logging_as_it_was():
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def settings(folder, **more):
    return read_settings(_env_file=None, data_dir=folder, **more)


async def test_a_knowledge_base_is_opened_and_everything_is_closed_again(tmp_path):
    async with open_services(settings(tmp_path)) as services:
        await services.store.ping()
        assert services.answerer.entry("backend-user-404")
    with pytest.raises(RuntimeError, match="after shutdown"):
        services.matching.submit(print)


async def test_a_broken_entry_names_its_file(tmp_path):
    kb = tmp_path / "kb"
    kb.mkdir()
    (kb / "broken.md").write_text("no front matter")
    with pytest.raises(ConfigError, match=r"broken\.md"):
        async with open_services(settings(tmp_path), kb=kb):
            pass


def test_every_secret_setting_is_kept_out_of_the_logs(tmp_path):
    found = secrets_of(
        settings(
            tmp_path,
            slack_bot_token=SecretStr("xoxb-1"),
            slack_signing_secret=SecretStr("sign"),
            database_url="postgresql+psycopg://anon:hunter2@db/anon",
        )
    )
    assert set(found) == {"xoxb-1", "sign", "hunter2"}
