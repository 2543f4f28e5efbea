"""``/slack/install`` and ``/slack/oauth_redirect``: Bolt's OAuth flow with our stores and pages."""

import logging
import re
from collections.abc import Awaitable, Callable
from urllib.parse import urljoin

import aiohttp
import structlog
from slack_bolt import BoltResponse
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.oauth.async_callback_options import (
    AsyncCallbackOptions,
    AsyncFailureArgs,
    AsyncSuccessArgs,
)
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth import OAuthStateUtils
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.config import Settings
from bot.manifest import INSTALL_PATH, REDIRECT_PATH, bot_scopes, redirect_address
from handlers.install_pages import HEADERS, REASONS, begin_page, failure_page, success_page
from handlers.installations import States
from handlers.installed_teams import InstalledTeams
from handlers.teams import slack_client

STATE_SECONDS = 600
TEAM = re.compile("[A-Z0-9]{1,32}")
UNAVAILABLE = 503
_COOKIE = OAuthStateUtils()
log = structlog.get_logger(__name__)


def install_routes(teams: InstalledTeams, settings: Settings) -> list[Route]:
    """Return the addresses at which a workspace installs the app."""
    flow = open_flow(teams, settings)

    async def install(request: AsyncBoltRequest) -> BoltResponse:
        # Bolt puts a team into Slack's address as it stands.
        request.query = {name: [team] for name, team in asked_for(request)}
        begun = await flow.handle_installation(request)
        begun.headers.update({name.lower(): [value] for name, value in HEADERS.items()})
        begun.body = begin_page(begun.headers["location"][0])
        return begun

    return [
        Route(INSTALL_PATH, _endpoint(install), methods=["GET"]),
        Route(REDIRECT_PATH, _endpoint(flow.handle_callback), methods=["GET"]),
    ]


def asked_for(request: AsyncBoltRequest) -> list[tuple[str, str]]:
    """Return the team that the app is to be installed in, where the request names one."""
    (team, *_) = request.query.get("team") or [""]
    return [("team", team)] if TEAM.fullmatch(team) else []


def open_flow(teams: InstalledTeams, settings: Settings) -> AsyncOAuthFlow:
    """Return Bolt's flow; its own warnings hold codes, so ours are logged in their place."""
    quiet = logging.getLogger("anon.oauth")
    quiet.disabled = True

    async def success(args: AsyncSuccessArgs) -> BoltResponse:
        key = args.installation.team_id or args.installation.enterprise_id or ""
        log.info("installed", team=key)
        await teams.arrived(key)
        return _page(200, success_page(args.installation.team_name or ""))

    async def failure(args: AsyncFailureArgs) -> BoltResponse:
        reason = args.reason if args.reason in REASONS else "refused"
        log.info("not_installed_by_oauth", reason=reason)
        return _page(args.suggested_status_code, failure_page(args.reason))

    secret = settings.slack_client_secret
    store = teams.installations
    return AsyncOAuthFlow(
        client=slack_client(None, settings.slack_api_url),
        logger=quiet,
        settings=AsyncOAuthSettings(
            client_id=settings.slack_client_id,
            client_secret=secret.get_secret_value() if secret else "",
            scopes=bot_scopes(),
            redirect_uri=redirect_address(settings.public_url) if settings.public_url else None,
            install_page_rendering_enabled=False,
            callback_options=AsyncCallbackOptions(success, failure),
            authorization_url=urljoin(settings.slack_api_url, "../oauth/v2/authorize"),
            installation_store=store,
            state_store=States(STATE_SECONDS, store.reading),
            state_expiration_seconds=STATE_SECONDS,
            logger=quiet,
        ),
    )


def _page(status: int, body: str) -> BoltResponse:
    gone = {"Set-Cookie": [_COOKIE.build_set_cookie_for_deletion()]}
    return BoltResponse(status=status, body=body, headers={**HEADERS, **gone})


def _endpoint(
    handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]],
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            answer = await handle(to_async_bolt_request(request, b""))
        except (aiohttp.ClientError, TimeoutError, OSError):
            log.warning("slack_away_at_installation")
            answer = _page(UNAVAILABLE, failure_page("slack_away"))
        except SQLAlchemyError as error:
            log.error("installation_not_stored", error=type(error).__name__)  # noqa: TRY400
            answer = _page(UNAVAILABLE, failure_page("storage_error"))
        return to_starlette_response(answer)

    return endpoint
