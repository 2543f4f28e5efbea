"""Nearness to the phrases of a base."""

from dataclasses import replace

import numpy as np
import pytest

from knowledge import meaning
from knowledge.meaning import (
    BUCKETS,
    Examples,
    Meaning,
    Phrase,
    Role,
    hashed,
    hashed_rows,
    learn,
    nearness,
    tokens,
)
from knowledge.remembered import embed, remember
from knowledge.sentences import DIMENSIONS, sentence_model
from knowledge.signatures import Background

BACKGROUND = Background({"the": 90, "a": 80, "i": 80, "do": 60}, 100)
PHRASES = (
    Phrase("How do I descale the machine?", Role.ASK, (0,)),
    Phrase("Remove the limestone", Role.ASK, (0,)),
    Phrase("Where is my invoice?", Role.ASK, (1,)),
    Phrase("Send me the bill and tell me when to descale", Role.MESSAGE, (0, 1)),
    Phrase("The kettle wants descaling", Role.LOOK_ALIKE, (0,)),
    Phrase("Good morning everybody", Role.BACKGROUND, ()),
    Phrase("Lunch at twelve", Role.BACKGROUND, ()),
)
ENTRIES = 3  # the third one has error strings only


def examples(phrases=PHRASES):
    texts = [phrase.text for phrase in phrases]
    nothing = np.zeros((0, ENTRIES + 1), dtype=np.float32)
    return learn(Examples(phrases, embed(texts), hashed_rows(texts, BACKGROUND), nothing), ENTRIES)


@pytest.fixture(scope="module")
def known():
    return examples()


def near(text, learned):
    found = Meaning(learned, ENTRIES, BACKGROUND)
    return found.near(text, embed([text])[0], hashed(text, BACKGROUND))


def test_tokens_keep_what_tells_questions_from_remarks():
    assert tokens("Can't I 12 @bo?!") == ["can't", "i", "0", "@", "bo", "?", "!"]


def test_hashed_words_and_letters_are_of_one_length_whatever_the_text_or_nothing():
    once, long = (hashed("descale the machine " * often, BACKGROUND) for often in (1, 9))
    assert np.linalg.norm(once) == pytest.approx(np.linalg.norm(long))
    assert not hashed("", BACKGROUND).any()


def test_a_misspelt_word_is_nearer_than_another_one():
    right, misspelt, other = (
        hashed(word, BACKGROUND) for word in ("authorization", "authorisaton", "invoice")
    )
    assert right @ misspelt > 3 * (right @ other)


def test_a_word_of_any_length_has_few_runs():
    assert np.count_nonzero(hashed("a" * 40 + "b" * 9_999, BACKGROUND)) < 900


def test_rows_of_hashed_multiply_like_the_table_that_they_stand_for():
    texts = ["descale the machine", "", "the bill", "!", "where is the machine"]
    rows = hashed_rows(texts, BACKGROUND)
    table = np.array([hashed(text, BACKGROUND) for text in texts])
    order = np.array([4, 1, 0, 0])
    assert np.array_equal(rows.dense(order), table[order])
    for text in ("descale the bill of the machine", "a long one: " + " ".join(map(hex, range(99)))):
        words = hashed(text, BACKGROUND)
        assert rows.dot(words) == pytest.approx(table @ words, abs=1e-6)
        assert rows.dot(words).shape == (len(texts),)


def test_rows_of_nothing():
    rows = hashed_rows([], BACKGROUND)
    assert rows.dense(np.array([], dtype=np.intp)).shape == (0, BUCKETS)
    assert rows.dot(np.ones(BUCKETS, dtype=np.float32)).shape == (0,)


def test_word_order_shows_in_the_pairs():
    one, other = (hashed(text, BACKGROUND) for text in ("bill sends", "sends bill"))
    assert 0.5 < one @ other / (one @ one) < 0.99


def test_no_two_texts_are_nearer_than_a_text_to_itself(known):
    words = known.words.dense(np.arange(len(PHRASES)))
    table = nearness(known.vectors @ known.vectors.T + words @ words.T)
    assert table.diagonal() == pytest.approx(np.ones(len(PHRASES)), abs=1e-3)
    assert table.max() == pytest.approx(1, abs=1e-3)
    assert table == pytest.approx(table.T)


@pytest.mark.parametrize(
    ("text", "entry"),
    [("How do I descale the machine?", 0), ("where can I find the invoice", 1)],
)
def test_the_entry_that_is_asked_for_fits_best(known, text, entry):
    found = near(text, known)
    assert found.fit.argmax() == entry
    assert found.fit[entry] > found.fit_background
    assert found.nearest.argmax() == entry
    assert found.overlap.argmax() == entry


def test_a_phrase_of_its_own_is_as_near_as_can_be(known):
    found = near(PHRASES[2].text, known)
    assert found.nearest[1] == pytest.approx(1, abs=0.02)
    assert PHRASES[found.nearest_phrase[1]] == PHRASES[2]
    assert found.overlap[1] == pytest.approx(1)
    assert found.nearest_few[1] < found.nearest[1]


def test_chatter_fits_the_background(known):
    found = near("good morning", known)
    assert found.fit_background > found.fit.max()
    assert found.background > found.background_few


def test_a_look_alike_counts_against_its_entry_alone(known):
    assert near("descaling the kettle", known).look_alike.argmax() == 0
    assert not near("descaling the kettle", known).look_alike[1:].any()


def test_an_entry_without_phrases_is_near_to_nothing(known):
    found = near("how do I descale", known)
    assert (found.nearest[2], found.nearest_few[2], found.overlap[2]) == (0, 0, 0)


def test_a_message_of_two_entries_speaks_for_both(known):
    found = near(PHRASES[3].text, known)
    assert found.nearest[:2] == pytest.approx([1, 1], abs=0.02)


@pytest.mark.parametrize("phrases", [(), PHRASES[:1], PHRASES[5:]])
def test_a_base_may_lack_phrases(phrases):
    found = near("how do I descale the machine?", examples(phrases))
    assert found.fit.shape == (ENTRIES,)
    assert np.isfinite(found.fit).all()
    assert found.background == pytest.approx(0) or len(phrases) == 2


def test_a_text_without_words_is_near_to_nothing(known):
    found = near("", known)
    assert not found.overlap.any()
    assert np.isfinite(found.fit).all()


def test_solving_for_one_text_gives_what_was_learned_in_advance(known, monkeypatch):
    monkeypatch.setattr(meaning, "MAX_LEARNED", 0)
    unlearned = learn(replace(known, weights=known.weights[:0]), ENTRIES)
    assert len(unlearned.weights) == 0
    for text in ("how do I descale", "the bill", "lunch"):
        one, other = near(text, known), near(text, unlearned)
        assert other.fit == pytest.approx(one.fit, abs=1e-4)
        assert other.fit_background == pytest.approx(one.fit_background, abs=1e-4)


def test_vectors_are_of_unit_length_whatever_the_text():
    vectors = sentence_model().embed(["", "a", "\0", "\ud800 lone", "word " * 5_000, "🙂" * 999])
    assert vectors.shape == (6, DIMENSIONS)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(6), abs=1e-4)


def test_the_order_of_the_texts_is_kept_over_batches():
    texts = [f"{'long ' * (n % 7)}text {n}" for n in range(70)]
    vectors = sentence_model().embed(texts)
    for n in (0, 33, 69):
        assert vectors[n] @ sentence_model().embed([texts[n]])[0] > 0.98


def test_no_text_no_vector():
    assert sentence_model().embed([]).shape == (0, DIMENSIONS)
    assert embed([]).shape == (0, DIMENSIONS)


def test_the_shipped_phrases_are_remembered(answerer):
    texts = [ask for entry in answerer.entries for ask in entry.asks][::17]
    vectors = embed([*texts, "a phrase that nobody ever wrote down xyzzy"])
    fresh = sentence_model().embed(texts)
    assert (vectors[:-1] * fresh).sum(axis=1).min() > 0.97
    assert np.linalg.norm(vectors[-1]) == pytest.approx(1, abs=1e-4)


def test_remembering_loses_hardly_anything(tmp_path):
    texts = ["descale", "invoice \ud800"]
    remember(tmp_path / "v.npz", texts, sentence_model().embed)
    with np.load(tmp_path / "v.npz") as stored:
        rows = stored["steps"] * stored["scales"][:, None]
    assert (rows * sentence_model().embed(texts)).sum(axis=1).min() > 0.99
