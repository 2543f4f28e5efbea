"""What Slack makes of text that a person types: escaped text with links wrapped, and rich_text."""

import re
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]
Mentions = Callable[[str], str | None]  # "anon" or "U0ANON" -> user id, or None

FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
TOP_LEVEL = r"(?:com|org|net|io|dev|ai|co|app)"
LINK = re.compile(
    r"(?P<url>https?://[^\s<>`\"|]+)"
    r"|(?P<mail>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4})"
    rf"|(?<![\w./@-])(?P<bare>[a-z0-9][a-z0-9-]{{0,62}}(?:\.[a-z0-9-]{{1,63}}){{0,4}}"
    rf"\.{TOP_LEVEL}\b(?:/[^\s<>`\"|]*)?)(?![\w@-])",
    re.IGNORECASE,
)
# A package such as @anon/sdk is no mention: in Slack somebody picks it from a list.
MENTION = re.compile(r"<@(?P<id>[UW][A-Z0-9]+)>|(?<![\w.@/-])@(?P<name>[\w]+)(?![\w/-]|\.\w)")
BROADCAST = {"here", "channel", "everyone"}
TRAILING = ".,;:!?'\")]}"


def escape(text: str) -> str:
    """Escape the three characters that Slack escapes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def split_code(text: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, text) pieces; the kind is ``fence``, ``code`` or ``plain``."""
    for is_fence, piece in _alternate(FENCE, text):
        if is_fence:
            yield "fence", piece
            continue
        for is_code, part in _alternate(CODE, piece):
            yield ("code" if is_code else "plain"), part


def _alternate(pattern: re.Pattern[str], text: str) -> Iterator[tuple[bool, str]]:
    """Yield what lies between matches (False) and the first group of each match (True)."""
    end = 0
    for match in pattern.finditer(text):
        if match.start() > end:
            yield False, text[end : match.start()]
        yield True, match[1]
        end = match.end()
    if end < len(text):
        yield False, text[end:]


def elements(text: str, mentions: Mentions, style: Json | None = None) -> Iterator[Json]:
    """Yield the rich_text elements of one piece: text, links, users, broadcasts."""
    styled = {"style": style} if style else {}
    end = 0
    for start, stop, element in _special(text, mentions):
        if start > end:
            yield {"type": "text", "text": text[end:start], **styled}
        yield {**element, **(styled if element["type"] == "link" else {})}
        end = stop
    if end < len(text):
        yield {"type": "text", "text": text[end:], **styled}


def _special(text: str, mentions: Mentions) -> list[tuple[int, int, Json]]:
    """Return links and mentions with their places, in order; a link wins over a mention in it."""
    found: list[tuple[int, int, Json]] = []
    for match in LINK.finditer(text):
        shown = match[0].rstrip(TRAILING) if match["mail"] is None else match[0]
        found.append((match.start(), match.start() + len(shown), _link(match, shown)))
    taken = [(start, stop) for start, stop, _ in found]
    for match in MENTION.finditer(text):
        element = _mention(match, mentions)
        inside = any(start <= match.start() < stop for start, stop in taken)
        if element is not None and not inside:
            found.append((match.start(), match.end(), element))
    return sorted(found, key=lambda item: item[0])


def _link(match: re.Match[str], shown: str) -> Json:
    """Return the link element; what was typed without a scheme keeps its text."""
    if match["url"] is not None:
        return {"type": "link", "url": shown}
    scheme = "mailto:" if match["mail"] is not None else "http://"
    return {"type": "link", "url": scheme + shown, "text": shown}


def _mention(match: re.Match[str], mentions: Mentions) -> Json | None:
    """Return the element of a mention, or None when nobody has that name."""
    name = match["id"] or match["name"]
    if name in BROADCAST:
        return {"type": "broadcast", "range": name}
    user = mentions(name)
    return {"type": "user", "user_id": user} if user else None


def as_text(element: Json) -> str:
    """Return an element as it stands in a message's ``text``."""
    match element["type"]:
        case "link" if "text" in element:
            return f"<{escape(element['url'])}|{escape(element['text'])}>"
        case "link":
            return f"<{escape(element['url'])}>"
        case "user":
            return f"<@{element['user_id']}>"
        case "broadcast":
            return f"<!{element['range']}>"
        case _:
            return escape(str(element["text"]))


def slack_text(text: str, mentions: Mentions) -> str:
    """Return typed text as Slack sends it in ``text``."""
    marks = {"fence": "```", "code": "`", "plain": ""}
    pieces = []
    for kind, piece in split_code(text):
        named = mentions if kind == "plain" else _nobody
        inner = "".join(as_text(element) for element in elements(piece, named))
        pieces.append(f"{marks[kind]}{inner}{marks[kind]}")
    return "".join(pieces)


def command_text(text: str, mentions: Mentions) -> str:
    """Return a command's text as Slack sends it to an app with ``should_escape``: ids for names."""
    return "".join(as_text(element) for element in elements(text, mentions))


def _nobody(_name: str) -> None:
    """Code names nobody."""


def rich_text(text: str, block_id: str, mentions: Mentions) -> Json:
    """Return the rich_text block that Slack's composer makes of typed text."""
    sections: list[Json] = []
    for kind, piece in split_code(text):
        if kind == "fence":
            inner = list(elements(piece, _nobody))
            sections.append({"type": "rich_text_preformatted", "elements": inner, "border": 0})
            continue
        style = {"code": True} if kind == "code" else None
        inner = list(elements(piece, _nobody if style else mentions, style))
        if sections and sections[-1]["type"] == "rich_text_section":
            sections[-1]["elements"].extend(inner)
        else:
            sections.append({"type": "rich_text_section", "elements": inner})
    return {"type": "rich_text", "block_id": block_id, "elements": sections}
