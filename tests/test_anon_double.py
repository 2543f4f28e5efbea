"""The stand-in for Anon's API: it says that it is one, and can be changed while it runs."""

import ast
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot.anon_double
from bot.anon_double import KEYS, SECRET, SERVICE_CLIENT, STAND_IN, AnonState, BadChangeError
from tests.anon_lab import AnonLab, open_anon

STATUS = "/sandbox/account/api/v1/session/status?ownerId={}&domain={}"


async def ask(lab: AnonLab, path: str, env: str = "sandbox") -> httpx.Response:
    headers = {"Authorization": f"Bearer {KEYS[env]}"}
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(lab.origin + path, headers=headers)


async def tell(lab: AnonLab, content: bytes) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.post(f"{lab.origin}/playground/anon", content=content)


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        (STATUS.format("user-42", "instagram"), 200, {"status": "active"}),
        (STATUS.format("nobody", "instagram"), 404, {"error": "Session not found"}),
        (
            STATUS.format("user-foreign", "instagram"),
            403,
            {"error": "Forbidden: Access to the requested resource is denied."},
        ),
        ("/sandbox/org/userPool/nope", 404, {"error": "Not found"}),
    ],
)
async def test_it_answers_in_the_documented_shapes(path: str, status: int, body: object) -> None:
    async with open_anon() as lab:
        answer = await ask(lab, path)
    assert (answer.status_code, answer.json()) == (status, body)


@pytest.mark.parametrize("path", ["/", "/sandbox/org/userPool/x", "/jwks.json", "/playground/anon"])
async def test_every_answer_says_that_it_is_a_stand_in(path: str) -> None:
    async with open_anon() as lab:
        answer = await ask(lab, path)
        lab.state.change({"outage": True})
        away = await ask(lab, "/sandbox/org/userPool/x")
    for name, value in STAND_IN.items():
        assert answer.headers[name] == away.headers[name] == value


async def test_a_service_client_holds_a_secret() -> None:
    async with open_anon() as lab:
        answer = await ask(lab, f"/sandbox/org/sdkClient/{SERVICE_CLIENT}")
    assert answer.json()["auth"] == {"type": "apiKey", "secret": SECRET}


async def test_the_key_of_the_other_environment_is_refused() -> None:
    async with open_anon() as lab:
        assert (await ask(lab, STATUS.format("user-42", "instagram"), "prod")).status_code == 401


async def test_a_body_changes_it() -> None:
    async with open_anon() as lab:
        body = (
            b'{"link": {"app_user_id": "u", "app": "uber", "status": "unknown", "active_after": 2}}'
        )
        assert (await tell(lab, body)).status_code == 200
        path = STATUS.format("u", "uber")
        seen = [(await ask(lab, path)).json()["status"] for _ in range(3)]
        assert seen == ["unknown", "active", "active"]
        await tell(lab, b'{"reset": true}')
        assert (await ask(lab, path)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{nope",
        b"[" * 50_000,
        b'{"huh": 1}',
        b'{"outage": "yes"}',
        b'{"rate_limit": -1}',
        b'{"latency": true}',
        b'{"link": {}}',
        b'{"link": {"app_user_id": "u", "app": "a", "status": "linked"}}',
        b'{"client": {"id": "x", "kind": ["service"]}}',
        b'{"pool": {"id": "x", "env": "staging"}}',
    ],
)
async def test_what_it_does_not_understand_it_refuses_in_words(body: bytes) -> None:
    async with open_anon() as lab:
        answer = await tell(lab, body)
    assert answer.status_code == 400
    assert answer.json()["error"]


@given(st.dictionaries(st.sampled_from(["link", "client", "pool", "outage", "reset", "rate_limit"]), st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=4), lambda one: st.lists(one, max_size=2) | st.dictionaries(st.sampled_from(["app_user_id", "app", "status", "id", "kind", "env"]), one, max_size=4), max_leaves=6), max_size=3))  # fmt: skip
def test_whatever_it_is_told_it_does_or_refuses(words: dict[str, object]) -> None:
    try:
        AnonState().change(words)
    except BadChangeError:
        return


def test_it_knows_nothing_of_slack() -> None:
    for path in Path(bot.anon_double.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.startswith(("slack", "handlers", "httpx")) for name in names)
