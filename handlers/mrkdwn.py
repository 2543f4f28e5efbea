"""Markdown as Slack's own markup, for modals: their blocks do not take Markdown."""

import re

_CODE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]+`)", re.DOTALL)
_LANGUAGE = re.compile(r"\A```[\w+-]+\n")
_BROKEN = re.compile(r"&[a-z]{0,3}\Z")  # an entity that was cut
# Applied in this order, to escaped text outside code.
_RULES = (
    (re.compile(r"^#{1,6} +(.+)$", re.MULTILINE), r"*\1*"),
    (re.compile(r"\*\*(.+?)\*\*"), r"*\1*"),
    (re.compile(r"^( *)[-*] +", re.MULTILINE), r"\1• "),
    (re.compile(r"\[([^\[\]\n]+)\]\((https?://[^()\s|]+)\)"), r"<\2|\1>"),
)


def escape(text: str) -> str:
    """Escape the three characters that Slack's markup gives a meaning."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escaped(text: str, limit: int) -> str:
    """Escape the text, cut so that what Slack gets is no longer than the limit, entities whole."""
    whole = escape(text)
    return whole if len(whole) <= limit else f"{_BROKEN.sub('', whole[: limit - 1])}…"


def pieces(text: str, limit: int) -> list[str]:
    """Escape the text and cut it into pieces within the limit, at lines' ends where there are."""
    rest, found = escape(text), []
    while len(rest) > limit:
        head = _BROKEN.sub("", rest[:limit])
        end = head.rfind("\n") + 1
        cut = end if end > limit // 2 else len(head)
        found.append(rest[:cut])
        rest = rest[cut:]
    return [*found, rest]


def mrkdwn(markdown: str) -> str:
    """Return the text with headings, bold, lists and links in Slack's way; code as it is."""
    return "".join(_part(part) for part in _CODE.split(markdown))


def _part(part: str) -> str:
    text = escape(part)
    if part.startswith("`"):
        return _LANGUAGE.sub("```\n", text)
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text
