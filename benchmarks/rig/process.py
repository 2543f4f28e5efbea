"""A server as anybody starts it, and what the system says about it."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

ROOT = Path(__file__).parents[2]
BOT = ("-m", "bot", "run")
BARE = ("-m", "benchmarks.rig.bare")
END_SECONDS = 20
LOOK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process holds and has used."""

    rss_mib: float
    files: int
    threads: int
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Process:
    """One running server; ``started`` seconds passed from its start to its being ready."""

    address: str
    pid: int
    started: float

    def kill(self) -> None:
        """End it as a loss of power would."""
        os.kill(self.pid, signal.SIGKILL)

    def usage(self) -> Usage:
        """Read what the system says about it now."""
        proc = Path(f"/proc/{self.pid}")
        status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
        fields = (proc / "stat").read_text().rpartition(")")[2].split()
        ticks = int(fields[11]) + int(fields[12])
        return Usage(
            round(int(status["VmRSS"].split()[0]) / 1024, 1),
            len(list((proc / "fd").iterdir())),
            int(status["Threads"]),
            ticks / os.sysconf("SC_CLK_TCK"),
        )


@asynccontextmanager
async def serving(
    arguments: Sequence[str],
    environment: dict[str, str],
    log: Path,
    path: str = "/readyz",
    cwd: Path = ROOT,
) -> AsyncIterator[Process]:
    """Yield a server of its own process once it answers 200 at the path; it ends by SIGTERM."""
    begun = time.perf_counter()
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            env=os.environ | environment,
            stdout=file,
            stderr=file,
            cwd=cwd,
        )
    address = f"http://127.0.0.1:{environment['PORT']}"
    try:
        await _until_ready(process, f"{address}{path}", log)
        yield Process(address, process.pid, time.perf_counter() - begun)
    finally:
        await _end(process)


async def _until_ready(process: asyncio.subprocess.Process, url: str, log: Path) -> None:
    async with aiohttp.ClientSession(trust_env=False) as http:
        while process.returncode is None:
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get(url) as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(LOOK_SECONDS)
    said = await asyncio.to_thread(log.read_text)
    raise RuntimeError(f"the server ended with {process.returncode}: {said[-2000:]}")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), END_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
