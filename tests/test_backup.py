"""A copy made while the bot runs is whole, and a bot on it goes on where the other was."""

import shutil
import sqlite3
import stat

import pytest

from bot.backup import back_up
from bot.config import read_settings
from bot.errors import ConfigError
from tests.slack_lab import SURE_404, running


async def test_a_bot_on_the_copies_knows_what_was_said(tmp_path):
    here, copies, there = (tmp_path / name for name in ("here", "copies", "there"))
    here.mkdir()
    async with running(here) as (lab, opened):
        ts = lab.people.say("support", "ana", SURE_404)
        await opened.settled()
        made = back_up(opened.services.settings, copies)
        lab.people.say("support", "bo", SURE_404)
        await opened.settled()
        assert len(await opened.rows("answers")) == 2
    assert [one.name for one in made] == ["dbos.db", "state.db"]
    assert {stat.S_IMODE(one.stat().st_mode) for one in made} == {0o600}
    shutil.copytree(copies, there)
    async with running(there) as (lab, opened):
        (row,) = await opened.rows("answers")
        assert row["question"] == ts
        await opened.settled()
        assert lab.calls("chat.postMessage") == [], "nothing is said again"


def test_what_is_there_already_is_not_overwritten(tmp_path):
    settings = read_settings(_env_file=None, data_dir=tmp_path, database_url="")
    with pytest.raises(ConfigError, match=r"nothing to copy.*dbos\.db"):
        back_up(settings, tmp_path / "copies")
    for name in ("state.db", "dbos.db"):
        sqlite3.connect(tmp_path / name).close()
    (tmp_path / "copies").mkdir()
    (tmp_path / "copies" / "state.db").write_text("precious")
    with pytest.raises(ConfigError, match="exists already"):
        back_up(settings, tmp_path / "copies")
    assert [one.name for one in (tmp_path / "copies").iterdir()] == ["state.db"]


def test_a_broken_file_makes_no_copy_that_looks_good(tmp_path):
    settings = read_settings(_env_file=None, data_dir=tmp_path, database_url="")
    for name in ("state.db", "dbos.db"):
        (tmp_path / name).write_bytes(b"this is no database" * 500)
    with pytest.raises(ConfigError, match="The copy failed"):
        back_up(settings, tmp_path / "copies")


def test_postgresql_has_a_tool_of_its_own(tmp_path):
    settings = read_settings(_env_file=None, data_dir=tmp_path, database_url="postgresql://a@b/c")
    with pytest.raises(ConfigError, match="pg_dump"):
        back_up(settings, tmp_path)
