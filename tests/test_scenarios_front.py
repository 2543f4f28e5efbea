"""What gets past the door: signatures, sizes, shapes, and whether the bot is alive and ready."""

import hashlib
import hmac
import json
import time

import httpx
import pytest
from dbos import DBOS
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from bot.engine import count_waiting
from bot.metrics import OLDEST, UNKNOWN_REQUESTS, WAITING
from tests.slack_lab import SURE_404, running

URL_CHECK = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()


def signed(secret: str, body: bytes, stamp: str | None = None) -> dict[str, str]:
    stamp = stamp or str(int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
        "Content-Type": "application/json",
    }


async def post(
    lab, body: bytes, headers: list[tuple[bytes, bytes]] | dict[str, str]
) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.post(f"{lab.host}/slack/events", content=body, headers=headers)


async def test_only_what_slack_signed_just_now_gets_in(tmp_path):
    async with running(tmp_path) as (lab, opened):
        secret = lab.signing_secret
        good = signed(secret, URL_CHECK)
        answer = await post(lab, URL_CHECK, good)
        assert (answer.status_code, "abc" in answer.text) == (200, True)
        now = int(time.time())
        bad = [
            {},
            {**good, "X-Slack-Signature": "v0=0"},
            {k: v for k, v in good.items() if k != "X-Slack-Signature"},
            {k: v for k, v in good.items() if k != "X-Slack-Request-Timestamp"},
            signed("wrong", URL_CHECK),
            signed(secret, URL_CHECK, str(now - 400)),
            signed(secret, URL_CHECK, str(now + 400)),
            signed(secret, URL_CHECK, "soon"),
            signed(secret, URL_CHECK, "1e9"),
            signed(secret, URL_CHECK, f"-{now}"),
            signed(secret, URL_CHECK, "9" * 5000),
            signed(secret, URL_CHECK, f"{now}.5"),
        ]
        for headers in bad:
            assert (await post(lab, URL_CHECK, headers)).status_code == 401, headers
        for name in (b"X-Slack-Signature", b"X-Slack-Request-Timestamp"):
            raw = [(k.encode(), v.encode()) for k, v in good.items() if k.encode() != name]
            strange = [*raw, (name, "v0=é٣".encode())]
            assert (await post(lab, URL_CHECK, strange)).status_code == 401
        await opened.settled()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"1",
        b'{"type": 5}',
        b'{"type": "event_callback"}',
        b'{"type": "event_callback", "event": []}',
        b"[" * 50_000,
    ],
)
async def test_a_signed_body_that_is_no_request_is_400(tmp_path, body):
    async with running(tmp_path) as (lab, opened):
        assert (await post(lab, body, signed(lab.signing_secret, body))).status_code == 400
        form = {
            **signed(lab.signing_secret, body),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        assert (await post(lab, body, form)).status_code == 400
        payload = b"payload=%7B"
        form = {
            **signed(lab.signing_secret, payload),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        assert (await post(lab, payload, form)).status_code == 400
        await opened.settled()


async def test_a_body_over_a_mebibyte_is_413(tmp_path):
    async with running(tmp_path) as (lab, opened):
        body = b"x" * (1024 * 1024 + 1)
        assert (await post(lab, body, signed(lab.signing_secret, body))).status_code == 413
        await opened.settled()


async def test_what_is_too_much_at_once_is_503(tmp_path, monkeypatch):
    monkeypatch.setattr("handlers.front.MOST_AT_ONCE", 0)
    async with running(tmp_path) as (lab, _opened):
        answer = await post(lab, URL_CHECK, signed(lab.signing_secret, URL_CHECK))
        assert (answer.status_code, answer.text) == (503, "too much to do")


async def test_unknown_requests_are_200_and_counted(tmp_path):
    async with running(tmp_path) as (lab, opened):
        before = UNKNOWN_REQUESTS._value.get()
        unknown = [
            {"type": "event_callback", "team_id": "T0ACME", "event": {"type": "pin_added"}},
            {"type": "app_rate_limited", "team_id": "T0ACME"},
        ]
        for payload in unknown:
            body = json.dumps(payload).encode()
            assert (await post(lab, body, signed(lab.signing_secret, body))).status_code == 200
        assert UNKNOWN_REQUESTS._value.get() == before + 2
        await opened.settled()


async def test_alive_and_ready(tmp_path):
    async with running(tmp_path) as (lab, opened), httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"{lab.host}/healthz")).text == "ok"
        assert (await http.get(f"{lab.host}/readyz")).json() == {"ready": True, "away": []}
        lab.faults.add("auth.test", status=500)
        answer = await http.get(f"{lab.host}/readyz")
        assert (answer.status_code, answer.json()["away"]) == (503, ["slack"])
        await opened.settled()


HOSTILE = [
    "x" * 100_000,
    "\u202e\u200f 404 \u2066",
    "404 <!channel> <!here> <@U0BO> <https://evil.example|https://docs.anon.com>",
    "404 ```" + "`" * 500,
    "\ud800 404",
    "404 \0",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_pings_nobody_and_breaks_nothing(tmp_path, text):
    async with running(tmp_path) as (lab, opened):
        event = {
            "type": "app_mention",
            "channel": "C0SUPPORT",
            "user": "U0ANA",
            "ts": "1.000100",
            "text": text,
        }
        envelope = {
            "type": "event_callback",
            "team_id": "T0ACME",
            "event_id": "Ev1",
            "event": event,
        }
        assert (await lab.sender.event(envelope)).status == 200
        await opened.settled()
        (call,) = lab.calls("chat.postMessage") or lab.calls("chat.postEphemeral")
        for ping in ("<!channel", "<!here", "<@U0BO", "evil.example"):
            assert ping not in str(call)


async def test_slacks_own_variables_in_the_environment_change_nothing(tmp_path, monkeypatch):
    for name in (
        "SLACK_CLIENT_ID",
        "SLACK_CLIENT_SECRET",
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
    ):
        monkeypatch.setenv(name, "from-the-environment")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.chdir(tmp_path)
    async with running(tmp_path) as (lab, opened):
        reply = await lab.reply_to(lab.people.say("support", "ana", SURE_404))
        assert "backend-user-404" in reply.text
        lab.interactions.command("support", "ana", "/anon", "help")
        await opened.settled()
        assert "I answer questions" in lab.private("ana")[-1].text


async def test_metrics_parse_and_agree_with_what_was_sent(tmp_path):
    async with running(tmp_path) as (lab, opened), httpx.AsyncClient(trust_env=False) as http:

        async def read() -> dict[str, float]:
            answer = await http.get(f"{lab.host}/metrics")
            families = text_string_to_metric_families(answer.text)
            samples = [sample for family in families for sample in family.samples]
            return {f"{s.name}{sorted(s.labels.values())}": s.value for s in samples}

        before = await read()
        lab.people.say("support", "ana", SURE_404)
        lab.people.say("support", "bo", "thanks all!")
        await opened.settled()
        after = await read()
        for name, count in {
            "anon_events_total['message']": 2,
            "anon_decisions_total['answer']": 1,
            "anon_decisions_total['talk']": 1,
            "anon_posts_total['answer']": 1,
            "anon_ack_seconds_count[]": 3,  # the bot's own reply is sent to it too
            "anon_match_seconds_count[]": 1,  # the question, as work; talk is not matched
        }.items():
            assert after[name] - before.get(name, 0) == count, name
        forwarded = {"X-Forwarded-For": "203.0.113.9"}
        assert (await http.get(f"{lab.host}/metrics", headers=forwarded)).status_code == 404


async def test_work_that_waits_is_counted_with_its_age(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.faults.add("chat.postMessage", status=429, count=1, retry_after=2)
        lab.people.say("support", "ana", SURE_404)
        await lab.until(lambda: lab.calls("chat.postMessage"))
        await count_waiting()
        assert WAITING._value.get() == 1
        assert 0 <= OLDEST._value.get() < 60
        await opened.settled()


async def test_metrics_are_told_without_the_database_too(tmp_path, monkeypatch):
    async with running(tmp_path) as (lab, opened), httpx.AsyncClient(trust_env=False) as http:

        async def away(**_how):
            raise OperationalError("SELECT", {}, Exception("gone"))

        monkeypatch.setattr(DBOS, "list_workflows_async", away)
        answer = await http.get(f"{lab.host}/metrics")
        assert answer.status_code == 200
        assert "anon_work_waiting NaN" in answer.text
        monkeypatch.undo()
        await opened.settled()
