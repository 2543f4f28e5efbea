"""Who the bot is in its workspace: Slack is asked once, at the first need."""

from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import TryLaterError
from handlers.calling import calling


class Identity:
    """The answer of auth.test, kept."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._known: AuthorizeResult | None = None

    async def authorize(self) -> AuthorizeResult:
        """Return team, bot and token, as Bolt wants them; raise TryLaterError if Slack is away.

        At a SlackApiError Bolt would acknowledge the event all the same, and it would be lost.
        """
        if self._known is None:
            try:
                with calling():
                    answer = await self._client.auth_test()
            except SlackApiError as error:
                raise TryLaterError(done=False) from error
            self._known = AuthorizeResult.from_auth_test_response(
                auth_test_response=answer, bot_token=self._client.token
            )
        return self._known
