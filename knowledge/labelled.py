"""Labelled messages: what people really write, and which entries answer it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Message:
    """A labelled message: ``expect`` holds the entries right at rank 1; empty = stay silent.

    ``varies`` is the id of the message that this one says in other words.
    """

    id: str
    text: str
    expect: tuple[str, ...]
    kind: str = ""
    neutral: bool = False
    varies: str = ""


class BadMessagesError(ValueError):
    """A labelled file that cannot be read: names the file, the line and what to do."""


def read_messages(path: Path) -> list[Message]:
    """Return the messages of a JSON lines file, in order."""
    with path.open("rb") as lines:
        numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    return [_read_line(line, f"{path}:{number}") for number, line in numbered]


def _read_line(line: bytes, where: str) -> Message:
    try:
        record = json.loads(line)
        return Message(
            id=str(record["id"]),
            text=_typed(record["text"], str),
            expect=tuple(_typed(entry, str) for entry in _typed(record["expect"], list)),
            kind=str(record.get("kind", "")),
            neutral=_typed(record.get("neutral", False), bool),
            varies=str(record.get("varies", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        wanted = '{"id": …, "text": …, "expect": [entry ids]}'
        raise BadMessagesError(f"{where}: not a labelled message; write {wanted}") from None


def _typed(value: Any, kind: type[T]) -> T:
    if not isinstance(value, kind):
        raise TypeError(kind)
    return value


def read_folder(folder: Path) -> list[Message]:
    """Return the messages of every ``*.jsonl`` file of a folder, by file name; none if absent."""
    messages = []
    for path in sorted(folder.glob("*.jsonl")):
        try:
            messages += read_messages(path)
        except OSError as error:
            wrong = f"{path}: the file cannot be read ({error.strerror}); check its permissions"
            raise BadMessagesError(wrong) from None
    return messages


def counted(messages: Iterable[Message]) -> list[Message]:
    """Return the messages that count: neutral ones may be answered or not."""
    return [message for message in messages if not message.neutral]
