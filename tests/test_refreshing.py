"""The running bot takes up changed entries and keeps the last good base."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.answering import SHIPPED, open_answerer
from bot.database import open_database
from bot.proposals import Review, Reviewing
from bot.refreshing import Refresher, stamp_of
from bot.services import open_knowledge
from bot.store import Store
from knowledge.entry import parse_entry


def small_base(folder: Path) -> Path:
    for name in ("backend-user-404", "frontend-cors"):
        shutil.copy(SHIPPED / f"{name}.md", folder / f"{name}.md")
    return folder


APPROVED = """---
id: pairing-code-expired
title: The pairing code has expired
kind: error
errors:
- 'PairingCodeExpired: code {id} was used after ten minutes'
---
Ask for a new pairing code.
"""


def refreshing(answerer, folder, executor, proposals):
    reopen = partial(open_knowledge, folder)
    known = stamp_of(folder), (0, 0.0)
    return Refresher(answerer, folder, known, reopen, executor, proposals)


@pytest.fixture
async def store(tmp_path):
    async with open_database(f"sqlite+aiosqlite:///{tmp_path / 'state.db'}") as engine:
        yield Store(engine)


async def test_an_approved_entry_answers_until_it_is_taken_out(tmp_path, store):
    folder = small_base(tmp_path)
    answerer = open_answerer(folder)
    written = Reviewing(Review.PROPOSE, "form", "U1", entry="pairing-code-expired", text=APPROVED)
    with ThreadPoolExecutor(1) as executor:
        refresher = refreshing(answerer, folder, executor, store.proposals)
        proposal = await store.proposals.open(1, written, 1.0)
        await refresher.look()
        error = "PairingCodeExpired: code a-7 was used after ten minutes"
        assert answerer.decide(error).entry is None
        approval = replace(written, review=Review.APPROVE, key="press", user="U2")
        assert await store.proposals.act(proposal.id, approval, 2.0)
        await refresher.look()
        assert answerer.decide(error).entry == "pairing-code-expired"
        assert answerer.problems(parse_entry(APPROVED, "x")) == ()

        out = Reviewing(Review.DISCARD, "press 2", "U1")
        assert await store.proposals.act(proposal.id, out, 3.0)
        await refresher.look()
        assert answerer.decide(error).entry is None


async def test_a_file_wins_over_what_was_approved(tmp_path):
    folder = small_base(tmp_path)
    mine = parse_entry(APPROVED.replace("pairing-code-expired", "frontend-cors"), "x")
    assert open_answerer(folder, more=[mine]).entry("frontend-cors") != mine


async def test_a_base_without_store_still_serves(tmp_path):
    folder = small_base(tmp_path)
    url = f"sqlite+aiosqlite:///{tmp_path / 'state.db'}"
    async with open_database(url) as engine, engine.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE proposals")
    async with open_database(url) as engine:
        with ThreadPoolExecutor(1) as executor:
            answerer = open_answerer(folder)
            refresher = refreshing(answerer, folder, executor, Store(engine).proposals)
            (folder / "frontend-cors.md").unlink()
            await refresher.look()
            assert answerer.entry("frontend-cors")


async def test_a_new_entry_answers_without_restart_and_a_broken_one_changes_nothing(
    tmp_path, store
):
    folder = small_base(tmp_path)
    answerer = open_answerer(folder)
    with ThreadPoolExecutor(1) as executor:
        refresher = refreshing(answerer, folder, executor, store.proposals)
        shutil.copy(SHIPPED / "backend-tunnel-failed.md", folder)
        await refresher.look()
        assert answerer.decide("ERR_TUNNEL_CONNECTION_FAILED").entry == "backend-tunnel-failed"

        (folder / "broken.md").write_text("---\nid: Broken Id\n---\n")
        (folder / "frontend-cors.md").unlink()
        await refresher.look()
        assert answerer.entry("frontend-cors"), "the last good base still serves"

        (folder / "broken.md").unlink()
        await refresher.look()
        assert answerer.entry("frontend-cors") is None
