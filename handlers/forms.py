"""The forms that people fill in: modals with inputs, and what opens them.

A verb's form (`bot.verbs.VERBS`) opens after `/anon`. After a mention or in a direct message there
is nothing that a modal could open by, so a button offers it. A form's name is the callback id of
its modal, and `private_metadata` says where it was opened: the channel, or less.
"""

from collections.abc import Callable
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.models.views import View

from bot.asking import Asking
from bot.errors import UserError
from bot.records import Place
from bot.tokens.faults import Fault
from bot.tokens.wanted import CLAIM
from bot.verbs import Form
from handlers import ids
from handlers.answer import team_of
from handlers.config_form import config_view, waiting_form
from handlers.inputs import modal, select_input, text_input
from handlers.interactions import channel_of, user_of
from handlers.messenger import SlackMessenger
from handlers.ticket_forms import ENVIRONMENTS, escalate_form

NO_SUCH_FORM = "I no longer have that form. Ask again and I will offer what I have."
NEW_USER = "A fresh example user if empty"
CLAIMS = "One a line: role=admin is text, level:=5 is JSON"
FAULTS = [(fault.value, fault.value) for fault in Fault]
FAULT = "For tests of your own error handling"
TOKEN_HINT = "I look at it and forget it: it is neither stored nor shown."  # noqa: S105 - words
CLIENT_HINT = "Then the token is held against the JWK Set of its UserPool."
PASTE_HINT = (
    "The address of your JWK Set, a token, an SdkClient's id, or an appUserId with its app;"
    " for example: appUserId=user-42 app=instagram"
)


def form_view(form: Form, target: str) -> dict[str, Any]:
    """Return the modal of a form; ``target`` says where it was opened."""
    view: dict[str, Any] = FORMS[form](target).to_dict()
    return view


async def on_open_form(
    ack: AsyncAck,
    body: dict[str, Any],
    action: dict[str, Any],
    context: AsyncBoltContext,
    asking: Asking,
    messenger: SlackMessenger,
) -> None:
    """Open the form that a message offers, for who may fill it in."""
    await ack()
    name, _, target = action["value"].partition("|")
    if name not in set(Form):
        raise UserError(NO_SUCH_FORM)
    form = Form(name)
    place = Place(team_of(context), target if form is Form.CONFIG else channel_of(body), "")
    await asking.admit(form, place, user_of(body))
    await open_form(form, place, body, asking, messenger, target)


async def open_form(
    form: Form,
    place: Place,
    body: dict[str, Any],
    asking: Asking,
    messenger: SlackMessenger,
    target: str = "",
) -> None:
    """Open a form at the trigger of a press or a command; one for settings shows what is set."""
    view, over = form_view(form, target or place.channel), bool(body.get("view"))
    view_id = await messenger.open_view(place.team, body["trigger_id"], view, over=over)
    if view_id and form is Form.CONFIG:
        filled = config_view(await asking.configuring.page(place))
        await messenger.update_view(place.team, view_id, filled)


def _diagnose(target: str) -> View:
    return modal(
        Form.DIAGNOSE,
        target,
        title="Diagnose with Anon",
        submit="Diagnose",
        blocks=[text_input(ids.PASTE, "The error, with what stands around it", multiline=True)],
    )


def _verify_token(target: str) -> View:
    return modal(
        Form.VERIFY_TOKEN,
        target,
        title="Verify a token",
        submit="Verify",
        blocks=[
            text_input(ids.TOKEN, "The token", hint=TOKEN_HINT, multiline=True),
            text_input(ids.JWKS_URL, "Address of your JWK Set", optional=True),
            text_input(ids.SDK_CLIENT, "or the SdkClient's id", hint=CLIENT_HINT, optional=True),
            select_input(ids.ENVIRONMENT, "Environment", ENVIRONMENTS, optional=True),
        ],
    )


def _token_again(target: str) -> View:
    return modal(
        Form.TOKEN_AGAIN,
        target,
        title="Run again",
        submit="Run again",
        blocks=[text_input(ids.TOKEN, "The token, once more", hint=TOKEN_HINT, multiline=True)],
    )


def _run_checks(target: str) -> View:
    return modal(
        Form.RUN_CHECKS,
        target,
        title="Run checks",
        submit="Run checks",
        blocks=[text_input(ids.PASTE, "What to look at", hint=PASTE_HINT, multiline=True)],
    )


def _mint(target: str) -> View:
    return modal(
        Form.MINT,
        target,
        title="Mint an example token",
        submit="Mint",
        blocks=[
            text_input("sub", "sub: your id of the user", hint=NEW_USER, optional=True),
            text_input("ttl", "How long it lives", hint="10m if empty; at most 1h", optional=True),
            text_input("aud", "aud", hint="anon-example if empty", optional=True),
            text_input("iss", "iss", hint="My own address if empty", optional=True),
            text_input(CLAIM, "Further claims", hint=CLAIMS, multiline=True, optional=True),
            select_input(
                "fault", "Make it fail", [(one, one) for one in Fault], hint=FAULT, optional=True
            ),
        ],
    )


FORMS: dict[Form, Callable[[str], View]] = {
    Form.DIAGNOSE: _diagnose,
    Form.VERIFY_TOKEN: _verify_token,
    Form.TOKEN_AGAIN: _token_again,
    Form.RUN_CHECKS: _run_checks,
    Form.MINT: _mint,
    Form.ESCALATE: escalate_form,
    Form.CONFIG: waiting_form,
}
