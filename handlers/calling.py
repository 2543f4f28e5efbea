"""What a call of the Web API ends in: refused, as expected here; later; or an error."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.errors import TryLaterError
from bot.metrics import AWAY, LIMITED

TOO_MANY = 429
SERVER_ERROR = 500
# Slack's own troubles: whether the call had its effect is not known.
TROUBLES = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "accesslimited"}
)
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Call:
    """How a call went; ``refused`` is Slack's word for a refusal that was expected."""

    refused: str = ""


@contextmanager
def calling(expected: frozenset[str] = frozenset()) -> Iterator[Call]:
    """Pass over an expected refusal; raise TryLaterError when Slack limits or is away."""
    call = Call()
    try:
        yield call
    except SlackApiError as error:
        call.refused = _refusal(error, expected)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        AWAY.inc()
        raise TryLaterError(done=None) from error


def _refusal(error: SlackApiError, expected: frozenset[str]) -> str:
    status, code = _status(error), code_of(error)
    if status == TOO_MANY or code in {"ratelimited", "rate_limited"}:
        LIMITED.inc()
        raise TryLaterError(_retry_after(error), done=False) from error
    if code in expected:
        log.warning("slack_refused", error=code)
        return code
    if status >= SERVER_ERROR or code in TROUBLES:
        AWAY.inc()
        raise TryLaterError(done=None) from error
    raise error


def code_of(error: SlackApiError) -> str:
    """Return Slack's word for what went wrong; nothing if it gave none."""
    data = getattr(error.response, "data", error.response)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def _status(error: SlackApiError) -> int:
    response = error.response
    return int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)


def _retry_after(error: SlackApiError) -> float:
    """Return the seconds that Slack wants us to wait."""
    headers = getattr(error.response, "headers", None) or {}
    value = next((v for k, v in headers.items() if k.lower() == "retry-after"), "1")
    first = value[0] if isinstance(value, list) else value
    return float(first) if str(first).isdecimal() else 1.0
