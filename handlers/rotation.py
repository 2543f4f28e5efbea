"""Tokens that expire, where the app has token rotation on: renewed in time, by one process."""

from collections.abc import Awaitable, Callable

import aiohttp
import structlog
from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator

from bot.config import Settings
from bot.errors import TryLaterError
from handlers.installations import Installations
from handlers.teams import slack_client

EARLY_MINUTES = 120
TURN_SECONDS = 300  # who claimed a renewal and died leaves it to the next turn
log = structlog.get_logger(__name__)


class Rotation:
    """Renews a bot's token two hours before it expires; a refresh token is good once."""

    def __init__(
        self,
        settings: Settings,
        installations: Installations,
        claim: Callable[[float, str], Awaitable[bool]],
        clock: Callable[[], float],
    ) -> None:
        secret = settings.slack_client_secret
        self._rotator = AsyncTokenRotator(
            client_id=settings.slack_client_id or "",
            client_secret=secret.get_secret_value() if secret else "",
            client=slack_client(None, settings.slack_api_url),
        )
        self._installations = installations
        self._claim = claim
        self._clock = clock

    async def current(self, key: str, bot: Bot) -> Bot:
        """Return the bot with a token that is good; raise TryLaterError while there is none."""
        now, expires = self._clock(), bot.bot_token_expires_at
        if expires is None or expires - now > EARLY_MINUTES * 60:
            return bot
        turn = f"refresh:{key}:{expires}:{int(now // TURN_SECONDS)}"
        if await self._claim(now, turn) and (renewed := await self._renewed(key, bot)):
            return renewed
        if expires <= now:
            raise TryLaterError(done=False)
        return bot

    async def _renewed(self, key: str, bot: Bot) -> Bot | None:
        try:
            renewed = await self._rotator.perform_bot_token_rotation(
                bot=bot, minutes_before_expiration=EARLY_MINUTES
            )
        except (SlackTokenRotationError, aiohttp.ClientError, TimeoutError, OSError) as error:
            log.error("token_not_renewed", team=key, error=type(error).__name__)  # noqa: TRY400
            return None
        if renewed:
            await self._installations.async_save_bot(renewed)
            log.info("token_renewed", team=key)
        return renewed
