"""Takes up changes of the entries while the bot runs; a broken file leaves the last good base.

The entries are the files of a folder, and what staff approved of their own (bot/proposals.py).
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from bot.answering import LABELLED, Answerer
from bot.database import STORE_AWAY
from bot.errors import ConfigError
from bot.proposal_store import ProposalStore
from bot.proposal_store import Stamp as ApprovedStamp
from knowledge.entry import BadEntry, Entry, parse_entry

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


async def approved_entries(proposals: ProposalStore) -> list[Entry]:
    """Return the entries that staff approved, one for each id; an older version's may be none."""
    found: dict[str, Entry] = {}
    for proposal in await proposals.approved():
        try:
            entry = parse_entry(proposal.text, f"proposal {proposal.id}")
        except BadEntry as error:
            log.warning("proposal_left_out", problem=str(error))
        else:
            found.setdefault(entry.id, entry)
    return list(found.values())


@dataclass
class Refresher:
    """Keeps one answerer at the state of its folder and of what staff approved.

    ``known`` is the stamp that it was read at; ``reopen`` takes the approved entries.
    """

    answerer: Answerer
    folder: Path
    known: tuple[Stamp, ApprovedStamp]
    reopen: Callable[[list[Entry]], Answerer]
    executor: Executor
    proposals: ProposalStore
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Take up what changed since the last look; reading and compiling are off the loop."""
        async with self._looking:
            await self._look()

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        files = await loop.run_in_executor(self.executor, stamp_of, self.folder)
        try:
            seen = files, await self.proposals.stamp()
            if seen == self.known:
                return
            more = await approved_entries(self.proposals)
        except STORE_AWAY:
            return  # what is known serves until it is back
        self.known = seen
        try:
            self.answerer.take_over(await loop.run_in_executor(self.executor, self.reopen, more))
        except ConfigError as error:
            log.warning("knowledge_base_kept", problem=str(error))
        else:
            log.info("knowledge_base_read", entries=len(self.answerer.entries))
