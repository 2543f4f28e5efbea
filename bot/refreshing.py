"""Takes up changes of the entries while the bot runs; a broken file leaves the last good base."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.answering import LABELLED, Answerer
from bot.errors import ConfigError

EVERY_SECONDS = 2.0
Stamp = tuple[tuple[str, int, int], ...]
log = structlog.get_logger()


def stamp_of(folder: Path) -> Stamp:
    """Return what changes when a file of the base is added, removed, renamed or written."""
    files = [*folder.glob("*.md"), *folder.glob(f"{LABELLED}/*.jsonl")]
    seen = []
    for path in sorted(files):
        try:
            status = path.stat()
        except OSError:  # removed since it was listed
            continue
        seen.append((path.name, status.st_mtime_ns, status.st_size))
    return tuple(seen)


@dataclass
class Refresher:
    """Keeps one answerer at the state of its folder; ``known`` is the stamp that it was read at."""

    answerer: Answerer
    folder: Path
    known: Stamp
    reopen: Callable[[], Answerer]
    executor: Executor

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Take up what changed since the last look; reading and compiling are off the loop."""
        loop = asyncio.get_running_loop()
        seen = await loop.run_in_executor(self.executor, stamp_of, self.folder)
        if seen == self.known:
            return
        self.known = seen
        try:
            self.answerer.take_over(await loop.run_in_executor(self.executor, self.reopen))
        except ConfigError as error:
            log.warning("knowledge_base_kept", problem=str(error))
        else:
            log.info("knowledge_base_read", entries=len(self.answerer.entries))
