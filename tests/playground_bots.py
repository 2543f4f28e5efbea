"""Tiny bots for tests of the double itself: one that hears nothing, one real Bolt app."""

import asyncio
from contextlib import asynccontextmanager

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route


@asynccontextmanager
async def silent_bot(_settings, guard=None):
    yield Response(status_code=200)


class BoltBot:
    """A Bolt AsyncApp that keeps every payload; tests add listeners to ``app``."""

    def __init__(self):
        self.bodies = []
        self.headers = []
        self.app = None
        self.failures = 0
        self.delay = 0.0

    @asynccontextmanager
    async def start(self, settings):
        client = AsyncWebClient(
            token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url
        )
        self.app = AsyncApp(
            client=client, signing_secret=settings.slack_signing_secret.get_secret_value()
        )

        @self.app.middleware
        async def keep(body, next_):
            self.bodies.append(body)
            await next_()

        handler = AsyncSlackRequestHandler(self.app)

        async def endpoint(request):
            self.headers.append(dict(request.headers))
            if self.failures:
                self.failures -= 1
                return Response(status_code=500)
            await asyncio.sleep(self.delay)
            response = await handler.handle(request)
            # An event that no listener takes is no failure here; a command is.
            if response.status_code == 404 and b'"event"' in await request.body():
                return Response(status_code=200)
            return response

        yield Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])])

    def events(self, kind):
        return [body["event"] for body in self.bodies if body.get("event", {}).get("type") == kind]

    def payloads(self, kind):
        return [body for body in self.bodies if body.get("type") == kind]
