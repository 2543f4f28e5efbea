"""The rivals: each looks one text up among documents and says which is best, and how good."""

import re
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial

import bm25s
import tantivy
from rapidfuzz import fuzz, process, utils

Found = tuple[int | None, float]
"""The position of the best document, none when nothing was found, and its score."""
Search = Callable[[str], Found]

_WORD = re.compile(r"[a-z0-9]+")


def _words(text: str) -> list[str]:
    """Return the distinct words in order: the engines read the same query."""
    return list(dict.fromkeys(_WORD.findall(text.lower())))


def token_set_ratio(documents: Sequence[str]) -> Search:
    return partial(_scan, [utils.default_process(text) for text in documents], fuzz.token_set_ratio)


def wratio(documents: Sequence[str]) -> Search:
    return partial(_scan, [utils.default_process(text) for text in documents], fuzz.WRatio)


def _scan(documents: list[str], scorer: Callable[..., float], text: str) -> Found:
    query = utils.default_process(text)
    best = process.extractOne(query, documents, scorer=scorer, processor=None)
    return (best[2], best[1]) if best else (None, 0.0)


def sqlite_fts5(documents: Sequence[str]) -> Search:
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE documents USING fts5(text, tokenize='porter unicode61')")
    rows = enumerate(documents)
    base.executemany("INSERT INTO documents(rowid, text) VALUES (?, ?)", rows)

    def search(text: str) -> Found:
        query = " OR ".join(f'"{word}"' for word in _words(text))
        row = base.execute(
            "SELECT rowid, rank FROM documents WHERE documents MATCH ? ORDER BY rank LIMIT 1",
            (query or '""',),
        ).fetchone()
        return (row[0], -row[1]) if row else (None, 0.0)

    return search


def bm25s_search(documents: Sequence[str]) -> Search:
    index = bm25s.BM25()
    index.index(bm25s.tokenize(list(documents), show_progress=False), show_progress=False)

    def search(text: str) -> Found:
        query = bm25s.tokenize([text], show_progress=False, return_ids=False)
        known = [word for word in query[0] if word in index.vocab_dict]
        if not known:
            return None, 0.0
        found, scores = index.retrieve([known], k=1, show_progress=False)
        return int(found[0, 0]), float(scores[0, 0])

    return search


def tantivy_search(documents: Sequence[str]) -> Search:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="en_stem")
    builder.add_integer_field("position", stored=True)
    index = tantivy.Index(builder.build())
    writer = index.writer(heap_size=50_000_000, num_threads=1)
    for position, text in enumerate(documents):
        writer.add_document(tantivy.Document(text=text, position=position))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(text: str) -> Found:
        words = _words(text)
        if not words:
            return None, 0.0
        hits = searcher.search(index.parse_query(" ".join(words), ["text"]), 1).hits
        if not hits:
            return None, 0.0
        score, address = hits[0]
        return searcher.doc(address)["position"][0], float(score)

    return search


RIVALS: dict[str, Callable[[Sequence[str]], Search]] = {
    "RapidFuzz token_set_ratio": token_set_ratio,
    "RapidFuzz WRatio": wratio,
    "SQLite FTS5 bm25": sqlite_fts5,
    "bm25s": bm25s_search,
    "tantivy": tantivy_search,
}
