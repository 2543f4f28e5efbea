"""Slack's mrkdwn as the plain text that somebody typed or pasted."""

import re
from urllib.parse import unquote

# Bounded, and no `<` inside, so that a text full of open brackets is read once.
_WRAPPED = re.compile(r"<([@#!]?)([^<>|\n]{1,8192}+)(?:\|([^<>\n]{0,8192}+))?>")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}://\S|(?:mailto|tel):\S")
_USER = re.compile(r"[UWB][A-Z0-9]{1,30}")
_CHANNEL = re.compile(r"[CGD][A-Z0-9]{1,30}")
_SMART = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u201c": '"', "\u201d": '"',
     "\u201e": '"', "\u201f": '"', "\u00a0": " ", "\u202f": " ", "\u2007": " "}
)  # fmt: skip
# Zero-width characters, soft hyphens and marks that turn the direction of writing.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+"
)
_LEAST_SHOWN = 8  # characters of an address, before an ellipsis, that are the address
_ESCAPE = re.compile("&(amp|lt|gt);")
_MEANS = {"amp": "&", "lt": "<", "gt": ">"}


def unwrap(text: str) -> str:
    """Links, mentions and escapes are plain text; quotes are straight; nothing invisible is left.

    A link becomes its address, with its label behind it when that says something else.
    """
    visible = _INVISIBLE.sub("", text).translate(_SMART)
    flat = _WRAPPED.sub(_plain, visible)
    return _ESCAPE.sub(lambda escape: _MEANS[escape[1]], flat)


def _plain(wrapped: re.Match[str]) -> str:
    sign, body, label = wrapped[1], wrapped[2], wrapped[3]
    match sign:
        case "@":
            return f"@{(label or body).removeprefix('@')}" if _USER.fullmatch(body) else wrapped[0]
        case "#":
            return (
                f"#{(label or body).removeprefix('#')}" if _CHANNEL.fullmatch(body) else wrapped[0]
            )
        case "!":
            return _special(wrapped[0], body, label)
    return _link(body, label) if _ADDRESS.match(body) else wrapped[0]


def _special(whole: str, body: str, label: str | None) -> str:
    """A broadcast, a group or a date, as words that call nobody."""
    name, _, rest = body.partition("^")
    if name in {"here", "channel", "everyone"}:
        return f"@{name}"
    if name == "subteam":
        return f"@{(label or rest).removeprefix('@')}"
    if name == "date":
        return label or rest.partition("^")[0]
    return label or whole


def _link(address: str, label: str | None) -> str:
    for scheme in ("mailto:", "tel:"):
        if address.startswith(scheme):
            address = address.removeprefix(scheme)
            return address if not label or label == address else f"{label} ({address})"
    return address if not label or _says_the_same(address, label) else f"{label} ({address})"


def _says_the_same(address: str, label: str) -> bool:
    """True when the label is the address, whole, without its scheme, decoded, or shortened."""
    bare = _bare(address)
    shown = _bare(label)
    cut = shown.rstrip(".\u2026")
    return shown == bare or (cut != shown and len(cut) >= _LEAST_SHOWN and bare.startswith(cut))


def _bare(address: str) -> str:
    return unquote(re.sub(r"^https?://", "", address)).rstrip("/")
