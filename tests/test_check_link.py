"""`check link`: a link's state, and where else it is when it is not here."""

import pytest

from bot.anon_answers import Environment
from bot.checks.finding import Finding, ok_of
from bot.checks.known_apps import closest_app
from bot.checks.link import BETWEEN, TRIES, check_link
from bot.errors import UserError
from tests.anon_lab import PROD, SANDBOX, AnonLab, open_anon

KEY = "anon_Kd83/kf+29dkWm93kdkWqz82"


async def check(lab: AnonLab, user: str, app: str, env: Environment = SANDBOX) -> list[Finding]:
    return await check_link(user, app, env, lab.api, pause=lab.pause)


@pytest.mark.parametrize(
    ("user", "app", "code", "ok"),
    [
        ("user-42", "instagram", "linked", True),
        ("user-7", "linkedin", "link_revoked", False),
        ("user-new", "instagram", "link_unknown", False),
        ("nobody", "instagram", "not_linked", False),
        ("user-foreign", "instagram", "anon_forbidden", False),
    ],
)
async def test_each_state_has_its_code(user: str, app: str, code: str, ok: bool) -> None:
    async with open_anon() as lab:
        (found,) = await check(lab, user, app)
    assert found.code == code
    assert ok_of([found]) is ok
    assert ok or found.remedy


@pytest.mark.parametrize(
    ("trouble", "code", "ok"),
    [
        ({"outage": True}, "anon_unavailable", None),
        ({"latency": 1}, "anon_unavailable", None),
        ({"rate_limit": 5, "retry_after": 30}, "anon_rate_limited", None),
        ({"refuse_key": True}, "anon_unauthorized", False),
    ],
)
async def test_no_answer_is_never_a_status(
    trouble: dict[str, object], code: str, ok: bool | None
) -> None:
    async with open_anon() as lab:
        lab.state.change(trouble)
        (found,) = await check(lab, "user-42", "instagram")
    assert found.code == code
    assert ok_of([found]) is ok


@pytest.mark.parametrize("env", [PROD, Environment.STAGING, Environment.LOCAL])
async def test_without_a_key_for_the_environment_nothing_is_asked(env: Environment) -> None:
    async with open_anon(SANDBOX) as lab:
        (found,) = await check(lab, "user-42", "instagram", env)
        assert not lab.state.calls
    assert found.code == "no_key_for_environment"


async def test_unknown_is_asked_three_times_with_pauses() -> None:
    async with open_anon() as lab:
        await check(lab, "user-new", "instagram")
        assert len(lab.state.calls) == TRIES
        assert lab.pauses == [BETWEEN] * (TRIES - 1)


async def test_unknown_that_settles_is_linked() -> None:
    async with open_anon() as lab:
        lab.state.link("user-new", "instagram", "unknown", active_after=3)
        (found,) = await check(lab, "user-new", "instagram")
    assert found.code == "linked"


@pytest.mark.parametrize(
    ("user", "app", "says"),
    [
        ("user-live", "amazon", "linked in prod"),
        ("User-42", "instagram", "linked as `user-42`"),
        (" user-42", "instagram", "linked as `user-42`"),
        ("user-42", "Instagram", "and `instagram`"),
        ("User-42", "Instagram", "linked as `user-42` and `instagram`"),
        ("ana@customer.example", "instagram", "e-mail"),
        ("ANA", "instagram", "capital letters"),
    ],
)
async def test_a_404_is_explained(user: str, app: str, says: str) -> None:
    async with open_anon() as lab:
        found = await check(lab, user, app)
    assert found[0].code == "not_linked"
    assert says in found[0].remedy


async def test_the_other_environment_is_only_asked_with_a_key() -> None:
    async with open_anon(SANDBOX) as lab:
        found = await check(lab, "user-live", "amazon")
        assert all("/sandbox/" in path for _, path in lab.state.calls)
    assert "prod" not in found[0].remedy


async def test_trouble_elsewhere_is_not_told() -> None:
    async with open_anon() as lab:
        lab.state.worlds["prod"].links["user-7", "amazon"] = lab.state.worlds["sandbox"].links[
            "user-foreign", "instagram"
        ]
        found = await check(lab, "user-7", "amazon")
    assert [one.code for one in found] == ["not_linked"]


async def test_an_unknown_app_is_asked_about_and_remarked_upon() -> None:
    async with open_anon() as lab:
        lab.state.link("u-1", "crunchbase", "active")
        found = await check(lab, "u-1", "crunchbase")
    assert [one.code for one in found] == ["linked", "app_unknown"]
    assert ok_of(found) is True


@pytest.mark.parametrize(
    ("app", "meant"),
    [
        ("Instagram", "instagram"),
        ("instagram.com", "instagram"),
        ("linked-in", "linkedin"),
        ("United Airlines", "united_airlines"),
        ("crunchbase", None),
        ("", None),
        ("x" * 100_000, None),
    ],
)
def test_did_you_mean(app: str, meant: str | None) -> None:
    assert closest_app(app) == meant


async def test_a_secret_in_place_of_an_id_is_not_asked_about() -> None:
    async with open_anon() as lab:
        with pytest.raises(UserError) as caught:
            await check(lab, KEY, "instagram")
        assert not lab.state.calls
    assert KEY not in str(caught.value)


async def test_an_id_that_only_looks_random_is_an_id() -> None:
    async with open_anon() as lab:
        lab.state.link("xY3kd93kdk2LdKfj3Kd9fkD3kd9Q", "uber", "active")
        (found,) = await check(lab, "xY3kd93kdk2LdKfj3Kd9fkD3kd9Q", "uber")
    assert found.code == "linked"


async def test_only_gets_leave() -> None:
    async with open_anon() as lab:
        await check(lab, "nobody", "instagram")
        assert {method for method, _ in lab.state.calls} == {"GET"}
