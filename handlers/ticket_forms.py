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
from handlers.inputs import select_input, text_input
from handlers.mrkdwn import escape

URGENCIES = (
    (Urgency.NORMAL.value, "Normal"),
    (Urgency.BLOCKED.value, "We are blocked"),
    (Urgency.DOWN.value, "Production is down"),
)
ENVIRONMENTS = (("sandbox", "sandbox"), ("prod", "prod"))
GATHERING = "Gathering what is known of this…"
NEED_INFO_HINT = "It is posted in the asker's thread, with your name."
REASON_HINT = "The asker's thread shows it."


def gathering_view(target: str) -> dict[str, Any]:
    """Return the modal while its contents are looked for: a trigger dies in three seconds."""
    return _modal(ids.WAITING_VIEW, "Ask a human", target, [section(GATHERING)], submit="")


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
    return View(
        type="modal",
        callback_id=Form.ESCALATE,
        title="Ask a human",
        submit="Ask",
        close="Close",
        private_metadata=target,
        blocks=blocks,
    )


def _entries(draft: Draft) -> Iterable[str]:
    for one in draft.candidates:
        score = "picked" if one.score is None else f"{one.score:.2f}"
        yield f"• {one.entry} · {score}{' · not it' if one.entry in draft.rejected else ''}"


def reply_view(number: int) -> dict[str, Any]:
    """Return the form in which staff write to the asker."""
    field = text_input(ids.WORDS, "Your reply", hint=NEED_INFO_HINT, multiline=True)
    return _modal(ids.REPLY_VIEW, f"Reply: ticket {number}", str(number), [field], submit="Send")


def need_info_view(number: int) -> dict[str, Any]:
    """Return the form in which staff ask for what they miss."""
    field = text_input(ids.WORDS, "What do you need to know?", hint=NEED_INFO_HINT, multiline=True)
    title = f"Need info: ticket {number}"
    return _modal(ids.NEED_INFO_VIEW, title, str(number), [field], submit="Ask")


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
    return _modal(ids.RESOLVE_VIEW, title, str(number), fields, submit="Resolve")


def notice_view(text: str) -> dict[str, Any]:
    """Return a modal that only says something."""
    return _modal(ids.WAITING_VIEW, "Ask a human", "", [section(escape(text))], submit="")


def _modal(
    name: str, title: str, target: str, blocks: Sequence[Block], *, submit: str
) -> dict[str, Any]:
    view = View(
        type="modal",
        callback_id=name,
        title=title[:24],
        submit=submit or None,
        close="Close",
        private_metadata=target,
        blocks=list(blocks),
    )
    return dict(view.to_dict())
