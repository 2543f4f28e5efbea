"""The one place where an exception ends: told to the right person, or logged and apologised for."""

import asyncio
from collections import OrderedDict
from typing import Any

import aiohttp
import structlog
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk.errors import SlackApiError

from bot.errors import NotInstalledError, TryLaterError, UserError
from bot.metrics import UNKNOWN_REQUESTS
from bot.records import Place
from bot.reply import Notice
from bot.tracing import reference
from handlers.answer import team_of
from handlers.blocks import diagnosis_view
from handlers.messenger import SlackMessenger
from handlers.respond import Respond

APOLOGY = (
    "Sorry, that failed on my side and I noted it as `{reference}`. Try again, or ask a human."
)
ACK_SEEN_SECONDS = 0.05
LAST_RETRY = 3
TOLD_KEPT = 1_000
TELLING_FAILS = (
    SlackApiError,
    TryLaterError,
    NotInstalledError,
    aiohttp.ClientError,
    TimeoutError,
)
log = structlog.get_logger(__name__)


async def on_error(
    error: Exception, request: AsyncBoltRequest, body: dict[str, Any], context: AsyncBoltContext
) -> BoltResponse | None:
    """Answer 200 to what no listener takes; tell a person what went wrong, if one is waiting.

    An event comes again after a failure: only when it does so no more is anybody told.
    """
    if isinstance(error, BoltUnhandledRequestError):
        UNKNOWN_REQUESTS.inc()
        log.info("unknown_request", type=body.get("type"), event_type=_event(body).get("type"))
        return BoltResponse(status=200, body="")
    # Bolt looks for the ack every 10 ms and forgets it when a listener fails in between.
    await asyncio.sleep(ACK_SEEN_SECONDS)
    if isinstance(error, UserError):
        notice = Notice(str(error))
    else:
        name = reference()
        log.error("listener_failed", reference=name, exc_info=error)
        if _stays_open(body, context):
            return None
        notice = Notice(APOLOGY.format(reference=name), human=True)
    waiting = "messenger" in context and is_waiting(body, context.bot_user_id or "")
    waiting = waiting and (not _event(body) or retries_of(request) >= LAST_RETRY)
    if waiting and _first_time(body, context):
        try:
            await _tell(notice, body, context)
        except TELLING_FAILS as cause:
            log.warning("person_not_told", error=type(cause).__name__)
    return None


def _stays_open(body: dict[str, Any], context: AsyncBoltContext) -> bool:
    """Tell whether a form was not taken: Slack asks to try again, and what was written stands."""
    return body.get("type") == "view_submission" and context.ack.response is None


def retries_of(request: AsyncBoltRequest) -> int:
    """Return how often Slack has delivered this before."""
    (number, *_) = request.headers.get("x-slack-retry-num") or ["0"]
    return int(number) if number.isdecimal() else 0


class Told:
    """Remembers whom it told about which message: a mention fails in both of its events."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, None] = OrderedDict()

    def first(self, key: str) -> bool:
        """Return True for a key that is new."""
        if key in self._known:
            return False
        self._known[key] = None
        if len(self._known) > TOLD_KEPT:
            self._known.popitem(last=False)
        return True


def is_waiting(body: dict[str, Any], bot: str) -> bool:
    """Tell whether somebody asked for something and would wait in vain."""
    event = _event(body)
    if not event:
        return True
    asked = event.get("channel_type") == "im" or f"<@{bot}" in str(event.get("text"))
    return event.get("type") == "app_mention" or (event.get("type") == "message" and asked)


def _first_time(body: dict[str, Any], context: AsyncBoltContext) -> bool:
    event = _event(body)
    told: Told = context["told"]
    return not event or told.first(f"{event.get('channel')}:{event.get('ts')}")


async def _tell(notice: Notice, body: dict[str, Any], context: AsyncBoltContext) -> None:
    messenger: SlackMessenger = context["messenger"]
    event = _event(body)
    view = body.get("view") or {}
    view_id = context.get("view_id") or view.get("id")
    if event:
        root = event.get("thread_ts")
        place = Place(team_of(context), event["channel"], root or event["ts"])
        await messenger.whisper(place, event["user"], notice, in_thread=bool(root))
    elif view.get("type") == "home" and not context.get("view_id"):
        user = str(body["user"]["id"])
        if channel := await messenger.direct(team_of(context), user):
            await messenger.post(Place(team_of(context), channel, ""), notice, "")
    elif view_id:
        await messenger.update_view(team_of(context), view_id, diagnosis_view((notice,), ""))
    else:
        await Respond(context.response_url)(notice)


def _event(body: dict[str, Any]) -> dict[str, Any]:
    event = body.get("event")
    return event if isinstance(event, dict) else {}
