"""The connection of Socket Mode: Slack calls nobody, so it has to come back by itself."""

import asyncio

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from handlers.taking import taking

PING_SECONDS = 5  # how soon a dead connection is noticed
CONNECT_SECONDS = PING_SECONDS + 1  # of attempts with one address


class PatientClient(SocketModeClient):
    """Slack's own client, which asks for another address when one does not let it in.

    Slack's addresses hold a ticket that soon expires; left alone, the client tries the first one
    for ever. It gives up as well when Slack is away at the very start.
    """

    async def connect(self) -> None:
        """Return when connected, or closed."""
        while not self.closed:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    await super().connect()  # type: ignore[no-untyped-call]
                    return
            except TimeoutError:
                self.wss_uri = None


class SocketLink(AsyncSocketModeHandler):
    """Bolt's own handler over a patient client, with each request named and timed."""

    def __init__(self, app: AsyncApp, token: str) -> None:
        self.app, self.app_token = app, token
        self.client = PatientClient(
            app_token=token, logger=app.logger, web_client=app.client, ping_interval=PING_SECONDS
        )
        self.client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type]

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Take a request in and acknowledge it."""
        with taking(req.payload):
            await super().handle(client, req)
