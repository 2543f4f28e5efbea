"""No secret that a command was given, or met on its way, is in what it prints or leaves behind."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import token_lab

from bot.anon_double import CLIENT, KEYS, SECRET, SERVICE_CLIENT
from tests.anon_lab import AnonLab, open_anon
from tests.jwks_lab import http, open_lab, private_jwk, raw

PASSWORD = "Tr1cky-passw0rd-of-tests"
TOKEN = token_lab.signed(token_lab.claims(sub="user-42-s3cret", exp=1_700_000_000))
API_KEY = "anon_" + "Kd83" * 8 + "/kf+29dk"
PRIVATE = {**private_jwk("k1"), "use": "sig"}
PASTE = f"""
POST https://bob:{PASSWORD}@a.example/cb?token={TOKEN}&app=uber failed
clientId={CLIENT} Authorization: Bearer {API_KEY}
password: {PASSWORD}
Error translating external user id: 404 - Not Found {{"appUserId": "user-42"}}
"""
# What nobody may find again: whole, or a part of it that is as good.
SECRETS = (
    *(PASSWORD, TOKEN, *TOKEN.split(".")[1:], API_KEY, API_KEY.removeprefix("anon_")),
    *(SECRET, PRIVATE["d"], *KEYS.values()),
)


@dataclass(frozen=True)
class Line:
    """A command line and what it reads."""

    words: tuple[str, ...]
    given: str = ""


def lines(lab: AnonLab, leaky: str, folder: Path) -> list[Line]:
    """Every command that meets a secret, in each of its forms."""
    (folder / "private.json").write_text(json.dumps({"keys": [PRIVATE]}))
    record = {"id": "1", "token": TOKEN, "jwks_file": "private.json"}
    (folder / "batch.jsonl").write_text(json.dumps(record) + "\n{" + TOKEN + "\n")
    network = ("--allow-http", "--allow-host", lab.origin.removeprefix("http://"))
    served = ("--allow-http", "--allow-host", leaky.removeprefix("http://"))
    plain = [
        Line(("check", "token", TOKEN)),
        Line(("check", "token", API_KEY)),
        Line(("check", "token", "-", "--jwks", "private.json"), f"Bearer {TOKEN}"),
        Line(("check", "token", "-", "--jwks", f"{leaky}/k", *served), TOKEN),
        Line(("check", "token", TOKEN, "--client", CLIENT, *network)),
        Line(("check", "jwks", f"{leaky}/k", *served)),
        Line(("check", "jwks", f"https://bob:{PASSWORD}@a.example/k")),
        Line(("check", "link", "user-42", "--app", "instagram")),
        Line(("check", "link", API_KEY, "--app", "instagram")),
        Line(("check", "client", SERVICE_CLIENT)),
        Line(("check", "client", TOKEN)),
        Line(("diagnose", "-", *network), PASTE),
        Line(("ask", "-"), PASTE),
    ]
    both = [one for line in plain for one in (line, Line((*line.words, "--json"), line.given))]
    return [
        *both,
        Line(("check", "token", "--batch", "batch.jsonl")),
        Line(("redact", "-"), PASTE),
        Line(("match", "-"), json.dumps({"id": "1", "text": PASTE})),
        Line(("doctor",)),
    ]


# One process runs them all: starting it is what takes long.
DRIVER = """
import io, json, sys
from bot.cli import run_command_line
for words, given in json.load(open(sys.argv[1])):
    sys.stdin = io.TextIOWrapper(io.BytesIO(given.encode()))
    print("\\n#", *words[:2], flush=True)
    print("#", run_command_line(words), flush=True)
"""


async def test_no_secret_is_found_again(tmp_path: Path) -> None:
    work, home = tmp_path / "work", tmp_path / "home"
    work.mkdir()
    home.mkdir()
    body = json.dumps({"keys": [PRIVATE, {"kty": "oct", "kid": "s", "k": PASSWORD}]}).encode()
    async with open_anon() as lab, open_lab({"*": raw(http(body))}) as leaky:
        inherited = {name: value for name, value in os.environ.items() if "SLACK" not in name}
        places = {"HOME": str(home), "DATA_DIR": str(home / "data"), "LOG_LEVEL": "DEBUG"}
        todo = lines(lab, leaky.origin, work)
        (work / "todo.json").write_text(json.dumps([[one.words, one.given] for one in todo]))
        given = files_below(work)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", DRIVER, "todo.json"),
            cwd=work,
            env={**inherited, **lab.environment(), **places},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate()
        asked = {path for _, path in lab.state.calls}
    assert process.returncode == 0, printed.decode()
    assert printed.count(b"\n# ") == 2 * len(todo)
    assert {f"/sandbox/org/sdkClient/{SERVICE_CLIENT}", f"/sandbox/org/sdkClient/{CLIENT}"} <= asked
    left = files_below(tmp_path)
    texts = {"what was printed": printed, **{name: left[name] for name in left.keys() - given}}
    found = {
        (name, secret[:12])
        for name, text in texts.items()
        for secret in SECRETS
        if secret.encode() in text
    }
    assert found == set()
    assert {name: left[name] for name in given} == given


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
