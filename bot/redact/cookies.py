"""Cookies: headers, cookie files, the tables of a browser's tools, dicts in code."""

# Lengths, counts and lists of words are what these rules are made of.

import re
from collections.abc import Iterator

from bot.redact.kinds import FILL, Hit, Kind
from bot.redact.names import is_placeholder

_Q = r"(?:\\{0,3}[\"'`]|&quot;|%22|[\u201c\u201d\u2018\u2019])"
_HEADER = re.compile(
    rf"[Cc](?:ookie|OOKIE)(?:(?<![\w-].{{6}})|(?<=[Ss]et-.{{6}})"
    rf"|(?<=SET-.{{6}}))2?{_Q}?\]?\s{{0,4}}"
    rf"(?:=>|[:=,]|%3A)\s{{0,4}}(?:\[\s{{0,8}})?{_Q}?(?=[^\s=;:,\"']{{1,128}}=)"
    rf"|-(?:b|-cookie)(?:(?<=\s-b)|(?<=e))[ =]{{1,4}}[\"']?(?=[\w.-]{{1,64}}=)"
)
_CRUMB = re.compile(
    r"[ \t]{0,4}+([^=;,\s\"'\\{}\[\]]{1,128}+)=(\\{0,3}\"|%22)?+"
    r"((?:[^;\s\"'\\&]{1,4096}+|&(?:amp|lt|gt|quot);|&|\\/){0,4096}+)"
    r"(?:\\{0,3}\"(?=;))?(?:;|(?=[\s\"'\\]|$))"
)
_ATTRIBUTE = re.compile(
    r"[ \t]{0,4}+(?:(?i:path|domain|expires|max-age|samesite|priority|version|comment)="
    r"[^;\r\n\"'\\]{0,128}+|(?i:secure|httponly|partitioned))(?:;|(?=[\s\"'\\,]|$))"
)
_NEXT = re.compile(rf"{_Q},\s{{0,20}}{_Q}|,[ \t]{{1,4}}(?=[\w.-]{{1,64}}=)")
_FILE = re.compile(
    r"\t(?:TRUE|FALSE)\t[^\t\n]{1,200}\t(?:TRUE|FALSE)\t\d{1,14}(?:\.\d{1,9})?\t[^\t\n]{1,200}\t"
    r"([^\s]{1,4096}+)"
)
_TABLE = re.compile(r"(?m)^[\w.-]{1,64}+\t(\S{8,2048}+)\t\.?[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}\t/")
_DICT = re.compile(r"[Cc]ookies?[\"']?\s{0,4}[:=]\s{0,4}\{")
_MEMBER = re.compile(r"[:=]\s{0,4}([\"'])([^\"'\n{}]{4,4096}+)\1")
_PLAIN = re.compile(
    r"[a-z]{0,10}|[a-z]{1,10}-[A-Za-z]{2,4}|[A-Za-z]{2}[-_][A-Z]{2}|\d{1,6}"
    r"|(?i:deleted|true|false|strict|lax)"
)


def cookies(text: str) -> Iterator[Hit]:
    """Every value of a cookie, but for a setting that is a mere word."""
    lower = text.lower()
    if "cookie" in lower or " -b" in lower:
        yield from _headers(text)
        yield from _members(text)
    if "\t" in text:
        for pattern in (_FILE, _TABLE):
            for match in pattern.finditer(text):
                yield from _value(match, 1)


def _value(match: re.Match[str], group: int) -> Iterator[Hit]:
    value = match[group]
    if value.strip(FILL) and not _PLAIN.fullmatch(value) and not is_placeholder(value):
        yield Hit(match.start(group), match.end(group), Kind.COOKIE)


def _headers(text: str) -> Iterator[Hit]:
    at = 0
    while header := _HEADER.search(text, at):
        at = header.end()
        while True:
            step = _ATTRIBUTE.match(text, at) or _NEXT.match(text, at)
            crumb = None if step else _CRUMB.match(text, at)
            if crumb:
                yield from _value(crumb, 3)
            if not (step or crumb):
                break
            at = (step or crumb or header).end()


def _members(text: str) -> Iterator[Hit]:
    for found in _DICT.finditer(text):
        end = text.find("}", found.end(), found.end() + 2_000)
        for member in _MEMBER.finditer(text, found.end(), max(end, found.end())):
            yield from _value(member, 2)
