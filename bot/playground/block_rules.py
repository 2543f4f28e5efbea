"""Whether Slack would take these blocks or this view: walks them with the shapes of ``caps``."""

import json
from collections.abc import Iterator
from typing import Any

from bot.playground.caps import (
    ANY_TEXT,
    BLOCKS,
    CONFIRM,
    ELEMENTS,
    FEEDBACK,
    ID_CHARS,
    INPUTS,
    MARKDOWN_CHARS,
    MESSAGE_BLOCKS,
    OPTION,
    PLAIN,
    VIEW_BLOCKS,
    check_shape,
    check_text,
)
from bot.playground.refusal import SlackError

Json = dict[str, Any]
MESSAGE_CHARS = 13_200  # bolt-js issue 2509: the whole message, below all documented caps
TEXT_CHARS = 40_000
VIEW_BYTES = 250_000
METADATA_CHARS = 3_000
TITLE_CHARS = 24
FIELD_CHARS = 2_000
OPTION_VALUE_CHARS = 150
TABLE_COLUMNS = 20
STYLES = (None, "primary", "danger")
NOT_IN_VIEWS = ("markdown", "context_actions", "file", "task_card", "plan")


def problems(blocks: Any, most: int = MESSAGE_BLOCKS) -> list[str]:
    """Return what is wrong with the blocks; empty when Slack would take them."""
    if not isinstance(blocks, list):
        return ["must be an array of blocks [json-pointer:/blocks]"]
    found = [
        problem
        for place, block in enumerate(blocks)
        for problem in _block(block, f"/blocks/{place}")
    ]
    if len(blocks) > most:
        found.append(f"no more than {most} items allowed [json-pointer:/blocks]")
    if not found:
        found.extend(_across(blocks))
    return found


def _across(blocks: list[Json]) -> Iterator[str]:
    """Yield what is wrong with well-formed blocks taken together."""
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    for block_id in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"`block_id` {block_id!r} already exists [json-pointer:/blocks]"
    written = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if written > MARKDOWN_CHARS:
        yield f"markdown blocks hold more than {MARKDOWN_CHARS} characters [json-pointer:/blocks]"


def _block(block: Any, at: str) -> Iterator[str]:
    """Yield what is wrong with one block and what it holds."""
    kind = block.get("type") if isinstance(block, dict) else None
    if kind not in BLOCKS:
        yield f"unsupported type: {kind} [json-pointer:{at}/type]"
        return
    shape = BLOCKS[kind]
    yield from check_shape(block, shape, at)
    yield from _id(block, "block_id", at)
    yield from _own_rules(block, kind, at)
    for place, element in _elements(block, kind):
        allowed = element.get("type") if isinstance(element, dict) else None
        if shape.elements and allowed not in shape.elements:
            yield f"unsupported type: {allowed} [json-pointer:{at}/{place}/type]"
        elif allowed not in ANY_TEXT:
            yield from _element(element, f"{at}/{place}")
        else:
            yield from check_text(element, FIELD_CHARS, ANY_TEXT, f"{at}/{place}")
    yield from _unique_actions(block, kind, at)


def _own_rules(block: Json, kind: str, at: str) -> Iterator[str]:
    """Yield what only this type of block forbids."""
    if kind == "section":
        for place, item in enumerate(block.get("fields") or []):
            yield from check_text(item, FIELD_CHARS, ANY_TEXT, f"{at}/fields/{place}")
    if kind == "table":
        for place, row in enumerate(block.get("rows") or []):
            if not isinstance(row, list) or not 1 <= len(row) <= TABLE_COLUMNS:
                yield f"must have 1 to {TABLE_COLUMNS} items [json-pointer:{at}/rows/{place}]"
    if kind == "container":
        for place, child in enumerate(block.get("child_blocks") or []):
            yield from _block(child, f"{at}/child_blocks/{place}")


def _elements(block: Json, kind: str) -> Iterator[tuple[str, Any]]:
    """Yield each interactive or drawn element with its place."""
    if kind in ("actions", "context", "context_actions"):
        for place, element in enumerate(block.get("elements") or []):
            yield f"elements/{place}", element
    if kind == "input" and block.get("element"):
        yield "element", block["element"]
    if kind == "section" and block.get("accessory"):
        yield "accessory", block["accessory"]
    if kind == "card":
        for place, element in enumerate(block.get("actions") or []):
            yield f"actions/{place}", element


def _unique_actions(block: Json, kind: str, at: str) -> Iterator[str]:
    """Yield a problem when two elements of a block share an action id."""
    held = [e.get("action_id") for _, e in _elements(block, kind) if isinstance(e, dict)]
    ids = [one for one in held if one]
    if len(ids) != len(set(ids)):
        yield f"`action_id` used twice in one block [json-pointer:{at}]"


def _element(element: Any, at: str) -> Iterator[str]:
    """Yield what is wrong with a button, select, input or image."""
    kind = element.get("type") if isinstance(element, dict) else None
    if kind not in ELEMENTS and kind not in INPUTS and kind != "workflow_button":
        yield f"unsupported type: {kind} [json-pointer:{at}/type]"
        return
    if kind in ELEMENTS:
        yield from check_shape(element, ELEMENTS[kind], at)
    yield from _id(element, "action_id", at)
    if kind == "button" and element.get("style") not in STYLES:
        yield f"unsupported style [json-pointer:{at}/style]"
    for name in ("positive_button", "negative_button"):
        if kind == "feedback_buttons" and isinstance(element.get(name), dict):
            yield from check_shape(element[name], FEEDBACK, f"{at}/{name}")
    if isinstance(element.get("confirm"), dict):
        yield from check_shape(element["confirm"], CONFIRM, f"{at}/confirm")
    yield from _options(element, at)


def _options(element: Json, at: str) -> Iterator[str]:
    """Yield what is wrong with the options of a select, of overflow, radio or checkboxes."""
    groups = element.get("option_groups") or []
    options = [*(element.get("options") or [])]
    options += [option for group in groups for option in group.get("options", [])]
    for place, option in enumerate(options):
        here = f"{at}/options/{place}"
        yield from check_shape(option, OPTION, here)
        value = option.get("value")
        if not isinstance(value, str) or not 0 < len(value) <= OPTION_VALUE_CHARS:
            yield f"must have 1 to {OPTION_VALUE_CHARS} characters [json-pointer:{here}/value]"


def _id(item: Json, name: str, at: str) -> Iterator[str]:
    value = item.get(name)
    if value is not None and not (isinstance(value, str) and len(value) <= ID_CHARS):
        yield f"must be less than {ID_CHARS + 1} characters [json-pointer:{at}/{name}]"


def check_message(text: str, blocks: list[Json] | None) -> None:
    """Raise SlackError unless Slack would post this text and these blocks."""
    if not text and not blocks:
        raise SlackError("no_text")
    if len(text) > TEXT_CHARS:
        raise SlackError("msg_too_long")
    if blocks:
        _refuse("invalid_blocks", problems(blocks))
        if sum(_written(block) for block in blocks) > MESSAGE_CHARS:
            raise SlackError("msg_blocks_too_long")


def _written(value: Any) -> int:
    """Return how many characters of text a block shows."""
    if isinstance(value, dict):
        shown = value.get("text")
        here = len(shown) if isinstance(shown, str) else 0
        return here + sum(_written(v) for v in value.values() if isinstance(v, dict | list))
    return sum(_written(item) for item in value) if isinstance(value, list) else 0


def _refuse(code: str, found: list[str]) -> None:
    if found:
        errors = [f"[ERROR] {problem}" for problem in found]
        raise SlackError(code, errors=found, response_metadata={"messages": errors})


def check_view(view: Any, kinds: tuple[str, ...] = ("modal",)) -> None:
    """Raise SlackError unless Slack would show this view."""
    if not isinstance(view, dict) or view.get("type") not in kinds:
        raise SlackError("invalid_arguments", errors=["view.type"])
    found = problems(view.get("blocks"), VIEW_BLOCKS)
    found += list(_view_fields(view))
    _refuse("invalid_arguments", found)
    if len(json.dumps(view)) > VIEW_BYTES:
        raise SlackError("view_too_large")


def _view_fields(view: Json) -> Iterator[str]:
    """Yield what is wrong with a view besides its blocks."""
    blocks = [block for block in view.get("blocks") or [] if isinstance(block, dict)]
    if view["type"] == "modal":
        if view.get("title") is None:
            yield "missing required field: title [json-pointer:/view]"
        if view.get("submit") is None and any(b.get("type") == "input" for b in blocks):
            yield "missing required field: submit [json-pointer:/view]"
    for name in ("title", "submit", "close"):
        if view.get(name) is not None:
            yield from check_text(view[name], TITLE_CHARS, PLAIN, f"/view/{name}")
    if len(view.get("private_metadata") or "") > METADATA_CHARS:
        yield f"must be less than {METADATA_CHARS + 1} characters [json-pointer:/private_metadata]"
    if len(view.get("callback_id") or "") > ID_CHARS:
        yield f"must be less than {ID_CHARS + 1} characters [json-pointer:/callback_id]"
    for place, block in enumerate(blocks):
        if block.get("type") in NOT_IN_VIEWS:
            yield f"unsupported type: {block['type']} [json-pointer:/view/blocks/{place}/type]"
