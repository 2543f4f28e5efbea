"""npm's emulate, somebody else's Slack: installed once for the session, run on loopback."""

import asyncio
import re
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path

import httpx
import yaml

PACKAGES = ("emulate@0.12.2", "node@24")
INSTALL_SECONDS = 120
NO_NPM = "npm is missing: the OAuth flow against emulate needs it"
NO_REGISTRY = "npm could not install emulate@0.12.2 and node@24: {cause}"


class MissingError(Exception):
    """What it needs is not on this machine; the text says what."""


def installed(folder: Path) -> Path:
    """Install the packages into the folder, from npm's cache where it has them."""
    npm = shutil.which("npm")
    if npm is None:
        raise MissingError(NO_NPM)
    options = (
        "--no-audit",
        "--no-fund",
        "--prefer-offline",
        "--no-package-lock",
        "--loglevel=error",
    )
    command = [npm, "install", "--prefix", str(folder), *options, *PACKAGES]
    try:
        ended = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=INSTALL_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise MissingError(NO_REGISTRY.format(cause=f"no end in {INSTALL_SECONDS} s")) from None
    if ended.returncode:
        lines = [line for line in ended.stderr.splitlines() if "npm error" in line]
        raise MissingError(NO_REGISTRY.format(cause=" ".join(lines[:2])))
    return folder


def node_of(folder: Path) -> Path:
    """Return the program of the package, also where npm did not let it link itself."""
    linked = folder / "node_modules" / "node" / "bin" / "node"
    inner = folder.glob("node_modules/**/node-*/bin/node")
    return linked if linked.exists() else next(inner)


@asynccontextmanager
async def emulated(folder: Path, app: dict, signing_secret: str) -> AsyncIterator[str]:
    """Yield the address of a Slack that knows the app."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    seed = folder / "seed.yaml"
    slack = {
        "team": {"name": "Acme", "domain": "acme"},
        "users": [{"name": "ana", "real_name": "Ana", "email": "ana@example.com"}],
        "channels": [{"name": "support"}],
        "oauth_apps": [app],
        "signing_secret": signing_secret,
    }
    seed.write_text(yaml.safe_dump({"slack": slack}))
    server = await asyncio.create_subprocess_exec(
        node_of(folder),
        folder / "node_modules" / "emulate" / "dist" / "index.js",
        *("start", "--service", "slack", "--port", str(port), "--seed", str(seed)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
    )
    try:
        async with asyncio.timeout(60):
            while b"Ready" not in (line := await server.stdout.readline()):
                assert line, "emulate ended before it was ready"
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        await server.communicate()


async def consent(http: httpx.AsyncClient, address: str, person: str) -> str:
    """Press the person's button on Slack's page; return where the browser is sent back to."""
    page = await http.get(address)
    assert page.status_code == 200, page.text
    (form,) = [one for one in re.findall(r"(?s)<form.*?</form>", page.text) if f">{person}<" in one]
    fields = dict(re.findall(r'name="([^"]*)" value="([^"]*)"', form))
    action = re.search('action="([^"]*)"', form)[1]
    sent = {name: unescape(value) for name, value in fields.items()}
    answer = await http.post(str(page.url.join(action)), data=sent)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]
