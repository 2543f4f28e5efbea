"""The one client of Anon's API: it reads, and never calls what has side effects."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import stamina

from bot.anon_answers import (
    NOT_REACHED,
    NOT_UNDERSTOOD,
    RESTING,
    TOO_LATE,
    AnonError,
    Environment,
    Problem,
    SdkClient,
    SessionStatus,
    UnreadableAnswerError,
    UserPool,
    read_document,
    read_sdk_client,
    read_status,
    read_user_pool,
)
from bot.anon_limits import AnonLimits, Breaker
from bot.config import Settings

T = TypeVar("T")

# Reads without a side effect; DELETE session, cdpUrl, actions and messenger are not for a bot.
STATUS_PATH = "/account/api/v1/session/status"
SDK_CLIENT_PATH = "/org/sdkClient/{id}"
USER_POOL_PATH = "/org/userPool/{id}"
_LONGEST_ID = 256
_RETRY_AFTER = 1.0  # seconds, where a 429 does not say
_BLINK = 0.01  # seconds that a sleep may end early


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an environment's API is, and the key for it."""

    base_url: str
    key: str = field(repr=False)


class AnonApi:
    """Anon's API in the environments that there is a key for. Every failure is an AnonError."""

    def __init__(
        self,
        endpoints: Mapping[Environment, Endpoint],
        *,
        limits: AnonLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits or AnonLimits()
        self._endpoints = dict(endpoints)
        self._clock = clock
        self._breakers = {env: Breaker() for env in self._endpoints}
        waits = httpx.Timeout(self.limits.read, connect=self.limits.connect)
        self._http = httpx.AsyncClient(timeout=waits, follow_redirects=False, trust_env=False)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    def has_key(self, env: Environment) -> bool:
        """Tell whether an environment can be asked at all."""
        return env in self._endpoints

    def deadline(self) -> float:
        """Return when a check that begins now has to end, in the loop's time."""
        return asyncio.get_running_loop().time() + self.limits.total

    async def session_status(
        self, env: Environment, app_user_id: str, app: str, *, until: float | None = None
    ) -> SessionStatus | None:
        """Return how a user's link to an app is, or None where there is none (404)."""
        params = {"ownerId": app_user_id, "domain": app}
        return await self._read(env, STATUS_PATH, read_status, params, until=until)

    async def sdk_client(
        self, env: Environment, client_id: str, *, until: float | None = None
    ) -> SdkClient | None:
        """Return an SdkClient without its secret, or None where there is none."""
        path = _path(SDK_CLIENT_PATH, client_id)
        return await self._read(env, path, read_sdk_client, until=until) if path else None

    async def user_pool(
        self, env: Environment, pool_id: str, *, until: float | None = None
    ) -> UserPool | None:
        """Return a UserPool, or None where there is none."""
        path = _path(USER_POOL_PATH, pool_id)
        return await self._read(env, path, read_user_pool, until=until) if path else None

    async def _read(
        self,
        env: Environment,
        path: str,
        read: Callable[[dict[str, Any]], T],
        params: Mapping[str, str] | None = None,
        *,
        until: float | None,
    ) -> T | None:
        until = self.deadline() if until is None else until
        document = await self._get(env, path, params or {}, until)
        try:
            return None if document is None else read(document)
        except UnreadableAnswerError:
            raise AnonError(Problem.AWAY, env, NOT_UNDERSTOOD) from None

    async def _get(
        self, env: Environment, path: str, params: Mapping[str, str], until: float
    ) -> dict[str, Any] | None:
        """Return a document, or None for a 404; tried again where that may help."""
        if env not in self._endpoints:
            raise AnonError(Problem.NO_KEY, env)
        breaker = self._breakers[env]
        if self._clock() < breaker.closed_until:
            raise AnonError(Problem.AWAY, env, RESTING)
        try:
            async with asyncio.timeout_at(until):
                document = await self._persist(env, path, params, until)
        except (AnonError, TimeoutError) as error:
            failure = error if isinstance(error, AnonError) else _late(env)
            breaker.note(failure, self._clock(), self.limits)
            raise failure from None
        breaker.failures = 0
        return document

    async def _persist(
        self, env: Environment, path: str, params: Mapping[str, str], until: float
    ) -> dict[str, Any] | None:
        limits, document = self.limits, None
        async for attempt in stamina.retry_context(
            on=partial(_wait_before_next, until=until),
            attempts=limits.attempts,
            timeout=limits.total,
            wait_initial=limits.wait,
            wait_jitter=limits.wait / 2,
        ):
            with attempt:
                document = await self._once(env, path, params)
        return document

    async def _once(
        self, env: Environment, path: str, params: Mapping[str, str]
    ) -> dict[str, Any] | None:
        """Ask once. What the HTTP client says about a failure is dropped: it may hold the key."""
        endpoint, breaker = self._endpoints[env], self._breakers[env]
        if (left := breaker.busy_until - self._clock()) > _BLINK:
            raise AnonError(Problem.RATE_LIMITED, env, retry_after=left)
        headers = {"Authorization": f"Bearer {endpoint.key}", "Content-Type": "application/json"}
        url = endpoint.base_url.rstrip("/") + path
        try:
            async with self._http.stream("GET", url, params=params, headers=headers) as response:
                body = await self._body(response)
        except httpx.TimeoutException:
            raise _late(env) from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError):
            raise AnonError(Problem.AWAY, env, NOT_REACHED) from None
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            seconds = _seconds(response.headers.get("retry-after", ""))
            breaker.busy_until = self._clock() + seconds
            raise AnonError(Problem.RATE_LIMITED, env, retry_after=seconds)
        return _document(env, response, body)

    async def _body(self, response: httpx.Response) -> bytes:
        """Return the body, cut where it is far longer than any answer of Anon's."""
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > self.limits.body:
                break
        return bytes(body)


@asynccontextmanager
async def open_anon_api(settings: Settings) -> AsyncIterator[AnonApi]:
    """Yield the client for the environments that the settings hold a key for."""
    keys = {
        Environment.SANDBOX: (settings.anon_api_url_sandbox, settings.anon_api_key_sandbox),
        Environment.PROD: (settings.anon_api_url_prod, settings.anon_api_key_prod),
    }
    endpoints = {
        env: Endpoint(url, key.get_secret_value()) for env, (url, key) in keys.items() if key
    }
    api = AnonApi(endpoints)
    try:
        yield api
    finally:
        await api.close()


def _path(pattern: str, identifier: str) -> str | None:
    """Return the path to an id, or None for what can be no id and could change the path."""
    if not identifier.strip(".") or len(identifier) > _LONGEST_ID:
        return None
    return pattern.format(id=quote(identifier, safe=""))


def _document(env: Environment, response: httpx.Response, body: bytes) -> dict[str, Any] | None:
    status = response.status_code
    if status == HTTPStatus.UNAUTHORIZED:
        raise AnonError(Problem.UNAUTHORIZED, env)
    if "html" in response.headers.get("content-type", ""):
        raise AnonError(Problem.AWAY, env, f"a web page came in its place (status {status})")
    match status:
        case HTTPStatus.OK:
            try:
                return read_document(body)
            except UnreadableAnswerError:
                raise AnonError(Problem.AWAY, env, NOT_UNDERSTOOD) from None
        case HTTPStatus.NOT_FOUND:
            return None
        case HTTPStatus.FORBIDDEN:
            raise AnonError(Problem.FORBIDDEN, env)
    raise AnonError(Problem.AWAY, env, f"it answered with status {status}")


def _wait_before_next(error: Exception, *, until: float) -> bool | float:
    """Say whether to try again: a 429 after as long as it asks for, if there is the time."""
    if not isinstance(error, AnonError):
        return False
    if error.retry_after is not None:
        left = until - asyncio.get_running_loop().time()
        return max(error.retry_after, 0.001) if error.retry_after < left else False
    return error.is_passing


def _late(env: Environment) -> AnonError:
    return AnonError(Problem.AWAY, env, TOO_LATE)


def _seconds(retry_after: str) -> float:
    """Return how long a Retry-After asks to wait: seconds or a date (RFC 9110 section 10.2.3)."""
    if retry_after.strip().isdecimal():
        return min(float(retry_after[:12]), 86_400.0)
    try:
        moment = parsedate_to_datetime(retry_after)
        return max(0.0, (moment.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds())
    except (ValueError, OverflowError):
        return _RETRY_AFTER
