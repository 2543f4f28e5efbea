"""The one place that posts to Slack."""

from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import TryLaterError, UserError
from bot.records import Person, Place, UserGroup
from bot.reply import Said
from handlers import ids
from handlers.blocks import render
from handlers.calling import calling, code_of
from handlers.teams import Teams
from handlers.text import message_text

INVITE_ME = "I am not in that channel. Invite me there first: type `/invite` and my name."
NOT_THERE = frozenset({"not_in_channel", "channel_not_found", "is_archived"})
GONE = frozenset({"message_not_found", "cant_delete_message", "cant_update_message"})
# An ephemeral message cannot reach somebody who is not in the channel.
NO_WHISPER = frozenset({"user_not_in_channel", "channel_not_found", "not_in_channel"})
UNREADABLE = frozenset({"channel_not_found", "missing_scope", "not_in_channel", "thread_not_found"})
UNKNOWN_PERSON = frozenset({"user_not_found", "user_not_visible", "missing_scope"})
NOBODY = "Slack does not tell me who you are ({reason}), so I cannot do that for you."
UNREACHABLE = frozenset({"user_not_found", "user_disabled", "cannot_dm_bot", "users_not_found"})
TRIGGER_GONE = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})
NO_LAYER = frozenset({"push_limit_reached", "not_found", "view_not_found"})
CLOSED = frozenset({"not_found", "view_not_found"})
PICTURE = "anon-support.png"
PAGE = 200
PAGES = 5
LOOK_BACK_SECONDS = 3600  # clocks differ
log = structlog.get_logger(__name__)


class SlackMessenger:
    """Renders what is said and shows it, with the token of the team that it is for."""

    def __init__(self, teams: Teams) -> None:
        self._teams = teams

    async def post(self, place: Place, said: Said, key: str, *, since: float | None = None) -> str:
        """Post into the thread, or the channel where there is no root, and return the ts."""
        if since is not None and (found := await self._find(place, key, since)):
            return found
        return await self._post(place, said, key)

    async def edit(self, team: str, channel: str, posted: str, said: Said) -> None:
        """Replace one of the bot's own messages; one that is gone is fine."""
        message, web = render(said), await self._web(team)
        with calling(GONE):
            await web.chat_update(
                channel=channel, ts=posted, text=message.text, blocks=message.blocks
            )

    async def remove(self, team: str, channel: str, posted: str) -> None:
        """Delete one of the bot's own messages; one that is gone is fine."""
        web = await self._web(team)
        with calling(GONE):
            await web.chat_delete(channel=channel, ts=posted)

    async def whisper(
        self,
        place: Place,
        user: str,
        said: Said,
        *,
        in_thread: bool = True,
        key: str = "",
        since: float | None = None,
    ) -> None:
        """Show to one person alone: in the thread or the channel, else by direct message."""
        if place.channel.startswith("D"):
            await self.post(place, said, key, since=since)
            return
        message, web = render(said), await self._web(place.team)
        with calling(NO_WHISPER) as call:
            await web.chat_postEphemeral(
                channel=place.channel,
                user=user,
                thread_ts=place.root if in_thread else None,
                text=message.text,
                blocks=message.blocks,
            )
        if call.refused:
            with calling():
                opened = await web.conversations_open(users=[user])
            direct = Place(place.team, opened["channel"]["id"], "")
            await self.post(direct, said, key, since=since)

    async def whisper_only(
        self, place: Place, user: str, said: Said, *, in_thread: bool = True
    ) -> bool:
        """Show to one person alone, where nothing stays; False where Slack cannot."""
        message, web = render(said), await self._web(place.team)
        with calling(NO_WHISPER) as call:
            await web.chat_postEphemeral(
                channel=place.channel,
                user=user,
                thread_ts=place.root if in_thread else None,
                text=message.text,
                blocks=message.blocks,
            )
        return not call.refused

    async def person(self, team: str, user: str) -> Person:
        """Return what kind of member somebody is; raise UserError if Slack does not say."""
        web = await self._web(team)
        with calling(UNKNOWN_PERSON) as call:
            answer = await web.users_info(user=user)
        if call.refused:
            raise UserError(NOBODY.format(reason=call.refused))
        found = answer["user"]
        return Person(
            team=str(found.get("team_id") or ""),
            deleted=bool(found.get("deleted")),
            guest=bool(found.get("is_restricted") or found.get("is_ultra_restricted")),
            stranger=bool(found.get("is_stranger")),
            bot=bool(found.get("is_bot")),
        )

    async def groups(self, team: str) -> tuple[UserGroup, ...] | None:
        """Return the workspace's user groups by handle, None where Slack does not tell them."""
        bot = await self._teams.of(team)
        try:
            with calling():
                answer = await bot.posting.usergroups_list()  # whoever waits does not wait long
        except (SlackApiError, TryLaterError) as error:  # a plan without groups, an older consent
            reason = code_of(error) if isinstance(error, SlackApiError) else str(error)
            log.warning("no_groups", error=reason)
            return None
        found = (
            UserGroup(str(one["id"]), str(one.get("handle") or ""), str(one.get("name") or ""))
            for one in answer.get("usergroups") or ()
        )
        return tuple(sorted(found, key=lambda one: one.handle))

    async def open_view(
        self, team: str, trigger: str, view: dict[str, Any], *, over: bool = False
    ) -> str:
        """Open a modal and return its id, nothing if it is too late for one.

        ``over``: a modal was pressed, and this one is laid over it.
        """
        web = await self._web(team)
        with calling(TRIGGER_GONE | NO_LAYER) as call:
            if over:
                answer = await web.views_push(trigger_id=trigger, view=view)
            else:
                answer = await web.views_open(trigger_id=trigger, view=view)
        return "" if call.refused else str(answer["view"]["id"])

    async def update_view(self, team: str, view_id: str, view: dict[str, Any]) -> None:
        """Replace a modal; one that was closed meanwhile is fine."""
        web = await self._web(team)
        with calling(CLOSED):
            await web.views_update(view_id=view_id, view=view)

    async def permalink(self, team: str, channel: str, ts: str) -> str:
        """Return the message's address, or nothing where Slack gives none."""
        web = await self._web(team)
        try:
            with calling():
                answer = await web.chat_getPermalink(channel=channel, message_ts=ts)
        except SlackApiError as error:
            log.warning("no_permalink", error=code_of(error))
            return ""
        return str(answer.get("permalink") or "")

    async def first_message(self, place: Place) -> tuple[str, str]:
        """Return who began the thread and the words, not redacted; nothing where unreadable."""
        web = await self._web(place.team)
        with calling(UNREADABLE | NOT_THERE) as call:
            page = await web.conversations_replies(channel=place.channel, ts=place.root, limit=1)
        found = [] if call.refused else page.get("messages") or []
        if not found or found[0].get("bot_id"):
            return "", ""
        return str(found[0].get("user") or ""), message_text(found[0])

    async def send_picture(self, team: str, user: str, title: str, picture: bytes) -> None:
        """Send a PNG to one person by direct message; one who cannot be reached gets none."""
        channel, web = await self.direct(team, user), await self._web(team)
        if channel:
            with calling():
                await web.files_upload_v2(
                    channel=channel, filename=PICTURE, title=title, alt_txt=title, content=picture
                )

    async def publish_home(self, team: str, user: str, view: dict[str, Any]) -> None:
        """Show a person their App Home."""
        web = await self._web(team)
        with calling():
            await web.views_publish(user_id=user, view=view)

    async def direct(self, team: str, user: str) -> str:
        """Return the channel of direct messages with the person, nothing if there is none."""
        web = await self._web(team)
        with calling(UNREACHABLE) as call:
            opened = await web.conversations_open(users=[user])
        return "" if call.refused else str(opened["channel"]["id"])

    async def is_in(self, team: str, channel: str) -> bool:
        """Tell whether the bot is in the channel; not where Slack does not say."""
        web = await self._web(team)
        with calling(UNREADABLE) as call:
            answer = await web.conversations_info(channel=channel)
        return not call.refused and bool((answer.get("channel") or {}).get("is_member"))

    async def members(self, team: str, channel: str) -> frozenset[str]:
        """Return who else is in the channel, nobody where it cannot be read."""
        bot = await self._teams.of(team)
        found: set[str] = set()
        cursor = ""
        for _ in range(PAGES):
            with calling(UNREADABLE) as call:
                page = await bot.web.conversations_members(
                    channel=channel, limit=PAGE, cursor=cursor
                )
            if call.refused:
                break
            found.update(page.get("members") or ())
            cursor = _next_page(page)
            if not cursor:
                break
        me = await bot.me()
        return frozenset(found - {me.bot_user_id})

    async def _find(self, place: Place, key: str, since: float) -> str:
        """Return the ts of the bot's message with this key, nothing if it was never posted."""
        web = await self._web(place.team)
        more: dict[str, Any] = {
            "channel": place.channel,
            "oldest": f"{since - LOOK_BACK_SECONDS:.6f}",
            "include_all_metadata": True,
            "limit": PAGE,
        }
        if place.root:
            more["ts"] = place.root
        for _ in range(PAGES):
            with calling(UNREADABLE | NOT_THERE) as call:
                if place.root:
                    page = await web.conversations_replies(**more)
                else:
                    page = await web.conversations_history(**more)
            if call.refused:
                break  # better said twice than not at all
            for message in page.get("messages") or ():
                if _key_of(message) == key:
                    return str(message["ts"])
            more["cursor"] = _next_page(page)
            if not more["cursor"]:
                break
        return ""

    async def _post(self, place: Place, said: Said, key: str) -> str:
        message, bot = render(said), await self._teams.of(place.team)
        more: dict[str, Any] = {"thread_ts": place.root or None}
        if key:
            more["metadata"] = {
                "event_type": ids.METADATA_EVENT,
                "event_payload": {"workflow_id": key},
            }
        try:
            with calling():
                answer = await bot.posting.chat_postMessage(
                    channel=place.channel,
                    text=message.text,
                    blocks=message.blocks,
                    unfurl_links=False,
                    unfurl_media=False,
                    **more,
                )
        except SlackApiError as error:
            if code_of(error) in NOT_THERE:
                raise UserError(INVITE_ME) from None
            raise
        return str(answer["ts"])

    async def _web(self, team: str) -> AsyncWebClient:
        return (await self._teams.of(team)).web


def _key_of(message: dict[str, Any]) -> str:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != ids.METADATA_EVENT:
        return ""
    return str((metadata.get("event_payload") or {}).get("workflow_id") or "")


def _next_page(page: AsyncSlackResponse) -> str:
    return (page.get("response_metadata") or {}).get("next_cursor") or ""
