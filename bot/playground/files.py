"""Files that people or the bot shared, and the uploads that are under way."""

import itertools
import mimetypes
from dataclasses import dataclass, field
from typing import Any

from bot.playground.refusal import SlackError

PREVIEW_CHARS = 1_000
FILE_TYPES = {"txt": "text", "log": "text", "js": "javascript", "py": "python", "json": "json"}


@dataclass(slots=True)
class StoredFile:
    """One file; ``content`` is None while its upload has not arrived."""

    id: str
    name: str
    user: str
    created: int
    content: bytes | None = None
    title: str = ""
    channels: list[str] = field(default_factory=list)
    snippet: bool = False


class FileShelf:
    """All files of the workspace, by id."""

    def __init__(self) -> None:
        """Start empty."""
        self.by_id: dict[str, StoredFile] = {}
        self._numbers = itertools.count(1)

    def add(self, name: str, user: str, created: int, content: bytes | None) -> StoredFile:
        """Keep a file, or the promise of one when ``content`` is None."""
        file = StoredFile(f"F0{next(self._numbers):06d}", name, user, created, content, title=name)
        self.by_id[file.id] = file
        return file

    def get(self, file_id: str) -> StoredFile:
        """Return the file, or raise ``file_not_found``."""
        if file_id not in self.by_id:
            raise SlackError("file_not_found")
        return self.by_id[file_id]


def is_text(file: StoredFile) -> bool:
    """Whether the content reads as UTF-8 text."""
    try:
        (file.content or b"").decode()
    except UnicodeDecodeError:
        return False
    return True


def preview(file: StoredFile) -> str:
    """Return the first lines of a text file, nothing of another."""
    return (file.content or b"").decode()[:PREVIEW_CHARS] if is_text(file) else ""


def as_slack(file: StoredFile, host: str, team: str) -> dict[str, Any]:
    """Return Slack's file object; its addresses need the bot's token."""
    extension = file.name.rsplit(".", 1)[-1].lower() if "." in file.name else ""
    plain = "text/plain" if is_text(file) else "application/octet-stream"
    guessed = mimetypes.guess_type(file.name)[0] or plain
    private = f"{host}/files-pri/{team}-{file.id}"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": guessed,
        "filetype": FILE_TYPES.get(extension, extension or ("text" if is_text(file) else "binary")),
        "user": file.user,
        "user_team": team,
        "editable": file.snippet,
        "size": len(file.content or b""),
        "mode": "snippet" if file.snippet else "hosted",
        "is_external": False,
        "is_public": True,
        "file_access": "visible",
        "url_private": f"{private}/file",
        "url_private_download": f"{private}/download/file",
        "preview": preview(file),
        "preview_is_truncated": len(file.content or b"") > PREVIEW_CHARS,
        "channels": list(file.channels),
    }


def as_stub(file: StoredFile) -> dict[str, Any]:
    """Return what Slack Connect sends instead of a file object: ask ``files.info``."""
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "mode": "file_access",
        "file_access": "check_file_info",
    }
