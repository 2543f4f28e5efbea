"""Several workspaces: each installs the app itself, and each is answered with its own token."""

import asyncio
import json
import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from dbos import DBOS
from prometheus_client import REGISTRY
from sqlalchemy import text

from bot.channel_settings import Setting
from bot.durable import WORK
from bot.errors import TryLaterError
from bot.jobs import Job, Kind
from bot.manifest import bot_scopes
from bot.records import Mode, Place
from tests.oauth_lab import (
    CLIENT_ID,
    CLIENT_SECRET,
    COOKIE,
    PUBLIC_URL,
    Slack,
    bot_on,
    oauth_settings,
    served,
    several,
    signed,
    token_of,
)
from tests.slack_lab import SURE_404, UNSURE

UNINSTALLED = {"type": "app_uninstalled"}


@pytest.fixture
async def lab(tmp_path):
    async with several(tmp_path, support_channels=("C1", "C2")) as lab:
        yield lab


@pytest.fixture
async def pages(tmp_path):
    """The same, of which only the pages are looked at."""
    async with several(tmp_path, working=False) as lab:
        yield lab


async def rows(lab, table):
    async with lab.services.store.engine.connect() as connection:
        found = await connection.execute(text(f"SELECT * FROM {table}"))
        return [dict(row._mapping) for row in found]


async def nothing_stored(lab):
    return not await rows(lab, "slack_installations") and not await rows(lab, "slack_bots")


async def test_the_browser_is_sent_to_slack_with_a_state_that_it_keeps(pages):
    answer = await pages.http.get("/slack/install")
    address = urlsplit(answer.headers["location"])
    query = {name: value for name, (value,) in parse_qs(address.query).items()}
    assert (
        f"{address.scheme}://{address.netloc}{address.path}"
        == f"{pages.slack.base}/oauth/v2/authorize"
    )
    assert query["client_id"] == CLIENT_ID
    assert query["scope"].split(",") == bot_scopes()
    assert query["redirect_uri"] == f"{PUBLIC_URL}/slack/oauth_redirect"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}={query['state']};")
    for attribute in ("Secure", "HttpOnly", "SameSite=lax", "Max-Age=600"):
        assert attribute in cookie
    assert unescape(re.search('href="([^"]+)"', answer.text)[1]) == answer.headers["location"]


@pytest.mark.parametrize(
    ("team", "passed"),
    [("T0123", ["T0123"]), ("T1&scope=admin", None), ("T1\r\nSet-Cookie: a", None)],
)
async def test_a_team_is_passed_on_and_nothing_else(pages, team, passed):
    answer = await pages.http.get("/slack/install", params={"team": team, "state": "mine"})
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query.get("team") == passed
    assert "admin" not in query["scope"][0]
    assert query["state"] != ["mine"]


async def test_slacks_own_addresses_are_the_default(tmp_path):
    async with several(tmp_path, working=False, slack_api_url="https://slack.com/api/") as lab:
        answer = await lab.http.get("/slack/install")
        assert answer.headers["location"].startswith("https://slack.com/oauth/v2/authorize?")


async def test_two_teams_install_and_each_is_answered_with_its_own_token(lab, capsys):
    page = await lab.install("T1")
    assert (page.status_code, "Team &lt;T1&gt;" in page.text) == (200, True)
    assert f'{COOKIE}=""' in page.headers["set-cookie"] or "1970" in page.headers["set-cookie"]
    await lab.install("T2")
    assert await lab.message(SURE_404, "T1", "C1", "1.000100") == 200
    assert await lab.message(SURE_404, "T2", "C2", "1.000200") == 200
    posts = [(token, call["channel"]) for token, call in lab.slack.called("chat.postMessage")]
    assert posts == [(token_of("T1"), "C1"), (token_of("T2"), "C2")]
    for table in ("slack_installations", "slack_bots"):
        assert [row["team_id"] for row in await rows(lab, table)] == ["T1", "T2"]
        assert all(row["bot_token"].startswith("gAAAA") for row in await rows(lab, table))
    assert b"xoxb-" not in lab.stored()
    printed = capsys.readouterr()
    assert "xoxb-" not in printed.out + printed.err
    assert CLIENT_SECRET not in printed.out + printed.err


async def test_an_organisation_installs_once_for_all_its_teams(lab):
    await lab.install("T1", enterprise="E1")  # one team of it, before
    await lab.install("", enterprise="E1", everywhere=True)
    whole = [
        {"enterprise_id": "E1", "team_id": "T7", "is_enterprise_install": True, "user_id": "U"}
    ]
    one = [{"enterprise_id": "E1", "team_id": "T1", "is_enterprise_install": False, "user_id": "U"}]
    assert await lab.message(SURE_404, "T7", "C1", "1.0001", authorizations=whole) == 200
    assert await lab.message(SURE_404, "T1", "C2", "1.0002", authorizations=one) == 200
    # Slack leaves the flag out where a modal was opened from another workspace.
    assert await lab.message(SURE_404, "T8", "C1", "1.0003", enterprise_id="E1") == 200
    posts = [token for token, _ in lab.slack.called("chat.postMessage")]
    assert posts == [token_of("E1"), token_of("T1"), token_of("E1")]
    assert {row["team"] for row in await rows(lab, "answers")} == {"E1", "T1"}


async def test_uninstalling_for_an_organisation_leaves_its_teams_own_installations(lab):
    await lab.install("T1", enterprise="E1")
    await lab.install("", enterprise="E1", everywhere=True)
    gone = {"enterprise_id": "E1", "is_enterprise_install": True}
    assert (await lab.event(UNINSTALLED, "T7", **gone)).status_code == 200
    assert [row["team_id"] for row in await rows(lab, "slack_bots")] == ["T1"]
    assert (await lab.event(UNINSTALLED, "T1", enterprise_id="E1")).status_code == 200
    assert await nothing_stored(lab)


def counted():
    return REGISTRY.get_sample_value("anon_requests_not_installed_total")


async def test_a_team_that_has_not_installed_the_app_gets_200_and_is_counted(pages):
    before = counted()
    assert await pages.message(SURE_404, "T9", "C1", "1.0001") == 200
    assert counted() == before + 1
    assert pages.slack.calls == []
    assert await rows(pages, "threads") == []


TOKENS_REVOKED = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["UBOTT1"]}}


async def test_a_team_whose_tokens_are_revoked_takes_everything_along(lab):
    await expect_all_gone(lab, TOKENS_REVOKED)


async def test_a_team_that_uninstalls_takes_everything_along_on_postgresql(tmp_path, postgres):
    channels = ("C1", "C2")
    url = postgres.new_database()
    async with several(tmp_path, database_url=url, support_channels=channels) as lab:
        await expect_all_gone(lab, UNINSTALLED)


async def expect_all_gone(lab, gone):
    for team, channel in (("T1", "C1"), ("T2", "C2")):
        await lab.install(team)
        await lab.message(SURE_404, team, channel, "1.0001")
        await lab.services.store.settings.keep(team, channel, {Setting.MODE: Mode.AUTO}, "", 0)
        await lab.services.store.set_opted_out(team, "UMUTED", wish=True)
    assert (await lab.event(gone, "T1")).status_code == 200
    for table in ("threads", "answers", "channel_settings", "opted_out", "pieces"):
        assert [row["team"] for row in await rows(lab, table)] == ["T2"], table
    assert [row["team_id"] for row in await rows(lab, "slack_bots")] == ["T2"]
    assert [row["team_id"] for row in await rows(lab, "slack_installations")] == ["T2"]
    assert await work_of("T1") == []
    assert len(await work_of("T2")) == 1
    posts = len(lab.slack.called("chat.postMessage"))
    assert await lab.message(SURE_404, "T1", "C1", "1.0009") == 200
    assert len(lab.slack.called("chat.postMessage")) == posts


async def work_of(team):
    works = await DBOS.list_workflows_async()
    return [one for one in works if (one.authenticated_user or "").startswith(f"{team}:")]


async def test_what_still_waits_for_a_team_that_leaves_goes_too(tmp_path):
    async with several(tmp_path, hold_seconds=60) as lab:
        await lab.install("T1")
        await lab.services.store.settings.keep("T1", "C1", {Setting.MODE: Mode.SUGGEST}, "", 0)
        assert await lab.message(UNSURE, "T1", "C1", "1.0001", settle=False) == 200
        (waiting,) = await work_of("T1")
        assert waiting.status == "DELAYED"
        await lab.event(UNINSTALLED, "T1", settle=False, event_id="Ev1")
        handle = await DBOS.retrieve_workflow_async("leave:T1:Ev1")
        await handle.get_result(polling_interval_sec=0.05)
        assert await work_of("T1") == []
        assert lab.slack.called("chat.postEphemeral") == []


async def test_work_for_a_team_that_left_meanwhile_is_void(lab, capsys):
    await lab.install("T1")
    teams = lab.bot.teams
    await teams.drop("T1")
    await WORK.submit(Job(Kind.WELCOME, "welcome:T1:C1", Place("T1", "C1", "")))
    await WORK.in_hand.settled()
    assert lab.slack.called("chat.postMessage") == []
    assert "work_failed" not in capsys.readouterr().err


async def test_a_late_delivery_does_not_undo_a_new_installation(lab):
    await lab.install("T1")
    late = await lab.event(UNINSTALLED, "T1", again=True, event_time=1)
    assert late.status_code == 200
    assert not await nothing_stored(lab)
    assert (await lab.event(UNINSTALLED, "T1", event_time=1)).status_code == 200
    assert await nothing_stored(lab)


async def test_a_person_who_takes_their_own_token_back_does_not_end_the_installation(lab):
    await lab.install("T1")
    revoked = {"type": "tokens_revoked", "tokens": {"oauth": ["UINSTT1"]}}
    assert (await lab.event(revoked, "T1")).status_code == 200
    assert await rows(lab, "slack_installations") == []
    assert await lab.message(SURE_404, "T1", "C1", "1.0001") == 200
    assert len(lab.slack.called("chat.postMessage")) == 1


async def test_the_staff_channel_belongs_to_the_team_that_sees_it(tmp_path):
    async with several(tmp_path, staff_channel="CSTAFF", support_channels=("C1",)) as lab:
        lab.slack.channels["CSTAFF"] = "T2"
        lab.slack.members = ["USTAFF", "UBOTT2"]
        await lab.install("T1")
        assert await lab.bot.teams.home() == ""
        await lab.install("T2")
        assert await lab.bot.teams.home() == "T2"
        workflows = lab.bot.desk.workflows
        assert await workflows.staff.ids() == {"USTAFF"}
        assert {token for token, _ in lab.slack.called("conversations.members")} == {token_of("T2")}
        await lab.message(SURE_404, "T1", "C1", "1.0001")
        await workflows.escalate(Place("T1", "C1", "1.0001"), "UASK", "press:1")
        await WORK.in_hand.settled()
        posts = [(token, call["channel"]) for token, call in lab.slack.called("chat.postMessage")]
        assert posts[1:] == [(token_of("T2"), "CSTAFF"), (token_of("T1"), "C1")]
        assert len(await rows(lab, "tickets")) == 1
        await lab.event(UNINSTALLED, "T1")
        assert await rows(lab, "tickets") == await rows(lab, "ticket_events") == []
        works = [one.workflow_id for one in await DBOS.list_workflows_async()]
        assert [one for one in works if one.startswith(("ticket:", "press:", "T1:"))] == []
        await lab.event(UNINSTALLED, "T2")
        assert await lab.bot.teams.home() == ""


async def test_it_is_ready_without_any_token(pages):
    answer = await pages.http.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "away": []})


async def test_it_is_not_ready_while_slack_is_away(tmp_path):
    async with several(tmp_path, working=False, slack_api_url="http://127.0.0.1:1/api/") as lab:
        answer = await lab.http.get("/readyz")
        assert (answer.status_code, answer.json()["away"]) == (503, ["slack"])


async def expect_failure(lab, answer, status, words):
    assert answer.status_code == status
    assert words in unescape(answer.text)
    assert "<script" not in answer.text
    assert await nothing_stored(lab)


async def test_a_forged_state_is_refused(pages):
    await pages.begin()
    pages.slack.allow("code", "T1")
    answer = await pages.finish("forged", "code")
    await expect_failure(pages, answer, 400, "not the browser in which the installation began")
    pages.http.cookies.clear()
    pages.http.cookies.set(COOKIE, "forged")
    await expect_failure(pages, await pages.finish("forged", "code"), 401, "already finished")
    assert pages.slack.codes  # not even asked for


async def test_without_its_cookie_a_state_is_refused(pages):
    state = await pages.begin()
    pages.http.cookies.clear()
    answer = await pages.finish(state, "code")
    await expect_failure(pages, answer, 400, "keeps no cookies")


async def test_a_state_is_good_once(pages):
    state = await pages.begin()
    pages.slack.allow("code", "T1")
    assert (await pages.finish(state, "code")).status_code == 200
    pages.slack.allow("code", "T2")
    pages.http.cookies.set(COOKIE, state)
    answer = await pages.finish(state, "code")
    assert (answer.status_code, "already finished" in answer.text) == (401, True)
    assert [row["team_id"] for row in await rows(pages, "slack_bots")] == ["T1"]


async def test_a_state_expires(pages):
    state = await pages.begin()
    async with pages.services.store.engine.begin() as connection:
        await connection.execute(
            text("UPDATE slack_oauth_states SET expire_at = '2026-01-01 00:00:00'")
        )
    answer = await pages.finish(state, "code")
    await expect_failure(pages, answer, 401, "more than ten minutes ago")
    await pages.begin()
    assert len(await rows(pages, "slack_oauth_states")) == 1  # the expired one is gone


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("error=access_denied", "You chose not to install"),
        ("error=<script>alert(1)</script>", "Slack refused the installation"),
    ],
)
async def test_an_error_of_slacks_is_told_plainly(pages, query, words):
    state = await pages.begin()
    answer = await pages.http.get(f"/slack/oauth_redirect?{query}&state={state}")
    await expect_failure(pages, answer, 200, words)


async def test_a_refused_code_and_a_missing_one_store_nothing(pages, capsys):
    answer = await pages.finish(await pages.begin(), "code-nobody-gave")
    await expect_failure(pages, answer, 401, "did not accept the installation")
    state = await pages.begin()
    answer = await pages.http.get(f"/slack/oauth_redirect?state={state}")
    await expect_failure(pages, answer, 401, "incomplete")
    printed = capsys.readouterr()
    assert "code-nobody-gave" not in printed.out + printed.err
    assert '"invalid_code"' in printed.err


async def test_slack_away_during_the_exchange_is_told_plainly(tmp_path):
    async with several(tmp_path, working=False, slack_api_url="http://127.0.0.1:1/api/") as lab:
        answer = await lab.finish(await lab.begin(), "code")
        await expect_failure(lab, answer, 503, "Slack did not answer")


async def test_pages_are_kept_by_nobody_and_tell_nobody_the_code(pages):
    answer = await pages.finish("x", "y")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_restart_finds_the_tokens_again(tmp_path):
    slack = Slack()
    async with served(slack):
        settings = oauth_settings(
            tmp_path, slack_api_url=f"{slack.base}/api/", support_channels=("C1",)
        )
        async with bot_on(settings, slack, tmp_path) as lab:
            await lab.install("T1")
        async with bot_on(settings, slack, tmp_path) as lab:
            assert await lab.message(SURE_404, "T1", "C1", "1.0001") == 200
    assert [token for token, _ in slack.called("chat.postMessage")] == [token_of("T1")]


async def test_a_command_from_a_team_that_left_says_so(pages):
    body = {
        "command": "/anon",
        "text": "help",
        "team_id": "T9",
        "user_id": "U1",
        "channel_id": "C1",
    }
    form = urlencode(body)
    headers = signed(form) | {"content-type": "application/x-www-form-urlencoded"}
    answer = await pages.http.post("/slack/events", content=form, headers=headers)
    assert answer.status_code == 200
    assert "not installed" in answer.text
    assert json.dumps(pages.slack.calls) == "[]"


RENEWED = "xoxb-T1-renewed-by-a-test"


async def test_a_token_that_expires_is_renewed_in_time_and_once(pages):
    await pages.install("T1", expires_in=3_600)
    first, second = await asyncio.gather(*(pages.bot.teams.of("T1") for _ in range(2)))
    assert RENEWED in {first.web.token, second.web.token}
    assert {first.web.token, second.web.token} <= {RENEWED, token_of("T1")}
    assert pages.slack.used == ["xoxe-T1-1"]
    (bot,) = await rows(pages, "slack_bots")
    assert bot["bot_refresh_token"].startswith("gAAAA")
    pages.bot.teams._known.clear()  # as after a minute
    assert (await pages.bot.teams.of("T1")).web.token == RENEWED
    assert pages.slack.used == ["xoxe-T1-1"]


async def test_a_token_that_is_good_for_long_is_left_alone(pages):
    await pages.install("T1", expires_in=43_200)
    assert (await pages.bot.teams.of("T1")).web.token == token_of("T1")
    assert pages.slack.used == []


async def test_a_token_that_expired_and_cannot_be_renewed_now_is_waited_for(pages):
    pages.slack.used.append("xoxe-T1-1")
    await pages.install("T1", expires_in=-1)
    with pytest.raises(TryLaterError):
        await pages.bot.teams.of("T1")
