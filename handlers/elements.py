"""The parts that messages are built of: capped, escaped where a person's words stand in them."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ContextBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

TEXT_LIMIT = 3_000
CONTEXT_LIMIT = 2_000
BUTTON_LIMIT = 75
_PING = re.compile(r"<(?=[!@#])")


def defused(markdown: str) -> str:
    """Return Markdown in which nothing calls a user, a channel or everybody."""
    return _PING.sub("<\u200b", markdown)


def section(text: str, beside: ButtonElement | None = None) -> SectionBlock:
    """Return a section of Slack markup, cut to its cap, with a button beside it."""
    return SectionBlock(text=MarkdownTextObject(text=capped(text)), accessory=beside)


def listing(lines: Iterable[str]) -> list[SectionBlock]:
    """Return the lines in as many sections as they take."""
    packed: list[str] = []
    for line in lines:
        if packed and len(packed[-1]) + len(line) < TEXT_LIMIT:
            packed[-1] += f"\n{line}"
        else:
            packed.append(line)
    return [section(text) for text in packed]


def context(text: str) -> ContextBlock:
    """Return small print of Slack markup, cut to its cap."""
    return ContextBlock(elements=[MarkdownTextObject(text=capped(text, CONTEXT_LIMIT))])


def actions(buttons: list[ButtonElement]) -> ActionsBlock:
    """Return a row of buttons."""
    return ActionsBlock(elements=list(buttons))


def button(label: str, action: str, value: str, style: str | None = None) -> ButtonElement:
    """Return a button; its id says which listener takes the press."""
    text = PlainTextObject(text=label[:BUTTON_LIMIT], emoji=True)
    return ButtonElement(text=text, action_id=action, value=value, style=style)


def capped(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return the text, cut to what a text object may hold."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def day(at: float) -> str:
    """Return a day that Slack shows in the reader's own zone."""
    fallback = datetime.fromtimestamp(at, UTC).date().isoformat()
    return f"<!date^{int(at)}^{{date_short_pretty}}|{fallback}>"
