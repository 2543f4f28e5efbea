"""From a paste to a verdict: which checks apply, how they run, what they say together."""

import asyncio
import json

import pytest

from bot.anon_answers import Environment
from bot.anon_double import CLIENT, SERVICE_CLIENT
from bot.checks.ladder import State
from bot.diagnosis import CheckRun, Diagnosis, Instruments, diagnose, plan, read_inputs
from bot.metrics import CHECKS
from knowledge.entry import Check, CheckName
from tests import token_lab
from tests.anon_lab import PROD, SANDBOX, AnonLab, open_anon

JWKS, TOKEN, LINK, CLIENTS = (Check(name) for name in CheckName)
GOOD = token_lab.signed()
KEYS = token_lab.jwk_set(token_lab.jwk(token_lab.private_key("rsa")))


def planned(text: str, *named: Check, every: bool = True) -> list[str]:
    return [
        f"{one.kind}{' -' if one.missing else ''}"
        for one in plan(read_inputs(text), named, every=every)
    ]


@pytest.mark.parametrize(
    ("text", "named", "expected"),
    [
        ("thanks", [], []),
        ("thanks", [LINK], ["link -"]),
        ("https://acme.dev/.well-known/jwks.json", [], ["jwks"]),
        ("https://acme.dev/keys", [JWKS], ["jwks"]),
        ("https://acme.dev/app", [], []),
        ("https://acme.dev/app", [JWKS], ["jwks"]),
        ("https://acme.dev/app https://acme.dev/jwks", [JWKS], ["jwks"]),
        ("https://svc.prod.anon.com/org/userPool", [JWKS], ["jwks -"]),
        ("https://docs.anon.com/jwks https://stackoverflow.com/q/1", [JWKS], ["jwks -"]),
        (f"appUserId: u-1 for uber {GOOD}", [], ["token", "link"]),
        (f"appUserId: u-1 for uber {GOOD}", [LINK], ["link", "token"]),
        ("appUserId: u-1", [LINK], ["link -"]),
        ("appUserId: u-1", [], []),
        (f"clientId={CLIENT}", [CLIENTS, TOKEN], ["client", "token -"]),
    ],
)
def test_plan(text: str, named: list[Check], expected: list[str]) -> None:
    assert planned(text, *named) == expected


def test_only_named_checks_when_not_every_one_is_wanted() -> None:
    assert planned(f"appUserId: u-1 for uber {GOOD}", LINK, every=False) == ["link"]


def test_a_plan_is_short_however_much_is_pasted() -> None:
    text = " ".join(f"https://a{n}.dev/jwks appUserId: u-{n}" for n in range(50)) + " uber"
    assert planned(text) == ["jwks", "jwks", "link", "link"]


async def run(lab: AnonLab, text: str, *named: Check, env: Environment | None = None) -> Diagnosis:
    instruments = Instruments(lab.api, lab.guard, SANDBOX, lambda: token_lab.NOW, lab.pause)
    return await diagnose(text, named, instruments, env=env)


@pytest.mark.parametrize(
    ("text", "states", "verdict"),
    [
        ("appUserId: user-42 instagram", ["passed"], "link: passed. The link of"),
        ("appUserId: user-9 instagram", ["failed"], "link: fails. `user-9` never linked"),
        (f"clientId={SERVICE_CLIENT}", ["failed"], "client: fails. The SdkClient"),
        (f"clientId={CLIENT} {GOOD}", ["passed", "passed"], "Passed: client, token."),
        ("hello", [], "Nothing to check"),
        (f"{GOOD}", ["passed"], "token: passed. No JWK Set was given"),
    ],
)
async def test_verdict(text: str, states: list[str], verdict: str) -> None:
    async with open_anon() as lab:
        lab.state.jwk_set = KEYS
        found = await run(lab, text)
    assert [one.state for one in found.checks] == states
    assert found.verdict.startswith(verdict)


async def test_a_token_and_an_address_share_one_look() -> None:
    async with open_anon() as lab:
        lab.state.jwk_set = KEYS
        text = f"{lab.origin}/jwks.json {GOOD}"
        found = await run(lab, text)
    assert [(one.planned.kind, one.state) for one in found.checks] == [
        ("jwks", State.PASSED),
        ("token", State.PASSED),
    ]
    assert lab.pauses == [1.0]


async def test_what_checks_find_is_counted_by_code() -> None:
    counted = CHECKS.labels("link", "not_linked")
    before = counted._value.get()
    async with open_anon() as lab:
        await run(lab, "appUserId: user-0 instagram")
    assert counted._value.get() == before + 1


async def test_a_missing_input_is_not_reached_and_named() -> None:
    async with open_anon() as lab:
        found = await run(lab, "hello", LINK)
    assert [one.state for one in found.checks] == [State.NOT_REACHED]
    assert found.verdict == "link: not reached. Give an appUserId and the app's id."
    assert found.state is State.NOT_REACHED


@pytest.mark.parametrize("trouble", [{"outage": True}, {"refuse_key": True}])
async def test_what_cannot_be_checked_is_unavailable(trouble: dict[str, object]) -> None:
    async with open_anon() as lab:
        lab.state.change(trouble)
        found = await run(lab, "appUserId: user-42 instagram")
    assert found.state is State.UNAVAILABLE
    assert "cannot be checked now" in found.verdict


async def test_the_environment_is_the_pastes_unless_one_is_given() -> None:
    text = "appUserId: user-live amazon svc.prod.anon.com"
    async with open_anon() as lab:
        assert (await run(lab, text)).state is State.PASSED
        assert (await run(lab, text, env=SANDBOX)).state is State.FAILED
        assert (await run(lab, "appUserId: user-live amazon", env=PROD)).state is State.PASSED


async def test_checks_run_side_by_side_and_are_told_as_they_end() -> None:
    told: list[CheckRun] = []

    async def tell(one: CheckRun) -> None:
        told.append(one)
        await asyncio.sleep(0)

    async with open_anon() as lab:
        lab.state.jwk_set = KEYS
        instruments = Instruments(lab.api, lab.guard, SANDBOX, lambda: token_lab.NOW, lab.pause)
        text = f"{GOOD} clientId={CLIENT} appUserId: user-42 instagram"
        found = await diagnose(text, [LINK], instruments, tell=tell)
    assert {one.planned.kind for one in told} == {"link", "client", "token"}
    assert [one.planned.kind for one in found.checks] == ["link", "client", "token"]


async def test_nothing_sealed_is_in_what_comes_out() -> None:
    async with open_anon() as lab:
        found = await run(lab, f"https://ana:hunter2Hunter@acme.dev/jwks.json {GOOD}")
    said = repr(found) + json.dumps([one.as_json() for one in found.checks])
    assert GOOD.rpartition(".")[2] not in said
    assert "hunter2" not in said
    assert found.checks[0].findings[0].code == "url_has_credentials"
