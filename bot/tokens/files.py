"""Private files: written whole or not at all, for their owner alone, by one process at a time."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from bot.errors import ConfigError

OTHERS = stat.S_IRWXG | stat.S_IRWXO
READABLE = (
    "{path} can be used by others on this machine (mode {mode:04o}). "
    "Run `chmod {wanted} {path}`; if others may have read it, replace the key: "
    "anon-support keys rotate"
)
UNREADABLE = "{path} cannot be read: {why}."
UNWRITABLE = "{path} cannot be written: {why}. Nothing was changed."
TOO_LARGE = "{path} is larger than {limit:,} bytes: it holds no keys."


def read_private(path: Path, limit: int) -> bytes | None:
    """Return what the file holds, None if there is none; refuse what others can read."""
    try:
        with path.open("rb") as file:
            refuse_shared(path, os.fstat(file.fileno()).st_mode, "600")
            raw = file.read(limit + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(UNREADABLE.format(path=path, why=error.strerror)) from None
    if len(raw) > limit:
        raise ConfigError(TOO_LARGE.format(path=path, limit=limit))
    return raw


def refuse_shared(path: Path, mode: int, wanted: str) -> None:
    """Raise ConfigError if the mode lets anybody but the owner in."""
    if mode & OTHERS:
        shown = stat.S_IMODE(mode)
        raise ConfigError(READABLE.format(path=path, mode=shown, wanted=wanted))


def write_private(path: Path, content: bytes) -> None:
    """Put the content in place of the file's, at once, for its owner alone."""
    beside = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise ConfigError(UNWRITABLE.format(path=path, why=error.strerror)) from None


def make_private_folder(folder: Path) -> None:
    """Make sure that the folder is there, for its owner alone."""
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        mode = folder.stat().st_mode
    except OSError as error:
        raise ConfigError(UNWRITABLE.format(path=folder, why=error.strerror)) from None
    refuse_shared(folder, mode, "700")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file: whoever else wants it waits."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ConfigError(UNWRITABLE.format(path=path, why=error.strerror)) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)  # gives the lock back


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
