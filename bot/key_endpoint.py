"""GET /.well-known/jwks.json: the public halves of the example keys."""

from collections.abc import Callable
from hashlib import sha256

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.errors import ConfigError
from bot.tokens.key_folder import KeyFolder
from bot.tokens.ring import Held, jwk_set

CACHE = "public, max-age=60"  # a new key is seen within a minute
NO_KEYS = "This bot has no example key."
NOT_NOW = "The example keys cannot be read now."
log = structlog.get_logger(__name__)


class KeyEndpoint:
    """Serves the set as the folder has it now, also after another process changed it."""

    def __init__(self, keys: KeyFolder, clock: Callable[[], float]) -> None:
        self._keys = keys
        self._clock = clock
        self._served: tuple[Held, ...] = ()
        self._body = b""
        self._headers: dict[str, str] = {}

    async def answer(self, request: Request) -> Response:
        """Return the set, or 304 to who has it already; 404 without a key."""
        try:
            self._look()
        except ConfigError as error:
            log.warning("keys_unreadable", reason=str(error))
            return PlainTextResponse(NOT_NOW, 503, {"cache-control": "no-store"})
        if not self._served:
            return PlainTextResponse(NO_KEYS, 404, {"cache-control": "no-store"})
        if _has(request.headers.get("if-none-match", ""), self._headers["etag"]):
            return Response(status_code=304, headers=self._headers)
        return Response(self._body, headers=self._headers, media_type="application/json")

    def _look(self) -> None:
        """Hold the set that is to be served now."""
        ring, now = self._keys.ring(), self._clock()
        served = ring.served(now)
        if served != self._served:
            self._body = jwk_set(ring, now)
            tag = sha256(self._body).hexdigest()[:32]
            self._headers = {"cache-control": CACHE, "etag": f'"{tag}"'}
            self._served = served


def _has(condition: str, etag: str) -> bool:
    """Tell whether If-None-Match names the tag (RFC 9110 section 13.1.2: weak comparison)."""
    tags = [tag.strip().removeprefix("W/") for tag in condition.split(",")]
    return etag in tags or tags == ["*"]
