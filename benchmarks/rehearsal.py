"""Runs what the Dockerfile and compose.yaml say, without containers.

``python -m benchmarks.rehearsal`` builds as the Dockerfile does, under a temporary folder in place
of ``/``; starts PostgreSQL, the two replicas with the image's own command as another user who can
write its DATA_DIR only, and Caddy with the deployment's own file; sends a signed message through
all of it; then stops everything in order. It says what it saw, line by line, and ends with 0 if
all of it was good. Caddy is taken from PATH, or from the variable CADDY; without it the public
side is left out, and said so.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette

from benchmarks.containers import (
    ROOT,
    Instruction,
    copy_sent,
    environment,
    health_command,
    last_words,
    read_compose,
    read_dockerfile,
)
from bot.playground.double import SlackDouble
from bot.playground.manifest import read_manifest
from bot.playground.running import LoopServer
from bot.playground.sender import EventSender
from tests.postgres import MISSING, binaries, running_server

BOT_ID = 10001
SURE = "Error translating external user id: 404 - Not Found"
START_SECONDS = 120
ANSWER_SECONDS = 60
CADDYFILE = ROOT / "docs" / "deploy" / "Caddyfile"


class Rehearsal:
    """Says what is good and what is not, and remembers."""

    def __init__(self) -> None:
        self.good = True

    def see(self, what: str, *, good: bool, more: object = "") -> None:
        self.good &= good
        print(f"{'ok ' if good else 'BAD'}  {what}{f': {more}' if more != '' else ''}", flush=True)


def below(root: Path, text: str) -> str:
    """Return the text with the image's own folders moved below the root."""
    for folder in ("/opt/bot", "/src", "/data"):
        text = text.replace(folder, f"{root}{folder}")
    return text


def open_python() -> Path:
    """Return a Python 3.11 that another user can run too."""
    for found in (Path(sys.base_prefix) / "bin" / "python3.11", Path("/usr/bin/python3.11")):
        whole = found.resolve()
        if whole.exists() and all(each.stat().st_mode & 0o001 for each in (whole, *whole.parents)):
            return found
    raise SystemExit("No Python 3.11 that another user can run: install Debian's python3.11-venv")


def build(root: Path, instructions: list[Instruction]) -> None:
    """Do what the build stage says."""
    shims = root / "shims"
    shims.mkdir()
    (shims / "python").symlink_to(open_python())
    inherited = {name: os.environ[name] for name in os.environ if name.startswith("PIP_")}
    values = {**inherited, "PATH": f"{shims}:/usr/bin:/bin", "HOME": str(root)}
    folder = root
    for one in (one for one in instructions if one.stage == 0):
        match one.name:
            case "WORKDIR":
                folder = Path(below(root, one.value))
                folder.mkdir(parents=True, exist_ok=True)
            case "COPY":
                *sources, goal = one.words
                for source in sources:
                    copy_sent(ROOT / source, folder / goal)
            case "RUN":
                print(f"     $ {one.value}", flush=True)
                command = ["/bin/sh", "-euc", below(root, one.value)]
                subprocess.run(command, cwd=folder, env=values, check=True)


@contextmanager
def free_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield taken.getsockname()[1]


@asynccontextmanager
async def slack(public: str) -> AsyncIterator[SlackDouble]:
    """Yield Slack's double; what its people do is sent to the public address."""
    listener = socket.create_server(("127.0.0.1", 0))
    host = f"http://127.0.0.1:{listener.getsockname()[1]}"
    double = SlackDouble(host, read_manifest(), pace=1 / 60, ack_seconds=0)
    sender = EventSender(f"{public}/slack/events", double.signing_secret)
    double.sender.transport = sender.transport
    config = uvicorn.Config(
        Starlette(routes=double.routes()), log_config=None, lifespan="off", ws="none"
    )
    server = LoopServer(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await server.accepts.wait()
    try:
        yield double
    finally:
        await double.sender.close()
        await sender.close()
        server.should_exit = True
        await serving


def as_bot() -> dict[str, int]:
    """Return how a process is started as the image's user, where that is possible."""
    return {"user": BOT_ID, "group": BOT_ID} if os.getuid() == 0 else {}


def image_values(root: Path, instructions: list[Instruction]) -> dict[str, str]:
    """Return the environment that the image gives, on loopback."""
    values = {name: below(root, text) for name, text in environment(instructions).items()}
    path = values["PATH"].replace("$PATH", "/usr/bin:/bin")
    return {**values, "PATH": path, "HOST": "127.0.0.1", "HOME": f"{root}/data"}


def start(command: list[str], values: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start the image's command in its working folder."""
    with log.open("wb") as out:
        return subprocess.Popen(
            command, env=values, cwd=values["DATA_DIR"], stdout=out, stderr=out, **as_bot()
        )


async def until_healthy(check: list[str], values: dict[str, str]) -> bool:
    """Run the image's own health check until it is content."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        process = await asyncio.create_subprocess_exec(
            *check, env=values, stderr=asyncio.subprocess.DEVNULL, **as_bot()
        )
        if await process.wait() == 0:
            return True
        await asyncio.sleep(0.5)
    return False


@contextmanager
def proxy(root: Path, public: str, upstreams: str) -> Iterator[bool]:
    """Run Caddy with the deployment's own file; yield whether there is one."""
    caddy = os.environ.get("CADDY") or shutil.which("caddy")
    if not caddy:
        yield False
        return
    home = root / "caddy"
    home.mkdir()
    values = {"PUBLIC_URL": public, "UPSTREAMS": upstreams, "HOME": str(home), "PATH": "/usr/bin"}
    command = [caddy, "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
    with (root / "caddy.log").open("wb") as log:
        process = subprocess.Popen(command, env=values, stdout=log, stderr=log)
    try:
        yield True
    finally:
        process.terminate()
        process.wait(10)


async def look_at(public: str, ports: list[int], seen: Rehearsal, *, proxied: bool) -> None:
    """Ask for health and counts, at the replicas and through the proxy."""
    async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
        for port in ports:
            own = f"http://127.0.0.1:{port}"
            ready = await http.get(f"{own}/readyz")
            seen.see(f"replica {port} /readyz", good=ready.status_code == 200, more=ready.text)
            counts = await http.get(f"{own}/metrics")
            good = counts.status_code == 200 and "anon_work_waiting" in counts.text
            seen.see(f"replica {port} /metrics", good=good, more=f"{len(counts.text)} bytes")
        if not proxied:
            return
        wanted = {"/healthz": 200, "/metrics": 404, "/readyz": 404, "/": 404}
        for path, status in wanted.items():
            answer = await http.get(f"{public}{path}")
            seen.see(f"public {path}", good=answer.status_code == status, more=answer.status_code)
        unsigned = await http.post(f"{public}/slack/events", content=b"{}")
        good = unsigned.status_code == 401
        seen.see("public /slack/events unsigned", good=good, more=unsigned.status_code)


async def ask(double: SlackDouble, seen: Rehearsal, what: str) -> None:
    """Post an error in #support and wait for the one answer."""
    begun = time.monotonic()
    ts = double.people.say("support", "ana", SURE)
    changed = asyncio.Event()
    double.workspace.listeners.append(lambda _change: changed.set())
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ANSWER_SECONDS):
            while not double.replies(ts):
                await changed.wait()
                changed.clear()
    replies = double.replies(ts)
    good = len(replies) == 1 and "backend-user-404" in replies[0].text
    seen.see(what, good=good, more=f"{time.monotonic() - begun:.1f} s")


async def stop(process: subprocess.Popen[bytes], signal_name: str, seen: Rehearsal) -> None:
    """Stop a replica as the image says, and see that it ends with 0."""
    begun = time.monotonic()
    process.send_signal(signal.Signals[signal_name])
    code = await asyncio.to_thread(process.wait, 40)
    seen.see(f"{signal_name} ends with 0", good=code == 0, more=f"{time.monotonic() - begun:.1f} s")


async def perform(root: Path, database: str, seen: Rehearsal) -> None:
    """Start the deployment, use it, stop it."""
    instructions = read_dockerfile()
    command = last_words(instructions, "ENTRYPOINT") + last_words(instructions, "CMD")
    check, stops = health_command(instructions), last_words(instructions, "STOPSIGNAL")[0]
    replicas = [name for name in read_compose()["services"] if name.startswith("bot-")]
    with contextlib.ExitStack() as held:
        ports = [held.enter_context(free_port()) for _ in range(len(replicas) + 1)]
    *own, entrance = ports
    caddy = bool(os.environ.get("CADDY") or shutil.which("caddy"))
    public = f"http://127.0.0.1:{entrance if caddy else own[0]}"
    async with slack(public) as double:
        values = {
            **image_values(root, instructions),
            "SLACK_BOT_TOKEN": double.bot_token,
            "SLACK_SIGNING_SECRET": double.signing_secret,
            "SLACK_API_URL": f"{double.host}/api/",
            "SUPPORT_CHANNELS": "C0SUPPORT",
            "DATABASE_URL": database,
        }
        environments = [{**values, "PORT": str(port)} for port in own]
        bots = [
            start([f"{root}/opt/bot/bin/{command[0]}", *command[1:]], each, root / f"{name}.log")
            for name, each in zip(replicas, environments, strict=True)
        ]
        try:
            for name, each in zip(replicas, environments, strict=True):
                probe = [f"{root}/opt/bot/bin/{check[0]}", *check[1:]]
                seen.see(f"{name} is healthy", good=await until_healthy(probe, each))
            upstreams = " ".join(f"127.0.0.1:{port}" for port in own)
            with proxy(root, public, upstreams) as proxied:
                if not proxied:
                    print("--   the public side: caddy is missing, so nothing goes through it")
                await asyncio.sleep(3 if proxied else 0)  # its first look at the replicas
                await look_at(public, own, seen, proxied=proxied)
                await ask(double, seen, "an error posted in #support gets its one answer")
                if proxied:
                    await stop(bots[0], stops, seen)
                    await ask(double, seen, "the same with one replica left")
        finally:
            for process in bots:
                if process.poll() is None:
                    await stop(process, stops, seen)


def main() -> int:
    """Build, perform, and return the exit code."""
    programs = binaries()
    if programs is None:
        print(MISSING, file=sys.stderr)
        return 3
    seen = Rehearsal()
    with (
        tempfile.TemporaryDirectory(prefix="rehearsal") as name,
        running_server(programs) as server,
    ):
        root = Path(name)
        root.chmod(0o755)
        server.folder.chmod(0o711)  # the replicas come as another user
        build(root, read_dockerfile())
        (root / "data").mkdir(mode=0o700)
        if os.getuid() == 0:
            os.chown(root / "data", BOT_ID, BOT_ID)
        asyncio.run(perform(root, server.new_database(), seen))
        if not seen.good:
            for log in sorted(root.glob("*.log")):
                print(f"---- {log.name}\n{log.read_text()[-4000:]}", file=sys.stderr)
    return 0 if seen.good else 1


if __name__ == "__main__":
    raise SystemExit(main())
