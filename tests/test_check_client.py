"""`check client` and `check token --client`: SdkClient, UserPool, JWK Set and token together."""

import json

import pytest

from bot.anon_answers import Environment
from bot.anon_double import (
    CLIENT,
    HOSTED_CLIENT,
    HOSTED_POOL,
    OLD_CLIENT,
    POOL,
    SECRET,
    SERVICE_CLIENT,
)
from bot.checks.client import check_client
from bot.checks.client_token import check_token_of_client
from bot.checks.finding import Finding, ok_of
from bot.errors import UserError
from bot.guard import Guard
from tests import token_lab
from tests.anon_lab import PROD, SANDBOX, AnonLab, open_anon

OTHER = "55555555-5555-4555-8555-555555555555"
KEYS = token_lab.jwk_set(token_lab.jwk(token_lab.private_key("rsa")))


async def check(
    lab: AnonLab,
    client: str,
    pool: str | None = None,
    env: Environment = SANDBOX,
    guard: Guard | None = None,
) -> list[Finding]:
    lab.state.jwk_set = KEYS
    return await check_client(client, pool, env, lab.api, guard or lab.guard, pause=lab.pause)


def codes(found: list[Finding]) -> list[str]:
    return [one.code for one in found]


@pytest.mark.parametrize(
    ("client", "pool", "expected"),
    [
        (CLIENT, None, ["client_found", "pool_found", "pool_jwks", "ok"]),
        (CLIENT, POOL, ["client_found", "pool_found", "pool_jwks", "ok"]),
        (CLIENT, OTHER, ["client_pool_mismatch", "pool_found", "pool_jwks", "ok"]),
        (SERVICE_CLIENT, None, ["client_is_service"]),
        (HOSTED_CLIENT, HOSTED_POOL, ["client_found", "pool_found", "pool_hosted"]),
        (OLD_CLIENT, None, ["client_found", "client_pool_unknown"]),
        (
            OLD_CLIENT,
            POOL,
            ["client_found", "client_pool_unknown", "pool_found", "pool_jwks", "ok"],
        ),
        (OLD_CLIENT, OTHER, ["client_found", "client_pool_unknown", "pool_not_found"]),
        (OTHER, None, ["client_not_found"]),
        ("SDK_CLIENT_ID", None, ["client_not_found"]),
    ],
)
async def test_each_case_has_its_codes(client: str, pool: str | None, expected: list[str]) -> None:
    async with open_anon() as lab:
        found = await check(lab, client, pool)
    assert codes(found) == expected
    assert ok_of(found) == (not any(one.severity == "error" for one in found))
    assert SECRET not in str(found)


async def test_a_client_of_the_other_environment_is_named() -> None:
    async with open_anon() as lab:
        lab.state.client(OTHER, "service", env="prod")
        found = await check(lab, OTHER)
    assert "It is one of prod" in found[0].remedy


async def test_faults_of_the_pools_keys_follow() -> None:
    async with open_anon() as lab:
        lab.state.pool(POOL, jwks_uri=f"{lab.origin}/nowhere")
        found = await check(lab, CLIENT)
    assert codes(found)[:4] == ["client_found", "pool_found", "pool_jwks", "http_404"]
    assert ok_of(found) is False


async def test_an_address_that_is_not_public_is_neither_asked_nor_shown() -> None:
    async with open_anon() as lab:
        lab.state.pool(POOL, jwks_uri="https://user:hunter2@10.1.2.3/jwks.json")
        found = await check(lab, CLIENT, guard=Guard())
    assert codes(found)[-1] == "url_has_credentials"
    assert "10.1.2.3" not in str(found)
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    ("trouble", "code", "ok"),
    [
        ({"outage": True}, "anon_unavailable", None),
        ({"rate_limit": 9, "retry_after": 30}, "anon_rate_limited", None),
        ({"refuse_key": True}, "anon_unauthorized", False),
    ],
)
async def test_no_answer_is_told_as_such(
    trouble: dict[str, object], code: str, ok: bool | None
) -> None:
    async with open_anon() as lab:
        lab.state.change(trouble)
        found = await check(lab, CLIENT)
    assert codes(found) == [code]
    assert found[0].step == "client"
    assert ok_of(found) is ok


async def test_without_a_key_nothing_is_asked() -> None:
    async with open_anon(SANDBOX) as lab:
        assert codes(await check(lab, CLIENT, env=PROD)) == ["no_key_for_environment"]
        assert not lab.state.calls


async def test_a_secret_in_place_of_an_id_is_not_asked_about() -> None:
    async with open_anon() as lab:
        with pytest.raises(UserError):
            await check(lab, "anon_Kd83/kf+29dkWm93kdkWqz82")
        assert not lab.state.calls


# A token against its SdkClient


async def check_token(lab: AnonLab, token: str, client: str = CLIENT) -> list[Finding]:
    lab.state.jwk_set = KEYS
    return await check_token_of_client(
        token,
        client,
        SANDBOX,
        api=lab.api,
        guard=lab.guard,
        now=token_lab.NOW,
        pause=lab.pause,
    )


@pytest.mark.parametrize(
    ("header", "key", "client", "code", "present"),
    [
        ({}, None, CLIENT, "ok", True),
        ({}, None, CLIENT, "token_not_for_pool", False),
        ({"kid": "other"}, None, CLIENT, "token_not_for_pool", True),
        ({}, "stranger", CLIENT, "token_not_for_pool", True),
        ({}, None, SERVICE_CLIENT, "client_is_service", True),
        ({}, None, SERVICE_CLIENT, "signature_not_checked", True),
        ({}, None, HOSTED_CLIENT, "pool_hosted", True),
    ],
)
async def test_a_token_is_held_against_its_pool(
    header: dict[str, str], key: str | None, client: str, code: str, present: bool
) -> None:
    maker = token_lab.private_key("rsa", 7) if key else None
    token = token_lab.signed(key=maker, **header)
    async with open_anon() as lab:
        found = await check_token(lab, token, client)
    assert (code in codes(found)) is present
    assert codes(found).count("token_not_for_pool") <= 1
    assert token not in json.dumps([str(one) for one in found])


async def test_a_token_is_judged_alone_when_anon_is_away() -> None:
    async with open_anon() as lab:
        lab.state.change({"outage": True})
        found = await check_token(lab, token_lab.signed(token_lab.claims(exp=1)))
    assert {"anon_unavailable", "signature_not_checked", "expired"} <= set(codes(found))
