"""Each request of Slack's is timed and gets its name here, over HTTP and by Socket Mode alike."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog

from bot.metrics import ACK
from bot.tracing import fresh_request, tracing

NAME_LIMIT = 40
log = structlog.get_logger(__name__)


@contextmanager
def taking(payload: Mapping[str, Any]) -> Iterator[None]:
    """Name and time a request; chatter, which starts no work, is logged at DEBUG only."""
    with tracing(request_name(payload)) as taken:
        with ACK.time():
            yield
        tell = log.info if taken.kept or "event" not in payload else log.debug
        tell("acknowledged", type=kind_of(payload), work=taken.kept)


def request_name(payload: Mapping[str, Any]) -> str:
    """Return Slack's own name of an event, the same at each delivery; else a fresh one."""
    name = payload.get("event_id")
    usable = isinstance(name, str) and name.isascii() and name.isalnum()
    return str(name) if usable and len(str(name)) <= NAME_LIMIT else fresh_request()


def kind_of(payload: Mapping[str, Any]) -> str:
    """Return what it is: an event's type, else the request's."""
    event = payload.get("event")
    kind = event.get("type") if isinstance(event, dict) else payload.get("type")
    return str(kind or ("command" if "command" in payload else ""))[:NAME_LIMIT]
