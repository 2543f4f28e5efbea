"""The claims of an appUserIdToken (RFC 7519 section 4.1), their types and times judged by us."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.checks.finding import Finding, finding

_MILLISECONDS_FROM = 10**11  # in seconds that would be the year 5138
_SKEW_WORTH_TELLING = timedelta(seconds=30)
_UNITS = ((86_400 * 365, "y"), (86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))

_NEW_TOKEN = "Mint a new token and send that one."  # noqa: S105 - advice
_CLOCK = "Set the clock of the server that signs (NTP), and sign times in UTC."
_SECONDS = "Give whole seconds since 1970 (RFC 7519 section 2): divide by 1,000."
_NUMBER = "Give a JSON number of seconds since 1970, without quotes."
_SUB = "Put your own id of the user, the appUserId, into sub, as a string."
_EXP = "Set exp, for example to one hour from now."
_USUAL = {
    "iss": "Usual is the address of the server that signs. Anon's page does not name it.",
    "aud": "Usual is the name of who the token is for. Anon's page does not name it.",
    "iat": "Usual is the time of signing. Anon's page does not name it.",
}


def judge_claims(
    claims: Mapping[str, Any], *, now: datetime, server_date: datetime | None = None
) -> list[Finding]:
    """Return what stands against the claims at the moment now, without leeway.

    server_date is the Date that the JWKS's host gave at that moment: a clock that differs from
    ours is told together with a time that does not fit.
    """
    times = (*_judge_exp(claims, now), *_judge_start(claims, now))
    skew = _skew(now, server_date)
    told = [_with_skew(one, skew) if one.code in _OF_CLOCKS else one for one in times]
    return [*_judge_sub(claims), *told, *_judge_usual(claims)]


_OF_CLOCKS = {"expired", "not_yet_valid", "iat_in_future"}


def _judge_sub(claims: Mapping[str, Any]) -> Iterator[Finding]:
    sub = claims.get("sub")
    if sub is None:
        yield finding("missing_sub", "There is no sub.", _SUB)
    elif not isinstance(sub, str):
        yield finding("claim_wrong_type", f"sub is {_kind(sub)}, not a string.", _SUB)
    elif not sub.strip():
        yield finding("missing_sub", "sub is blank.", _SUB)


def _judge_exp(claims: Mapping[str, Any], now: datetime) -> Iterator[Finding]:
    if "exp" not in claims:
        yield finding("missing_exp", "There is no exp.", _EXP)
    elif fault := _time_fault("exp", claims["exp"]):
        yield fault
    elif claims["exp"] <= now.timestamp():
        seen = f"It expired {_apart(now, claims['exp'])} ago{_clock(claims['exp'])}."
        yield finding("expired", seen, _NEW_TOKEN)


def _judge_start(claims: Mapping[str, Any], now: datetime) -> Iterator[Finding]:
    for name, code in (("nbf", "not_yet_valid"), ("iat", "iat_in_future")):
        if name not in claims:
            continue
        if fault := _time_fault(name, claims[name]):
            yield fault
        elif claims[name] > now.timestamp():
            ahead = f"{_apart(now, claims[name])} to come{_clock(claims[name])}"
            yield finding(code, f"{name} is {ahead}.", _CLOCK)


def _judge_usual(claims: Mapping[str, Any]) -> Iterator[Finding]:
    for name, advice in _USUAL.items():
        if name not in claims:
            yield finding(f"missing_{name}", f"There is no {name}.", advice)


def _time_fault(name: str, value: object) -> Finding | None:
    """What makes the value no NumericDate, if anything does."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return finding("claim_wrong_type", f"{name} is {_kind(value)}, not a number.", _NUMBER)
    if value > _MILLISECONDS_FROM:
        seen = f"{name} is in milliseconds: as seconds it lies after the year 5000."
        return finding("time_in_milliseconds", seen, _SECONDS)
    return None


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case str():
            return "a string"
        case int() | float():
            return "a number"
        case list():
            return "an array"
        case _:
            return "an object"


def _apart(now: datetime, seconds: float) -> str:
    """How far the moment is from now, in its one largest unit: `3 h`, `2 d`."""
    gap = abs(now.timestamp() - max(seconds, -_MILLISECONDS_FROM))
    for size, unit in _UNITS:
        if gap >= size:
            return f"{int(gap // size):,} {unit}"
    return "less than 1 s"


def _clock(seconds: float) -> str:
    """The moment as a person reads it, in brackets; nothing when no calendar holds it."""
    try:
        return f" ({datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC)"
    except (ValueError, OverflowError, OSError):
        return ""


def _skew(now: datetime, server_date: datetime | None) -> str:
    if server_date is None or abs(now - server_date) < _SKEW_WORTH_TELLING:
        return ""
    side = "behind" if server_date < now else "ahead of"
    apart = _apart(now, server_date.timestamp())
    return f" The clock of the JWKS's host is {apart} {side} ours."


def _with_skew(one: Finding, skew: str) -> Finding:
    return finding(one.code, one.detail + skew, one.remedy)
