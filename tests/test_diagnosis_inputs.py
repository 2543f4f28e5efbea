"""What a paste holds: addresses, tokens, ids, app, environment, told by the names beside them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.jws import take_apart
from bot.checks.pasted import clean_paste
from bot.diagnosis import Inputs, read_inputs
from bot.redact import redact
from tests import token_lab
from tests.hostile import hostile_texts

A, B = "7190a924-ce91-4f0e-9d3c-1c5a8e6f2b10", "0d0f1b0e-1b9a-4a4e-8c83-3f6b2f9c7a11"
TOKEN = token_lab.signed()
SECRET = "hunter2Hunter"


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("see https://acme.dev/.well-known/jwks.json.", ["https://acme.dev/.well-known/jwks.json"]),
        ("(at https://acme.dev/a_(b)/jwks)", ["https://acme.dev/a_(b)/jwks"]),
        ("<https://acme.dev/jwks.json|acme.dev>", ["https://acme.dev/jwks.json"]),
        ('{"jwksUri":"https://acme.dev/j"}', ["https://acme.dev/j"]),
        ("http://[::1]:3000/jwks and HTTPS://A.B/c", ["http://[::1]:3000/jwks", "HTTPS://A.B/c"]),
        ("https://a.b/c https://a.b/c", ["https://a.b/c"]),
        ("no address: https:// or acme.dev", []),
        (
            f"https://ana:{SECRET}@acme.dev/jwks.json",
            ["https://ana:[redacted url credentials]@acme.dev/jwks.json"],
        ),
        (
            "https://acme.dev/jwks.json?api_key=abcd1234efgh5678",
            ["https://acme.dev/jwks.json?api_key=[redacted named secret]"],
        ),
    ],
)
def test_addresses(text: str, urls: list[str]) -> None:
    assert read_inputs(text).as_json()["urls"] == urls


def test_a_secret_in_an_address_is_sealed() -> None:
    inputs = read_inputs(f"https://ana:{SECRET}@acme.dev/jwks.json")
    assert inputs.urls[0].value == f"https://ana:{SECRET}@acme.dev/jwks.json"
    assert SECRET not in repr(inputs)
    assert SECRET not in json.dumps(inputs.as_json())


WRAPPED = "\n".join(TOKEN[at : at + 64] for at in range(0, len(TOKEN), 64))


@pytest.mark.parametrize(
    "text",
    [
        TOKEN,
        f"Authorization: Bearer {TOKEN}",
        f"appUserIdToken: `{TOKEN}` is refused",
        f'{{"appUserIdToken": "{TOKEN}"}}',
        f"```\n{WRAPPED}\n```",
        f"> {WRAPPED.replace(chr(10), chr(10) + '> ')}",
    ],
)
def test_tokens_are_sealed_and_whole(text: str) -> None:
    (token,) = read_inputs(text).tokens
    assert (token.kid, token.alg) == ("k1", "RS256")
    assert clean_paste(token.value) == TOKEN
    assert TOKEN[:40] not in repr(read_inputs(text))
    assert TOKEN[:40] not in json.dumps(read_inputs(text).as_json())


@pytest.mark.parametrize(
    ("kid", "shown"), [("k\u202e1", None), (7, None), (None, None), ("x" * 500, "x" * 64)]
)
def test_names_in_a_token_are_shown_only_when_fit(kid: object, shown: str | None) -> None:
    (token,) = read_inputs(token_lab.signed(kid=kid)).tokens
    assert token.kid == shown


@pytest.mark.parametrize(
    ("text", "clients", "pools"),
    [
        (f"SDK_CLIENT_ID={A}", [A], []),
        (f'{{"clientId": "{A}", "userPoolId": "{B}"}}', [A], [B]),
        (f"userPoolId: {B}, sdkClientId: {A}", [A], [B]),
        (f"REACT_APP_ANON_SDKCLIENT_ID='{A}'", [A], []),
        (f"our sdk client is {A} and the pool {B}", [A], [B]),
        (f"GET /org/sdkClient/{A} and /org/userPool/{B}", [A], [B]),
        (f"{A} is the SdkClient", [A], []),
        (f"SdkClient\n{A.upper()}", [A], []),
        (f"https://link.svc.sandbox.anon.com?app=x&clientId={A}&appUserIdToken=y", [A], []),
        (f"request id {A}", [], []),
        (f"clientId={A}0", [], []),
    ],
)
def test_uuids_by_the_name_beside_them(text: str, clients: list[str], pools: list[str]) -> None:
    seen = read_inputs(text).as_json()
    assert (seen["sdk_client_ids"], seen["user_pool_ids"]) == (clients, pools)


@pytest.mark.parametrize(
    ("text", "users"),
    [
        ('{"appUserId": "user-42"}', ["user-42"]),
        ('{\\"appUserId\\": \\"user-42\\"}', ["user-42"]),
        ("ANON_APP_USER_ID=alice", ["alice"]),
        ("app_user_id: user-42.", ["user-42"]),
        ("the appUserId is `bob`", ["bob"]),
        ("appUserId user-42, app instagram", ["user-42"]),
        ("app user id: auth0|5f7c8ec7c33c6c004bbafe82", ["auth0|5f7c8ec7c33c6c004bbafe82"]),
        ("?ownerId=a%40b.co&domain=x", ["a@b.co"]),
        ('account: {ownerId: "u7", domain: "uber"}', ["u7"]),
        ('run({app: "uber", userId: "u7"})', ["u7"]),
        ('claims {"sub": "u7"}', ["u7"]),
        (f'"appUserId": "{A}"', [A]),
        ("appUserId is wrong", []),
        ("appUserId: string", []),
        ("appUserId: user.id, appUserId = getUserId(), appUserId: currentUser", []),
        ('"appUserId": "YOUR_APP_USER_ID"', []),
        ('"appUserId": "${user}"', []),
        (f"appUserIdToken: {TOKEN}", []),
        ("Error translating external user id: 404 - Not Found", []),
        ("appUserId: ana-1 and appUserId: ana-2", ["ana-1", "ana-2"]),
    ],
)
def test_app_user_ids(text: str, users: list[str]) -> None:
    assert read_inputs(text).as_json()["app_user_ids"] == users


@pytest.mark.parametrize(
    ("text", "app"),
    [
        ('"app": "instagram"', "instagram"),
        ("app: 'Instagram'", "Instagram"),
        ('apps: ["crunchbase"]', "crunchbase"),
        ("ownerId=u&domain=uber", "uber"),
        ("it fails for LinkedIn only", "linkedin"),
        ("United Airlines does not link", "united_airlines"),
        ("GET /account/api/v1/appIntegration?id=resy", "resy"),
        ("instagram or linkedin", None),
        ("const app = express(); app.listen()", None),
        ("domain: example.com", None),
        ("https://github.com/acme/repo", None),
        ("cognito-idp.eu-west-1.amazonaws.com", None),
    ],
)
def test_app(text: str, app: str | None) -> None:
    assert read_inputs(text).app == app


@pytest.mark.parametrize(
    ("text", "env"),
    [
        ("https://svc.sandbox.anon.com/org/userPool", "sandbox"),
        ("from origin 'https://link.svc.prod.anon.com'", "prod"),
        ("svc.staging.anon.com", "staging"),
        ("ANON_ENV=prod", "prod"),
        ('environment: "production"', "prod"),
        ("works on sandbox", "sandbox"),
        ("ANON_ENV=prod against svc.sandbox.anon.com", "sandbox"),
        ("svc.sandbox.anon.com.evil.example", "sandbox"),
        ("a product in the sandboxed frame", None),
        ("process.env.ANON_ENV", None),
    ],
)
def test_environment(text: str, env: str | None) -> None:
    assert read_inputs(text).env == env


def test_a_redacted_text_gives_the_same_but_for_what_is_secret() -> None:
    raw = f"clientId={A} appUserId: user-42 in prod for uber, https://acme.dev/jwks {TOKEN}"
    seen, again = read_inputs(raw), read_inputs(redact(raw).text)
    assert len(seen.tokens) == 1
    assert again == Inputs(
        seen.urls,
        (),
        seen.sdk_client_ids,
        seen.user_pool_ids,
        seen.app_user_ids,
        seen.app,
        seen.env,
    )


@pytest.mark.parametrize("name", hostile_texts(1))
def test_hostile_texts_are_read_in_time(name: str) -> None:
    assert read_inputs(hostile_texts(64_000)[name])


@pytest.mark.parametrize(
    "unit", ["appUserId", "appUserId: ", "app=", "sub='", "https://", f"{A} ", "svc.", "a_", "env "]
)
def test_its_own_names_again_and_again_are_read_in_time(unit: str) -> None:
    assert read_inputs(unit * (64_000 // len(unit)))


PIECES = st.sampled_from(
    [
        *("appUserId", "app", "clientId", "userPoolId", "sub", "=", ":", " ", '"', "'", "`", "\n"),
        *("https://", "acme.dev", "/jwks", "user-42", "uber", "svc.prod.anon.com", "\\"),
        *("[redacted jwt]", A, TOKEN, "@", ".", "\x00", "\ud800", "é", "(", "["),
        "anon_Kd83kf29dkWm93kdkWqz82",
    ]
)


@given(st.lists(PIECES, max_size=14).map("".join))
def test_whatever_is_pasted_nothing_secret_is_shown(text: str) -> None:
    inputs = read_inputs(text)
    shown = json.dumps(inputs.as_json()) + repr(inputs)
    assert TOKEN.rpartition(".")[2] not in shown
    for token in inputs.tokens:
        take_apart(clean_paste(token.value))


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert json.dumps(read_inputs(text).as_json())
