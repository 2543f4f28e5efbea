"""A copy of the SQLite files that belongs together, also while the bot runs."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from bot.config import Settings
from bot.errors import ConfigError
from bot.ownership import DURABLE_FILE

ON_SERVER = "The state is in PostgreSQL: copy it with pg_dump (README.md, “Running it for real”)."
NOTHING = "There is nothing to copy: {file} does not exist. Is DATA_DIR that of the bot?"
TAKEN = "{file} exists already: give a folder without it. Nothing was copied."
FAILED = (
    "The copy failed ({cause}); what is in {folder} is of no use. The bot's own files are fine."
)


def back_up(settings: Settings, folder: Path) -> list[Path]:
    """Copy state and work into the folder and return the copies; raise ConfigError if one fails.

    Work comes first: what is done between the two copies is then done already by the later one, and
    a restored bot that takes the work up again finds its answer.
    """
    url = make_url(settings.store_url)
    if url.get_backend_name() != "sqlite":
        raise ConfigError(ON_SERVER)
    state = Path(url.database or "")
    files = [state.with_name(DURABLE_FILE), state]
    targets = [folder / file.name for file in files]
    _check(files, targets)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for source, target in zip(files, targets, strict=True):
            _copy(source, target)
    except (sqlite3.Error, OSError) as error:
        raise ConfigError(FAILED.format(cause=error, folder=folder)) from None
    return targets


def _check(files: list[Path], targets: list[Path]) -> None:
    for file in files:
        if not file.is_file():
            raise ConfigError(NOTHING.format(file=file))
    for target in targets:
        if target.exists():
            raise ConfigError(TAKEN.format(file=target))


def _copy(source: Path, target: Path) -> None:
    """Copy one file as it is at one moment, and see that the copy is whole."""
    target.touch(mode=0o600)
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as here,
        closing(sqlite3.connect(target)) as there,
    ):
        here.backup(there)
        (verdict,) = there.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
