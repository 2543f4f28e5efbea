"""What stands before Bolt: only whole requests that Slack signed just now get through.

Bolt alone answers malformed ones with 500 or 404, and Slack would send them again.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

import structlog
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncApp
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.metrics import TURNED_AWAY
from handlers.taking import taking
from handlers.talk import PassedOver

BODY_LIMIT = 1024 * 1024
AGE_SECONDS = 300
MOST_AT_ONCE = 200  # beyond, Slack had better come again: whoever waits too long is sent twice
_VERSION = "v0"
_TIMESTAMP_DIGITS = 12
log = structlog.get_logger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]


def slack_endpoint(
    app: AsyncApp, secret: str, clock: Callable[[], float], passed_over: PassedOver
) -> Endpoint:
    """Return the endpoint that hands good requests to the app, so many at once and no more."""
    room = asyncio.Semaphore(MOST_AT_ONCE)

    async def endpoint(request: Request) -> Response:
        body = await read_body(request)
        if body is None:
            return refused(413, "body too large")
        payload = admitted(request, body, secret, clock())
        if isinstance(payload, Response):
            return payload
        if room.locked():
            return refused(503, "too much to do")
        with taking(payload):
            if passed_over(payload):
                return Response()
            async with room:
                answer = await app.async_dispatch(to_async_bolt_request(request, body))
        return to_starlette_response(answer)

    return endpoint


def admitted(
    request: Request, body: bytes, secret: str, now: float
) -> Mapping[str, Any] | Response:
    """Return the payload of a request that Slack signed just now, else the refusal."""
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    signature = request.headers.get("x-slack-signature", "")
    if not is_signed(body, timestamp, signature, secret):
        return refused(401, "not signed by Slack")
    if not is_fresh(timestamp, now):
        return refused(401, "signed too long ago")
    payload = read_payload(body, request.headers.get("content-type", ""))
    return refused(400, "not a request of Slack's") if payload is None else payload


async def read_body(request: Request) -> bytes | None:
    """Return the body, or None as soon as it is over the limit."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)


def refused(status: int, why: str) -> Response:
    """Return the answer to what does not get in, counted."""
    TURNED_AWAY.labels(str(status)).inc()
    return PlainTextResponse(why, status_code=status)


def is_signed(body: bytes, timestamp: str, signature: str, secret: str) -> bool:
    """Tell whether Slack signed exactly this, whenever that was."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _TIMESTAMP_DIGITS):
        return False
    signed = b":".join((_VERSION.encode(), timestamp.encode(), body))
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    # As bytes: compare_digest refuses text that is not ASCII.
    return hmac.compare_digest(f"{_VERSION}={digest}".encode(), signature.encode())


def is_fresh(timestamp: str, now: float) -> bool:
    """Tell whether that was within five minutes; else it is a replay, or our clock is wrong."""
    off = now - int(timestamp)
    if abs(off) > AGE_SECONDS:
        log.warning("stale_request", seconds=round(off), hint="is this machine's clock right?")
    return abs(off) <= AGE_SECONDS


def read_payload(body: bytes, content_type: str) -> Mapping[str, Any] | None:
    """Return an event in JSON, a form's payload or a command's fields; None if it is neither."""
    try:
        text = body.decode()
        if "form-urlencoded" not in content_type:
            return _request(json.loads(text))
        form = parse_qs(text, keep_blank_values=True)
        if "payload" in form:
            return _request(json.loads(form["payload"][0]))
    except (ValueError, RecursionError):
        return None
    return form if "command" in form or "ssl_check" in form else None


def _request(payload: Any) -> Mapping[str, Any] | None:
    if not isinstance(payload, dict) or not isinstance(payload.get("type"), str):
        return None
    event = payload.get("event")
    whole = isinstance(event, dict) and isinstance(event.get("type"), str)
    return payload if whole or payload["type"] != "event_callback" else None
