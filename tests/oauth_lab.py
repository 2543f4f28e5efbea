"""The bot for several workspaces, and a Slack that has several: each call is kept with its token."""

import json
import time
from base64 import b64decode
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
from aiohttp import web
from cryptography.fernet import Fernet
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette

from bot.anon_api import open_anon_api
from bot.app import create_asgi
from bot.config import Settings, read_settings
from bot.database import open_database
from bot.diagnosis import Instruments
from bot.durable import WORK
from bot.guard import Guard
from bot.services import Services, secrets_of
from bot.store import Store
from bot.telemetry import configure_logging
from tests.slack_lab import AT_ONCE, FakeAnswerer, lay_dbos, no_pause

CLIENT_ID = "111.222"
CLIENT_SECRET = "not-a-real-client-secret"
SIGNING_SECRET = "not-a-real-signing-secret"
PUBLIC_URL = "https://bot.example.com"
COOKIE = "slack-app-oauth-state"


def token_of(team: str) -> str:
    """Return a token in Slack's form; it is no real one."""
    return f"xoxb-{team}-made-by-a-test"


class Slack:
    """Several workspaces and an organisation behind one Web API."""

    def __init__(self) -> None:
        self.base = ""
        self.codes: dict[str, dict] = {}
        self.calls: list[tuple[str, str, dict]] = []
        self.channels: dict[str, str] = {}  # channel -> the team that sees it
        self.members: list[str] = []
        self.used: list[str] = []

    def allow(
        self,
        code: str,
        team: str,
        *,
        enterprise: str = "",
        everywhere: bool = False,
        expires_in: int | None = None,
    ) -> None:
        """Make a code that can be exchanged once for the team's, or organisation's, token."""
        key = enterprise if everywhere else team
        self.codes[code] = {
            "ok": True,
            "app_id": "A1",
            "access_token": token_of(key),
            "token_type": "bot",
            "scope": "chat:write,commands",
            "bot_user_id": f"UBOT{key}",
            "team": None if everywhere else {"id": team, "name": f"Team <{team}>"},
            "enterprise": {"id": enterprise, "name": "Org"} if enterprise else None,
            "is_enterprise_install": everywhere,
            "authed_user": {"id": f"UINST{key}"},
        }
        if expires_in is not None:
            self.codes[code] |= {"expires_in": expires_in, "refresh_token": f"xoxe-{key}-1"}

    def called(self, method: str) -> list[tuple[str, dict]]:
        """Return the token and arguments of every call of a method."""
        return [(token, arguments) for token, name, arguments in self.calls if name == method]

    async def api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        arguments = {**request.query, **(await request.post())}
        if request.content_type == "application/json":
            arguments = await request.json()
        if method == "oauth.v2.access":
            return web.json_response(self._exchange(request, arguments))
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not token:
            return web.json_response({"ok": False, "error": "not_authed"})
        self.calls.append((token, method, arguments))
        return web.json_response(self._answer(method, token, arguments))

    def _exchange(self, request: web.Request, arguments: dict) -> dict:
        _, _, basic = request.headers.get("authorization", "").partition(" ")
        client = b64decode(basic).decode() if basic else ""
        if client != f"{CLIENT_ID}:{CLIENT_SECRET}":
            return {"ok": False, "error": "invalid_client_id"}
        if arguments.get("grant_type") == "refresh_token":
            return self._renew(arguments["refresh_token"])
        if arguments.get("redirect_uri") != f"{PUBLIC_URL}/slack/oauth_redirect":
            return {"ok": False, "error": "bad_redirect_uri"}
        return self.codes.pop(arguments.get("code", ""), {"ok": False, "error": "invalid_code"})

    def _renew(self, refresh: str) -> dict:
        """Give a new token for a refresh token, which is good once."""
        if refresh in self.used:
            return {"ok": False, "error": "invalid_refresh_token"}
        self.used.append(refresh)
        key = refresh.split("-")[1]
        renewed = {"access_token": f"xoxb-{key}-renewed-by-a-test", "token_type": "bot"}
        return {"ok": True, **renewed, "refresh_token": f"xoxe-{key}-2", "expires_in": 43_200}

    def _answer(self, method: str, token: str, arguments: dict) -> dict:
        key = token.split("-")[1] if token.startswith("xoxb-") else ""
        if not key:
            return {"ok": False, "error": "invalid_auth"}
        sees = self.channels.get(arguments.get("channel", ""), key) == key
        match method:
            case "auth.test":
                return {"ok": True, "team_id": key, "user_id": f"UBOT{key}", "bot_id": f"B{key}"}
            case "conversations.info" | "conversations.members" if not sees:
                return {"ok": False, "error": "channel_not_found"}
            case "conversations.info":
                known = arguments["channel"] in self.channels
                return {"ok": True} if known else {"ok": False, "error": "channel_not_found"}
            case "conversations.members":
                return {"ok": True, "members": self.members}
            case _:
                return {"ok": True, "ts": "2.000100", "channel": arguments.get("channel")}


class Several:
    """The bot, its database's folder and its Slack."""

    def __init__(self, app: Starlette, slack: Slack, services: Services, folder: Path) -> None:
        self.app, self.slack, self.services, self.folder = app, slack, services, folder
        self.bot = app.state.bot
        transport = httpx.ASGITransport(app)
        self.http = httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL)

    async def begin(self) -> str:
        """Begin an installation; return the state, which the browser now holds as a cookie."""
        answer = await self.http.get("/slack/install")
        assert answer.status_code == 302
        (state,) = parse_qs(urlsplit(answer.headers["location"]).query)["state"]
        return state

    async def finish(self, state: str, code: str) -> httpx.Response:
        """Come back from Slack."""
        query = {"state": state, "code": code}
        return await self.http.get("/slack/oauth_redirect", params=query)

    async def install(self, team: str, **more: object) -> httpx.Response:
        """Install the app in a team."""
        self.slack.allow("code", team, **more)
        return await self.finish(await self.begin(), "code")

    async def event(
        self, event: dict, team: str | None, *, settle: bool = True, **envelope: object
    ) -> httpx.Response:
        """Deliver an event; return the answer once what it started is done."""
        headers = {"x-slack-retry-num": "1"} if envelope.pop("again", False) else {}
        body = json.dumps(
            {
                "type": "event_callback",
                "team_id": team,
                "event": event,
                "event_id": f"Ev{time.monotonic_ns()}",
                "event_time": int(time.time()),
                **envelope,
            }
        )
        headers |= signed(body) | {"content-type": "application/json"}
        answer = await self.http.post("/slack/events", content=body, headers=headers)
        await self.bot.in_flight.drain()
        if settle:
            await WORK.in_hand.settled()
        return answer

    async def message(self, text: str, team: str, channel: str, ts: str, **more: object) -> int:
        """Post a message into a channel; return the status of the bot's answer."""
        event = {"type": "message", "channel": channel, "user": "UASK", "ts": ts, "text": text}
        return (await self.event(event, team, **more)).status_code

    def stored(self) -> bytes:
        """Return every byte of the database's files."""
        return b"".join(file.read_bytes() for file in self.folder.rglob("*") if file.is_file())


def signed(body: str) -> dict[str, str]:
    """Return the headers that Slack signs a body with."""
    now = str(int(time.time()))
    signature = SignatureVerifier(SIGNING_SECRET).generate_signature(timestamp=now, body=body)
    return {"x-slack-request-timestamp": now, "x-slack-signature": signature or ""}


def oauth_settings(folder: Path, **more: object) -> Settings:
    """Return settings for several workspaces, with a new key unless one is given."""
    given = {
        "slack_client_id": CLIENT_ID,
        "slack_client_secret": CLIENT_SECRET,
        "slack_signing_secret": SIGNING_SECRET,
        "slack_bot_token": None,
        "slack_app_token": None,
        "token_encryption_keys": Fernet.generate_key().decode(),
        "public_url": PUBLIC_URL,
        "data_dir": folder,
        "database_url": "",
        **AT_ONCE,
    }
    return read_settings(_env_file=None, **{**given, **more})


@asynccontextmanager
async def served(slack: Slack) -> AsyncIterator[None]:
    app = web.Application()
    app.router.add_route("*", "/api/{method}", slack.api)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def several(folder: Path, *, working: bool = True, **more: object) -> AsyncIterator[Several]:
    """Yield the bot for several workspaces; it starts faster where it carries out no work."""
    slack = Slack()
    async with served(slack):
        api = more.pop("slack_api_url", f"{slack.base}/api/")
        settings = oauth_settings(folder, slack_api_url=api, **more)
        async with bot_on(settings, slack, folder, working=working) as lab:
            yield lab


@asynccontextmanager
async def bot_on(
    settings: Settings, slack: Slack, folder: Path, *, working: bool = True
) -> AsyncIterator[Several]:
    """Yield the bot with these settings."""
    configure_logging("INFO", secrets_of(settings))
    with ThreadPoolExecutor(2) as matching:
        async with open_database(settings.store_url) as engine, open_anon_api(settings) as api:
            tools = Instruments(api, Guard(), pause=no_pause)
            services = Services(settings, Store(engine), FakeAnswerer(), matching, tools)
            app = create_asgi(services)
            lab = Several(app, slack, services, folder)
            async with AsyncExitStack() as stack:
                stack.push_async_callback(lab.http.aclose)
                if working:
                    await lay_dbos(folder)
                    await stack.enter_async_context(app.router.lifespan_context(app))
                yield lab
