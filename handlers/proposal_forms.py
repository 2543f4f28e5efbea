"""The form in which staff write an entry, and the entry that was written into it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from slack_sdk.models.blocks import Block

from handlers import ids
from handlers.elements import context
from handlers.inputs import modal, select_input, text_input
from knowledge.entry import Area, Entry, Kind, faults_of, render_entry
from knowledge.lint import BODY_LIMIT

TITLE = "Save as FAQ"
INTRO = "It is proposed in the staff channel, and answers once another member of staff approves it."
ERRORS_HINT = "One a line, as people paste it, with {id} or the like where it varies."
ASKS_HINT = "One a line: how somebody puts it who has no error text."
NOT_HINT = "One a line: what looks like it, and must not get this answer."
BODY_HINT = f"Markdown, at most {BODY_LIMIT} characters. Secrets are taken out."
ID_HINT = "1 to 64 of a-z, 0-9 and hyphens; for good."
TAKEN = "An entry with this id is in the base already; choose another."
TOO_LONG = f"Keep the answer under {BODY_LIMIT} characters."
FIELDS = ("id", "title", "kind", "area", "errors", "asks", "not", "body")
KINDS = tuple((kind.value, kind.value.capitalize()) for kind in Kind)
AREAS = tuple((area.value, area.value.capitalize()) for area in Area)


def proposal_view(target: str, entry: Entry) -> dict[str, Any]:
    """Return the modal with an entry in it; ``target`` says what it is drawn from, or changes."""
    blocks: list[Block] = [
        context(INTRO),
        text_input("title", "Title", initial=entry.title),
        text_input("id", "Id", initial=entry.id, hint=ID_HINT),
        select_input("kind", "Kind", KINDS, initial=entry.kind.value),
        select_input("area", "Area", AREAS, initial=entry.area.value),
        _lines("errors", "Errors", entry.errors, ERRORS_HINT),
        _lines("asks", "Questions", entry.asks, ASKS_HINT),
        text_input("body", "Answer", initial=entry.body, hint=BODY_HINT, multiline=True),
        _lines("not", "Look-alikes", entry.look_alikes, NOT_HINT),
    ]
    view = modal(ids.PROPOSAL_VIEW, target, title=TITLE, submit="Propose", blocks=blocks)
    return dict(view.to_dict())


def _lines(name: str, label: str, lines: Sequence[str], hint: str) -> Block:
    text = "\n".join(lines)
    return text_input(name, label, initial=text, hint=hint, multiline=True, optional=True)


def entry_in(fields: Mapping[str, str], before: Entry | None = None) -> Entry:
    """Return the entry that the fields describe; what no field is for stays as it was."""
    blank = Entry(id="", title="", kind=Kind.QUESTION)
    return replace(
        before or blank,
        id=fields["id"].strip().lower(),
        title=" ".join(fields["title"].split()),
        kind=Kind(fields["kind"] or Kind.QUESTION),
        area=Area(fields["area"] or Area.GENERAL),
        errors=_listed(fields["errors"]),
        asks=_listed(fields["asks"]),
        look_alikes=_listed(fields["not"]),
        body=fields["body"].strip(),
    )


def _listed(text: str) -> tuple[str, ...]:
    lines = (line.strip() for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def faults_in(entry: Entry, taken: Callable[[str], bool]) -> dict[str, str]:
    """Return what is wrong with which field; nothing where it can be proposed."""
    found: dict[str, str] = {}
    for fault in faults_of(render_entry(entry)):
        name = fault.key if fault.key in FIELDS else "body"
        found.setdefault(name, f"{fault.wrong.capitalize()}; {fault.remedy}."[:150])
    if taken(entry.id):
        found.setdefault("id", TAKEN)
    if len(entry.body) > BODY_LIMIT:
        found.setdefault("body", TOO_LONG)
    return found
