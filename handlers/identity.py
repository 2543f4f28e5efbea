"""Who the bot is in its workspace: Slack is asked once, at the first need."""

from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient


class Identity:
    """The answer of auth.test, kept."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._known: AuthorizeResult | None = None

    async def authorize(self) -> AuthorizeResult:
        """Return team, bot and token, as Bolt wants them."""
        if self._known is None:
            answer = await self._client.auth_test()
            self._known = AuthorizeResult.from_auth_test_response(
                auth_test_response=answer, bot_token=self._client.token
            )
        return self._known
