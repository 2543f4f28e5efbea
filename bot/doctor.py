"""``anon-support doctor``: looks at each part and says what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.anon_answers import AnonError, Environment, Problem
from bot.anon_api import AnonApi, open_anon_api
from bot.answering import open_answerer
from bot.config import Settings, read_settings
from bot.database import open_database
from bot.errors import ConfigError, UserError
from bot.manifest import INSTALL_PATH
from bot.running import conflict, missing_settings
from bot.store import Store
from handlers.installed_teams import open_installed
from handlers.teams import slack_client

CONFIGURED = "every setting can be read; connects by {way}"
NOT_CONFIGURED = "set {names} (docs/slack-setup.md)"
CONNECTED = "connected as {bot} in {team}"
REFUSED = "Slack refused the bot token ({code}): copy SLACK_BOT_TOKEN again and reinstall the app"
AWAY = "Slack cannot be reached: check the network, a proxy and SLACK_API_URL"
INSTALLED = "can be reached; workspaces that installed the app: {count}"
INCOMPLETE = "not tried: the settings for several workspaces are not complete"
NO_HOME = (
    "no workspace with the app sees STAFF_CHANNEL: invite the bot there, in your own workspace"
)
SKIPPED = "not tried: there is no SLACK_BOT_TOKEN"
NO_ANON_KEY = (
    "not tried: set ANON_API_KEY_SANDBOX or ANON_API_KEY_PROD to check links and SdkClients"
)
ANON_ANSWERS = "{env}: the key is accepted"
ANON_REFUSES = "{env}: Anon refused the key; copy ANON_API_KEY_{name} again from the Anon Console"
ANON_AWAY = "{env}: cannot be asked now; check the network and ANON_API_URL_{name}"
NOBODY = "anon-support-doctor"  # an appUserId that nobody has: a 404 shows that the key is good
STORE_WORKS = "can be read and written"
BASE_WORKS = "{count} entries"


class State(StrEnum):
    """How a part is: ``bad`` wants its owner to act, ``away`` may pass by itself."""

    GOOD = "good"
    BAD = "bad"
    AWAY = "away"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Seen:
    """One line of the doctor's."""

    part: str
    state: State
    text: str


def worst_code(seen: Sequence[Seen]) -> int:
    """Return the exit code: 2 for something to mend, 3 for something that is away."""
    states = {one.state for one in seen}
    return 2 if State.BAD in states else 3 if State.AWAY in states else 0


async def examine(kb: Path | None = None) -> list[Seen]:
    """Return one line for each part."""
    try:
        settings = read_settings()
    except ConfigError as error:
        return [Seen("configuration", State.BAD, str(error)), _see_base(kb)]
    return [
        _see_settings(settings),
        await _see_slack(settings),
        await _see_anon(settings),
        await _see_store(settings),
        _see_base(kb),
    ]


def _see_settings(settings: Settings) -> Seen:
    if mixed := conflict(settings):
        return Seen("configuration", State.BAD, mixed)
    if missing := missing_settings(settings):
        return Seen("configuration", State.BAD, NOT_CONFIGURED.format(names=", ".join(missing)))
    if settings.by_oauth:
        return Seen("configuration", State.GOOD, CONFIGURED.format(way=_oauth_way(settings)))
    way = "Socket Mode" if settings.slack_app_token else f"HTTP on port {settings.port}"
    return Seen("configuration", State.GOOD, CONFIGURED.format(way=way))


def _oauth_way(settings: Settings) -> str:
    where = settings.public_url.rstrip("/") or "https://… (set PUBLIC_URL)"
    return f"HTTP on port {settings.port}; workspaces install at {where}{INSTALL_PATH}"


async def _see_slack(settings: Settings) -> Seen:
    if settings.by_oauth:
        return await _see_installed(settings)
    if settings.slack_bot_token is None:
        return Seen("slack", State.SKIPPED, SKIPPED)
    client = slack_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        code = error.response.get("error", "no reason given")
        return Seen("slack", State.BAD, REFUSED.format(code=code))
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError):
        return Seen("slack", State.AWAY, AWAY)
    text = CONNECTED.format(bot=answer.get("user"), team=answer.get("team"))
    return Seen("slack", State.GOOD, text)


async def _see_installed(settings: Settings) -> Seen:
    """Look whether Slack answers, how many teams there are, and whether their tokens open."""
    if conflict(settings) or missing_settings(settings):
        return Seen("slack", State.SKIPPED, INCOMPLETE)
    try:
        async with open_database(settings.store_url) as engine:
            teams = open_installed(settings, Store(engine))
            count = await teams.count()
            await teams.reach()
            home = await teams.look_for_home() if settings.staff_channel else ""
    except UserError as error:
        return Seen("slack", State.BAD, str(error))
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError):
        return Seen("slack", State.AWAY, AWAY)
    if settings.staff_channel and count and not home:
        return Seen("slack", State.BAD, NO_HOME)
    return Seen("slack", State.GOOD, INSTALLED.format(count=count))


async def _see_anon(settings: Settings) -> Seen:
    async with open_anon_api(settings) as api:
        keyed = [env for env in Environment if api.has_key(env)]
        seen = [await _ask_anon(api, env) for env in keyed]
    if not seen:
        return Seen("anon", State.SKIPPED, NO_ANON_KEY)
    states = {state for state, _ in seen}
    worst = next(state for state in (State.BAD, State.AWAY, State.GOOD) if state in states)
    return Seen("anon", worst, "; ".join(text for _, text in seen))


async def _ask_anon(api: AnonApi, env: Environment) -> tuple[State, str]:
    """Ask for a link that nobody has: it changes nothing, and shows whether the key is good."""
    state, text = State.GOOD, ANON_ANSWERS
    try:
        await api.session_status(env, NOBODY, "instagram")
    except AnonError as error:
        match error.problem:
            case Problem.UNAUTHORIZED:
                state, text = State.BAD, ANON_REFUSES
            case Problem.AWAY | Problem.RATE_LIMITED:
                state, text = State.AWAY, ANON_AWAY
            case Problem.FORBIDDEN | Problem.NO_KEY:
                pass  # it knows the key, which is what was asked
    return state, text.format(env=env.value, name=env.value.upper())


async def _see_store(settings: Settings) -> Seen:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        async with open_database(settings.store_url) as engine:
            await Store(engine).ping()
    except UserError as error:
        return Seen("store", State.BAD, str(error))
    except OSError as error:
        return Seen("store", State.BAD, f"DATA_DIR cannot be written: {error.strerror}")
    return Seen("store", State.GOOD, STORE_WORKS)


def _see_base(kb: Path | None) -> Seen:
    try:
        entries = open_answerer(kb).entries
    except ValueError as error:
        return Seen("knowledge base", State.BAD, str(error))
    return Seen("knowledge base", State.GOOD, BASE_WORKS.format(count=len(entries)))
