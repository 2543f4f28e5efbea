"""Labelled messages as files."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge.labelled import BadMessagesError, Message, counted, read_folder, read_messages

GOOD = {"id": "1", "text": "boom", "expect": ["a", "b"], "kind": "paste", "note": "ignored"}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("labelled") / "messages.jsonl"


def read(file, *records):
    file.write_bytes(
        b"\n".join(r if isinstance(r, bytes) else json.dumps(r).encode() for r in records)
    )
    return read_messages(file)


def test_every_member_arrives_and_unknown_ones_do_not_matter(file):
    assert read(file, GOOD, {"id": 2, "text": "", "expect": [], "neutral": True}) == [
        Message("1", "boom", ("a", "b"), "paste"),
        Message("2", "", (), neutral=True),
    ]
    assert read(file, {**GOOD, "varies": "7"})[0].varies == "7"


def test_blank_lines_are_nothing(file):
    assert [one.id for one in read(file, b"", GOOD, b"  \r", GOOD, b"")] == ["1", "1"]


def test_a_separator_inside_a_text_ends_no_line(file):
    line = json.dumps({**GOOD, "text": "a\u2028b\x85c"}, ensure_ascii=False).encode()
    assert read(file, line)[0].text == "a\u2028b\x85c"


@pytest.mark.parametrize(
    "bad",
    [
        b"{",
        b"[]",
        b"1",
        b"null",
        b'"id"',
        b"\xff\xfe",
        b'{"id":"1","text":"\xff","expect":[]}',
        b"[" * 100_000,
        b"9" * 5_000,
        {"text": "x", "expect": []},
        {"id": "1", "expect": []},
        {"id": "1", "text": "x"},
        {**GOOD, "text": None},
        {**GOOD, "text": 4},
        {**GOOD, "expect": "frontend-cors"},
        {**GOOD, "expect": None},
        {**GOOD, "expect": {"a": 1}},
        {**GOOD, "expect": [None]},
        {**GOOD, "neutral": "false"},
    ],
    ids=repr,
)
def test_a_bad_line_says_where_it_stands_and_what_to_write(file, bad):
    with pytest.raises(BadMessagesError) as caught:
        read(file, GOOD, b"", bad)
    assert str(caught.value).startswith(f"{file}:3: not a labelled message; write {{")


def test_a_folder_is_read_by_file_name(tmp_path):
    for name in ("b.jsonl", "a.jsonl", "c.txt"):
        (tmp_path / name).write_text(json.dumps({**GOOD, "id": name}))
    assert [one.id for one in read_folder(tmp_path)] == ["a.jsonl", "b.jsonl"]


def test_no_folder_no_messages(tmp_path):
    assert read_folder(tmp_path / "none") == []


def test_what_cannot_be_read_is_named(tmp_path):
    (tmp_path / "a.jsonl").mkdir()
    with pytest.raises(
        BadMessagesError, match=r"a\.jsonl: the file cannot be read \(Is a directory"
    ):
        read_folder(tmp_path)


def test_neutral_messages_do_not_count():
    kept, neutral = Message("1", "x", ()), Message("2", "x", (), neutral=True)
    assert counted([neutral, kept, neutral]) == [kept]


@given(st.binary(max_size=80))
@example(b'{"id":1,"text":"\\ud800","expect":[]}')
@example(b'{"id":NaN,"text":"","expect":[]}')
def test_any_bytes_are_messages_or_a_bad_line(file, data):
    file.write_bytes(data)
    try:
        found = read_messages(file)
    except BadMessagesError as error:
        assert f"{file}:" in str(error)  # noqa: PT017 - either way is right
        return
    assert len(found) == sum(bool(line.strip()) for line in data.split(b"\n"))


@given(
    st.builds(
        Message, st.text(), st.text(), st.lists(st.text()).map(tuple), st.text(), st.booleans()
    )
)
def test_what_is_written_is_read_again(file, message):
    record = {name: getattr(message, name) for name in ("id", "text", "expect", "kind", "neutral")}
    assert read(file, record) == [message]
