"""The fields of forms, and what was written into them."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    NumberInputElement,
    Option,
    PlainTextInputElement,
    StaticMultiSelectElement,
    StaticSelectElement,
    TimePickerElement,
)
from slack_sdk.models.views import View

from bot.errors import UserError
from handlers.text import storable

INPUT_LIMIT = 3_000
OPTION_LIMIT = 75
MOST_OPTIONS = 100
TITLE_LIMIT = 24


def modal(name: str, target: str, *, title: str, submit: str, blocks: Sequence[Block]) -> View:
    """Return a modal; ``target`` says what it is about, and comes back when it is submitted.

    One without inputs has nothing to submit: its ``submit`` is empty.
    """
    return View(
        type="modal",
        callback_id=name,
        title=title[:TITLE_LIMIT],
        submit=submit or None,
        close="Close",
        private_metadata=target,
        blocks=list(blocks),
    )


def written(view: Mapping[str, Any], name: str) -> str:
    """Return what was written or picked in the input of that name, nothing where it was left."""
    answer = _answer(view, name)
    picked = answer.get("selected_option") or {}
    value = answer.get("value") or picked.get("value") or answer.get("selected_time") or ""
    return storable(str(value)).strip()


def ticked(view: Mapping[str, Any], name: str) -> list[str]:
    """Return what was picked in an input that takes several."""
    options = _answer(view, name).get("selected_options") or ()
    return [storable(str(option["value"])) for option in options]


def _answer(view: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return what Slack says of the input of that name."""
    field = ((view.get("state") or {}).get("values") or {}).get(name) or {}
    answer: Mapping[str, Any] = field.get(name) or {}
    return answer


def text_input(
    name: str,
    label: str,
    *,
    hint: str = "",
    initial: str = "",
    multiline: bool = False,
    optional: bool = False,
    most: int = INPUT_LIMIT,
) -> InputBlock:
    """Return an input for text; its block and its action have the same name."""
    element = PlainTextInputElement(
        action_id=name,
        multiline=multiline,
        max_length=most,
        initial_value=initial[:most] or None,
        focus_on_load=False,
    )
    return InputBlock(
        block_id=name, label=label, element=element, hint=hint or None, optional=optional
    )


def select_input(
    name: str,
    label: str,
    options: Sequence[tuple[str, str]],
    *,
    hint: str = "",
    initial: str = "",
    optional: bool = False,
) -> InputBlock:
    """Return a select of (value, what people read); at most a hundred are shown."""
    shown = [
        Option(value=value, label=label[:OPTION_LIMIT]) for value, label in options[:MOST_OPTIONS]
    ]
    chosen = next((option for option in shown if option.value == initial), None)
    element = StaticSelectElement(action_id=name, options=shown, initial_option=chosen)
    return InputBlock(
        block_id=name, label=label, element=element, hint=hint or None, optional=optional
    )


def number_input(
    name: str, label: str, *, hint: str, initial: float, least: float, most: float
) -> InputBlock:
    """Return an input for a number, which may be left empty."""
    fits = least <= initial <= most
    element = NumberInputElement(
        action_id=name,
        is_decimal_allowed=True,
        initial_value=f"{initial:g}" if fits else None,
        min_value=f"{least:g}",
        max_value=f"{most:g}",
    )
    return InputBlock(block_id=name, label=label, element=element, hint=hint, optional=True)


def time_input(name: str, label: str, *, initial: str = "") -> InputBlock:
    """Return an input for a time of day, which may be left empty."""
    element = TimePickerElement(action_id=name, initial_time=initial or None)
    return InputBlock(block_id=name, label=label, element=element, optional=True)


def several_input(
    name: str, label: str, options: Sequence[tuple[str, str]], *, hint: str, initial: Sequence[str]
) -> InputBlock:
    """Return a select of (value, what people read) that takes several, or none."""
    shown = [Option(value=value, label=read) for value, read in options]
    chosen = [option for option in shown if option.value in initial]
    element = StaticMultiSelectElement(
        action_id=name, options=shown, initial_options=chosen or None
    )
    return InputBlock(block_id=name, label=label, element=element, hint=hint, optional=True)


async def acknowledged(ack: AsyncAck, field: str, work: Awaitable[None]) -> None:
    """Close the form when the work is begun; where it may not be, say so at the field."""
    try:
        await work
    except UserError as error:
        await ack(response_action="errors", errors={field: str(error)})
    else:
        await ack()
