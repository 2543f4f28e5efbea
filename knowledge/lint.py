"""Judges a knowledge base as a whole: what the form of one file cannot show."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz import fuzz

from knowledge.entry import Entry
from knowledge.labelled import Message
from knowledge.matcher import Matcher
from knowledge.normalise import squash

BODY_LIMIT = 2_400
"""Characters of an answer: with title, links and context line it stays under Slack's 3,000."""
TOO_ALIKE = 92
"""Per cent of letters in common from which two phrasings of different entries are one."""
_PLACEHOLDER = re.compile(r"\{[a-z_]{1,30}\}")
_SLUG = re.compile(r"`([a-z]{2,20}(?:-[a-z0-9]{1,30}){1,6})`")

BODY_TOO_LONG = "the answer has {count} characters; keep it under {limit}, or split the entry"
DEAD_REFERENCE = "the answer names the entry `{name}`, which does not exist; correct the id"
DEAD_LABEL = "labelled message {name} expects the entry `{entry}`, which does not exist"
FINDS_ANOTHER = "its error `{error}` finds {other} first; make the error string more telling"
FINDS_NOTHING = "its error `{error}` finds nothing; a placeholder may hide all that identifies it"
ALIKE = "`{phrase}` is almost what {other} says (`{same}`); leave it to one of them"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: which entry, what is wrong and what to do."""

    entry: str
    text: str

    def __str__(self) -> str:
        return f"{self.entry}: {self.text}"


def lint(matcher: Matcher, messages: Iterable[Message]) -> list[Problem]:
    """Return every problem of a base whose files all have the right form."""
    entries = matcher.entries
    return [
        *_long_bodies(entries),
        *_dead_references(entries),
        *_dead_labels(entries, messages),
        *_astray(matcher),
        *_alike(entries),
    ]


def _long_bodies(entries: Iterable[Entry]) -> list[Problem]:
    return [
        Problem(entry.id, BODY_TOO_LONG.format(count=len(entry.body), limit=BODY_LIMIT))
        for entry in entries
        if len(entry.body) > BODY_LIMIT
    ]


def _dead_references(entries: Sequence[Entry]) -> list[Problem]:
    """Find ids in code spans of the answers that begin as ids of the base do, and are none."""
    ids = {entry.id for entry in entries}
    beginnings = {name.split("-")[0] for name in ids}
    return [
        Problem(entry.id, DEAD_REFERENCE.format(name=name))
        for entry in entries
        for name in _SLUG.findall(entry.body)
        if name.split("-")[0] in beginnings and name not in ids
    ]


def _dead_labels(entries: Iterable[Entry], messages: Iterable[Message]) -> list[Problem]:
    ids = {entry.id for entry in entries}
    return [
        Problem("labelled", DEAD_LABEL.format(name=message.id, entry=name))
        for message in messages
        for name in message.expect
        if name not in ids
    ]


def _astray(matcher: Matcher) -> list[Problem]:
    """Find error strings that do not find their own entry first."""
    problems = []
    for entry in matcher.entries:
        for error in entry.errors:
            ranked = matcher.match(_PLACEHOLDER.sub("x1", error)).ranked
            if not ranked:
                problems.append(Problem(entry.id, FINDS_NOTHING.format(error=error)))
            elif ranked[0].entry.id != entry.id:
                other = ranked[0].entry.id
                problems.append(Problem(entry.id, FINDS_ANOTHER.format(error=error, other=other)))
    return problems


def _alike(entries: Sequence[Entry]) -> list[Problem]:
    """Find phrasings that two entries share almost letter by letter."""
    problems = []
    for one, other in combinations(entries, 2):
        for phrase in (*one.errors, *one.asks):
            for same in (*other.errors, *other.asks):
                if _too_alike(phrase, same):
                    text = ALIKE.format(phrase=phrase, other=other.id, same=same)
                    problems.append(Problem(one.id, text))
    return problems


def _too_alike(phrase: str, same: str) -> bool:
    """Whether two phrasings differ in hardly a letter; a differing number makes them two."""
    if re.findall(r"\d+", phrase) != re.findall(r"\d+", same):
        return False
    return fuzz.ratio(squash(phrase), squash(same), score_cutoff=TOO_ALIKE) > 0
