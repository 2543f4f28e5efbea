"""Markdown as Slack's own markup, for modals: their blocks do not take Markdown."""

import re

_CODE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]+`)", re.DOTALL)
_LANGUAGE = re.compile(r"\A```[\w+-]+\n")
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
