"""The form of `config`: opened with what is set, and kept where every input is right."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.configuring import BadSettingsError, Configuring
from bot.errors import UserError
from bot.records import Place
from handlers.answer import team_of
from handlers.blocks import diagnosis_view
from handlers.config_form import TITLE, written_in
from handlers.interactions import user_of


def plain(errors: dict[str, str]) -> dict[str, str]:
    """Return what stands at inputs, where Slack shows no code spans."""
    return {name: text.replace("`", "") for name, text in errors.items()}


async def on_config_form(
    ack: AsyncAck,
    body: dict[str, Any],
    view: dict[str, Any],
    context: AsyncBoltContext,
    configuring: Configuring,
) -> None:
    """Show what was changed in place of the form; what is wrong stands beside its input."""
    try:
        found = written_in(view)
        place = Place(team_of(context), found.channel, "")
        changed = await configuring.save(place, user_of(body), found.changed, found.wrong)
    except BadSettingsError as error:
        await ack(response_action="errors", errors=plain(error.found))
    except UserError as error:
        await ack(response_action="errors", errors=plain({"mode": str(error)}))
    else:
        await ack(response_action="update", view=diagnosis_view((changed,), "", TITLE))
