"""The client of Anon's API: typed answers, typed failures, and a key that shows nowhere."""

import json
import logging
import traceback
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from bot.anon_answers import (
    AnonError,
    ClientKind,
    Environment,
    Problem,
    SdkClient,
    SessionStatus,
    UnreadableAnswerError,
    UserPool,
    read_document,
    read_sdk_client,
    read_status,
    read_user_pool,
)
from bot.anon_api import AnonApi, Endpoint, open_anon_api
from bot.anon_double import (
    CLIENT,
    HOSTED_POOL,
    KEYS,
    OLD_CLIENT,
    POOL,
    SECRET,
    SERVICE_CLIENT,
)
from bot.config import Settings, read_settings
from bot.errors import ConfigError
from tests.anon_lab import PROD, QUICK, SANDBOX, AnonLab, client_for, open_anon, serving


async def failure(lab: AnonLab, env: Environment = SANDBOX) -> AnonError:
    with pytest.raises(AnonError) as caught:
        await lab.api.session_status(env, "user-42", "instagram")
    return caught.value


@pytest.mark.parametrize(
    ("env", "user", "app", "status"),
    [
        (SANDBOX, "user-42", "instagram", SessionStatus.ACTIVE),
        (SANDBOX, "user-7", "linkedin", SessionStatus.REVOKED),
        (SANDBOX, "user-new", "instagram", SessionStatus.UNKNOWN),
        (SANDBOX, "user-live", "amazon", None),
        (PROD, "user-live", "amazon", SessionStatus.ACTIVE),
        (SANDBOX, "a&b=c/../?d #é", "instagram", None),
    ],
)
async def test_a_status_is_read(
    env: Environment, user: str, app: str, status: SessionStatus | None
) -> None:
    async with open_anon() as lab:
        assert await lab.api.session_status(env, user, app) == status


async def test_clients_and_pools_are_read_and_the_secret_is_dropped() -> None:
    async with open_anon() as lab:
        api = lab.api
        own = await api.sdk_client(SANDBOX, CLIENT)
        assert own == SdkClient(
            CLIENT, ClientKind.APPLICATION, POOL, "An SdkClient of the stand-in"
        )
        service = await api.sdk_client(SANDBOX, SERVICE_CLIENT)
        old = await api.sdk_client(SANDBOX, OLD_CLIENT)
        pool, hosted = await api.user_pool(SANDBOX, POOL), await api.user_pool(SANDBOX, HOSTED_POOL)
    assert service
    assert service.kind is ClientKind.SERVICE
    assert SECRET not in repr(service)
    assert old
    assert old.kind is ClientKind.UNTOLD
    assert pool
    assert pool.jwks_uri == f"{lab.origin}/jwks.json"
    assert hosted
    assert hosted.hosted


def test_the_secret_is_gone_as_soon_as_the_body_is_read() -> None:
    body = json.dumps({"id": "x", "auth": {"type": "apiKey", "secret": SECRET}}).encode()
    assert SECRET not in repr(read_document(body))


@pytest.mark.parametrize(
    ("members", "kind", "pool"),
    [
        ({"kind": "service"}, ClientKind.SERVICE, None),
        ({"kind": {"application": {"userPoolId": "p"}}}, ClientKind.APPLICATION, "p"),
        ({"kind": {"application": {}}}, ClientKind.UNTOLD, None),
        ({"kind": 7, "auth": None}, ClientKind.UNTOLD, None),
        ({"auth": {"type": "userPool", "userPoolId": "p", "new": 1}}, ClientKind.APPLICATION, "p"),
        ({"auth": {"type": "userPool"}}, ClientKind.APPLICATION, None),
        ({"auth": {"type": "apiKey", "new": []}, "kind": "x"}, ClientKind.SERVICE, None),
        ({"auth": {"type": "later"}}, ClientKind.UNTOLD, None),
    ],
)
def test_what_a_client_is_for(members: dict[str, object], kind: ClientKind, pool: str) -> None:
    assert read_sdk_client({"id": "c", **members}) == SdkClient("c", kind, pool)


@pytest.mark.parametrize("odd", ["", ".", "..", "...", "x" * 300])
async def test_what_can_be_no_id_is_not_asked(odd: str) -> None:
    async with open_anon() as lab:
        assert await lab.api.sdk_client(SANDBOX, odd) is None
        assert await lab.api.user_pool(SANDBOX, odd) is None
        assert not lab.state.calls


async def test_an_id_stays_inside_its_part_of_the_path() -> None:
    async with open_anon() as lab:
        assert await lab.api.sdk_client(SANDBOX, "../userPool/" + POOL) is None
        assert await lab.api.sdk_client(SANDBOX, f"{CLIENT}?x=1#y") is None


async def test_each_failure_has_its_type() -> None:
    async with open_anon(SANDBOX) as lab:
        lab.state.change(
            {"link": {"app_user_id": "user-42", "app": "instagram", "status": "forbidden"}}
        )
        assert (await failure(lab)).problem is Problem.FORBIDDEN
        assert (await failure(lab, PROD)).problem is Problem.NO_KEY
        lab.state.change({"refuse_key": True})
        assert (await failure(lab)).problem is Problem.UNAUTHORIZED


async def test_a_passing_outage_is_outlived_and_a_lasting_one_told() -> None:
    async with open_anon() as lab:
        lab.state.change({"outage": True})
        assert (await failure(lab)).problem is Problem.AWAY
        assert len(lab.state.calls) == QUICK.attempts
        assert {method for method, _ in lab.state.calls} == {"GET"}


async def test_after_failures_in_a_row_anon_is_left_in_peace_and_then_asked_again() -> None:
    now = [0.0]
    async with open_anon() as lab:
        api = AnonApi(
            {SANDBOX: Endpoint(f"{lab.origin}/sandbox", KEYS["sandbox"])},
            limits=QUICK,
            clock=lambda: now[0],
        )
        lab.state.change({"outage": True})
        for _ in range(QUICK.failures + 2):
            with pytest.raises(AnonError):
                await api.session_status(SANDBOX, "user-42", "instagram")
        assert len(lab.state.calls) == QUICK.failures * QUICK.attempts
        lab.state.change({"outage": False})
        now[0] = QUICK.rest + 1
        assert await api.session_status(SANDBOX, "user-42", "instagram") is SessionStatus.ACTIVE
        await api.close()


async def test_a_short_rate_limit_is_waited_for() -> None:
    async with open_anon() as lab:
        lab.state.change({"rate_limit": 2, "retry_after": 0})
        assert await lab.api.session_status(SANDBOX, "user-42", "instagram") is SessionStatus.ACTIVE
        assert len(lab.state.calls) == 3


async def test_a_long_rate_limit_is_obeyed_by_later_calls_too() -> None:
    async with open_anon() as lab:
        lab.state.change({"rate_limit": 1, "retry_after": 60})
        first, second = await failure(lab), await failure(lab)
        assert first.problem is second.problem is Problem.RATE_LIMITED
        assert first.retry_after == 60
        assert len(lab.state.calls) == 1


async def test_a_server_that_hangs_ends_within_the_limit() -> None:
    async with open_anon(limits=replace(QUICK, total=0.3, read=5.0)) as lab:
        lab.state.change({"latency": 1})
        assert (await failure(lab)).problem is Problem.AWAY


async def test_nobody_there_is_away() -> None:
    api = client_for("http://127.0.0.1:1")
    with pytest.raises(AnonError) as caught:
        await api.session_status(SANDBOX, "user-42", "instagram")
    assert caught.value.problem is Problem.AWAY
    await api.close()


def answers(response: Callable[[], Response]) -> Callable[..., object]:
    async def app(scope: dict, receive: object, send: object) -> None:
        Request(scope)
        await response()(scope, receive, send)

    return app


@pytest.mark.parametrize(
    "response",
    [
        lambda: PlainTextResponse("<!doctype html>", 404, media_type="text/html"),
        lambda: PlainTextResponse("<!doctype html>", 200, media_type="text/html"),
        lambda: PlainTextResponse("not json"),
        lambda: PlainTextResponse("[]"),
        lambda: PlainTextResponse("[" * 100_000),
        lambda: PlainTextResponse('{"status":"linked"}'),
        lambda: PlainTextResponse('{"status":["active"]}'),
        lambda: PlainTextResponse('{"status":"active"' + " " * 2_000_000 + "}"),
        lambda: PlainTextResponse("", 204),
        lambda: PlainTextResponse("", 400),
        lambda: RedirectResponse("http://127.0.0.1:1/", 302),
    ],
)
async def test_what_is_not_the_documented_form_is_never_a_status(
    response: Callable[[], Response],
) -> None:
    async with serving(answers(response)) as origin:
        api = client_for(origin)
        with pytest.raises(AnonError) as caught:
            await api.session_status(SANDBOX, "user-42", "instagram")
        await api.close()
    assert caught.value.problem is Problem.AWAY


@pytest.mark.parametrize("key", ["anon_Kd83/kf+29dkWm", "with\nnewline", "ключ"])
async def test_the_key_shows_nowhere(key: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    endpoint = Endpoint("http://127.0.0.1:1", key)
    api = AnonApi({SANDBOX: endpoint}, limits=QUICK)
    with pytest.raises(AnonError) as caught:
        await api.session_status(SANDBOX, "user-42", "instagram")
    await api.close()
    said = "".join(traceback.format_exception(caught.value))
    for text in (said, repr(endpoint), caplog.text):
        assert key not in text
        assert repr(key)[1:-1] not in text


async def test_the_settings_say_which_environments_can_be_asked() -> None:
    settings = Settings(_env_file=None, anon_api_key_prod="anon_x")
    async with open_anon_api(settings) as api:
        assert [env for env in Environment if api.has_key(env)] == [PROD]


@pytest.mark.parametrize(
    "bad",
    [
        {"anon_api_key_prod": "two words"},
        {"anon_api_url_prod": "http://svc.prod.anon.com"},
        {"anon_api_url_prod": "http://127.0.0.1.example.com"},
        {"anon_api_url_prod": "ftp://127.0.0.1"},
        {"anon_api_url_prod": "https://user:pass@svc.prod.anon.com"},
        {"anon_default_env": "staging"},
    ],
)
def test_bad_settings_are_named_and_not_shown(bad: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings(_env_file=None, **bad)
    ((name, value),) = bad.items()
    assert name.upper() in str(caught.value)
    assert value not in str(caught.value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "auth", "type", "userPoolId", "authorization", "jwksUri", "status"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(VALUES)
def test_whatever_json_comes_is_read_or_refused(value: object) -> None:
    try:
        document = read_document(json.dumps(value).encode())
    except UnreadableAnswerError:
        assert not isinstance(value, dict)
        return
    for read, made in (
        (read_status, SessionStatus),
        (read_sdk_client, SdkClient),
        (read_user_pool, UserPool),
    ):
        try:
            assert isinstance(read(document), made)
        except UnreadableAnswerError:
            continue


@given(st.binary(max_size=64))
def test_whatever_bytes_come_are_read_or_refused(body: bytes) -> None:
    try:
        assert isinstance(read_document(body), dict)
    except UnreadableAnswerError:
        return
