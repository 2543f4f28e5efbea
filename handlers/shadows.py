"""What staff press on answers that mode `shadow` kept back. Who may is judged below."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.gathering import Gathering
from bot.jobs import ShadowWork
from bot.records import Place
from bot.reply import Notice
from bot.shadow_desk import ShadowDesk
from bot.shadows import Choice
from bot.workflows import Workflows
from handlers import ids
from handlers.answer import team_of
from handlers.inputs import acknowledged, modal, text_input, written
from handlers.interactions import channel_of, place_of, user_of
from handlers.messenger import SlackMessenger
from handlers.tickets import press_of

TITLE = "Edit the answer"
LABEL = "The answer"
HINT = "Markdown. It is posted in the asker's thread, with your name; secrets are taken out."
TOO_LATE = "That took too long for Slack to open a form: press Edit again, or say `edit` and words."
CHOICES = {ids.SHADOW_SEND: Choice.SEND, ids.SHADOW_DISCARD: Choice.DISCARD}
Body = dict[str, Any]


async def on_choose(
    ack: AsyncAck, body: Body, action: Body, context: AsyncBoltContext, shadows: ShadowDesk
) -> None:
    """Send or discard: kept before the ack."""
    place = Place(team_of(context), channel_of(body), "")
    work = ShadowWork(int(action["value"]), CHOICES[action["action_id"]])
    await shadows.decide(place, user_of(body), press_of(body), work)
    await ack()


async def on_edit(
    ack: AsyncAck,
    body: Body,
    action: Body,
    context: AsyncBoltContext,
    shadows: ShadowDesk,
    messenger: SlackMessenger,
) -> None:
    """Open the form with the answer in it."""
    await ack()
    team, user = team_of(context), user_of(body)
    shadow = await shadows.waiting(user, str(action["value"]))
    view = edit_view(shadow.id, *await shadows.draft(shadow))
    if not await messenger.open_view(team, body["trigger_id"], view):
        await messenger.whisper(place_of(body, team), user, Notice(TOO_LATE), in_thread=False)


async def on_form(
    ack: AsyncAck,
    body: Body,
    view: Body,
    context: AsyncBoltContext,
    workflows: Workflows,
    gathering: Gathering,
    shadows: ShadowDesk,
) -> None:
    """Keep what staff wrote before the form closes; what cannot be sent is told at its field."""
    place = await workflows.staff_place() or Place(team_of(context), "", "")
    text = await gathering.redacted(written(view, ids.WORDS))
    work = ShadowWork(int(view["private_metadata"]), Choice.EDIT)
    key = f"form:{view['id']}"
    await acknowledged(ack, ids.WORDS, shadows.decide(place, user_of(body), key, work, text))


def edit_view(number: int, text: str, most: int) -> dict[str, Any]:
    """Return the form in which staff change an answer before it is sent."""
    field = text_input(ids.WORDS, LABEL, hint=HINT, initial=text, multiline=True, most=most)
    view = modal(ids.SHADOW_VIEW, str(number), title=TITLE, submit="Send", blocks=[field])
    return dict(view.to_dict())
