"""The compiled base: written once, found again, and never half."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from conftest import BREWLINE

from knowledge.entry import load_entries
from knowledge.index import (
    compile_base,
    count_words,
    example_phrases,
    open_compiled,
    open_or_compile,
    search_entries,
)
from knowledge.labelled import Message
from knowledge.meaning import Role
from knowledge.normalise import Text
from knowledge.remembered import embed
from knowledge.signatures import Background

ENTRIES = load_entries(BREWLINE)
BACKGROUND = Background({"the": 90, "error": 50}, 100)
MESSAGES = [
    Message("1", "the burrs are stuck and it hums, why?", ("grinder-jam",)),
    Message("2", "E_GRINDER_JAM", ("grinder-jam",)),
    Message("3", "lunch at twelve, anybody?", ()),
    Message("4", "is the office open tomorrow?", (), neutral=True),
    Message("5", "answered by an entry that is gone", ("no-such-entry",)),
]


class Embedding:
    """The real vectors, and how often they were asked for."""

    def __init__(self):
        self.calls = 0

    def __call__(self, texts):
        self.calls += 1
        return embed(texts)


@pytest.fixture
def embedding():
    return Embedding()


def opened(folder, embedding, entries=ENTRIES, messages=MESSAGES, background=BACKGROUND):
    return open_or_compile(folder, entries, messages, background, embedding)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_phrases_are_what_the_base_and_its_messages_say():
    found = example_phrases(ENTRIES, MESSAGES)
    position = {entry.id: number for number, entry in enumerate(ENTRIES)}
    by_role = {role: [p for p in found if p.role is role] for role in Role}
    asks = [(ask, position[e.id]) for e in ENTRIES for ask in (e.title, *e.asks)]
    assert [(p.text, *p.entries) for p in by_role[Role.ASK]] == asks
    assert [p.text for p in by_role[Role.LOOK_ALIKE]] == ["nginx: 413 Request Entity Too Large"]
    # An error string alone is nobody's wording; a neutral message and one of no entry, nothing.
    assert [p.text for p in by_role[Role.MESSAGE]] == [MESSAGES[0].text]
    errors = [error for entry in ENTRIES for error in entry.errors]
    # A message that is an error string and nothing else says it no second time.
    assert MESSAGES[1].text in errors
    assert [p.text for p in by_role[Role.PASTE]] == errors
    assert [p.text for p in by_role[Role.BACKGROUND]] == [MESSAGES[2].text]


def test_a_phrase_stands_once():
    assert len(example_phrases(ENTRIES, MESSAGES * 2)) == len(example_phrases(ENTRIES, MESSAGES))


def test_the_title_is_no_phrase_of_an_entry_that_has_error_strings_alone():
    alone = replace(ENTRIES[0], asks=())
    assert {phrase.role for phrase in example_phrases([alone], [])} == {Role.PASTE}


def test_what_is_written_is_read_again(tmp_path):
    made = compile_base(tmp_path / "b.db", ENTRIES, MESSAGES, BACKGROUND, embed)
    read = open_compiled(tmp_path / "b.db", ENTRIES)
    assert read.entries == made.entries == tuple(ENTRIES)
    assert read.examples.phrases == made.examples.phrases
    every = np.arange(len(made.examples.phrases))
    one, other = (
        (found.vectors, found.words.dense(every), found.weights)
        for found in (read.examples, made.examples)
    )
    for table, same in zip(one, other, strict=True):
        assert table.shape == same.shape
        assert np.array_equal(table, same)
        assert table.any()


@pytest.mark.parametrize("messages", [[], [replace(MESSAGES[2], neutral=True)]])
def test_a_base_without_any_phrase_is_read_again(tmp_path, embedding, messages):
    alone = [replace(ENTRIES[0], errors=(), asks=(), look_alikes=())]
    found = opened(tmp_path, embedding, alone, messages)
    assert found.examples.phrases == ()
    assert found.examples.weights.shape == (0, 2)


def test_the_second_time_the_file_is_used_as_it_is(tmp_path, embedding):
    opened(tmp_path, embedding)
    (name,) = names(tmp_path)
    written = (tmp_path / name).stat()
    opened(tmp_path, embedding)
    assert names(tmp_path) == [name]
    assert (tmp_path / name).stat().st_mtime_ns == written.st_mtime_ns
    assert embedding.calls == 1


@pytest.mark.parametrize(
    "change",
    [
        {"entries": [replace(ENTRIES[0], title="Other"), *ENTRIES[1:]]},
        {"entries": [replace(ENTRIES[0], body="Other"), *ENTRIES[1:]]},
        {"entries": ENTRIES[1:]},
        {"messages": MESSAGES[1:]},
        {"messages": [replace(MESSAGES[0], text="other words of a person"), *MESSAGES[1:]]},
        {"messages": [replace(MESSAGES[0], expect=("water-hardness",)), *MESSAGES[1:]]},
        {"messages": [replace(MESSAGES[0], neutral=True), *MESSAGES[1:]]},
        {"background": Background({"the": 91, "error": 50}, 100)},
        {"background": Background({"the": 90, "error": 50}, 101)},
    ],
    ids="-".join,
)
def test_any_change_compiles_anew_and_leaves_the_old_file_to_others(tmp_path, embedding, change):
    opened(tmp_path, embedding)
    before = names(tmp_path)
    opened(tmp_path, embedding, **change)
    assert embedding.calls == 2
    assert len(names(tmp_path)) == 2
    assert set(before) < set(names(tmp_path))


def test_what_is_not_compiled_does_not_matter(tmp_path, embedding):
    opened(tmp_path, embedding)
    opened(tmp_path, embedding, messages=[replace(one, id="x", kind="y") for one in MESSAGES])
    assert embedding.calls == 1


def test_a_failure_leaves_nothing_behind(tmp_path):
    def fails(texts):
        raise MemoryError

    with pytest.raises(MemoryError):
        opened(tmp_path, fails)
    assert names(tmp_path) == []


@pytest.mark.parametrize("spoiled", [b"", b"not a database at all" * 99, b"SQLite format 3\0half"])
def test_a_spoiled_file_is_made_anew(tmp_path, embedding, spoiled):
    whole = opened(tmp_path, embedding)
    (name,) = names(tmp_path)
    (tmp_path / name).write_bytes(spoiled)
    again = opened(tmp_path, embedding)
    assert embedding.calls == 2
    assert again.examples.phrases == whole.examples.phrases
    assert names(tmp_path) == [name]


@pytest.mark.parametrize("folder", ["a?mode=rw#b", "50%25 of it", "two words"])
def test_the_folder_may_have_any_name(tmp_path, embedding, folder):
    found = opened(tmp_path / folder, embedding)
    assert search_entries(found, Text("grinder burrs"), BACKGROUND, 1) == [0]


def test_an_opened_base_cannot_be_written(tmp_path, embedding):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        opened(tmp_path, embedding).search.execute("DROP TABLE phrase")


def test_several_at_once_each_get_a_whole_base(tmp_path, embedding):
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: opened(tmp_path, embedding), range(8)))
    assert len({one.examples.phrases for one in found}) == 1
    assert len(names(tmp_path)) == 1


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("the grinder stalled", "grinder-jam"),
        ("recipe is too large", "recipe-upload-413"),
        ("hard water!", "water-hardness"),
        ("can't grind, don't know why", "grinder-jam"),
        ('"water" OR NEAR(water* ^', "water-hardness"),
    ],
)
def test_search_finds_the_entry_that_shares_telling_words(text, first):
    compiled = compile_base(":memory:", ENTRIES, [], BACKGROUND, embed)
    found = search_entries(compiled, Text(text), BACKGROUND, 2)
    assert ENTRIES[found[0]].id == first
    assert len(found) <= 2


@pytest.mark.parametrize("text", ["", "\0", "🙂", "xyzzy"])
def test_search_may_find_nothing(text):
    compiled = compile_base(":memory:", ENTRIES, [], BACKGROUND, embed)
    assert search_entries(compiled, Text(text), BACKGROUND, 2) == []


def test_words_are_counted_once_a_text():
    assert count_words(["b b a", "b"]) == {"a": 1, "b": 2}
