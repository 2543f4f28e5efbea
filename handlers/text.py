"""What somebody wrote, out of a Slack event: pure, still in Slack's markup, not yet redacted."""

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from bot.jobs import Attachment

TEXT_LIMIT = 300_000  # characters looked at: a message's 40,000 and a file's 256 KiB
_DEPTH = 8
# leaf of rich text -> how Slack's markup writes it: before, the member with its name, after
_NAMED = {
    "user": ("<@", "user_id", ">"),
    "channel": ("<#", "channel_id", ">"),
    "broadcast": ("<!", "range", ">"),
    "emoji": (":", "name", ":"),
}
_MENTION = re.compile(r"<@([UW][A-Z0-9]{1,30})(?:\|[^<>]{0,100})?>")


def message_text(event: dict[str, Any]) -> str:
    """Return the message's words, code and quoted messages; what is code keeps its characters."""
    rich = "".join(_rich_text(event.get("blocks")))
    own = rich if rich.strip() else _string(event.get("text"))
    return storable("\n".join([own, *_forwarded(event.get("attachments"))])[:TEXT_LIMIT])


def storable(text: str) -> str:
    """Replace what no database takes: NUL and lone surrogates."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def mentioned(text: str) -> frozenset[str]:
    """Return the ids of the users that the text names."""
    return frozenset(_MENTION.findall(text))


def without_mention(text: str, user: str) -> str:
    """Take one user's mentions out."""
    return _MENTION.sub(lambda hit: "" if hit[1] == user else hit[0], text).strip()


def attachments(event: dict[str, Any]) -> tuple[Attachment, ...]:
    """Return the files that came with the message and may be text."""
    return tuple(
        Attachment(
            _string(file.get("id")),
            _string(file.get("name")),
            _string(file.get("url_private_download") or file.get("url_private")),
            int(file.get("size") or 0),
        )
        for file in _dicts(event.get("files"))
        if _may_be_text(file)
    )


def _may_be_text(file: dict[str, Any]) -> bool:
    """Tell whether it is worth fetching; a stub of another workspace's file says nothing yet."""
    if file.get("file_access") == "check_file_info":
        return True
    kind = _string(file.get("mimetype"))
    textual = "json", "xml", "javascript", "yaml", "x-sh", "x-ndjson", "x-log"
    return (
        file.get("mode") == "snippet" or kind.startswith("text/") or kind.endswith(tuple(textual))
    )


def _forwarded(parts: Any) -> Iterator[str]:
    """Yield the text of messages forwarded or shared; not the previews of web pages."""
    for part in _dicts(parts):
        shared = part.get("is_share") or part.get("is_msg_unfurl")
        if shared or not (part.get("from_url") or part.get("original_url")):
            rich = "".join(
                piece
                for inner in _dicts(part.get("message_blocks"))
                if isinstance(inner.get("message"), dict)
                for piece in _rich_text(inner["message"].get("blocks"))
            )
            yield rich or _string(part.get("text")) or _string(part.get("fallback"))


def _rich_text(blocks: Any) -> Iterator[str]:
    for block in _dicts(blocks):
        if block.get("type") == "rich_text":
            yield from _elements(block.get("elements"), 0)


def _elements(elements: Any, depth: int) -> Iterator[str]:
    if depth > _DEPTH:
        return
    for element in _dicts(elements):
        match element.get("type"):
            case "rich_text_preformatted":
                code = "".join(_elements(element.get("elements"), depth + 1))
                yield f"\n```\n{code}\n```\n"
            case "rich_text_section" | "rich_text_list" | "rich_text_quote":
                yield from _elements(element.get("elements"), depth + 1)
                yield "\n"
            case _:
                yield _leaf(element)


def _leaf(element: dict[str, Any]) -> str:
    """Return a leaf as Slack's markup has it, so that one unwrapping serves every source."""
    kind = element.get("type")
    if kind == "text":
        return escape(_string(element.get("text")), quote=False)
    if kind == "link":
        url, label = _string(element.get("url")), _string(element.get("text"))
        return f"<{url}|{escape(label, quote=False)}>" if label else f"<{url}>"
    if kind in _NAMED:
        before, member, after = _NAMED[kind]
        return f"{before}{_string(element.get(member))}{after}"
    return ""


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
