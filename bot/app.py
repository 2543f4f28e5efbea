"""The Slack app: one AsyncApp, over HTTP behind handlers.front or by Socket Mode."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import DatabaseError
from starlette.applications import Starlette
from starlette.routing import Route

from bot.aside import Aside
from bot.desk import Desk
from bot.durable import WORK
from bot.engine import durable_work
from bot.errors import ConfigError
from bot.key_endpoint import KeyEndpoint
from bot.operations import Readiness, operations_routes
from bot.ownership import owned_work
from bot.pace import Pace
from bot.services import Services
from bot.tokens.key_folder import KeyFolder
from bot.wiring import open_operations, open_teams
from handlers import register
from handlers.files import SlackFiles
from handlers.front import slack_endpoint
from handlers.in_flight import InFlight
from handlers.respond import Respond
from handlers.socket_link import SocketLink
from handlers.talk import PassedOver, passed_over_by
from handlers.teams import Teams, slack_client

UNSIGNED = "SLACK_SIGNING_SECRET is not set: copy it from the app's “Basic Information” page"
NO_SOCKET_ACCESS = "SLACK_APP_TOKEN is not set: create one with the scope connections:write"
NOT_HERE = "I am not installed in this workspace any more. Ask its owners to install me again."
READY_SECONDS = 3
DRAIN_SECONDS = 10
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Bot:
    """The app with every listener registered, and what goes on beside them."""

    app: AsyncApp
    in_flight: InFlight
    desk: Desk
    files: SlackFiles
    aside: Aside
    services: Services
    teams: Teams
    passed_over: PassedOver

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Carry out kept work; at the end what is in flight has ten seconds to finish."""
        async with owned_work(self.services.settings) as owner:
            await self.teams.open()
            settings = self.services.settings
            pace = Pace(settings.post_seconds)
            days, drop = settings.retention_days, self.teams.drop
            WORK.bind(self.desk, self.files, owner.fence, pace, days, drop_team=drop)
            try:
                async with durable_work(owner, settings.post_seconds):
                    try:
                        yield
                    finally:
                        await self._drain()
            finally:
                WORK.release()

    async def _drain(self) -> None:
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await self.in_flight.drain()
                await self.aside.drain()
                await WORK.in_hand.drained()
        except TimeoutError:
            log.warning("not_drained")


def create_bot(services: Services) -> Bot:
    """Return the bot; requests must be verified before its app."""
    teams = open_teams(services)
    operations = open_operations(services, teams)
    given = {"services": services, "teams": teams, **operations}

    async def authorize(
        enterprise_id: str | None, team_id: str | None, context: AsyncBoltContext
    ) -> AuthorizeResult | None:
        everywhere = bool(context.is_enterprise_install)
        return await teams.authorize(enterprise_id, team_id, everywhere=everywhere)

    app = AsyncApp(
        name="anon-support-bot",
        client=slack_client(None, services.settings.slack_api_url),
        user_facing_authorize_error_message=NOT_HERE,
        authorize=authorize,  # type: ignore[arg-type]  # Bolt takes None for "not installed"
        request_verification_enabled=False,  # handlers.front does
        raise_error_for_unhandled_request=True,  # handlers.failures answers 200 and counts
    )

    async def provide(context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]) -> None:
        context.update(given)
        context["respond"] = Respond(context.response_url)
        await next_()

    app.use(provide)
    register(app)
    desk, files = operations["desk"], operations["files"]
    hearing = operations["hearing"]
    passed_over = passed_over_by(hearing)
    return Bot(app, InFlight(app), desk, files, hearing.aside, services, teams, passed_over)


def create_asgi(services: Services) -> Starlette:
    """Return the HTTP side: Slack's requests, and whether the bot is alive and ready."""
    secret = services.settings.slack_signing_secret
    if secret is None:
        raise ConfigError(UNSIGNED)
    bot = create_bot(services)
    readiness = Readiness(readiness_checks(bot))
    endpoint = slack_endpoint(bot.app, secret.get_secret_value(), services.clock, bot.passed_over)

    @asynccontextmanager
    async def lifespan(_served: Starlette) -> AsyncIterator[None]:
        """Let what was already acknowledged finish before the services close."""
        async with bot.working():
            yield

    served = Starlette(
        lifespan=lifespan,
        routes=[
            Route("/slack/events", endpoint, methods=["POST"]),
            *operations_routes(readiness, key_endpoint(services)),
            *_install_routes(bot),
        ],
    )
    served.state.bot, served.state.readiness = bot, readiness
    return served


def create_socket_asgi(services: Services) -> Starlette:
    """Return the side of Socket Mode: connected while it is served; HTTP is for operations only."""
    token = services.settings.slack_app_token
    if token is None:
        raise ConfigError(NO_SOCKET_ACCESS)
    bot = create_bot(services)
    socket = SocketLink(bot.app, token.get_secret_value())
    checks = readiness_checks(bot)
    readiness = Readiness({**checks, "socket": socket.client.is_connected})

    @asynccontextmanager
    async def lifespan(_served: Starlette) -> AsyncIterator[None]:
        """Connect for as long as this is open; what was taken by then is finished after it."""
        async with bot.working():
            connecting = asyncio.create_task(socket.client.connect())  # type: ignore[no-untyped-call]
            try:
                yield
            finally:
                connecting.cancel()
                await socket.close_async()  # type: ignore[no-untyped-call]

    served = Starlette(
        lifespan=lifespan, routes=operations_routes(readiness, key_endpoint(services))
    )
    served.state.bot, served.state.readiness = bot, readiness
    return served


def key_endpoint(services: Services) -> KeyEndpoint:
    """Return what serves the public halves of the example keys."""
    keys = KeyFolder(services.settings.keys_folder, services.clock)
    return KeyEndpoint(keys, services.clock)


def readiness_checks(bot: Bot) -> dict[str, Callable[[], Awaitable[bool]]]:
    """Return what has to answer before requests are welcome."""
    return {
        "store": lambda: _holds(bot.services.store.ping()),
        "slack": lambda: _holds(bot.teams.reach()),
    }


def _install_routes(bot: Bot) -> list[Route]:
    """Return where workspaces install the app; nowhere if the settings hold the only token."""
    if bot.services.settings.slack_client_id is None:
        return []
    from handlers.install import install_routes  # noqa: PLC0415
    from handlers.installed_teams import InstalledTeams  # noqa: PLC0415

    assert isinstance(bot.teams, InstalledTeams)
    return install_routes(bot.teams, bot.services.settings)


async def _holds(check: Awaitable[object]) -> bool:
    """Tell whether the check ends well and soon."""
    try:
        async with asyncio.timeout(READY_SECONDS):
            await check
    except (TimeoutError, DatabaseError, SlackApiError, aiohttp.ClientError, OSError):
        return False
    return True
