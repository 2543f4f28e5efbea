"""The forms that people fill in: modals with inputs, and what opens them.

A verb's form (`bot.verbs.VERBS`) opens after `/anon`. After a mention or in a direct message there
is nothing that a modal could open by, so a button offers it. A form's name is the callback id of
its modal, and `private_metadata` says where it was opened: the channel, or less.
"""

from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.models.blocks import InputBlock, PlainTextInputElement
from slack_sdk.models.views import View

from bot.errors import UserError
from bot.verbs import Form
from handlers import ids
from handlers.answer import team_of
from handlers.interactions import channel_of
from handlers.messenger import SlackMessenger

NO_SUCH_FORM = "I no longer have that form. Ask again and I will offer what I have."
INPUT_LIMIT = 3_000


def form_view(form: Form, target: str) -> dict[str, Any]:
    """Return the modal of a form; ``target`` says where it was opened."""
    view: dict[str, Any] = FORMS[form](target).to_dict()
    return view


async def on_open_form(
    ack: AsyncAck,
    body: dict[str, Any],
    action: dict[str, Any],
    context: AsyncBoltContext,
    messenger: SlackMessenger,
) -> None:
    """Open the form that a message offers."""
    await ack()
    if action["value"] not in set(Form):
        raise UserError(NO_SUCH_FORM)
    view = form_view(Form(action["value"]), channel_of(body))
    await messenger.open_view(team_of(context), body["trigger_id"], view)


def written(view: Mapping[str, Any], name: str) -> str:
    """Return what was written into the input of that name, nothing where it was left empty."""
    field = ((view.get("state") or {}).get("values") or {}).get(name) or {}
    return str((field.get(name) or {}).get("value") or "")


def text_input(
    name: str, label: str, *, hint: str = "", multiline: bool = False, optional: bool = False
) -> InputBlock:
    """Return an input for text; its block and its action have the same name."""
    element = PlainTextInputElement(
        action_id=name, multiline=multiline, max_length=INPUT_LIMIT, focus_on_load=False
    )
    return InputBlock(
        block_id=name, label=label, element=element, hint=hint or None, optional=optional
    )


def _diagnose(target: str) -> View:
    return View(
        type="modal",
        callback_id=Form.DIAGNOSE,
        title="Diagnose with Anon",
        submit="Diagnose",
        close="Close",
        private_metadata=target,
        blocks=[text_input(ids.PASTE, "The error, with what stands around it", multiline=True)],
    )


FORMS: dict[Form, Callable[[str], View]] = {Form.DIAGNOSE: _diagnose}
