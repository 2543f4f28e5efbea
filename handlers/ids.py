"""The names by which Slack hands things back to us, and the values that ride on buttons."""

COMMAND = "/anon"
DIAGNOSE = "diagnose_with_anon"  # message shortcut
VERIFY_TOKEN = "verify_a_token"  # global shortcut  # noqa: S105 - a name

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
RUN_CHECKS = "run_checks"  # on an answer that carries none yet
RUN_AGAIN = "run_again"
RUN_AGAIN_AT_HOME = "home_run_again"
SHARE_CHECKS = "share_checks"
SOLVED_PRIVATELY = "checks_solved"  # on a ladder that one person sees
OPEN_FORM = "open_form"  # its value is the form

ESCALATE = "escalate_to_anon"  # message shortcut
TICKET_CLAIM = "ticket_claim"
TICKET_UNCLAIM = "ticket_unclaim"
TICKET_REPLY = "ticket_reply"
TICKET_NEED_INFO = "ticket_need_info"
TICKET_RESOLVE = "ticket_resolve"
TICKET_REOPEN = "ticket_reopen"
REPLY_VIEW = "form_ticket_reply"
NEED_INFO_VIEW = "form_ticket_need_info"
RESOLVE_VIEW = "form_ticket_resolve"
TICKET_SAVE = "ticket_save"
PROPOSAL_APPROVE = "proposal_approve"
PROPOSAL_EDIT = "proposal_edit"
PROPOSAL_DISCARD = "proposal_discard"
PROPOSAL_VIEW = "form_proposal"
SHADOW_SEND = "shadow_send"
SHADOW_EDIT = "shadow_edit"
SHADOW_DISCARD = "shadow_discard"
SHADOW_VIEW = "form_shadow"
WAITING_VIEW = "waiting"  # a modal without inputs

PASTE = "paste"  # inputs of forms: block and action
TOKEN = "token"  # noqa: S105 - a name
JWKS_URL = "jwks_url"
SDK_CLIENT = "sdk_client"
ENVIRONMENT = "environment"
SUMMARY = "summary"
TRIED = "tried"
URGENCY = "urgency"
WORDS = "words"
ENTRY = "entry"

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
