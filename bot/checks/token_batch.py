"""Many tokens from one file, as `check token --batch` reads and answers them."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.checks.finding import Finding, ok_of
from bot.checks.token import KeySet, check_token, key_set_of
from bot.errors import UserError

_MOST_BYTES = 1024 * 1024  # of a line, and of a file with a JWK Set


class BadLineError(UserError):
    """Why a line cannot be done; it quotes nothing of the line but the name of its file."""


def check_token_batch(path: Path, *, now: datetime) -> Iterator[dict[str, Any]]:
    """Yield {"id","ok","findings"} for each line of the file, in its order.

    A line is {"id","token","jwks_file"}, the last a path from the file's own folder, or null. One
    that cannot be done yields {"id","error"} in its place; blank lines are passed over. Raises
    UserError when the file itself cannot be read.
    """
    known: dict[str, KeySet] = {}
    for line in _lines(path):
        record: dict[str, Any] = {}
        try:
            record = _read_line(line)
            findings = _check_line(record, path.parent, known, now)
        except BadLineError as error:
            yield {"id": record.get("id"), "error": str(error)}
        else:
            told = [asdict(one) for one in findings]
            yield {"id": record["id"], "ok": ok_of(findings), "findings": told}


def _lines(path: Path) -> Iterator[bytes]:
    """Yield the lines that are not blank, one that is too long cut short."""
    try:
        with path.open("rb") as file:
            while line := file.readline(_MOST_BYTES + 1):
                rest = line
                while rest and not rest.endswith(b"\n"):
                    rest = file.readline(_MOST_BYTES)
                if line.strip():
                    yield line
    except OSError as error:
        raise UserError(f"{path.name} cannot be read: {error.strerror}.") from None


def _read_line(line: bytes) -> dict[str, Any]:
    if len(line) > _MOST_BYTES:
        raise BadLineError("The line is longer than 1 MiB.")
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BadLineError("The line is not JSON.") from None
    if not isinstance(record, dict):
        raise BadLineError("The line is JSON, but no object.")
    return record


def _check_line(
    record: dict[str, Any], folder: Path, known: dict[str, KeySet], now: datetime
) -> list[Finding]:
    token, name = record.get("token"), record.get("jwks_file")
    if "id" not in record:
        raise BadLineError("The line has no id.")
    if not isinstance(token, str):
        raise BadLineError("The line has no token that is a string.")
    if name is None:
        return check_token(token, None, now=now)
    if not isinstance(name, str):
        raise BadLineError("jwks_file is neither a path nor null.")
    if name not in known:
        known[name] = _read_key_set(folder / name)
    return check_token(token, known[name], now=now)


def _read_key_set(path: Path) -> KeySet:
    try:
        if not path.is_file():
            raise BadLineError("jwks_file is not a file that is there.")
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError):
        raise BadLineError("jwks_file cannot be read.") from None
    if len(raw) > _MOST_BYTES:
        raise BadLineError("jwks_file is larger than 1 MiB.")
    return key_set_of(raw)
