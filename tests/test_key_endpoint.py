"""GET /.well-known/jwks.json of the running bot: what it serves, and who can verify with it."""

import asyncio
import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from jwks_lab import Authorities, make_authorities, make_certificate
from slack_lab import running
from starlette.applications import Starlette
from starlette.routing import Route

from bot.audit import Audit
from bot.checks.jwks import check_jwks
from bot.checks.keys import PRIVATE_MEMBERS
from bot.guard import Guard
from bot.key_endpoint import KeyEndpoint
from bot.minting import By, open_minter
from bot.playground.loop_server import LoopServer
from bot.tokens.faults import Fault
from bot.tokens.key_folder import KeyFolder
from bot.tokens.signing_key import Algorithm, new_key
from bot.tokens.wanted import Wanted

PATH = "/.well-known/jwks.json"
NODE = Path(__file__).parent / "node"


class Clock:
    """Now, and what a test adds to it."""

    ahead = 0.0

    def __call__(self):
        return time.time() + self.ahead


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def keys(tmp_path, clock):
    return KeyFolder(tmp_path / "keys", clock)


@asynccontextmanager
async def bot(tmp_path, clock):
    async with (
        running(tmp_path, clock=clock) as (lab, opened),
        httpx.AsyncClient(base_url=lab.host, trust_env=False) as client,
    ):
        yield client, opened


async def test_the_running_bot_serves_what_is_in_the_folder(tmp_path, keys, clock):
    async with bot(tmp_path, clock) as (client, _):
        none = await client.get(PATH)
        assert (none.status_code, none.text) == (404, "This bot has no example key.")
        keys.add([new_key(Algorithm.RS256), new_key(Algorithm.ES256)])
        got = await client.get(PATH)
        assert got.status_code == 200
        assert got.headers["content-type"] == "application/json"
        assert got.headers["cache-control"] == "public, max-age=60"
        served = got.json()["keys"]
        assert [key["alg"] for key in served] == ["ES256", "RS256"]
        assert all(PRIVATE_MEMBERS.isdisjoint(key) for key in served)
        head = await client.head(PATH)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == got.headers["content-length"]
        etag = got.headers["etag"]
        for condition in (etag, f"W/{etag}", f'"x", {etag}', "*"):
            same = await client.get(PATH, headers={"if-none-match": condition})
            assert (same.status_code, same.content) == (304, b"")
            assert same.headers["etag"] == etag
        assert (await client.post(PATH)).status_code == 405
        keys.rotate("", lambda _: new_key(Algorithm.EDDSA))
        changed = await client.get(PATH, headers={"if-none-match": etag})
        assert (changed.status_code, changed.json()["keys"][0]["alg"]) == (200, "EdDSA")


async def test_keys_that_others_can_read_are_not_served(tmp_path, keys, clock):
    keys.add([new_key(Algorithm.ES256)])
    async with bot(tmp_path, clock) as (client, _):
        assert (await client.get(PATH)).status_code == 200
        (keys.folder / "ring.json").chmod(0o644)
        got = await client.get(PATH)
        assert (got.status_code, got.text) == (503, "The example keys cannot be read now.")


async def test_an_old_key_is_served_until_its_last_token_has_expired(tmp_path, keys, clock):
    keys.add([new_key(Algorithm.ES256)])
    async with bot(tmp_path, clock) as (client, opened):
        minter = open_minter(opened.services.settings, opened.services.store.audit, clock)
        minted = await minter.mint(Wanted(ttl=60), By("T", "U", "C"))
        new = keys.rotate("", lambda _: new_key(Algorithm.ES256))

        async def kids():
            return [key["kid"] for key in (await client.get(PATH)).json()["keys"]]

        assert await kids() == [new.kid, minted.draft.kid]
        clock.ahead = 61
        assert await kids() == [new.kid]


@pytest.fixture(scope="module")
def authorities(tmp_path_factory) -> Authorities:
    return make_authorities(tmp_path_factory.mktemp("ca"))


@asynccontextmanager
async def over_tls(endpoint, authorities):
    """Serve the endpoint over TLS on loopback, and yield its address."""
    leaf = make_certificate(authorities.root, "127.0.0.1")
    authorities.server(leaf)
    pem = authorities.folder / f"{leaf.cert.serial_number}.pem"
    app = Starlette(routes=[Route(PATH, endpoint.answer)])
    config = uvicorn.Config(
        app, port=0, log_config=None, ssl_certfile=pem, ssl_keyfile=pem, lifespan="off"
    )
    server = LoopServer(config)
    serving = asyncio.create_task(server.serve())
    await server.accepts.wait()
    try:
        yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


@pytest.mark.parametrize("algorithm", Algorithm)
async def test_check_jwks_on_it_is_green(keys, clock, authorities, algorithm):
    keys.add([new_key(algorithm)])
    async with over_tls(KeyEndpoint(keys, clock), authorities) as place:
        guard = Guard(allow_hosts=[place], ca_file=authorities.ca_file)

        async def at_once(_seconds: float) -> None:
            """Make the second fetch without the pause between."""

        found = await check_jwks(f"https://{place}{PATH}", guard, pause=at_once)
    assert [one.code for one in found] == ["ok"]


def node_missing() -> Iterator[str]:
    if not shutil.which("node"):
        yield "node is missing"
    if not (NODE / "node_modules" / "jose").exists():
        yield "the npm package jose is missing: run `npm ci` in tests/node"


@pytest.mark.skipif(any(node_missing()), reason="; ".join(node_missing()))
async def test_nodes_jose_verifies_against_the_running_bot(tmp_path, keys, clock):
    keys.add([new_key(algorithm) for algorithm in Algorithm])
    async with bot(tmp_path, clock) as (client, opened):
        minter = open_minter(opened.services.settings, Audit(opened.services.store.engine), clock)
        kids = [held.kid for held in keys.ring().keys]
        good = [Wanted(sub=f"user-{kid}", key=kid) for kid in kids]
        bad = [Wanted(fault=fault) for fault in Fault]
        tokens = [(await minter.mint(one, By("T", "U", "C"))).token for one in (*good, *bad)]
        answers = await ask_node(str(client.base_url.join(PATH)), tokens)
    assert answers[:3] == [{"sub": f"user-{kid}"} for kid in kids]
    assert dict(zip(Fault, answers[3:], strict=True)) == {
        Fault.EXPIRED: {"error": "ERR_JWT_EXPIRED"},
        Fault.NOT_YET_VALID: {"error": "ERR_JWT_CLAIM_VALIDATION_FAILED"},
        Fault.NO_KID: answers[3 + list(Fault).index(Fault.NO_KID)],  # jose needs none with one fit
        Fault.UNKNOWN_KID: {"error": "ERR_JWKS_NO_MATCHING_KEY"},
        Fault.WRONG_KEY: {"error": "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"},
        Fault.NO_SUB: {},
        Fault.ALG_NONE: {"error": "ERR_JOSE_NOT_SUPPORTED"},
        Fault.HS256: {"error": "ERR_JOSE_NOT_SUPPORTED"},
    }


async def ask_node(url, tokens):
    node = await asyncio.create_subprocess_exec(
        "node",
        str(NODE / "verify.mjs"),
        url,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await node.communicate(json.dumps(tokens).encode())
    assert re.match(rb"\[", out)
    return json.loads(out)
