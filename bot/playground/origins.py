"""Before everything else: only requests to and from this server's own address, and not too large.

A page of another site must not reach a server on loopback, neither through a name that it points
here (DNS rebinding: the Host header tells) nor by a form or script (the Origin header tells).
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.playground.web_api import slack_json

BODY_BYTES = 48 * 1024 * 1024  # 10 MB of text with every character escaped in JSON
POLICY = (
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NOT_OURS = "This server answers only requests to its own address."
TOO_LARGE = f"The body is larger than {BODY_BYTES // 1024 // 1024} MB."


def own_hosts(host: str, port: int) -> frozenset[str]:
    """Return the values of Host that are this server's own."""
    names = {"127.0.0.1", "localhost", f"[{host}]" if ":" in host else host}
    return frozenset({f"{name}:{port}" for name in names})


class OwnOrigin:
    """ASGI middleware: 403 for foreign Host or Origin, 413 for large bodies, safe headers."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        """Guard the application; ``hosts`` are the allowed values of Host."""
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or refuse one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(Headers(scope=scope))
        if refusal is not None:
            refusal.headers["Connection"] = "close"  # its body was not read and must not be
            await refusal(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_safely)

    def _refusal(self, headers: Headers) -> Response | None:
        origin = headers.get("origin")
        if headers.get("host", "").lower() not in self._hosts:
            return slack_json({"error": NOT_OURS}, 403)
        if origin is not None and urlsplit(origin).netloc.lower() not in self._hosts:
            return slack_json({"error": NOT_OURS}, 403)
        length = headers.get("content-length")
        if headers.get("transfer-encoding") or (length and not length.isdecimal()):
            return slack_json({"error": "Send the body with a Content-Length."}, 411)
        if length and int(length) > BODY_BYTES:
            return slack_json({"error": TOO_LARGE}, 413)
        return None
