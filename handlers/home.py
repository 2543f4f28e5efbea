"""The App Home: drawn anew each time that somebody opens it."""

from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext

from bot.home import home_of
from bot.workflows import Workflows
from handlers.answer import team_of
from handlers.blocks_home import home_view
from handlers.messenger import SlackMessenger


async def on_home(event: dict[str, Any], context: AsyncBoltContext) -> None:
    """Show the person what is theirs, and staff the rest too."""
    if event.get("tab") != "home":
        return
    workflows: Workflows = context["workflows"]
    messenger: SlackMessenger = context["messenger"]
    home = await home_of(workflows, team_of(context), event["user"])
    await messenger.publish_home(team_of(context), event["user"], home_view(home))
