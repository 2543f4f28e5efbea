"""The forms of tickets: to ask for a human, to reply, to ask for more, to resolve."""

from collections.abc import Iterable, Sequence
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.records import Candidate
from bot.reply import shorten_line
from bot.ticket_records import Draft, Urgency
from bot.verbs import Form
from handlers import ids
from handlers.elements import context, section
from handlers.inputs import modal, select_input, text_input

URGENCIES = (
    (Urgency.NORMAL.value, "Normal"),
    (Urgency.BLOCKED.value, "We are blocked"),
    (Urgency.DOWN.value, "Production is down"),
)
ENVIRONMENTS = (("sandbox", "sandbox"), ("prod", "prod"))
ESCALATE = "Ask a human"
GATHERING = "Gathering what is known of this…"
NEED_INFO_HINT = "It is posted in the asker's thread, with your name."
REASON_HINT = "The asker's thread shows it."


def gathering_view(target: str) -> dict[str, Any]:
    """Return the modal while its contents are looked for: a trigger dies in three seconds."""
    waiting = [section(GATHERING)]
    return modal(ids.WAITING_VIEW, target, title=ESCALATE, submit="", blocks=waiting).to_dict()


def escalate_form(target: str) -> View:
    """Return the form with nothing filled in."""
    return _escalate(target, Draft(""))


def escalate_view(target: str, draft: Draft) -> dict[str, Any]:
    """Return the form, filled in with what is known."""
    return dict(_escalate(target, draft).to_dict())


def _escalate(target: str, draft: Draft) -> View:
    blocks: list[Block] = [
        text_input(
            ids.SUMMARY,
            "What goes wrong",
            initial=draft.summary,
            hint="Secrets are taken out before anybody sees it.",
            multiline=True,
        ),
        text_input(ids.TRIED, "What you tried", multiline=True, optional=True),
        select_input(ids.URGENCY, "How urgent is it?", URGENCIES, initial=draft.urgency.value),
        select_input(
            ids.ENVIRONMENT,
            "Environment",
            ENVIRONMENTS,
            initial=draft.environment,
            optional=True,
        ),
    ]
    if draft.candidates:
        blocks.append(context("\n".join(["Staff also get:", *_entries(draft)])))
    return modal(Form.ESCALATE, target, title=ESCALATE, submit="Ask", blocks=blocks)


def _entries(draft: Draft) -> Iterable[str]:
    for one in draft.candidates:
        score = "picked" if one.score is None else f"{one.score:.2f}"
        yield f"• {one.entry} · {score}{' · not it' if one.entry in draft.rejected else ''}"


def reply_view(number: int) -> dict[str, Any]:
    """Return the form in which staff write to the asker."""
    field = text_input(ids.WORDS, "Your reply", hint=NEED_INFO_HINT, multiline=True)
    return _of_ticket(ids.REPLY_VIEW, f"Reply: ticket {number}", number, [field], submit="Send")


def need_info_view(number: int) -> dict[str, Any]:
    """Return the form in which staff ask for what they miss."""
    field = text_input(ids.WORDS, "What do you need to know?", hint=NEED_INFO_HINT, multiline=True)
    title = f"Need info: ticket {number}"
    return _of_ticket(ids.NEED_INFO_VIEW, title, number, [field], submit="Ask")


def resolve_view(
    number: int, candidates: Sequence[Candidate], entries: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """Return the form that resolves a ticket; likely entries come first."""
    likely = [one.entry for one in candidates]
    known = dict(entries)
    ordered = [*(one for one in likely if one in known), *(e for e in known if e not in likely)]
    options = [(one, shorten_line(f"{one}: {known[one]}", 75)) for one in ordered]
    fields: list[Block] = [text_input(ids.WORDS, "How", hint=REASON_HINT, multiline=True)]
    if options:
        label = "The entry that was right, if one was"
        fields.append(select_input(ids.ENTRY, label, options, optional=True))
    title = f"Resolve: ticket {number}"
    return _of_ticket(ids.RESOLVE_VIEW, title, number, fields, submit="Resolve")


def _of_ticket(
    name: str, title: str, number: int, blocks: Sequence[Block], *, submit: str
) -> dict[str, Any]:
    return modal(name, str(number), title=title, submit=submit, blocks=blocks).to_dict()
