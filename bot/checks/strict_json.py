"""JSON without room for two readings: what parsers disagree about is not JSON here."""

import json
import re
from typing import Any, NoReturn

DEEPEST = 32
LONGEST_NUMBER = 1000
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


class NotJsonError(ValueError):
    """Says where and why a text is not JSON, and quotes nothing of it."""


def strict_json(raw: bytes | str) -> Any:
    """Return the value, or raise NotJsonError.

    Not JSON: what is not UTF-8, a duplicate member, NaN and Infinity, nesting over 32 levels, a
    number of over 1,000 digits. Takes time linear in the length.
    """
    try:
        text = raw.decode() if isinstance(raw, bytes) else raw
    except UnicodeDecodeError as error:
        raise NotJsonError(f"byte {error.start + 1} is not UTF-8") from None
    _refuse_deep(text)
    try:
        return json.loads(
            text,
            object_pairs_hook=_members,
            parse_constant=_refuse_constant,
            parse_int=_whole_number,
            parse_float=_broken_number,
        )
    except json.JSONDecodeError as error:
        raise NotJsonError(f"line {error.lineno}, column {error.colno}: {error.msg}") from None


def _refuse_deep(text: str) -> None:
    """Before the parser, which would recurse."""
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        depth += _CHANGE.get(match[0], 0)
        if depth > DEEPEST:
            line = text.count("\n", 0, match.start()) + 1
            raise NotJsonError(f"line {line}: nested more than {DEEPEST} levels deep")


_CHANGE = {"[": 1, "{": 1, "]": -1, "}": -1}


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise NotJsonError("one object has two members of the same name")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise NotJsonError(f"{name} is not a JSON value")


def _whole_number(digits: str) -> int:
    _refuse_long(digits)
    return int(digits)


def _broken_number(digits: str) -> float:
    _refuse_long(digits)
    return float(digits)


def _refuse_long(digits: str) -> None:
    if len(digits) > LONGEST_NUMBER and sum(map(str.isdigit, digits)) > LONGEST_NUMBER:
        raise NotJsonError(f"a number of more than {LONGEST_NUMBER} digits")
