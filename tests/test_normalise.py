"""What varies between two pastes of one error goes, what identifies it stays."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge.normalise import MAX_SAID, MAX_TEXT, Text, squash, words


@pytest.mark.parametrize(
    "noise",
    [
        "2024-10-02T07:51:18.123Z",
        "2024/10/02 07:51:18,123",
        "2024-10-02 07:51:18 +02:00",
        "2024-10-02 07:51:18 UTC",
        "2024-10-02 07:51:18 CEST",
        "07:51:18",
        "7:51 pm",
        "0191f3aa-7d52-7c1e-9f00-3c2b1a0d9e8f",
        "3f2504e04f8911d39a0c",
        "[redacted token]",
        "10.0.12.7:8443",
        ":tada:",
    ],
)
def test_what_varies_goes(noise):
    assert Text(f"before {noise} after").words == ("before", "after")


@pytest.mark.parametrize(
    "kept",
    [
        "404",
        "2024-10-02 07:51:18 CORS",
        "ERR_TUNNEL_CONNECTION_FAILED",
        "svc.anon.com/account/api",
        "jwksUri",
        "version 5",
    ],
)
def test_what_identifies_stays(kept):
    assert kept.rpartition(" ")[2] in Text(f"before {kept} after").clean


def test_stack_frames_go_and_the_lines_around_them_stay():
    text = Text("Error: boom\n    at run (/app/a.js:3:1)\n    ... at x\nnext line")
    assert text.words == ("error", "boom", "next", "line")


def test_a_word_wrapped_in_the_middle_reads_as_one():
    assert Text("Error trans\n lating ext\r\nernal").squashed == "errortranslatingexternal"


def test_prose_leaves_out_fences_and_log_lines():
    text = Text(
        "why this?\n```\nError: boom\n```\nat home\n> quoted\n2024-01-02 x\nTypeError: y\nok"
    )
    assert text.prose == "why this? ok"


def test_a_fence_that_never_ends_is_code_to_the_end():
    text = Text("look ```js\nboom\nbang")
    assert text.prose == "look"
    assert text.code == "boom\nbang"


def test_code_is_what_stands_in_fences_and_spans():
    assert Text("a `b c` d ```e``` `unclosed").code == "e\nb c"


def test_said_is_the_persons_own_words_or_else_everything():
    assert Text("why does this fail?\n```boom```").said == "why does this fail?"
    assert Text("?\n```boom  bang```").said == "? ```boom bang```"
    assert len(Text("word " * 1_000).said) == MAX_SAID


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("404 - Not Found", {"404"}),
        ("got a 429, then 500!", {"429", "500"}),
        ("status:404", set()),  # so that host:443 and file:120 are none
        ("https://x.com/404", set()),
        ("took 500ms, 200 users, 404.5, 12:404", set()),
        ("600 099 1404", set()),
        ("HTTP/2 401", {"401"}),
    ],
)
def test_statuses(text, statuses):
    assert Text(text).statuses == statuses


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("https://svc.sandbox.anon.com/x", {"anon.com"}),
        ("from API.Stripe.com: no", {"stripe.com"}),
        ("index.js and Foo.Bar are files", set()),
        ("localhost", set()),
    ],
)
def test_hosts_are_registered_domains(text, hosts):
    assert Text(text).hosts == hosts


def test_words_split_camel_case_too():
    assert words("jwksUri can't 404") == ("jwksuri", "jwks", "uri", "can't", "404")


def test_squash():
    assert squash("Ab-c: 4_0 4\n") == "abc404"


def test_only_the_beginning_of_a_huge_text_is_read():
    text = Text("a" * MAX_TEXT + " tail 404 `code` example.com" * 100_000)
    assert not {"tail", "404", "code"} & text.word_set
    assert (text.statuses, text.hosts, text.code) == (frozenset(), frozenset(), "")
    assert len(text.squashed) == MAX_TEXT


@given(st.text(st.characters(exclude_categories=())))
@example("\ud800 a")
@example("```" * 99)
@example("\0")
@example("at " + "at " * 999)
def test_every_text_has_every_form(raw):
    text = Text(raw)
    assert set(text.squashed) <= set("abcdefghijklmnopqrstuvwxyz0123456789")
    assert text.word_set == set(text.words)
    assert all(word == word.lower() for word in text.words)
    assert "\n" not in text.prose
    assert len(text.said) <= MAX_SAID
    assert all(len(status) == 3 for status in text.statuses)
    assert isinstance(text.code, str)


@given(st.text(), st.text(" \t\n-_.,:;\"'", min_size=1))
def test_what_stands_between_letters_does_not_matter_to_the_squashed_form(raw, between):
    assert squash(between.join(raw)) == squash("".join(raw))
