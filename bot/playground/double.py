"""The whole Slack double: one object that holds its parts, and its addresses."""

import json
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.anon_double import POOL, AnonDouble
from bot.playground.announcer import Announcer
from bot.playground.answers import respond
from bot.playground.cast import BOT_USER
from bot.playground.customer import Customer
from bot.playground.faults import Faults
from bot.playground.interactions import Interactions
from bot.playground.manifest import Manifest
from bot.playground.people import People
from bot.playground.refusal import SlackError
from bot.playground.sender import EventSender
from bot.playground.stream import Stream
from bot.playground.web_api import APP_SCOPE, WebApi, slack_json
from bot.playground.workspace import Message, Workspace

Json = dict[str, Any]


class SlackDouble:
    """A workspace, its Web API for the bot, its people, and what reaches the bot and the pages."""

    def __init__(self, host: str, manifest: Manifest, *, pace: float, ack_seconds: float) -> None:
        """Begin an empty workspace whose addresses begin with ``host``."""
        self.host = host
        self.manifest = manifest
        self.bot_token = f"xoxb-playground-{secrets.token_hex(16)}"
        self.app_token = f"xapp-playground-{secrets.token_hex(16)}"
        self.signing_secret = secrets.token_hex(16)
        self.workspace = Workspace()
        self.anon = AnonDouble()
        self.customer: Customer | None = None
        self.faults = Faults()
        self.at_home: set[str] = set()
        self.sender = EventSender(
            f"{host}/slack/events", self.signing_secret, pace=pace, ack_seconds=ack_seconds
        )
        announcer = Announcer(self.workspace, self.sender, host, manifest.events)
        self.people = People(self.workspace, announcer)
        self.interactions = Interactions(self.workspace, self.sender, host, manifest.escaping)
        self.stream = Stream(self.workspace, host)
        tokens = {self.bot_token: manifest.scopes, self.app_token: frozenset({APP_SCOPE})}
        self.web_api = WebApi(self.workspace, self.faults, host, tokens)

    def routes(self) -> list[Route]:
        """Return what the bot may call: the Web API, files, response addresses; and permalinks."""
        return [
            *self.web_api.routes(),
            Route("/actions/{team}/{key}", self._respond, methods=["POST"]),
            Route("/archives/{channel}/{place}", _to_page, methods=["GET"]),
        ]

    def give_customer(self, customer: Customer | None) -> None:
        """Let the stand-in's UserPool have its JWK Set at a customer's server."""
        self.customer = customer
        if customer:
            self.anon.state.pool(POOL, jwks_uri=customer.jwks_url)

    def replies(self, ts: str) -> list[Message]:
        """Return the bot's replies in the thread of a message, in whatever channel."""
        return [
            message
            for channel in self.workspace.channels
            for message in self.workspace.said(channel)
            if message.thread_ts == ts and message.user == BOT_USER
        ]

    async def _respond(self, request: Request) -> Response:
        """Take an answer at a ``response_url``."""
        try:
            body = json.loads(await request.body() or b"{}")
            if not isinstance(body, dict):
                return PlainTextResponse("invalid_payload", 400)
            target = self.workspace.views.use_response_url(request.path_params["key"])
            respond(self.workspace, body, target.user, target.channel, target.message_ts)
        except ValueError:
            return PlainTextResponse("invalid_payload", 400)
        except SlackError as error:
            gone = error.code in ("used_url", "expired_url")
            answer = {"ok": False, "error": error.code, **error.details}
            return slack_json(answer, 404 if gone else 400)
        return PlainTextResponse("ok")


async def _to_page(request: Request) -> Response:
    """Lead a permalink to the page."""
    channel, place = request.path_params["channel"], request.path_params["place"]
    digits = place.removeprefix("p")
    ts = f"{digits[:-6]}.{digits[-6:]}"
    thread = request.query_params.get("thread_ts", "")
    safe = all(char.isalnum() or char == "." for char in channel + ts + thread)
    query = f"?channel={channel}&ts={ts}&thread_ts={thread}" if safe else ""
    return RedirectResponse(f"/{query}", 302)
