"""What whoever runs the bot asks it over HTTP: alive, ready, how many, how fast."""

from collections.abc import Awaitable, Callable

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.engine import count_waiting
from bot.key_endpoint import KeyEndpoint

PROXIED = frozenset({"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"})


class Readiness:
    """Whether requests are welcome: every check holds, and nobody stopped the bot.

    The knowledge base was read before anything was served.
    """

    def __init__(self, checks: dict[str, Callable[[], Awaitable[bool]]]) -> None:
        self._checks = checks
        self._stopped = False

    def stop(self) -> None:
        """Turn new requests away from now on."""
        self._stopped = True

    async def answer(self, _request: Request) -> Response:
        """Say so over HTTP."""
        away = [name for name, check in self._checks.items() if not await check()]
        away += ["stopping"] if self._stopped else []
        return JSONResponse({"ready": not away, "away": away}, status_code=503 if away else 200)


def operations_routes(readiness: Readiness, keys: KeyEndpoint) -> list[Route]:
    """Return the routes that are there however the bot is connected to Slack."""
    return [
        Route("/healthz", _alive),
        Route("/readyz", readiness.answer),
        Route("/metrics", _metrics),
        Route("/.well-known/jwks.json", keys.answer),
    ]


async def _alive(_request: Request) -> Response:
    return PlainTextResponse("ok")


async def _metrics(request: Request) -> Response:
    """Show the counts to who asks this process itself; through a proxy there is nothing here."""
    if PROXIED & set(request.headers.keys()):
        return PlainTextResponse("Not Found", status_code=404)
    await count_waiting()
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
