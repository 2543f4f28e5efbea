"""The least that Bolt can be: one AsyncApp that does nothing, served as the bot is.

Run as a process: ``python -m benchmarks.rig.bare``, with the environment of the bot.
"""

import os

import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


def create_app() -> Starlette:
    """Return an app with a listener for messages that does nothing."""
    client = AsyncWebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = AsyncApp(client=client, signing_secret=os.environ["SLACK_SIGNING_SECRET"])
    handler = AsyncSlackRequestHandler(app)

    @app.event("message")
    async def on_message() -> None:
        pass

    async def endpoint(request: Request) -> Response:
        return await handler.handle(request)

    async def alive(_request: Request) -> Response:
        return PlainTextResponse("ok")

    events = Route("/slack/events", endpoint, methods=["POST"])
    return Starlette(routes=[events, Route("/healthz", alive), Route("/readyz", alive)])


if __name__ == "__main__":
    port = int(os.environ["PORT"])
    uvicorn.run(create_app(), host="127.0.0.1", port=port, access_log=False, log_level="warning")
