"""Error strings against pastes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.normalise import Text
from knowledge.signatures import MAX_SIGNATURE, Background, align, make_signature

BACKGROUND = Background({"error": 90, "the": 80, "user": 40, "id": 40}, 100)
ERROR = "Error translating external user id: 404 - Not Found"


def aligned(error, text):
    return align(make_signature(error, BACKGROUND), Text(text))


def test_rare_words_tell_more():
    assert BACKGROUND.weight("translating") > BACKGROUND.weight("user") > BACKGROUND.weight("error")
    assert BACKGROUND.weight("error") > 0
    assert BACKGROUND.information(["user", "id"]) == pytest.approx(2 * BACKGROUND.weight("user"))


def test_placeholders_split_a_signature_and_are_no_words_of_it():
    signature = make_signature("User {user_id} of app {app} is not linked 404", BACKGROUND)
    assert signature.text == "User {user_id} of app {app} is not linked 404"
    assert signature.fragments == ("user", "ofapp", "isnotlinked404")
    assert set(signature.words) == {"user", "of", "app", "is", "not", "linked", "404"}
    assert signature.statuses == {"404"}
    assert signature.information == pytest.approx(BACKGROUND.information(signature.words))


def test_a_long_error_string_is_capped():
    assert len(make_signature("ab " * 9_999, BACKGROUND).fragments[0]) == MAX_SIGNATURE


def test_an_error_that_stands_in_the_text_is_there_wholly():
    found = aligned(ERROR, f"help!\n```[x] {ERROR} (retry)```")
    assert (found.aligned, found.covered) == (1, pytest.approx(1))
    assert found.information == pytest.approx(found.signature.information)
    assert found.strength > 1


@pytest.mark.parametrize(
    "text",
    [
        "Error trans\nlating external us\ner id: 404 - Not Found",
        "error TRANSLATING external-user-id 404 not found",
        "Error&nbsp;translating external user id - 404 (Not Found)",
    ],
)
def test_wrapping_case_and_marks_hardly_matter(text):
    assert aligned(ERROR, text).aligned > 0.9


def test_misspelt_and_cut_off_words_count_for_less_than_right_ones():
    right, misspelt, other = (
        aligned(ERROR, text).covered
        for text in (
            "translating external user id 404",
            "trnaslating exernal user id 404",
            "translator of an extra user id 404",
        )
    )
    assert right > misspelt > other
    cut = aligned("Unexpected token 'export'", "nexpected token 'expor")
    assert cut.covered > 0.8


def test_less_of_the_error_is_weaker():
    texts = [
        ERROR,
        "Error translating extrenal user id 404",
        "Error translating external",
        "user id",
    ]
    found = [aligned(ERROR, text) for text in texts]
    strengths = [one.strength if one else 0 for one in found]
    assert strengths == sorted(strengths, reverse=True)
    assert len(set(strengths)) == len(texts)


@pytest.mark.parametrize("text", ["", "\0", "thanks all", "user", "🙂" * 50])
def test_nothing_in_common_is_no_alignment(text):
    assert aligned(ERROR, text) is None


@pytest.mark.parametrize("error", ["", "{id}", "{a}: {b}", "—", "x"])
def test_an_error_string_that_identifies_nothing_never_aligns(error):
    assert aligned(error, ERROR) is None


def test_a_cut_off_paste_holds_at_most_its_own_length_of_an_error():
    found = aligned(ERROR, ERROR[:30])
    assert 0.4 < found.aligned < 0.7


@given(st.text(max_size=300), st.text(max_size=300))
def test_shares_run_from_nothing_to_all(error, text):
    found = aligned(error, text)
    if found:
        assert 0 <= found.aligned <= 1
        assert 0.25 <= found.covered <= 1 + 1e-9
        assert 0 < found.information <= found.signature.information + 1e-9
