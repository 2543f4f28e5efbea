"""`/anon`: answered to its user alone."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.asking import Asking
from bot.private_checks import PrivateChecks
from bot.records import Place
from bot.verbs import parse_verb
from handlers.answer import team_of
from handlers.forms import open_form
from handlers.interactions import channel_of, container_key, show, user_of
from handlers.messenger import SlackMessenger
from handlers.respond import Respond
from handlers.screens import CommandScreen
from handlers.text import storable


async def on_command(
    ack: AsyncAck,
    command: dict[str, Any],
    context: AsyncBoltContext,
    asking: Asking,
    private_checks: PrivateChecks,
    respond: Respond,
    messenger: SlackMessenger,
) -> None:
    """Do what the words say, and tell the user; or open the form of a verb that needs one.

    Slack sends no command twice, so one that asks for a human is kept before the ack.
    """
    text, team = storable(command.get("text") or ""), team_of(context)
    place, user = Place(team, command["channel_id"], ""), command["user_id"]
    said = await asking.escalate(text, team, user, command["trigger_id"])
    await ack()
    if said:
        await respond(*said)
    elif form := parse_verb(text).form:
        await asking.admit(form, place, user)
        await open_form(form, place, command, asking, messenger)
    elif not await private_checks.command(text, place, user, CommandScreen(respond)):
        await respond(*await asking.command(text, team, place.channel, user))


async def on_pick_privately(
    ack: AsyncAck,
    body: dict[str, Any],
    action: dict[str, Any],
    context: AsyncBoltContext,
    asking: Asking,
    respond: Respond,
    messenger: SlackMessenger,
) -> None:
    """Show the entry in place of the choices."""
    await ack()
    entry = action["value"].rpartition("|")[2]
    await show(await asking.show(entry), body, team_of(context), respond, messenger)


async def on_share(
    ack: AsyncAck,
    body: dict[str, Any],
    action: dict[str, Any],
    context: AsyncBoltContext,
    asking: Asking,
    respond: Respond,
) -> None:
    """Post what only its user saw into the channel."""
    await ack()
    place, work = Place(team_of(context), channel_of(body), ""), container_key(body)
    said = await asking.share(place, user_of(body), action["value"], work)
    await respond(said, replace=True)
