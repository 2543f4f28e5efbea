"""The app was uninstalled, or its tokens were taken back: the team's data goes."""

from typing import Any

import structlog
from slack_bolt.context.async_context import AsyncBoltContext

from bot.leaving import start_leaving
from handlers.inbox import Delivery
from handlers.teams import Teams

log = structlog.get_logger(__name__)


async def on_uninstalled(_event: dict[str, Any], context: AsyncBoltContext) -> None:
    """Have the team's tokens and data deleted."""
    await _leave(context)


async def on_tokens_revoked(event: dict[str, Any], context: AsyncBoltContext) -> None:
    """Do the same if the bot's token is gone; people's own tokens go alone."""
    tokens = event.get("tokens") or {}
    teams: Teams = context["teams"]
    if tokens.get("bot"):
        await _leave(context)
    elif users := [user for user in tokens.get("oauth") or () if isinstance(user, str)]:
        await teams.drop_users(key_of(context), users)


def key_of(context: AsyncBoltContext) -> str:
    """Return the key of the installation that the event is about: an organisation's or a team's."""
    everywhere = context.is_enterprise_install or not context.team_id
    return (context.enterprise_id if everywhere else context.team_id) or ""


async def _leave(context: AsyncBoltContext) -> None:
    teams: Teams = context["teams"]
    delivery: Delivery = context["delivery"]
    team = key_of(context)
    if delivery.again and (await teams.installed_at(team) or 0) > delivery.time:
        log.info("installed_again", team=team)  # the event is older than what it would delete
    elif team:
        await start_leaving(team, delivery.id)
