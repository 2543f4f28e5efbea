"""The compiled base: entries, example phrases and their vectors in one SQLite file with FTS5.

Compiled when the entries or the labelled messages change, under a name made from their content,
so several processes and versions can share a cache folder.
"""

import hashlib
import json
import os
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sqlite_utils

from knowledge.entry import Entry, render_entry
from knowledge.labelled import Message, counted
from knowledge.meaning import (
    Examples,
    HashedRows,
    Phrase,
    Role,
    hashed_rows,
    learn,
)
from knowledge.normalise import Text, words
from knowledge.sentences import DIMENSIONS, Vectors
from knowledge.signatures import Background

FORMAT = 4
_SHORTEST_EXAMPLE = 15
_TELLS = 1.5
"""A word of less weight stands in too many entries: it takes long to look up and tells little."""
_APOSTROPHE = "'"
Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True)
class Compiled:
    """What the file holds, in memory; positions are those of ``entries``."""

    entries: tuple[Entry, ...]
    examples: Examples
    search: sqlite3.Connection


def fingerprint(
    entries: Iterable[Entry], messages: Iterable[Message], background: Background
) -> str:
    """Return a name for this content: it changes when anything that is compiled does."""
    digest = hashlib.sha256(f"format {FORMAT}".encode())
    told = sorted(background.frequencies.items())  # the hashed words are weighted by it
    digest.update(f"{background.texts} {told}".encode("utf-8", "replace"))
    for entry in entries:
        digest.update(render_entry(entry).encode())
    for message in messages:
        digest.update(
            f"{message.text}\0{message.expect}\0{message.neutral}".encode("utf-8", "replace")
        )
    return digest.hexdigest()[:16]


def example_phrases(entries: Sequence[Entry], messages: Iterable[Message]) -> tuple[Phrase, ...]:
    """Return what the base itself says and what labelled messages say, each once."""
    position = {entry.id: number for number, entry in enumerate(entries)}
    phrases = []
    for number, entry in enumerate(entries):
        asks = (entry.title, *entry.asks) if entry.asks else ()
        phrases += [Phrase(ask, Role.ASK, (number,)) for ask in asks]
        phrases += [Phrase(text, Role.LOOK_ALIKE, (number,)) for text in entry.look_alikes]
        phrases += [Phrase(text, Role.PASTE, (number,)) for text in entry.errors]
    for message in counted(messages):
        text = Text(message.text)
        right = tuple(position[entry] for entry in message.expect if entry in position)
        if text.said and (right or not message.expect):
            phrases.append(_example(text, right))
    return tuple(dict.fromkeys(phrases))


def _example(text: Text, right: tuple[int, ...]) -> Phrase:
    """Return what a labelled message teaches."""
    if not right:
        role = Role.BACKGROUND
    else:
        role = Role.MESSAGE if len(text.prose) >= _SHORTEST_EXAMPLE else Role.PASTE
    return Phrase(text.said, role, right, text.whole if text.whole != text.said else "")


def compile_base(
    path: str | Path,
    entries: Sequence[Entry],
    messages: Iterable[Message],
    background: Background,
    embed: Embed,
) -> Compiled:
    """Write the compiled base to a new SQLite file (or ``:memory:``) and return it."""
    phrases = example_phrases(entries, messages)
    vectors = embed([phrase.text for phrase in phrases]).reshape(-1, DIMENSIONS)
    words = hashed_rows((phrase.whole for phrase in phrases), background)
    nothing = np.zeros((0, len(entries) + 1), dtype=np.float32)
    examples = learn(Examples(phrases, vectors, words, nothing), len(entries))
    connection = sqlite3.connect(path, check_same_thread=False)
    _write(sqlite_utils.Database(connection), entries, examples)
    return Compiled(tuple(entries), examples, connection)


def _write(base: sqlite_utils.Database, entries: Sequence[Entry], examples: Examples) -> None:
    with base.conn:
        base.table("entry").insert_all(
            {"position": position, "id": entry.id, "text": render_entry(entry)}
            for position, entry in enumerate(entries)
        )
        base.table("phrase").insert_all(
            {
                "text": phrase.text,
                "code": phrase.code,
                "role": phrase.role.value,
                "entries": json.dumps(phrase.entries),
                "vector": vector.tobytes(),
            }
            for phrase, vector in zip(examples.phrases, examples.vectors, strict=True)
        )
        words = examples.words
        base.table("words").insert(
            {
                "rows": words.rows.astype(np.int32).tobytes(),
                "buckets": words.buckets.astype(np.int32).tobytes(),
                "data": words.values.tobytes(),
            }
        )
        weights = examples.weights
        base.table("weights").insert({"columns": weights.shape[1], "data": weights.tobytes()})
        base.execute("CREATE VIRTUAL TABLE search USING fts5(words, content='', detail=none)")
        base.conn.executemany(
            "INSERT INTO search(rowid, words) VALUES (?, ?)",
            ((position, " ".join(own_words(entry))) for position, entry in enumerate(entries)),
        )


def own_words(entry: Entry) -> tuple[str, ...]:
    """Return every word of the texts by which an entry is found."""
    return words(" \n ".join((entry.title, *entry.errors, *entry.asks)))


def open_compiled(path: Path, entries: Sequence[Entry]) -> Compiled:
    """Return the compiled base of an existing file, made from exactly these entries."""
    address = f"{path.absolute().as_uri()}?mode=ro"  # a folder's name may hold ? and #
    search = sqlite3.connect(address, uri=True, check_same_thread=False)
    tables = {name for (name,) in search.execute("SELECT name FROM sqlite_master")}
    read = (
        search.execute(
            "SELECT text, role, entries, code, vector FROM phrase ORDER BY rowid"
        ).fetchall()
        if "phrase" in tables
        else []
    )
    phrases = tuple(
        Phrase(text, Role(role), tuple(json.loads(rows)), code)
        for text, role, rows, code, _ in read
    )
    vectors = np.frombuffer(b"".join(row[4] for row in read), dtype=np.float32)
    columns, data = search.execute("SELECT columns, data FROM weights").fetchone()
    examples = Examples(
        phrases=phrases,
        vectors=vectors.reshape(-1, DIMENSIONS),
        words=_read_words(search, len(phrases)),
        weights=np.frombuffer(data, dtype=np.float32).reshape(-1, columns),
    )
    return Compiled(tuple(entries), examples, search)


def _read_words(search: sqlite3.Connection, count: int) -> HashedRows:
    rows, buckets, values = search.execute("SELECT rows, buckets, data FROM words").fetchone()
    return HashedRows(
        rows=np.frombuffer(rows, dtype=np.int32).astype(np.intp),
        buckets=np.frombuffer(buckets, dtype=np.int32).astype(np.intp),
        values=np.frombuffer(values, dtype=np.float32),
        count=count,
    )


def open_or_compile(
    folder: Path,
    entries: Sequence[Entry],
    messages: Sequence[Message],
    background: Background,
    embed: Embed,
) -> Compiled:
    """Return the compiled base from the cache folder, compiling it first when it is not there."""
    path = folder / f"base-{fingerprint(entries, messages, background)}.db"
    if path.exists():
        try:
            return open_compiled(path, entries)
        except (sqlite3.DatabaseError, ValueError, TypeError):
            path.unlink(missing_ok=True)  # spoiled: a cache is made anew, not mended
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
    os.close(handle)
    try:
        # Written aside and moved, so that no other process ever opens half a file.
        compile_base(name, entries, messages, background, embed).search.close()
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
    return open_compiled(path, entries)


def search_entries(compiled: Compiled, text: Text, background: Background, limit: int) -> list[int]:
    """Return the positions of the entries that share the most telling words with the text."""
    telling = sorted(text.word_set, key=lambda word: -background.weight(word))[:24]
    telling = [word for word in telling if background.weight(word) >= _TELLS] or telling[:4]
    if not telling:
        return []
    # FTS5 would read can't as two words in a row, which an index without positions refuses.
    query = " OR ".join(f'"{word.partition(_APOSTROPHE)[0]}"' for word in telling)
    found = compiled.search.execute(
        "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rank LIMIT ?", (query, limit)
    )
    return [int(row[0]) for row in found]


def count_words(texts: Iterable[str]) -> Counter[str]:
    """Return in how many of the texts each word stands."""
    return Counter(word for text in texts for word in Text(text).word_set)
