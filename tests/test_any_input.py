"""Whatever comes is read or refused with a code, never with a surprise: one property a parser."""

import asyncio
import base64
import json
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from token_lab import NOW, jwk, jwk_set, part, private_key, signed

from bot.checks.document import parse_key_set
from bot.checks.finding import Finding, ok_of, usual_steps
from bot.checks.look import judge_answer
from bot.checks.strict_json import DEEPEST, NotJsonError, strict_json
from bot.checks.token import KeySet, check_token, key_set_of
from bot.guard import Answer, FetchError, Guard, Limits
from bot.verbs import Verb, parse_verb
from tests.jwks_lab import Visit, jwks, open_lab

CODES = usual_steps()
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)
TWISTED = st.sampled_from(
    [
        '{"a":1,"a":2}',
        "[" * 40,
        '{"a":' * 40,
        "NaN",
        "-Infinity",
        "1e999",
        "9" * 1001,
        "1" * 4301,
        '{"a":"\\ud800"}',
        '{"a":"\\u0000"}',
        '"\\',
        '{"a"',
        "[1,]",
        "\ufeff{}",
        "'a'",
        "0x1",
        "01",
    ]
)


def all_known(findings: list[Finding]) -> bool:
    return all(one.code in CODES or one.code.startswith("http_") for one in findings)


@given(JSON.map(json.dumps) | st.text() | TWISTED)
def test_strict_json_is_json_or_less(text: str) -> None:
    try:
        value = strict_json(text)
    except NotJsonError:
        return
    again = json.loads(text)
    assert value == again or "nan" in repr(again)
    assert not _holds_nan(value)


def _holds_nan(value: Any) -> bool:
    match value:
        case float():
            return math.isnan(value)
        case list():
            return any(map(_holds_nan, value))
        case dict():
            return any(map(_holds_nan, value.values()))
    return False


@pytest.mark.parametrize(("text", "fine"), [("[" * DEEPEST + "]" * DEEPEST, True), ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), False), ("1" * 1000, True), ("-" + "1" * 1000, True), ("1" * 1001, False), ("0." + "1" * 999, True), ("0." + "1" * 1000, False), ("1e5", True)])  # fmt: skip
def test_the_limits_are_those_of_the_contract(text: str, fine: bool) -> None:
    try:
        strict_json(text)
    except NotJsonError:
        assert not fine
    else:
        assert fine


HEADER = st.fixed_dictionaries(
    {},
    optional={
        "alg": st.sampled_from(["RS256", "none", "HS256", "ES256", "EdDSA", "", 1, None]) | LEAVES,
        "kid": st.sampled_from(["k1", "k9", "", 7, None]) | LEAVES,
        "crit": JSON,
        "b64": JSON,
        "jwk": JSON,
        "typ": LEAVES,
    },
)
CLAIMS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(["sub", "exp", "nbf", "iat", "iss", "aud"], JSON)
)
PARTS = (
    st.builds(part, HEADER | CLAIMS | JSON)
    | st.builds(lambda raw: base64.urlsafe_b64encode(raw).decode(), st.binary(max_size=60))
    | st.builds(part, TWISTED)
    | st.text(st.sampled_from("eyJhbGciOi.=-_+/ \n%!"), max_size=30)
)
RSA = jwk(private_key("rsa"))
SETS = [
    None,
    KeySet(jwk_set(RSA, {"kty": "AKP", "kid": "k1"}, {"kid": []}, {})),
    KeySet({"keys": [1, None, {"kid": {"a": 1}, "kty": []}, {"kid": 7, "kty": "RSA", "n": 5}]}),
    key_set_of(b"<html>"),
]


@given(st.lists(PARTS, max_size=6).map(".".join) | st.text(max_size=80), st.sampled_from(SETS))
@settings(max_examples=300, deadline=None)
def test_any_token_is_judged(token: str, keys: KeySet | None) -> None:
    findings = check_token(token, keys, now=NOW)
    assert findings
    assert all_known(findings)
    assert ok_of(findings) is not None
    assert all(one.remedy for one in findings if one.severity == "error")


@given(HEADER, CLAIMS, st.sampled_from(SETS))
@settings(max_examples=300, deadline=None)
def test_any_header_and_claims_are_judged(
    header: dict[str, Any], claims: dict[str, Any], keys: KeySet | None
) -> None:
    token = signed(claims, **{"signs": "RS256", "alg": "RS256", **header})
    findings = check_token(token, keys, now=NOW)
    assert findings
    assert all_known(findings)


BODIES = (
    JSON.map(json.dumps).map(str.encode)
    | st.binary(max_size=200)
    | st.builds(lambda one: json.dumps({"keys": one}).encode(), JSON)
    | TWISTED.map(str.encode)
    | st.sampled_from([jwks(), b"\xef\xbb\xbf" + jwks(), jwks().decode().encode("utf-16")])
    | st.text(st.sampled_from("<!doctype html><title>Sign in tunnel not found error 1020</"))
    .map(str.encode)
)  # fmt: skip


@given(BODIES)
@settings(max_examples=300, deadline=None)
def test_any_file_is_a_key_set_or_has_a_code(raw: bytes) -> None:
    keys, findings = parse_key_set(raw)
    assert (keys is None) == bool(findings)
    assert all_known(findings)


@given(
    BODIES,
    st.integers(200, 599),
    st.dictionaries(
        st.sampled_from(["content-type", "cache-control", "www-authenticate", "ngrok-error-code"]),
        st.text(max_size=40),
    ),
    st.sampled_from(["https://a.example/k", "https://github.com/a/b/blob/c/d", "https://x/login?"]),
    st.integers(0, 5),
)
@settings(max_examples=300, deadline=None)
def test_any_answer_is_judged(
    body: bytes, status: int, headers: dict[str, str], url: str, hops: int
) -> None:
    seen = judge_answer(Answer(url, status, headers, body, hops))
    assert seen.findings
    assert all_known(list(seen.findings))


@given(st.text() | st.lists(st.sampled_from(
    ["check", "jwks", "token", "link", "config", "mode", "mute", "me", "help", "\u202e", "<@U1>"]
)).map(" ".join))  # fmt: skip
def test_any_words_are_a_verb(text: str) -> None:
    assert isinstance(parse_verb(text), Verb)


HEADS = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.0 200\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: ",
        b"HTTP/1.1 999 X\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/2 200\r\n",
        b"\r\n\r\nHTTP/1.1 200 OK\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 99999999999999999999999\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Content-Encoding: gzip\r\n",
        b"Content-Encoding: gzip, gzip\r\n",
        b"Set-Cookie: a=b\r\n folded\r\n",
        b"X-\xff: \xfe\r\n",
        b": empty\r\n",
        b"no colon\r\n",
        b"5\r\nhello\r\n",
        b"ffffffffffffffffff\r\n",
        b"0\r\n\r\n",
        b"\r\n",
        b"\x1f\x8b\x08",
        b"{}",
    ]
)
WIRE = st.lists(HEADS | st.binary(max_size=20), max_size=8).map(b"".join)
QUICK = Limits(read=0.3, total=1.0, page_time=0.2)


def test_any_bytes_on_the_wire_are_an_answer_or_a_fault() -> None:
    """A server that says anything at all, one connection for each thing it says."""
    said = [b""]

    async def says_it(visit: Visit) -> None:
        await visit.send(said[0])

    async def talk() -> None:
        async with open_lab({"*": says_it}) as lab:
            guard = Guard(allow_hosts=[lab.host_port], allow_http=True, limits=QUICK)
            loop, ask = asyncio.get_running_loop(), guard.get(lab.url("/"))
            ask.close()

            @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
            @given(WIRE)
            def exchange(wire: bytes) -> None:
                said[0] = wire
                asyncio.run_coroutine_threadsafe(once(guard, lab.url("/")), loop).result(10)

            await asyncio.to_thread(exchange)

    async def once(guard: Guard, url: str) -> None:
        try:
            answer = await guard.get(url)
        except FetchError as error:
            code = error.code
        else:
            code = judge_answer(answer).findings[0].code
        assert code in CODES or code.startswith("http_")

    asyncio.run(talk())
