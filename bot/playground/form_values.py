"""What people fill in: plain values become the state that Slack sends, and gaps are named."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
REQUIRED = "Please complete this required field."
PLAIN_FIELDS = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "file_input": "files",
    "rich_text_input": "rich_text_value",
}
ONE_OPTION = ("static_select", "radio_buttons", "external_select", "overflow")
MANY_OPTIONS = ("checkboxes", "multi_static_select", "multi_external_select")
INPUT_CHARS = 3_000


def holders(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield (block, element) for everything that can be pressed or filled in."""
    for block in blocks:
        match block.get("type"):
            case "input":
                yield block, block["element"]
            case "section" if block.get("accessory"):
                yield block, block["accessory"]
            case "actions" | "context_actions":
                for element in block["elements"]:
                    yield block, element
            case "card":
                for element in block.get("actions") or []:
                    yield block, element
            case "container":
                yield from holders(block.get("child_blocks") or [])
            case "carousel":
                yield from holders(block.get("elements") or [])


def options_of(element: Json) -> list[Json]:
    """Return all options of a select, its groups included."""
    groups = element.get("option_groups") or []
    grouped = [option for group in groups for option in group.get("options", [])]
    return [*(element.get("options") or []), *grouped]


def chosen(element: Json, value: Any) -> Json | None:
    """Return the option that a person means by its value or its text."""
    if isinstance(value, dict):
        return value
    for option in options_of(element):
        if value in (option.get("value"), option["text"]["text"]):
            return option
    if element["type"] == "external_select" and value is not None:
        return {"text": {"type": "plain_text", "text": str(value)}, "value": str(value)}
    return None


def state_of(element: Json, value: Any) -> Json:
    """Return the state of one input when it holds this value (None: nothing)."""
    kind = element["type"]
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": chosen(element, value)}
    if kind in MANY_OPTIONS:
        picked = [chosen(element, one) for one in (value if isinstance(value, list) else [value])]
        return {"type": kind, "selected_options": [option for option in picked if option]}
    if kind in PLAIN_FIELDS:
        return {"type": kind, PLAIN_FIELDS[kind]: value}
    return {"type": kind, "value": None if value in (None, "") else str(value)}


def initial(element: Json) -> Any:
    """Return what an input holds before anybody touches it."""
    names = [name for name in element if name.startswith("initial_")]
    return element[names[0]] if names else None


def fill(blocks: list[Json], held: Json, given: Json) -> Json:
    """Return the state of all inputs: what was given, else held before, else initial."""
    values: Json = {}
    for block, element in holders(blocks):
        kind, block_id = element["type"], block["block_id"]
        action_id = element.get("action_id", "")
        if "button" in kind and kind != "radio_buttons":
            continue
        if action_id in given.get(block_id, {}):
            state = state_of(element, given[block_id][action_id])
        elif action_id in held.get(block_id, {}):
            state = held[block_id][action_id]
        else:
            state = state_of(element, initial(element))
        values.setdefault(block_id, {})[action_id] = state
    return values


def gaps(blocks: list[Json], values: Json) -> dict[str, str]:
    """Return what Slack's own form would complain about, by block id."""
    found: dict[str, str] = {}
    for block, element in holders(blocks):
        if block["type"] != "input":
            continue
        state = values[block["block_id"]][element.get("action_id", "")]
        held = [value for name, value in state.items() if name != "type"]
        if not any(value not in (None, "", []) for value in held):
            if not block.get("optional"):
                found[block["block_id"]] = REQUIRED
            continue
        text, most = state.get("value") or "", element.get("max_length", INPUT_CHARS)
        if len(text) > most:
            found[block["block_id"]] = f"Please enter no more than {most} characters."
        elif len(text) < element.get("min_length", 0):
            found[block["block_id"]] = f"Please enter at least {element['min_length']} characters."
    return found


def unknown_fields(blocks: list[Json], given: Json) -> list[str]:
    """Return the given fields that the blocks do not have."""
    known = {(block["block_id"], e.get("action_id", "")) for block, e in holders(blocks)}
    return [
        f"{block_id}/{action_id}"
        for block_id, fields in given.items()
        for action_id in (fields if isinstance(fields, dict) else {"": None})
        if (block_id, action_id) not in known
    ]
