"""Approved entries as a patch that ``git apply`` takes."""

from collections.abc import Iterable

from knowledge.entry import Entry, render_entry

FOLDER = "knowledge/entries"


def patch_of(entries: Iterable[Entry], folder: str = FOLDER) -> str:
    """Return a patch that adds each entry as a file of the folder; empty where there is none."""
    return "".join(_new_file(f"{folder}/{entry.id}.md", render_entry(entry)) for entry in entries)


def _new_file(path: str, text: str) -> str:
    lines = text.removesuffix("\n").split("\n")
    added = "".join(f"+{line}\n" for line in lines)
    return (
        f"diff --git a/{path} b/{path}\nnew file mode 100644\n"
        f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{len(lines)} @@\n{added}"
    )
