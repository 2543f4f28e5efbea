"""What the form of one file cannot show: each kind of problem, and none where there is none."""

from dataclasses import replace

import pytest
from conftest import BREWLINE

from knowledge.entry import Entry, Kind, load_entries
from knowledge.index import compile_base
from knowledge.labelled import Message
from knowledge.lint import BODY_LIMIT, lint
from knowledge.matcher import Matcher
from knowledge.model import trained_model
from knowledge.remembered import embed

ENTRIES = load_entries(BREWLINE)
GRINDER, RECIPE, WATER = ENTRIES


def problems(*entries, messages=()):
    model = trained_model()
    compiled = compile_base(":memory:", entries, messages, model.background, embed)
    return [str(problem) for problem in lint(Matcher(compiled, model, embed), messages)]


def test_a_good_base_has_no_problems():
    messages = [Message("1", "hums", ("grinder-jam",)), Message("2", "lunch", ())]
    assert problems(*ENTRIES, messages=messages) == []


def test_an_answer_that_is_too_long():
    assert problems(replace(WATER, body="x" * BODY_LIMIT)) == []
    (found,) = problems(replace(WATER, body="x" * (BODY_LIMIT + 1)))
    assert found.startswith(f"water-hardness: the answer has {BODY_LIMIT + 1} characters; keep")


@pytest.mark.parametrize("name", ["grinder-stuck", "water-soft-1"])
def test_an_answer_that_names_an_entry_that_is_gone(name):
    (found,) = problems(*ENTRIES[:2], replace(WATER, body=f"See `{name}`."))
    assert found == (
        f"water-hardness: the answer names the entry `{name}`, which does not exist; correct the id"
    )


@pytest.mark.parametrize(
    "body", ["See `grinder-jam`.", "Run `npm-run-all` or `recipe`.", "grinder-x"]
)
def test_what_is_no_dead_reference(body):
    assert problems(*ENTRIES[:2], replace(WATER, body=body)) == []


def test_a_label_of_an_entry_that_is_gone():
    (found,) = problems(*ENTRIES, messages=[Message("m7", "hums", ("grinder-jam", "gone"))])
    assert found == "labelled: labelled message m7 expects the entry `gone`, which does not exist"


def test_an_error_that_finds_another_entry_first():
    error = GRINDER.errors[0]
    found = problems(GRINDER, replace(WATER, errors=(error,)))
    astray, alike = found
    assert astray.startswith(f"water-hardness: its error `{error}` finds grinder-jam first; ")
    assert alike.startswith(f"grinder-jam: `{error}` is almost what water-hardness says (`")


def test_an_error_of_a_placeholder_in_a_base_that_knows_better():
    (found,) = problems(GRINDER, Entry("a", "A", Kind.ERROR, errors=("{grinder}",), body="Do."))
    assert found.startswith("a: its error `{grinder}` finds grinder-jam first;")


@pytest.mark.parametrize(
    "same",
    [
        "Where do I set the water hardness?",
        "where do I set the water-hardness",
        "Where do i set th water hardness",
    ],
)
def test_phrasings_that_two_entries_share(same):
    found = problems(replace(RECIPE, asks=(*RECIPE.asks, same)), WATER)
    wanted = f"recipe-upload-413: `{same}` is almost what water-hardness says (`{WATER.asks[1]}`); leave it to one of them"
    assert found == [wanted]


def test_a_differing_number_makes_two_phrasings_of_one():
    twin = Entry("recipe-upload-414", "Too long", Kind.ERROR, errors=("Error uploading brew recipe: 414 - Payload Too Large",), body="Do.")  # fmt: skip
    assert problems(RECIPE, twin) == []


def test_every_problem_is_told():
    found = problems(
        replace(GRINDER, body="`water-x` " + "x" * BODY_LIMIT),
        replace(WATER, asks=GRINDER.asks[:1]),
        messages=[Message("1", "x", ("gone",))],
    )
    assert [text.split(" ")[1] for text in found] == ["the", "the", "labelled", "`The"]


def test_the_shipped_base_is_clean_of_what_needs_no_matching(answerer):
    """``make check`` lints the whole base; here is what costs nothing."""
    ids = {entry.id for entry in answerer.entries}
    assert all(len(entry.body) <= BODY_LIMIT for entry in answerer.entries)
    assert len(ids) == len(answerer.entries) >= 30
