"""The App Home: drawn anew each time that somebody opens it, or runs checks again from it."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.errors import UserError
from bot.home import home_of
from bot.private_checks import PrivateChecks
from bot.rechecking import needs_token
from bot.verbs import Form
from bot.workflows import Workflows
from handlers.answer import team_of
from handlers.blocks import diagnosis_view
from handlers.blocks_home import home_view
from handlers.forms import form_view
from handlers.interactions import user_of
from handlers.messenger import SlackMessenger
from handlers.screens import LOADING, ViewScreen

CHECKS = "Run again"
TOO_LATE = "Slack gave me too little time to show the checks. Press “Run again” once more."


async def on_home(event: dict[str, Any], context: AsyncBoltContext) -> None:
    """Show the person what is theirs, and staff the rest too."""
    if event.get("tab") != "home":
        return
    await _draw(context["workflows"], context["messenger"], team_of(context), event["user"])


async def on_run_again_at_home(
    ack: AsyncAck,
    body: dict[str, Any],
    action: dict[str, Any],
    context: AsyncBoltContext,
    workflows: Workflows,
    private_checks: PrivateChecks,
    messenger: SlackMessenger,
) -> None:
    """Run checks again: what only their user saw in a modal, the others on their message."""
    await ack()
    team, user, opened = team_of(context), user_of(body), diagnosis_view((LOADING,), "", CHECKS)
    context["view_id"] = await messenger.open_view(team, body["trigger_id"], opened)
    if not context["view_id"]:
        raise UserError(TOO_LATE)
    run = await private_checks.known(action["value"], team, user)
    if needs_token(run):
        form = form_view(Form.TOKEN_AGAIN, run.id)
        await messenger.update_view(team, context["view_id"], form)
        return
    screen = ViewScreen(messenger, team, context["view_id"], "", CHECKS)
    await private_checks.again(run, user, screen)
    await _draw(workflows, messenger, team, user)


async def _draw(workflows: Workflows, messenger: SlackMessenger, team: str, user: str) -> None:
    home = await home_of(workflows, team, user)
    await messenger.publish_home(team, user, home_view(home))
