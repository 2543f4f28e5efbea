"""Block Kit's caps as Slack enforces them: ``problems(blocks)`` says what it would refuse.

Caps: Block Kit reference, as collected in the limits of the slackblocks project.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
PLAIN = ("plain_text",)
ANY_TEXT = ("plain_text", "mrkdwn")
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MARKDOWN_CHARS = 12_000
ID_CHARS = 255


@dataclass(frozen=True, slots=True)
class Shape:
    """What one type of block, element or object may hold."""

    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()  # at least one of these
    texts: Mapping[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    strings: dict[str, int] = field(default_factory=dict)
    lists: dict[str, tuple[int, int]] = field(default_factory=dict)
    elements: tuple[str, ...] = ()  # allowed types in ``elements`` or ``element``, if limited


INPUTS = (
    *("plain_text_input", "checkboxes", "radio_buttons", "static_select", "external_select"),
    *("users_select", "conversations_select", "channels_select", "multi_static_select"),
    *("multi_external_select", "multi_users_select", "multi_conversations_select"),
    *("multi_channels_select", "datepicker", "timepicker", "datetimepicker", "number_input"),
    *("email_text_input", "url_text_input", "file_input", "rich_text_input"),
)
PRESSED = ("button", "overflow", "workflow_button", *INPUTS)
HELD = {"placeholder": (150, PLAIN)}

BLOCKS: dict[str, Shape] = {
    "section": Shape(
        one_of=("text", "fields"), texts={"text": (3000, ANY_TEXT)}, lists={"fields": (1, 10)}
    ),
    "header": Shape(("text",), texts={"text": (150, PLAIN)}),
    "divider": Shape(),
    "context": Shape(
        ("elements",), lists={"elements": (1, 10)}, elements=("image", "plain_text", "mrkdwn")
    ),
    "actions": Shape(("elements",), lists={"elements": (1, 25)}, elements=PRESSED),
    "context_actions": Shape(
        ("elements",), lists={"elements": (1, 5)}, elements=("feedback_buttons", "icon_button")
    ),
    "image": Shape(
        ("alt_text",),
        one_of=("image_url", "slack_file"),
        texts={"title": (2000, PLAIN)},
        strings={"alt_text": 2000, "image_url": 3000},
    ),
    "input": Shape(
        ("label", "element"),
        texts={"label": (2000, PLAIN), "hint": (2000, PLAIN)},
        elements=INPUTS,
    ),
    "markdown": Shape(("text",), strings={"text": MARKDOWN_CHARS}),
    "rich_text": Shape(("elements",)),
    "table": Shape(("rows",), lists={"rows": (1, 100)}),
    "data_table": Shape(("rows",), lists={"rows": (1, 201)}),
    "alert": Shape(("text",), texts={"text": (200, ANY_TEXT)}),
    "card": Shape(
        texts={"title": (150, ANY_TEXT), "subtitle": (150, ANY_TEXT), "body": (200, ANY_TEXT)},
        lists={"actions": (1, 3)},
    ),
    "carousel": Shape(("elements",), lists={"elements": (1, 10)}, elements=("card",)),
    "container": Shape(("child_blocks",), lists={"child_blocks": (1, 10)}),
    "task_card": Shape(("task_id", "title")),
    "plan": Shape(("title",)),
    "video": Shape(("alt_text", "title", "thumbnail_url", "video_url")),
    "file": Shape(("external_id", "source")),
}

ELEMENTS: dict[str, Shape] = {
    "button": Shape(("text",), texts={"text": (75, PLAIN)}, strings={"value": 2000, "url": 3000}),
    "icon_button": Shape(
        ("icon", "text"),
        texts={"text": (75, PLAIN)},
        strings={"value": 2000},
        lists={"visible_to_user_ids": (1, 10)},
    ),
    "feedback_buttons": Shape(("positive_button", "negative_button")),
    "overflow": Shape(("options",), lists={"options": (1, 5)}),
    "static_select": Shape(
        one_of=("options", "option_groups"),
        texts=HELD,
        lists={"options": (1, 100), "option_groups": (1, 100)},
    ),
    "multi_static_select": Shape(
        one_of=("options", "option_groups"),
        texts=HELD,
        lists={"options": (1, 100), "option_groups": (1, 100)},
    ),
    "radio_buttons": Shape(("options",), lists={"options": (1, 10)}),
    "checkboxes": Shape(("options",), lists={"options": (1, 10)}),
    "plain_text_input": Shape(texts=HELD, strings={"initial_value": 3000}),
    "file_input": Shape(),
    "image": Shape(("alt_text",), one_of=("image_url", "slack_file"), strings={"alt_text": 2000}),
}
OPTION = Shape(("text",), texts={"text": (75, ANY_TEXT), "description": (75, ANY_TEXT)})
FEEDBACK = Shape(("text", "value"), texts={"text": (75, PLAIN)}, strings={"value": 2000})
CONFIRM = Shape(
    ("title", "text"),
    texts={
        "title": (100, PLAIN),
        "text": (300, ANY_TEXT),
        "confirm": (30, PLAIN),
        "deny": (30, PLAIN),
    },
)


def check_shape(item: Json, shape: Shape, at: str) -> Iterator[str]:
    """Yield what is wrong with one block, element or object, each with its JSON pointer."""
    for name in shape.required:
        if item.get(name) in (None, "", []):
            yield f"missing required field: {name} [json-pointer:{at}]"
    if shape.one_of and not any(item.get(name) for name in shape.one_of):
        yield f"missing one of: {', '.join(shape.one_of)} [json-pointer:{at}]"
    yield from _check_sizes(item, shape, at)


def _check_sizes(item: Json, shape: Shape, at: str) -> Iterator[str]:
    """Yield which texts, strings and lists are of a wrong kind or too long."""
    for name, (cap, kinds) in shape.texts.items():
        if item.get(name) is not None:
            yield from check_text(item[name], cap, kinds, f"{at}/{name}")
    for name, cap in shape.strings.items():
        value = item.get(name)
        if value is not None and not isinstance(value, str):
            yield f"must be a string [json-pointer:{at}/{name}]"
        elif value is not None and len(value) > cap:
            yield f"must be less than {cap + 1} characters [json-pointer:{at}/{name}]"
    for name, (low, high) in shape.lists.items():
        value = item.get(name)
        if value is not None and not (isinstance(value, list) and low <= len(value) <= high):
            yield f"must have {low} to {high} items [json-pointer:{at}/{name}]"


def check_text(value: Any, cap: int, kinds: tuple[str, ...], at: str) -> Iterator[str]:
    """Yield what is wrong with a text object."""
    if not isinstance(value, dict) or value.get("type") not in kinds:
        yield f"must be a text object of type {' or '.join(kinds)} [json-pointer:{at}]"
        return
    text = value.get("text")
    if not isinstance(text, str) or not text:
        yield f"must be more than 0 characters [json-pointer:{at}/text]"
    elif len(text) > cap:
        yield f"must be less than {cap + 1} characters [json-pointer:{at}/text]"
