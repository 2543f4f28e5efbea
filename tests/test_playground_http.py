"""The addresses of the page and of scripts, over HTTP as they are used."""

import asyncio
import io
import json
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.playground.manifest import Manifest, read_manifest
from bot.playground.origins import BODY_BYTES
from bot.playground.running import running_workspace
from tests.playground_bots import BoltBot


class Script:
    """What an outside script does: JSON in, JSON out."""

    def __init__(self, session, host):
        self.session = session
        self.host = host

    async def post(self, path, body, **more):
        raw = body if isinstance(body, bytes | str) else json.dumps(body)
        data = io.BytesIO(raw.encode() if isinstance(raw, str) else raw)
        async with self.session.post(f"{self.host}{path}", data=data, **more) as response:
            return response.status, await response.json(content_type=None)

    async def get(self, path, **more):
        async with self.session.get(f"{self.host}{path}", **more) as response:
            return response.status, await response.json(content_type=None)

    async def messages(self, channel, user=""):
        query = f"?channel={channel}" + (f"&user={user}" if user else "")
        _, answer = await self.get(f"/playground/messages{query}")
        return answer["messages"]


@pytest.fixture
def bot():
    return BoltBot()


@pytest.fixture
async def lab(bot, tmp_path):
    async with running_workspace(bot.start, data_dir=tmp_path, manifest=Manifest()) as lab:
        yield lab


@pytest.fixture
async def script(lab):
    async with aiohttp.ClientSession() as session:
        yield Script(session, lab.host)


async def test_say_and_read(script, bot, lab):
    status, answer = await script.post(
        "/playground/say", {"channel": "support", "user": "ana", "text": "a < b"}
    )
    assert status == 200
    ts = answer["ts"]
    await lab.people._announcer._sender.delivered()
    client = bot.app.client
    await client.chat_postMessage(channel="C0SUPPORT", text="reply", thread_ts=ts)
    await client.chat_postEphemeral(channel="C0SUPPORT", user="U0ANA", text="psst")
    seen = await script.messages("support", "ana")
    assert [(m["user"], m["text"], m["thread_ts"], m["ephemeral_to"]) for m in seen] == [
        ("ana", "a &lt; b", None, None),
        ("anon", "reply", ts, None),
        ("anon", "psst", None, "ana"),
    ]
    assert [m["text"] for m in await script.messages("C0SUPPORT", "U0BO")] == ["a &lt; b", "reply"]
    assert [m["text"] for m in await script.messages("support")] == ["a &lt; b", "reply"]


async def test_every_deed_over_http(script, bot, lab):
    @bot.app.action("go")
    async def go(ack, body, client):
        await ack()
        view = {
            "type": "modal",
            "title": {"type": "plain_text", "text": "Ask"},
            "submit": {"type": "plain_text", "text": "Go"},
            "blocks": [
                {
                    "type": "input",
                    "block_id": "q",
                    "label": {"type": "plain_text", "text": "Q"},
                    "element": {"type": "plain_text_input", "action_id": "a"},
                }
            ],
        }
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    place = {"channel": "support", "user": "ana"}
    _, said = await script.post("/playground/say", {**place, "text": "hello"})
    posted = await bot.app.client.chat_postMessage(
        channel="C0SUPPORT",
        text="press",
        blocks=[
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "action_id": "go",
                        "text": {"type": "plain_text", "text": "Go"},
                    }
                ],
            }
        ],
    )
    done = (200, {"ok": True})
    edit = {**place, "ts": said["ts"], "text": "hello again"}
    assert await script.post("/playground/edit", edit) == done
    react = {**place, "ts": said["ts"], "name": "eyes"}
    assert await script.post("/playground/react", react) == done
    assert await script.post("/playground/react", {**react, "remove": True}) == done
    status, _ = await script.post(
        "/playground/file", {**place, "name": "a.log", "content": "x", "thread_ts": said["ts"]}
    )
    assert status == 200
    command = {**place, "command": "/anon", "text": "help"}
    assert await script.post("/playground/command", command) == done
    assert await script.post("/playground/shortcut", {"user": "ana", "callback_id": "x"}) == done
    assert await script.post("/playground/home", {"user": "ana", "tab": "home"}) == done
    click = {**place, "ts": posted["ts"], "action_id": "go"}
    assert await script.post("/playground/click", click) == done
    [view] = await lab.until(lambda: lab.workspace.views.modals("U0ANA"))
    _, views = await script.get("/playground/views?user=ana")
    assert [one["id"] for one in views["modals"]] == [view.id]
    assert views["home"] is None
    submit = {"user": "ana", "view_id": view.id, "values": {}}
    status, refused = await script.post("/playground/submit", submit)
    assert (status, refused["errors"]) == (400, {"q": "Please complete this required field."})
    assert await script.post("/playground/close", {"user": "ana", "view_id": view.id}) == done
    delete = {**place, "ts": said["ts"]}
    assert await script.post("/playground/delete", delete) == done
    assert "hello again" not in [m["text"] for m in await script.messages("support", "ana")]
    await lab.delivered()


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("say", {"channel": "nowhere", "user": "ana", "text": "x"}, 404, "Use one of: support"),
        ("say", {"channel": "support", "user": "zoe", "text": "x"}, 404, "Use one of: ana"),
        ("say", {"channel": "support", "user": "anon", "text": "x"}, 404, "Nobody is called"),
        ("say", {"channel": "support", "user": "ana", "text": " "}, 400, "empty"),
        ("say", {"channel": "support", "user": "ana"}, 400, "`text` must be given"),
        ("say", {"channel": "staff", "user": "ana", "text": "x"}, 403, "not a member"),
        ("say", {"channel": "dm:ana", "user": "bo", "text": "x"}, 403, "not a member"),
        ("say", {"channel": "general", "user": "eve", "text": "x"}, 403, "not a member"),
        ("edit", {"channel": "support", "user": "ana", "ts": "1.2", "text": "x"}, 404, "sees no"),
        ("click", {"channel": "support", "user": "ana", "ts": "1", "action_id": "x"}, 404, "sees"),
        ("submit", {"user": "ana", "view_id": "V1", "values": {}}, 404, "no open view"),
        ("submit", {"user": "ana", "view_id": "V1", "values": {"a": 1}}, 400, "block_id"),
        ("fault", {"method": "x", "count": -1}, 400, "must be a number"),
        ("anon", {"link": "user-42"}, 400, "link is an object"),
        ("customer", {"serves": "jwks"}, 404, "No customer"),
        ("nothing", {}, 404, "Use one of: say"),
        ("say", [], 400, "JSON object"),
        ("say", "{", 400, "must be JSON"),
        ("say", b"\xff\x00", 400, "must be JSON"),
    ],
)
async def test_what_cannot_be_done_is_said(script, path, body, status, words):
    got, answer = await script.post(f"/playground/{path}", body)
    assert got == status
    assert words in answer["error"]


async def test_staff_and_direct_messages_are_seen_by_members_alone(script):
    assert (await script.get("/playground/messages?channel=staff&user=ana"))[0] == 403
    assert (await script.get("/playground/messages?channel=staff&user=sam"))[0] == 200
    assert (await script.get("/playground/messages?channel=dm:ana&user=bo"))[0] == 403
    assert (await script.get("/playground/views?user=zoe"))[0] == 404
    assert (await script.get("/playground/other"))[0] == 404
    assert (await script.get("/playground/stream?user=zoe"))[0] == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1:1"}, 403),
        ({"Host": "localhost"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
    ],
)
async def test_only_this_servers_own_address_is_answered(script, headers, status):
    for path in ("/playground/state", "/", "/api/auth.test"):
        async with script.session.get(script.host + path, headers=headers) as response:
            assert response.status == status


async def test_own_names_are_answered(script):
    port = script.host.rsplit(":", 1)[1]
    for name in ("127.0.0.1", "localhost", "LOCALHOST"):
        headers = {"Host": f"{name}:{port}", "Origin": f"http://{name}:{port}"}
        assert (await script.get("/playground/state", headers=headers))[0] == 200


async def test_large_bodies_and_hostile_texts(script):
    place = {"channel": "support", "user": "ana"}
    async with script.session.post(
        f"{script.host}/playground/say", data=b"x", headers={"Content-Length": str(BODY_BYTES + 1)}
    ) as response:
        assert response.status == 413
    texts = ["\x00\x01", "\ud800 lone", "x" * 10_000_000, "\u202etxt", "<!channel> <https://x|y>"]
    for text in texts:
        status, answer = await script.post("/playground/say", {**place, "text": text})
        assert (status, list(answer)) == (200, ["ts"])
    assert len(await script.messages("support", "ana")) == len(texts)


async def test_faults_over_http(script, lab):
    body = {"method": "auth.test", "status": 429, "count": 1, "retry_after": 7}
    assert (await script.post("/playground/fault", body))[0] == 200
    headers = {"Authorization": f"Bearer {lab.bot_token}"}
    async with script.session.get(f"{lab.host}/api/auth.test", headers=headers) as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "7")
    assert (await script.get("/api/auth.test", headers=headers))[1]["ok"]


async def test_the_first_visit(script):
    _, state = await script.get("/playground/state")
    assert [user["name"] for user in state["users"]] == ["ana", "bo", "sam", "eve", "tess"]
    assert [c["name"] for c in state["channels"]][:3] == ["support", "general", "staff"]
    assert len(state["examples"]) == 3
    assert "Slack and Anon are stand-ins" in state["stand_ins"]
    async with script.session.get(f"{script.host}/") as response:
        assert response.status == 200
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@asynccontextmanager
async def stream(script, user):
    """Yield a function that returns the next event of a page."""
    url = f"{script.host}/playground/stream?user={user}"
    async with script.session.get(url) as response:

        async def following():
            name = ""
            async for line in response.content:
                text = line.decode().rstrip()
                if text.startswith("event: "):
                    name = text.removeprefix("event: ")
                if text.startswith("data: "):
                    return name, json.loads(text.removeprefix("data: "))
            return "end", {}

        assert response.headers["content-type"].startswith("text/event-stream")
        await response.content.readline()
        yield following


async def test_the_page_hears_what_its_person_may_see(script, bot, lab):
    async with stream(script, "ana") as ana, stream(script, "bo") as bo:
        client = bot.app.client
        await client.chat_postEphemeral(channel="C0SUPPORT", user="U0BO", text="for bo")
        lab.people.say("staff", "sam", "among us")
        await client.api_call(
            "assistant.threads.setStatus",
            data={"channel_id": "C0SUPPORT", "thread_ts": "1.2", "status": "is looking"},
        )
        ts = lab.people.say("support", "ana", "hello")
        lab.people.edit("support", "ana", ts, "hello again")
        lab.people.delete("support", "ana", ts)
        assert await ana() == (
            "typing",
            {"channel": "C0SUPPORT", "thread_ts": "1.2", "text": "is looking"},
        )
        said = [await ana() for _ in range(3)]
        assert [data["text"] for _, data in said] == ["hello", "hello again", ""]
        assert [data["edited"] for _, data in said] == [False, True, True]
        assert said[2][1]["deleted"]
        assert (await bo())[1]["text"] == "for bo"


async def test_open_pages_do_not_hold_up_the_end(bot, tmp_path):
    async with aiohttp.ClientSession() as session:
        started = running_workspace(bot.start, data_dir=tmp_path, manifest=Manifest())
        async with asyncio.timeout(5):
            async with started as lab:
                async with stream(Script(session, lab.host), "ana") as following:
                    lab.stream.close()
                    assert await following() == ("end", {})
                response = await session.get(f"{lab.host}/playground/stream?user=ana")
            response.close()


def test_the_manifest_decides_what_is_offered(tmp_path):
    path = tmp_path / "app.yaml"
    assert read_manifest(path).events == frozenset()
    path.write_text(
        "features:\n  slash_commands:\n    - {command: /anon, description: Ask}\n"
        "  shortcuts:\n    - {name: Do, type: message, callback_id: do, description: Does}\n"
        "oauth_config: {scopes: {bot: [chat:write]}}\n"
        "settings: {event_subscriptions: {bot_events: [app_mention]}}\n"
    )
    manifest = read_manifest(path)
    assert manifest.commands[0] == {"command": "/anon", "description": "Ask", "usage_hint": ""}
    assert manifest.shortcuts[0]["callback_id"] == "do"
    assert (manifest.events, manifest.scopes) == ({"app_mention"}, {"chat:write"})
