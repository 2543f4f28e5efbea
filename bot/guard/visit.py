"""Guard: judges an address, and fetches it without ever leaving what was judged."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

from bot.errors import ConfigError
from bot.guard.addresses import is_public
from bot.guard.faults import FetchError, Refused
from bot.guard.limits import Limits
from bot.guard.lookup import Resolver, look_up
from bot.guard.trust import trust
from bot.guard.urls import Target, admit, read_allow_hosts
from bot.guard.wire import Response, get_once

_DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a GET brought, redirects followed: a whole body for a 200, its beginning otherwise."""

    url: str  # the last one, in one spelling
    status: int
    headers: dict[str, str]  # by lower-case name
    body: bytes = field(repr=False)
    hops: int = 0  # redirects followed


class Guard:
    """The door between the bot and addresses that strangers gave.

    `allow_hosts`, ``H:P`` or ``[::1]:P``, count as public whatever their address: for tests
    against servers of one's own. `allow_http` lets http be asked where http was given.
    """

    def __init__(
        self,
        *,
        resolver: Resolver | None = None,
        allow_hosts: Iterable[str] = (),
        allow_http: bool = False,
        ca_file: Path | None = None,
        limits: Limits = _DEFAULT_LIMITS,
    ) -> None:
        try:
            self._allow_hosts = read_allow_hosts(tuple(allow_hosts))
        except ValueError as error:
            raise ConfigError(f"--allow-host: {error}") from None
        self._resolver = resolver or look_up
        self._allow_http = allow_http
        self._context = trust(ca_file)
        self.limits = limits

    async def judge(self, url: str) -> list[str]:
        """Return the public addresses of a URL's host, or raise Refused; sends it nothing."""
        target = admit(url, allow_hosts=self._allow_hosts, allow_http=self._allow_http)
        return await self._addresses(target)

    def admits(self, url: str) -> bool:
        """Tell whether an address may be named to people as one to try; asks nobody, nor DNS."""
        try:
            admit(url, allow_hosts=self._allow_hosts, allow_http=self._allow_http)
        except Refused:
            return False
        return True

    def deadline(self) -> float:
        """Return when a check that begins now has to end, in the loop's time."""
        return asyncio.get_running_loop().time() + self.limits.total

    async def get(self, url: str, *, until: float | None = None) -> Answer:
        """Return what a GET brings, or raise FetchError (Refused where nothing was sent)."""
        until = self.deadline() if until is None else until
        target = admit(url, allow_hosts=self._allow_hosts, allow_http=self._allow_http)
        seen = {target.url}
        for hops in range(self.limits.redirects + 1):
            response = await self._ask(target, hops, until)
            if not response.is_redirect:
                return Answer(target.url, response.status, response.headers, response.body, hops)
            target = await self._next(target, response, hops)
            if target.url in seen:
                raise FetchError("redirect_loop", target.url, hops + 1)
            seen.add(target.url)
        raise FetchError("too_many_redirects", target.url, self.limits.redirects)

    async def _ask(self, target: Target, hops: int, until: float) -> Response:
        """Return one answer; what goes wrong is told with the address where it did."""
        try:
            addresses = await self._addresses(target, until)
            return await get_once(target, addresses, self._context, self.limits, until)
        except Refused as error:
            code = _REDIRECTED.get(error.code, error.code) if hops else error.code
            raise Refused(code, target.url if not hops else "", hops) from None
        except FetchError as error:
            raise FetchError(error.code, target.url, hops) from None

    async def _next(self, target: Target, response: Response, hops: int) -> Target:
        """Return where a redirect leads: from https never to http, and through the same door."""
        location = response.headers.get("location", "")
        if not location or not location.isascii() or not location.isprintable():
            raise FetchError("redirect_bad_location", target.url, hops)
        still_http = self._allow_http and target.scheme == "http"
        try:
            goal = urljoin(target.url, location)
            return admit(goal, allow_hosts=self._allow_hosts, allow_http=still_http)
        except ValueError:
            raise FetchError("redirect_bad_location", target.url, hops) from None
        except Refused as error:
            code = _REDIRECTED.get(error.code, "redirect_bad_location")
            raise Refused(code, target.url, hops) from None

    async def _addresses(self, target: Target, until: float | None = None) -> list[str]:
        """Return every address of a host; one that is not public refuses them all."""
        if target.literal:
            return [target.host]
        try:
            async with asyncio.timeout(self.limits.lookup), asyncio.timeout_at(until):
                found = list(await self._resolver(target.host, target.port))
        except OSError:  # TimeoutError too
            raise Refused("dns_failure") from None
        if not found:
            raise Refused("dns_failure")
        if len(found) > self.limits.addresses:
            raise Refused("private_address")
        if not target.allowed and not all(is_public(one) for one in found):
            raise Refused("private_address")
        return list(dict.fromkeys(found))


_REDIRECTED = {
    "private_address": "redirect_to_private",
    "http_not_https": "redirect_to_http",
}
