"""The whole way of an installation, against a Slack that somebody else wrote (npm's emulate)."""

import asyncio
import json
import sqlite3
import tempfile
from contextlib import asynccontextmanager, closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.fernet import Fernet

from bot.manifest import bot_scopes
from tests.emulate import MissingError, consent, emulated, installed
from tests.oauth_lab import CLIENT_ID, CLIENT_SECRET, COOKIE, SIGNING_SECRET, signed
from tests.slack_lab import SURE_404, lay_dbos
from tests.test_running import environment, free_port, process

KEY = Fernet.generate_key().decode()


@pytest.fixture(scope="module")
def emulate():
    """The folder with emulate in it: 200 MB, which are not kept."""
    with tempfile.TemporaryDirectory(prefix="emulate") as folder:
        try:
            yield installed(Path(folder))
        except MissingError as missing:
            pytest.skip(str(missing))


class Run:
    """The bot as a process, a browser and a Slack."""

    def __init__(self, bot, http, own, slack, folder):
        self.bot, self.http, self.own, self.slack, self.folder = bot, http, own, slack, folder
        self.printed = b""

    async def logged(self, event):
        """Return the next line of the log with that event."""
        async with asyncio.timeout(60):
            while line := await self.bot.stderr.readline():
                self.printed += line
                if json.loads(line).get("event") == event:
                    return json.loads(line)
        raise AssertionError(f"the bot ended without {event}")

    async def begin(self):
        """Begin an installation; return Slack's address and the state."""
        answer = await self.http.get(f"{self.own}/slack/install")
        address = answer.headers["location"]
        return address, parse_qs(urlsplit(address).query)["state"][0]

    async def back(self, address, state):
        # httpx sends a Secure cookie over https alone; in life a proxy with TLS stands before.
        return await self.http.get(address, headers={"cookie": f"{COOKIE}={state}"})

    async def event(self, event, team):
        body = json.dumps(
            {
                "type": "event_callback",
                "team_id": team,
                "event_id": "Ev" + event["type"],
                "event": event,
            }
        )
        headers = signed(body) | {"content-type": "application/json"}
        return await self.http.post(f"{self.own}/slack/events", content=body, headers=headers)

    async def api(self, method, token, **arguments):
        """Call the Slack with a token; emulate takes POST alone."""
        headers = {"authorization": f"Bearer {token}"}
        answer = await self.http.post(f"{self.slack}/api/{method}", data=arguments, headers=headers)
        return answer.json()

    def rows(self, table):
        """Return what the database holds."""
        with closing(sqlite3.connect(self.folder / "state.db")) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(f"SELECT * FROM {table}")]

    def stored(self):
        """Return every byte of the bot's files."""
        return b"".join(file.read_bytes() for file in self.folder.rglob("*") if file.is_file())


@asynccontextmanager
async def running(folder, emulate):
    port = free_port()
    own = f"http://127.0.0.1:{port}"
    app = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "app_id": "A000000001",
        "name": "Anon",
        "redirect_uris": [f"{own}/slack/oauth_redirect"],
        "scopes": bot_scopes(),
    }
    async with emulated(emulate, app, SIGNING_SECRET) as slack:
        await lay_dbos(folder)
        values = environment(
            folder,
            port,
            slack,
            SLACK_BOT_TOKEN="",
            SLACK_CLIENT_ID=CLIENT_ID,
            SLACK_CLIENT_SECRET=CLIENT_SECRET,
            SLACK_SIGNING_SECRET=SIGNING_SECRET,
            TOKEN_ENCRYPTION_KEYS=KEY,
            PUBLIC_URL=own,
            SUPPORT_CHANNELS="",
            LOG_LEVEL="DEBUG",  # slack_sdk would log whole answers
        )
        async with process(values) as bot, httpx.AsyncClient(trust_env=False) as http:
            yield Run(bot, http, own, slack, folder)


async def test_install_answer_and_uninstall(tmp_path, emulate):
    async with running(tmp_path, emulate) as run:
        assert (await run.http.get(f"{run.own}/readyz")).json() == {"ready": True, "away": []}
        token, team = await install(run)
        await answer(run, token, team)
        await leave(run, token, team)
        run.bot.terminate()
        out, errors = await run.bot.communicate()
        printed = run.printed + out + errors
        assert f"Workspaces install the app at {run.own}/slack/install".encode() in out
        assert b'"installed"' in printed  # what is looked through is there
        for secret in (token, CLIENT_SECRET, SIGNING_SECRET, KEY):
            assert secret.encode() not in printed


async def install(run):
    """Install by the browser, after what must not work; return the token and the team."""
    address, state = await run.begin()
    refused = await run.back(f"{run.own}/slack/oauth_redirect?code=wrong&state={state}", state)
    assert (refused.status_code, "did not accept" in refused.text) == (401, True)
    address, state = await run.begin()
    back = await consent(run.http, address, "ana")
    assert (await run.back(back, "another")).status_code == 400
    assert run.rows("slack_installations") == run.rows("slack_bots") == []
    page = await run.back(back, state)
    assert (page.status_code, "installed in Acme" in page.text) == (200, True)
    assert (await run.back(back, state)).status_code == 401
    (row,), (bot,) = run.rows("slack_installations"), run.rows("slack_bots")
    token = Fernet(KEY).decrypt(bot["bot_token"].encode()).decode()
    assert token.startswith("xoxb-")
    assert Fernet(KEY).decrypt(row["bot_token"].encode()).decode() == token
    assert b"xoxb-" not in run.stored()
    who = await run.api("auth.test", token)
    assert (bot["team_id"], bot["bot_user_id"], bot["bot_id"]) == (
        who["team_id"],
        who["user_id"],
        who["bot_id"],
    )
    return token, bot["team_id"]


async def answer(run, token, team):
    """Ask by a mention: the answer comes with the token of the team."""
    channels = (await run.api("conversations.list", token))["channels"]
    channel = next(one["id"] for one in channels if one["name"] == "support")
    bot = (await run.api("auth.test", token))["user_id"]
    mention = {
        "type": "app_mention",
        "channel": channel,
        "user": "U1",
        "ts": "1.000100",
        "text": f"<@{bot}> {SURE_404}",
    }
    assert (await run.event(mention, team)).status_code == 200
    await run.logged("done")  # said, and kept
    history = await run.api("conversations.replies", token, channel=channel, ts="1.000100")
    (said,) = history["messages"]
    assert said["user"] == bot
    assert "backend-user-404" in json.dumps(said)
    assert [row["team"] for row in run.rows("answers")] == [team]


async def leave(run, token, team):
    """Uninstall: nothing is left, and nobody is answered any more."""
    assert (await run.event({"type": "app_uninstalled"}, team)).status_code == 200
    await run.logged("team_left")
    for table in ("slack_installations", "slack_bots", "answers", "threads"):
        assert run.rows(table) == [], table
    later = {"type": "app_mention", "channel": "C1", "user": "U1", "ts": "2.0", "text": SURE_404}
    assert (await run.event(later, team)).status_code == 200
    await run.logged("not_installed")
    assert run.rows("answers") == []
    assert token.encode() not in run.stored()
