"""The stand-in's answers, in the documented shapes (anon-api.md sections 2 and 7)."""

import asyncio
import hmac
import json
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.anon_double.state import (
    ENVIRONMENTS,
    KEYS,
    ORGANIZATION,
    SECRET,
    AnonState,
    BadChangeError,
    Client,
    Json,
    Pool,
    World,
)

STAND_IN = {"X-Stand-In": "A local stand-in for Anon's API; nothing here is Anon's."}
MOST_BODY = 64 * 1024
JWKS_PATH = "/jwks.json"
NO_SESSION = {"error": "Session not found"}
FORBIDDEN = {"error": "Forbidden: Access to the requested resource is denied."}
UNAUTHORIZED = {"error": "Unauthorized"}
NOT_FOUND = {"error": "Not found"}
TOO_MANY = {"error": "Too many requests"}


class AnonDouble:
    """The stand-in: `app` answers, `state` is what it knows."""

    def __init__(self, state: AnonState | None = None) -> None:
        self.state = state or AnonState()
        environments = [Mount(f"/{env}", routes=self._routes(env)) for env in ENVIRONMENTS]
        own = [
            Route("/playground/anon", self.change, methods=["GET", "POST"]),
            Route(JWKS_PATH, self.jwk_set),
        ]
        self.app: ASGIApp = _SaysSo(Starlette(routes=[*environments, *own]))

    async def change(self, request: Request) -> Response:
        """Answer `/playground/anon`: change what the body says, and show what holds then."""
        if request.method == "POST":
            try:
                self.state.change(await _words(request))
            except BadChangeError as error:
                return JSONResponse({"ok": False, "error": str(error)}, 400)
        return JSONResponse({"ok": True, "state": self.shown()})

    def shown(self) -> Json:
        """Return what holds now."""
        return _shown(self.state)

    async def jwk_set(self, request: Request) -> Response:
        """Serve the JWK Set of the pools that have none of their own."""
        del request
        return JSONResponse(self.state.jwk_set, headers={"Cache-Control": "max-age=60"})

    def _routes(self, env: str) -> list[Route]:
        async def session(request: Request) -> Response:
            return await self._answer(request, env, self._session)

        async def pool(request: Request) -> Response:
            return await self._answer(request, env, self._pool)

        async def client(request: Request) -> Response:
            return await self._answer(request, env, self._client)

        return [
            Route("/account/api/v1/session/status", session),
            Route("/org/userPool/{id}", pool),
            Route("/org/sdkClient/{id}", client),
        ]

    async def _answer(self, request: Request, env: str, answer: Any) -> Response:
        """Answer as Anon would, with the troubles that were asked for."""
        state = self.state
        state.calls.append((request.method, request.url.path))
        if state.latency:
            await asyncio.sleep(state.latency)
        if state.outage:
            return PlainTextResponse("Service Unavailable", 503)
        if state.rate_limit > 0:
            state.rate_limit -= 1
            return JSONResponse(TOO_MANY, 429, {"Retry-After": f"{state.retry_after:g}"})
        given = request.headers.get("authorization", "").encode()
        if state.refuse_key or not hmac.compare_digest(given, f"Bearer {KEYS[env]}".encode()):
            return JSONResponse(UNAUTHORIZED, 401)
        response: Response = answer(request, state.worlds[env])
        return response

    def _session(self, request: Request, world: World) -> Response:
        asked = request.query_params
        if not asked.get("ownerId") or not asked.get("domain"):
            return JSONResponse({"error": "ownerId and domain are required"}, 400)
        link = world.links.get((asked["ownerId"], asked["domain"]))
        if link is None:
            return JSONResponse(NO_SESSION, 404)
        if link.status == "forbidden":
            return JSONResponse(FORBIDDEN, 403)
        if link.active_after > 0:
            link.active_after -= 1
            link.status = "unknown" if link.active_after else "active"
        return JSONResponse({"status": link.status})

    def _pool(self, request: Request, world: World) -> Response:
        found = world.pools.get(request.path_params["id"])
        if found is None:
            return JSONResponse(NOT_FOUND, 404)
        return JSONResponse(_pool_json(request, found))

    def _client(self, request: Request, world: World) -> Response:
        found = world.clients.get(request.path_params["id"])
        if found is None:
            return JSONResponse(NOT_FOUND, 404)
        return JSONResponse(_client_json(request.path_params["id"], found))


def _pool_json(request: Request, pool: Pool) -> Json:
    # The stand-in may itself be mounted somewhere: its own part of the path ends at the folder.
    folder = request.scope.get("root_path", "").rpartition("/")[0]
    own = f"{request.url.scheme}://{request.url.netloc}{folder}{JWKS_PATH}"
    authorization = {"jwksUri": pool.jwks_uri or own, "idClaim": None}
    return {
        "id": request.path_params["id"],
        "name": "A pool of the stand-in",
        "description": "",
        "organizationId": ORGANIZATION,
        "authorization": None if pool.hosted else authorization,
        "hosted": pool.hosted,
    }


def _client_json(client_id: str, client: Client) -> Json:
    shape: Json = {
        "id": client_id,
        "name": "An SdkClient of the stand-in",
        "description": "",
        "organizationId": ORGANIZATION,
    }
    match client.kind:
        case "service":
            shape["auth"] = {"type": "apiKey", "secret": SECRET}
        case "application":
            oauth = {"logoUrl": "", "chromeExtensionId": "", "redirectUrls": []}
            pool = {"userPoolId": client.user_pool_id, "oauthConfig": oauth}
            shape["auth"] = {"type": "userPool", **pool}
    return shape


def _shown(state: AnonState) -> Json:
    return {
        "links": [
            {"app_user_id": user, "app": app, "status": link.status, "env": env}
            for env, world in state.worlds.items()
            for (user, app), link in world.links.items()
        ],
        "clients": [
            {"id": one, "kind": client.kind, "user_pool_id": client.user_pool_id, "env": env}
            for env, world in state.worlds.items()
            for one, client in world.clients.items()
        ],
        "outage": state.outage,
        "refuse_key": state.refuse_key,
        "rate_limit": state.rate_limit,
        "latency": state.latency,
    }


async def _words(request: Request) -> Json:
    body = await request.body()
    try:
        words = json.loads(body) if len(body) <= MOST_BODY else None
    except (ValueError, RecursionError):
        words = None
    if not isinstance(words, dict):
        raise BadChangeError("The body is a JSON object of at most 64 KiB.")
    return words


class _SaysSo:
    """ASGI middleware: each response has the header that says that this is a stand-in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def say_so(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(STAND_IN)
            await send(message)

        await self._app(scope, receive, say_so)
