"""The one place that posts to Slack."""

from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import UserError
from bot.records import Place
from bot.reply import Said
from handlers import ids
from handlers.blocks import render
from handlers.identity import Identity

RATE_LIMIT_RETRIES = 3
TIMEOUT_SECONDS = 10
INVITE_ME = "I am not in that channel. Invite me there first: type `/invite` and my name."
NOT_THERE = frozenset({"not_in_channel", "channel_not_found", "is_archived"})
GONE = frozenset({"message_not_found", "cant_delete_message", "cant_update_message"})
# An ephemeral message cannot reach somebody who is not in the channel.
NO_WHISPER = frozenset({"user_not_in_channel", "channel_not_found", "not_in_channel"})
UNREADABLE = frozenset({"channel_not_found", "missing_scope", "not_in_channel", "ratelimited"})
CLOSED = frozenset({"not_found", "view_not_found"})
MEMBERS_PAGE = 200
MEMBERS_PAGES = 5
log = structlog.get_logger(__name__)


def slack_client(token: str | None, base_url: str) -> AsyncWebClient:
    """Return the client that everything goes through.

    It retries on 429 alone: a retry after a lost connection could post twice.
    """
    retry = AsyncRateLimitErrorRetryHandler(max_retry_count=RATE_LIMIT_RETRIES)
    client = AsyncWebClient(
        token=token, base_url=base_url, timeout=TIMEOUT_SECONDS, retry_handlers=[retry]
    )
    if base_url.startswith("http://"):
        # The SDK takes HTTP_PROXY from the environment and knows no NO_PROXY: a double on
        # loopback is never behind a proxy.
        client.proxy = None
    return client


class SlackMessenger:
    """Renders what is said and shows it."""

    def __init__(self, client: AsyncWebClient, identity: Identity) -> None:
        self._client = client
        self._identity = identity

    async def post(self, place: Place, said: Said, key: str) -> str:
        """Post into the thread and return the ts; ``key`` stands in the message's metadata."""
        metadata = {"event_type": ids.METADATA_EVENT, "event_payload": {"workflow_id": key}}
        return await self._post(place.channel, said, thread_ts=place.root, metadata=metadata)

    async def post_root(self, channel: str, said: Said) -> str:
        """Post into the channel itself and return the ts."""
        return await self._post(channel, said)

    async def edit(self, channel: str, posted: str, said: Said) -> None:
        """Replace one of the bot's own messages; one that is gone is fine."""
        message = render(said)
        try:
            await self._client.chat_update(
                channel=channel, ts=posted, text=message.text, blocks=message.blocks
            )
        except SlackApiError as error:
            _pass_over(error, GONE)

    async def remove(self, channel: str, posted: str) -> None:
        """Delete one of the bot's own messages; one that is gone is fine."""
        try:
            await self._client.chat_delete(channel=channel, ts=posted)
        except SlackApiError as error:
            _pass_over(error, GONE)

    async def whisper(self, place: Place, user: str, said: Said, *, in_thread: bool = True) -> None:
        """Show to one person alone: in the thread or the channel, else by direct message."""
        if place.channel.startswith("D"):
            await self._post(place.channel, said, thread_ts=place.root)
            return
        message = render(said)
        try:
            await self._client.chat_postEphemeral(
                channel=place.channel,
                user=user,
                thread_ts=place.root if in_thread else None,
                text=message.text,
                blocks=message.blocks,
            )
        except SlackApiError as error:
            _pass_over(error, NO_WHISPER)
            opened = await self._client.conversations_open(users=[user])
            await self._post(opened["channel"]["id"], said)

    async def open_view(self, trigger: str, view: dict[str, Any]) -> str:
        """Open a modal and return its id; a trigger lives three seconds."""
        answer = await self._client.views_open(trigger_id=trigger, view=view)
        return str(answer["view"]["id"])

    async def update_view(self, view_id: str, view: dict[str, Any]) -> None:
        """Replace a modal; one that was closed meanwhile is fine."""
        try:
            await self._client.views_update(view_id=view_id, view=view)
        except SlackApiError as error:
            _pass_over(error, CLOSED)

    async def permalink(self, channel: str, ts: str) -> str:
        """Return the message's address, or nothing where Slack gives none."""
        try:
            answer = await self._client.chat_getPermalink(channel=channel, message_ts=ts)
        except SlackApiError as error:
            log.warning("no_permalink", error=_code(error))
            return ""
        return str(answer.get("permalink") or "")

    async def members(self, channel: str) -> frozenset[str]:
        """Return who else is in the channel, nobody where it cannot be read."""
        found: set[str] = set()
        cursor = ""
        for _ in range(MEMBERS_PAGES):
            try:
                page = await self._client.conversations_members(
                    channel=channel, limit=MEMBERS_PAGE, cursor=cursor
                )
            except SlackApiError as error:
                _pass_over(error, UNREADABLE)
                break
            found.update(page.get("members") or ())
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        me = await self._identity.authorize()
        return frozenset(found - {me.bot_user_id})

    async def _post(self, channel: str, said: Said, **more: Any) -> str:
        message = render(said)
        try:
            answer = await self._client.chat_postMessage(
                channel=channel,
                text=message.text,
                blocks=message.blocks,
                unfurl_links=False,
                unfurl_media=False,
                **more,
            )
        except SlackApiError as error:
            if _code(error) in NOT_THERE:
                raise UserError(INVITE_ME) from None
            raise
        return str(answer["ts"])


def _code(error: SlackApiError) -> str:
    return str(error.response.get("error") or "")


def _pass_over(error: SlackApiError, expected: frozenset[str]) -> None:
    """Log an error that is expected here; raise any other."""
    if _code(error) not in expected:
        raise error
    log.warning("slack_refused", error=_code(error))
