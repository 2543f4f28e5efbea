"""The running bot takes up changed entries and keeps the last good base."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from bot.answering import SHIPPED, open_answerer
from bot.refreshing import Refresher, stamp_of
from bot.services import open_knowledge


def small_base(folder: Path) -> Path:
    for name in ("backend-user-404", "frontend-cors"):
        shutil.copy(SHIPPED / f"{name}.md", folder / f"{name}.md")
    return folder


async def test_a_new_entry_answers_without_restart_and_a_broken_one_changes_nothing(tmp_path):
    folder = small_base(tmp_path)
    stamp, answerer = stamp_of(folder), open_answerer(folder)
    with ThreadPoolExecutor(1) as executor:
        reopen = partial(open_knowledge, folder)
        refresher = Refresher(answerer, folder, stamp, reopen, executor)
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
