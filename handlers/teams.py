"""The bot in each workspace: the clients that hold its token there, and who it is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from slack_bolt.authorization import AuthorizeResult
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from handlers.identity import Identity

RATE_LIMIT_RETRIES = 3
TIMEOUT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Team:
    """The bot in one workspace, or in a whole organisation that has it everywhere."""

    web: AsyncWebClient
    posting: AsyncWebClient  # 429: the queue waits
    me: Callable[[], Awaitable[AuthorizeResult]]


class Teams(Protocol):
    """Finds the bot's clients by ``Place.team``; nothing calls Slack with another token."""

    async def of(self, team: str) -> Team:
        """Return the bot in the team; raise NotInstalledError where it is not, or no more."""

    async def authorize(
        self, enterprise: str | None, team: str | None, *, everywhere: bool
    ) -> AuthorizeResult | None:
        """Return who the bot is where a request comes from, None where it is not installed.

        Its ``team_id`` is what ``of`` takes; raise TryLaterError while that cannot be known.
        """

    async def reach(self) -> None:
        """Raise what the SDK raises when Slack cannot be reached."""

    async def open(self) -> None:
        """Be ready to find teams; raise ConfigError where stored tokens cannot be read."""

    async def installed_at(self, team: str) -> float | None:
        """Return when the team installed the app last, None where that is not kept."""

    async def drop(self, team: str) -> None:
        """Delete the team's tokens, as far as they are kept."""

    async def drop_users(self, team: str, users: list[str]) -> None:
        """Delete what is kept of the people who took their own tokens back."""

    async def home(self) -> str:
        """Return the operator's own team, where the staff channel is; nothing if not known."""


class OneTeam:
    """The single workspace whose token the settings hold."""

    def __init__(self, token: str, api_url: str) -> None:
        web = slack_client(token, api_url)
        self._team = Team(web, slack_client(token, api_url, retries=0), Identity(web).authorize)

    async def of(self, team: str) -> Team:  # noqa: ARG002 - there is no other
        """Return the bot."""
        return self._team

    async def authorize(
        self,
        enterprise: str | None,  # noqa: ARG002 - whatever the request says
        team: str | None,  # noqa: ARG002
        *,
        everywhere: bool,  # noqa: ARG002
    ) -> AuthorizeResult | None:
        """Return who the bot is, which Slack is asked once."""
        return await self._team.me()

    async def reach(self) -> None:
        """Ask Slack whether the token is good."""
        await self._team.web.auth_test()

    async def open(self) -> None:
        """Nothing is kept."""

    async def installed_at(self, team: str) -> float | None:  # noqa: ARG002
        """Nothing is kept."""
        return None

    async def drop(self, team: str) -> None:
        """Leave the token where it is: in the settings."""

    async def drop_users(self, team: str, users: list[str]) -> None:
        """Nothing is kept."""

    async def home(self) -> str:
        """Return the only team."""
        return (await self._team.me()).team_id or ""


def slack_client(
    token: str | None, base_url: str, retries: int = RATE_LIMIT_RETRIES
) -> AsyncWebClient:
    """Return the client that everything goes through.

    It retries on 429 alone: a retry after a lost connection could post twice.
    """
    retry = AsyncRateLimitErrorRetryHandler(max_retry_count=retries)
    client = AsyncWebClient(
        token=token,
        base_url=base_url,
        timeout=TIMEOUT_SECONDS,
        retry_handlers=[retry] if retries else [],
    )
    if base_url.startswith("http://"):
        # The SDK takes HTTP_PROXY from the environment and knows no NO_PROXY: a double on
        # loopback is never behind a proxy.
        client.proxy = None
    return client
