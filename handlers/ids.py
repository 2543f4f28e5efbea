"""The names by which Slack hands things back to us, and the values that ride on buttons."""

COMMAND = "/anon"
DIAGNOSE = "diagnose_with_anon"  # message shortcut

SOLVED = "answer_solved"
NOT_IT = "answer_not_it"
REOPEN = "answer_reopen"
ASK_HUMAN = "ask_human"
REMOVE = "answer_remove"
SHARE = "answer_share"
PICK = "choices_pick"  # in a thread or whispered; numbered
PICK_NONE = "choices_none"
PICK_PRIVATELY = "choices_pick_privately"  # in a command's answer or a modal
POST_TO_THREAD = "post_to_thread"
OPEN_FORM = "open_form"  # its value is the form

PASTE = "paste"  # input of a form: block and action

DIAGNOSIS_VIEW = "diagnosis"
METADATA_EVENT = "anon_answer"


def numbered(action: str, number: int) -> str:
    """Return the id of one of several like buttons: ids are unique in a message."""
    return f"{action}_{number}"


def pack(*parts: str) -> str:
    """Join parts that hold no bar into one button value."""
    return "|".join(parts)


def unpack(value: str, count: int) -> tuple[str, ...]:
    """Split a button value; parts that are missing are empty."""
    parts = (value or "").split("|")[:count]
    return *parts, *[""] * (count - len(parts))
