"""Drop what varies between two pastes of one error, keep what identifies it.

Kept, since they decide: registered domains, URL paths, HTTP statuses, ``ERR_…`` codes.
Dropped: timestamps, ids, hashes, stack frames, line wraps, quoting.
"""

import re
from dataclasses import dataclass
from functools import cached_property

MAX_TEXT = 6_000
"""Characters of a paste that are read: alignment is linear in them and cannot be interrupted."""

MAX_SAID = 600
"""Characters that are read for meaning: the sentence model reads about a hundred words."""
_SHORTEST_PROSE = 8
_SHORTEST_SPELLED = 4

_NOISE = re.compile(
    r"""
    \b\d{4}[-/]\d{2}[-/]\d{2}(?:[T\ ]\d{2}:\d{2}(?::\d{2})?(?:[.,]\d{1,9})?)?
        (?:Z|\ ?[+-]\d{2}:?\d{2}|\ (?:UTC|GMT|[CEW]ES?T|[AECMP][SD]T|[BIJ]ST|MSK)\b)?  # timestamps
    | \b\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,9})?(?:\ ?[AaPp][Mm])?\b
    | \b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b
    | \b(?=[0-9a-f]{0,40}\d)[0-9a-f]{12,64}\b                   # hashes
    | \[redacted\ [a-z0-9_\ -]{1,40}\]
    | \b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b                  # addresses
    | :[a-z0-9_+-]{2,40}:(?=\s|$)                                # emoji codes
    """,
    re.VERBOSE,
)
_FRAME = re.compile(r"^\s{0,80}(?:\.{3}\s{0,4})?at\s[^\n]{1,400}$", re.MULTILINE)
_FENCE = re.compile(r"```(?:[a-z]{1,12}\n)?(.{0,20000}?)(?:```|\Z)", re.DOTALL)
_SPAN = re.compile(r"`([^`\n]{1,400})`")
URL = re.compile(r"https?://[^\s<>\"'`|)\]]{1,500}")
_HOST = re.compile(r"\b(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}[a-z]{2,18}\b", re.IGNORECASE)
_TLDS = frozenset(
    [
        "com",
        "net",
        "org",
        "io",
        "dev",
        "app",
        "ai",
        "co",
        "cloud",
        "tech",
        "sh",
        "me",
        "us",
        "uk",
        "de",
        "fr",
        "nl",
        "eu",
        "se",
        "ch",
        "es",
        "it",
        "pl",
        "in",
        "br",
        "jp",
        "au",
        "ca",
        "edu",
        "gov",
        "info",
        "biz",
        "xyz",
        "site",
        "online",
        "store",
        "example",
        "test",
        "internal",
        "local",
        "localhost",
    ]
)
_WORD = re.compile(r"[A-Za-z]+(?:'[a-z]{1,2}\b)?|\d+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_STATUS = re.compile(
    r"(?<![\d.:/\w-])([1-5]\d{2})(?![\d:%]|\.\d|\s?(?:ms|px|kb|mb|users?|items|jobs)\b)",
    re.IGNORECASE,
)
_CODE = re.compile(r"\b(?:ERR_[A-Z0-9_]{3,60}|E[A-Z]{4,12})\b")
_SQUASH = re.compile(r"[^a-z0-9]+")
_LOG_LINE = re.compile(
    r"^\s*(?:[>$#{}\[\]<|]|at\s|\w*(?:Error|Exception|ERR|WARN|INFO|DEBUG)\b|\d{4}-\d\d|\S+:\d+:\d+)"
)


@dataclass(frozen=True)
class Text:
    """One text in the forms that the matcher compares; every form is bounded."""

    raw: str

    @cached_property
    def clean(self) -> str:
        """The text without what varies."""
        return _NOISE.sub(" ", _FRAME.sub(" ", self.raw[:MAX_TEXT]))

    @cached_property
    def squashed(self) -> str:
        """Letters and digits only, lower case: a line wrapped in mid-word reads as one."""
        return squash(self.clean)

    @cached_property
    def prose(self) -> str:
        """What the person wrote themselves: no code fences, no log lines."""
        outside = _FENCE.sub("\n", self.raw[:MAX_TEXT])
        lines = [line for line in outside.splitlines() if not _LOG_LINE.match(line)]
        return " ".join(" ".join(lines).split())

    @cached_property
    def code(self) -> str:
        """What stands in code fences and spans."""
        text = self.raw[:MAX_TEXT]
        return "\n".join(_FENCE.findall(text) + _SPAN.findall(_FENCE.sub(" ", text)))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Lower-case words and numbers in order, camelCase also split."""
        return words(self.clean)

    @cached_property
    def word_set(self) -> frozenset[str]:
        """The distinct words."""
        return frozenset(self.words)

    @cached_property
    def spelled(self) -> tuple[str, ...]:
        """The distinct longer words, among which a misspelt one may be."""
        return tuple(sorted(word for word in self.word_set if len(word) >= _SHORTEST_SPELLED))

    @cached_property
    def likeness(self) -> dict[str, float]:
        """How alike the likeliest misspelling of each word is that was looked for so far."""
        return {}

    @cached_property
    def said(self) -> str:
        """What stands for the meaning: the person's own words, else the whole text."""
        enough = len(self.prose) >= _SHORTEST_PROSE
        return self.prose[:MAX_SAID] if enough else self.whole

    @cached_property
    def whole(self) -> str:
        """The text on one line, code and log lines with it, without what varies."""
        return " ".join(self.clean.split())[:MAX_SAID]

    @cached_property
    def statuses(self) -> frozenset[str]:
        """HTTP statuses that the text names."""
        return frozenset(_STATUS.findall(URL.sub(" ", self.clean)))

    @cached_property
    def codes(self) -> frozenset[str]:
        """Error codes that the text names, such as ``ERR_TUNNEL_CONNECTION_FAILED``."""
        return frozenset(_CODE.findall(self.raw[:MAX_TEXT]))

    @cached_property
    def hosts(self) -> frozenset[str]:
        """Registered domains (the last two labels) of the hosts that the text names."""
        names = (host.lower().split(".") for host in _HOST.findall(self.raw[:MAX_TEXT]))
        return frozenset(".".join(labels[-2:]) for labels in names if labels[-1] in _TLDS)


def squash(text: str) -> str:
    """Return the letters and digits of a text, lower case, nothing between them."""
    return _SQUASH.sub("", text.lower())


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text, lower case; ``jwksUri`` gives jwksuri, jwks and uri."""
    found: list[str] = []
    for match in _WORD.findall(text):
        found.append(match.lower())
        parts = _CAMEL.split(match)
        if len(parts) > 1:
            found.extend(part.lower() for part in parts)
    return tuple(found)
