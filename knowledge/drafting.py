"""Drafts an entry from what was said: the fixed parts of an error, the question, the answer.

A draft is a beginning that a person completes; what it leaves empty has nothing to go by.
"""

import re
from collections.abc import Iterable

from knowledge.entry import Entry, Kind
from knowledge.lint import BODY_LIMIT
from knowledge.normalise import MAX_TEXT, URL, Text, words

MOST = 3  # errors, and questions, of a draft
ERROR_LIMIT = 300  # characters
ASK_LIMIT = 200
TITLE_LIMIT = 80
ID_WORDS = 5
SHORTEST = 12  # characters of a question or an error that tells something
NEW = "new-entry"

# What differs from one paste of an error to the next, and the placeholder for it; in this order.
_VARIES = (
    (re.compile(r"\[redacted [a-z0-9_ -]{1,40}\]"), "{secret}"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?Z?\b"), "{time}"),
    (URL, "{url}"),
    (re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"), "{id}"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b"), "{address}"),
    (re.compile(r"\b(?=[0-9a-f]{0,40}\d)[0-9a-f]{12,64}\b"), "{id}"),
    (re.compile(r"\b(?=[a-z_-]{0,60}\d)[a-z][a-z0-9]{0,30}(?:[-_][a-z0-9]{1,30}){1,6}\b"), "{id}"),
    (re.compile(r"\b\d{4,20}\b"), "{number}"),
)
_ERRORISH = re.compile(
    r"error|exception|fail|denied|forbidden|unauthori[sz]ed|refused|time[d -]{0,2}out|invalid"
    r"|caused by|exceeded|expired|rejected|unknown|not[ _]found|cannot|could not|can't|unable"
    r"|blocked|missing|\bERR_|\bE[A-Z]{4,12}\b"
    r"|\b[45]\d\d\b",
    re.IGNORECASE,
)
_FRAME = re.compile(r"\s{0,80}(?:\.{3}\s{0,4})?at\s")
_LEAD = re.compile(
    r"^(?:\{time\}|[\s>$#|\[\]()}:,-]|\{(?![a-z_]{1,30}\})|(?:ERROR|WARN|INFO|DEBUG)\b){0,40}"
)
_SENTENCE = re.compile(r"[^.?!\n]{1,600}[.?!]?")
_FILLER = frozenset(
    """
    a an and are as at be by can do does for from get give gets got have how i if in into is it
    its me my no not of on or our so that the their there this to we what when where which why
    with you your id url number secret time address
    """.split()  # noqa: SIM905 - forty lines as a list
)


def draft_entry(text: str, answer: str, kind: Kind) -> Entry:
    """Return what can be told of an entry that would have answered ``text``, which is redacted."""
    said = Text(text[:MAX_TEXT])
    errors = _errors(said) if kind is not Kind.QUESTION else ()
    asks = _asks(said, alone=not errors)
    title = next(iter([*asks, *errors]), "").rstrip("?.!")[:TITLE_LIMIT].strip()
    return Entry(
        id=id_of(title),
        title=title,
        kind=kind,
        errors=errors,
        asks=asks,
        body=answer.strip()[:BODY_LIMIT],
    )


def id_of(title: str) -> str:
    """Return an id that a title suggests."""
    telling = [word for word in words(title) if word not in _FILLER and word.isascii()]
    return "-".join(dict.fromkeys(telling[:ID_WORDS]))[:64].strip("-") or NEW


def fixed_part(line: str) -> str:
    """Return a line of an error with placeholders for what varies."""
    for pattern, placeholder in _VARIES:
        line = pattern.sub(placeholder, line)
    return " ".join(_LEAD.sub("", line).split())[:ERROR_LIMIT]


def _errors(said: Text) -> tuple[str, ...]:
    code = said.code.splitlines()
    lines = code if any(map(_tells, code)) else said.raw.replace("`", " ").splitlines()
    return _first(fixed_part(line[:MAX_TEXT]) for line in lines if _tells(line))


def _tells(line: str) -> bool:
    return bool(_ERRORISH.search(line)) and not _FRAME.match(line)


def _asks(said: Text, *, alone: bool) -> tuple[str, ...]:
    """Return the questions; what is no question tells something only where no error does."""
    sentences = [" ".join(part.split()) for part in _SENTENCE.findall(said.prose)]
    questions = [one for one in sentences if one.endswith("?")]
    return _first(one[:ASK_LIMIT] for one in questions or sentences[:alone])


def _first(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in found if len(one) >= SHORTEST))[:MOST]
