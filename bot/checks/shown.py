"""Names and addresses that strangers chose, made fit to be shown."""

import json
import re
from urllib.parse import urlsplit

LONGEST = 48
LONGEST_URL = 200


def shown(value: object) -> str:
    """Return a short text in backticks: printable ASCII only, so it hides and forges nothing."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    if len(text) > LONGEST:
        text = text[: LONGEST - 1] + "…"
    return "`" + "".join(_visible(letter) for letter in text) + "`"


def shown_url(url: str) -> str:
    """Return an address that the guard has let through, without its query: it may hold secrets."""
    bare, *more = re.split(r"[?#]", url, maxsplit=1)
    cut = bare[:LONGEST_URL] + "…" if len(bare) > LONGEST_URL else bare
    return f"{cut}?…" if more and more[0] else cut


def shown_host(url: str) -> str:
    """Return the host of an address that the guard has let through."""
    return urlsplit(url).hostname or ""


def _visible(letter: str) -> str:
    if letter == "…" or (letter.isascii() and letter.isprintable() and letter not in "`<>&"):
        return letter
    return f"\\u{ord(letter):04x}"
