"""The teams that installed the app by OAuth, each with its own token."""

import asyncio
from collections.abc import Callable
from time import time

import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import Bot

from bot.config import Settings
from bot.encryption import Keys, WrongKeyError
from bot.errors import NotInstalledError, TryLaterError
from bot.metrics import NOT_INSTALLED
from bot.store import Store
from handlers.calling import calling, code_of
from handlers.installations import Installations
from handlers.rotation import Rotation
from handlers.teams import Team, slack_client

FRESH_SECONDS = 60  # another process may have taken an installation or an uninstall
SEARCH_SECONDS = 300
WAIT_SECONDS = 1.0  # a request of Slack's waits no longer for the search
NOT_HERE = frozenset(
    {"channel_not_found", "missing_scope", "invalid_auth", "account_inactive", "token_revoked"}
)
log = structlog.get_logger(__name__)


class InstalledTeams:
    """Finds a team's token in the database, at most once a minute."""

    def __init__(
        self,
        installations: Installations,
        rotation: Rotation,
        api_url: str,
        staff_channel: str,
        clock: Callable[[], float],
    ) -> None:
        self.installations = installations
        self._rotation = rotation
        self._api_url = api_url
        self._clock = clock
        self._known: dict[str, tuple[float, Team]] = {}
        self._staff_channel = staff_channel
        self._home = ""
        self._searched: float | None = None
        self._search: asyncio.Task[str] | None = None

    async def open(self) -> None:
        """Be ready: raise WrongKeyError where stored tokens cannot be read."""
        await self.installations.reseal()
        await self.home()

    async def of(self, team: str) -> Team:
        """Return the bot in the team; raise NotInstalledError where it is not, or no more."""
        found = await self._find(team)
        if found is None:
            raise NotInstalledError
        return found

    async def authorize(
        self, enterprise: str | None, team: str | None, *, everywhere: bool
    ) -> AuthorizeResult | None:
        """Return who the bot is where a request comes from, None where it is not installed."""
        for key in (enterprise,) if everywhere else (team, enterprise):
            if key and (found := await self._find(key)):
                return await found.me()
        NOT_INSTALLED.inc()
        log.info("not_installed", team=team, enterprise=enterprise)
        return None

    async def reach(self) -> None:
        """Raise what the SDK raises when Slack cannot be reached; that it wants a token will do."""
        client = slack_client(None, self._api_url)
        try:
            await client.auth_test()
        except SlackApiError as error:
            if not code_of(error):
                raise

    async def home(self) -> str:
        """Return the team whose bot sees the staff channel; nothing while none is known."""
        if self._home or not self._staff_channel:
            return self._home
        now = self._clock()
        if self._searched is None or now - self._searched > SEARCH_SECONDS:
            self._searched = now
            self._search = asyncio.create_task(self.look_for_home())
        if self._search:
            await asyncio.wait({self._search}, timeout=WAIT_SECONDS)
        return self._home

    async def count(self) -> int:
        """Return how many teams there are; raise WrongKeyError if one's token cannot be read."""
        keys = await self.installations.keys()
        for key in keys:
            await self.installations.bot_of(key)
        return len(keys)

    async def look_for_home(self) -> str:
        """Ask each team's bot, however long it takes, whether it sees the staff channel."""
        for key in await self.installations.keys():
            if await self._sees(key):
                self._home = key
                return key
        log.warning("staff_channel_not_found", channel=self._staff_channel)
        return ""

    async def arrived(self, key: str) -> None:
        """Use the token of an installation that was just made."""
        self._known.pop(key, None)
        self._searched = None
        await self.home()

    async def installed_at(self, team: str) -> float | None:
        """Return when the team installed the app last, in seconds since 1970."""
        bot = await self.installations.bot_of(team)
        return bot.installed_at if bot else None

    async def drop(self, team: str) -> None:
        """Delete the team's tokens, here and in the database."""
        await self.installations.drop(team)
        self._known.pop(team, None)
        if self._home == team:
            self._home, self._searched = "", None

    async def drop_users(self, team: str, users: list[str]) -> None:
        """Delete what is kept of the people who took their own tokens back."""
        await self.installations.drop_users(team, users)

    async def _find(self, key: str) -> Team | None:
        now = self._clock()
        seen, team = self._known.get(key, (None, None))
        if seen is not None and 0 <= now - seen < FRESH_SECONDS:
            return team
        try:
            bot = await self.installations.bot_of(key)
        except WrongKeyError:
            log.error("token_not_decrypted", team=key)  # noqa: TRY400 - its traceback says no more
            raise TryLaterError(done=False) from None
        if bot is None:
            self._known.pop(key, None)
            return None
        bot = await self._rotation.current(key, bot)
        self._known[key] = (now, _open(bot, key, self._api_url))
        return self._known[key][1]

    async def _sees(self, key: str) -> bool:
        try:
            web = (await self.of(key)).web
            with calling(NOT_HERE) as call:
                await web.conversations_info(channel=self._staff_channel)
        except (NotInstalledError, TryLaterError, SlackApiError) as error:
            log.warning("staff_channel_not_looked_for", team=key, error=type(error).__name__)
            return False
        return not call.refused


def open_installed(
    settings: Settings, store: Store, clock: Callable[[], float] = time
) -> InstalledTeams:
    """Return the teams in the database; the settings for it are complete."""
    keys = Keys(settings.encryption_keys)
    installations = Installations(settings.slack_client_id or "", store.engine, keys)
    rotation = Rotation(settings, installations, store.claim, clock)
    api_url, channel = settings.slack_api_url, settings.staff_channel
    return InstalledTeams(installations, rotation, api_url, channel, clock)


def _open(bot: Bot, key: str, api_url: str) -> Team:
    who = AuthorizeResult(
        enterprise_id=bot.enterprise_id,
        team_id=key,
        team=bot.team_name,
        bot_id=bot.bot_id,
        bot_user_id=bot.bot_user_id,
        bot_token=bot.bot_token,
        bot_scopes=bot.bot_scopes,
    )

    async def me() -> AuthorizeResult:
        return who

    web, posting = (slack_client(bot.bot_token, api_url, **more) for more in ({}, {"retries": 0}))
    return Team(web, posting, me)
