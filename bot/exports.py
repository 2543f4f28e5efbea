"""Messages out of a Slack export (folder or zip) or JSON lines, each part's faults told apart."""

import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import ConfigError

MAX_FILE = 64 * 1024 * 1024  # bytes of one file of an export, unpacked
MAX_FILES = 200_000
NO_SUCH = "Cannot read {path}: {why}. Give a Slack export (folder or zip) or JSON lines."
NOT_A_ZIP = "{path} is no whole zip file. Download the export again."
NOT_JSON = "{name}: not JSON{where}, left out"
TOO_LARGE = "{name}: over 64 MiB, left out"
NOT_A_LIST = "{name}: not a list of messages, left out"
BAD_LINE = "{name}, line {number}: not a JSON object with a text, left out"
SPOKEN = ("", "file_share", "thread_broadcast")  # subtypes that people write
ABOUT = frozenset(  # files of an export that hold no messages
    f"{name}.json"
    for name in ("users", "channels", "groups", "dms", "mpims", "integration_logs", "canvases")
)

Record = dict[str, Any]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that begins a thread, raw; ``expect`` is None where nobody labelled it."""

    id: str
    text: str
    expect: tuple[str, ...] | None = None
    neutral: bool = False


def read_export(path: Path, text_of: Callable[[Record], str], tell: Tell) -> list[Heard]:
    """Return what people wrote to begin a thread; ``tell`` gets a line for each part left out.

    ``text_of`` takes the words out of one of Slack's messages. Raise ConfigError where the whole
    cannot be read.
    """
    try:
        if path.is_dir():
            return list(_of_files(_in_folder(path, tell), text_of, tell))
        with path.open("rb") as file:
            zipped = file.read(4) == b"PK\x03\x04"
        if zipped:
            return list(_of_files(_in_zip(path, tell), text_of, tell))
        return list(_of_lines(path, tell))
    except OSError as error:
        raise ConfigError(NO_SUCH.format(path=path, why=error.strerror)) from None
    except zipfile.BadZipFile:
        raise ConfigError(NOT_A_ZIP.format(path=path)) from None


def _in_folder(folder: Path, tell: Tell) -> Iterator[tuple[str, bytes]]:
    for file in sorted(folder.rglob("*.json"))[:MAX_FILES]:
        name = file.relative_to(folder).as_posix()
        if file.stat().st_size > MAX_FILE:
            tell(TOO_LARGE.format(name=name))
        else:
            yield name, file.read_bytes()


def _in_zip(path: Path, tell: Tell) -> Iterator[tuple[str, bytes]]:
    """Yield the files without unpacking them anywhere; sizes that they claim are not trusted."""
    with zipfile.ZipFile(path) as packed:
        for info in sorted(packed.infolist(), key=lambda one: one.filename)[:MAX_FILES]:
            if info.is_dir() or not info.filename.endswith(".json"):
                continue
            with packed.open(info) as file:
                content = file.read(MAX_FILE + 1)
            if len(content) > MAX_FILE:
                tell(TOO_LARGE.format(name=info.filename))
            else:
                yield info.filename, content


def _of_files(
    files: Iterator[tuple[str, bytes]], text_of: Callable[[Record], str], tell: Tell
) -> Iterator[Heard]:
    for name, content in files:
        folder, _, file = name.rpartition("/")
        if file in ABOUT:
            continue
        try:
            records = json.loads(content)
        except (ValueError, RecursionError) as error:
            tell(NOT_JSON.format(name=name, where=_where(error)))
            continue
        if not isinstance(records, list):
            tell(NOT_A_LIST.format(name=name))
            continue
        channel = folder.rpartition("/")[2]
        for record in records:
            if isinstance(record, dict) and _begins(record) and (text := text_of(record)).strip():
                yield Heard(f"{channel}:{record['ts']}", text, *_label(record))


def _where(error: Exception) -> str:
    return f" from line {error.lineno} on" if isinstance(error, json.JSONDecodeError) else ""


def _begins(record: Record) -> bool:
    """Tell whether a person wrote it, and it begins a thread or stands alone."""
    written = record.get("type") == "message" and (record.get("subtype") or "") in SPOKEN
    person = bool(record.get("user")) and not record.get("bot_id")
    ts = record.get("ts")
    alone = isinstance(ts, str) and (record.get("thread_ts") or ts) == ts
    return written and person and alone


def _of_lines(path: Path, tell: Tell) -> Iterator[Heard]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line[:MAX_FILE])
            except (ValueError, RecursionError):
                record = None
            if not isinstance(record, dict) or not isinstance(record.get("text"), str):
                tell(BAD_LINE.format(name=path.name, number=number))
                continue
            yield Heard(str(record.get("id", number)), record["text"], *_label(record))


def _label(record: Record) -> tuple[tuple[str, ...] | None, bool]:
    expect = record.get("expect")
    labelled = isinstance(expect, list) and all(isinstance(one, str) for one in expect)
    return (tuple(expect) if labelled and expect is not None else None), bool(record.get("neutral"))
