"""Answers at a response_url: the way to show something where the bot cannot post."""

from typing import Any

import structlog
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.reply import Said
from handlers.blocks import render_all

TIMEOUT_SECONDS = 10
OK = 200
log = structlog.get_logger(__name__)


class Respond:
    """Stands in for Bolt's own, which repeats after a lost connection and could say it twice."""

    def __init__(self, url: str | None) -> None:
        self._url = url

    async def __call__(self, *said: Said, replace: bool = False) -> None:
        """Show to the one person alone, in place of what was pressed if ``replace``."""
        shown = render_all(said)
        await self._send(
            {
                "text": shown.text,
                "blocks": shown.blocks,
                "response_type": "ephemeral",
                "replace_original": replace,
            }
        )

    async def delete(self) -> None:
        """Take away what was pressed."""
        await self._send({"delete_original": True})

    async def _send(self, body: dict[str, Any]) -> None:
        if not self._url:
            return
        client = AsyncWebhookClient(
            self._url,
            timeout=TIMEOUT_SECONDS,
            retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=1)],
        )
        if self._url.startswith("http://"):
            client.proxy = None  # a double on loopback, as in handlers.messenger
        answer = await client.send_dict(body)
        if answer.status_code != OK:
            log.warning("response_url_refused", status=answer.status_code, answer=answer.body)
