"""`check jwks` as a process of its own, with its real limits, against every bad server.

Some by default; CLI_LADDER=all runs it for every behaviour, which takes some minutes.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.jwks_lab import BEHAVIOURS, Authorities, bad_tls, listening, make_authorities, open_lab

A_FEW = ("/good", "/drip-body", "/gzip-bomb", "/to-login", "/flaps-first", "/redirect-to-metadata")
PATHS = tuple(BEHAVIOURS) if os.environ.get("CLI_LADDER") == "all" else A_FEW
AT_ONCE = 6


@dataclass(frozen=True)
class Ran:
    code: int
    answer: dict[str, Any]
    err: str

    @property
    def codes(self) -> set[str]:
        told = self.answer["findings"]
        return {one["code"] for one in told if one["severity"] not in {"ok", "info"}}


async def run(*words: str) -> Ran:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "check", "jwks", *words, "--json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return Ran(process.returncode or 0, json.loads(out), err.decode())


async def run_all(lines: Sequence[Sequence[str]]) -> list[Ran]:
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(words: Sequence[str]) -> Ran:
        async with limit:
            return await run(*words)

    return await asyncio.gather(*map(one, lines))


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Authorities:
    return make_authorities(tmp_path_factory.mktemp("ca"))


async def test_each_behaviour_from_the_command_line() -> None:
    async with open_lab() as lab:
        options = ("--allow-http", "--allow-host", lab.host_port)
        ran = await run_all([(lab.url(path), *options) for path in PATHS])
    wrong = {
        path: (one.codes, BEHAVIOURS[path][1])
        for path, one in zip(PATHS, ran, strict=True)
        if one.codes != BEHAVIOURS[path][1]
    }
    assert wrong == {}
    for one in ran:
        assert one.err == ""
        assert one.code == (0 if one.answer["ok"] else 1)


async def test_a_test_authority_and_a_tls_fault(authorities: Authorities) -> None:
    expected, context = list(bad_tls(authorities))[1]
    ca_file = ("--ca-file", str(authorities.ca_file))
    async with open_lab(tls=authorities.good()) as good, open_lab(tls=context) as bad:
        passed, failed, unknown = await run_all(
            [
                (good.url("/good"), "--allow-host", good.host_port, *ca_file),
                (bad.url("/good"), "--allow-host", bad.host_port, *ca_file),
                (good.url("/good"), "--allow-host", good.host_port),
            ]
        )
    assert (passed.code, passed.answer["ok"]) == (0, True)
    assert (failed.code, failed.codes) == (1, {expected})
    assert unknown.codes == {"tls_incomplete_chain"}


async def test_what_was_not_allowed_hears_nothing() -> None:
    async with listening() as denied:
        (ran,) = await run_all([(f"https://{denied.host_port}/", "--allow-host", "127.0.0.1:1")])
        assert ran.codes == {"private_address"}
        assert denied.connections == 0
