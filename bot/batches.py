"""JSON lines in, one JSON object a line out, in order; a bad line costs that line only."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import IO, Any

from bot.errors import ConfigError

MAX_LINE = 32 * 1024 * 1024
NO_SUCH_FILE = "Cannot read {path}: {why}. Give a file of JSON lines, or - for standard input."
TOO_LONG = "longer than 32 MiB"
NOT_AN_OBJECT = 'not a JSON object like {"id": "…", "text": "…"}'
NO_TEXT = "the member `{name}` is missing or is not a string"

Record = dict[str, Any]


class BadLineError(ValueError):
    """A line that cannot be worked on: the text says why."""


@contextmanager
def open_lines(source: str) -> Iterator[IO[bytes]]:
    """Open a file, or standard input for ``-``, as bytes."""
    if source == "-":
        yield sys.stdin.buffer
        return
    try:
        with Path(source).open("rb") as lines:
            yield lines
    except OSError as error:
        raise ConfigError(NO_SUCH_FILE.format(path=source, why=error.strerror)) from None


def answer_lines(lines: Iterable[bytes], answer: Callable[[Record], Record]) -> int:
    """Print the answer to each line; return 0, or 2 when a line was bad."""
    code = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        record: Record = {}
        try:
            record = _parse(line)
            answered = answer(record)
        except BadLineError as error:
            code = 2
            answered = {"id": record.get("id"), "error": str(error)}
            print(f"line {number}: {error}", file=sys.stderr)
        print_json(answered)
    return code


def _parse(line: bytes) -> Record:
    if len(line) > MAX_LINE:
        raise BadLineError(TOO_LONG)
    try:
        record = json.loads(line, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        raise BadLineError(NOT_AN_OBJECT) from None
    if not isinstance(record, dict):
        raise BadLineError(NOT_AN_OBJECT)
    return record


def _finite(number: str) -> float:
    """Return a number that JSON can say: NaN and infinities would spoil the line that goes out."""
    value = float(number)
    if not isfinite(value):
        raise BadLineError(NOT_AN_OBJECT)
    return value


def text_of(record: Record, name: str = "text") -> str:
    """Return a string member of a line."""
    text = record.get(name)
    if not isinstance(text, str):
        raise BadLineError(NO_TEXT.format(name=name))
    return text


def print_json(value: object) -> None:
    """Print one JSON document on a line; pure ASCII, so that lone surrogates survive a pipe."""
    print(json.dumps(value), flush=True)
