"""Reply, suggest or silence: the decision itself, and what is read before it."""

import pytest
from conftest import BREWLINE
from hypothesis import given
from hypothesis import strategies as st

from bot import answering
from bot.answering import Outcome, decide, known_messages, open_answerer, read_paste
from knowledge.entry import BadKnowledge, load_entries
from knowledge.labelled import BadMessagesError
from knowledge.matcher import Like, Match, Matches

ENTRIES = load_entries(BREWLINE)
SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


def matches(*scores):
    ranked = tuple(Match(e, s, ("why",)) for e, s in zip(ENTRIES, scores, strict=False))
    return Matches(ranked, Like.ERROR, "print")


def decided(*scores, explicit):
    return decide(matches(*scores), explicit=explicit, reply_from=0.6, suggest_from=0.2)


@pytest.mark.parametrize(
    ("score", "unasked", "asked"),
    [
        (1.0, Outcome.REPLY, Outcome.REPLY),
        (0.6, Outcome.REPLY, Outcome.REPLY),
        (0.5999, Outcome.SUGGEST, Outcome.SUGGEST),
        (0.2, Outcome.SUGGEST, Outcome.SUGGEST),
        (0.1999, Outcome.SILENT, Outcome.SUGGEST),
        (0.0, Outcome.SILENT, Outcome.SUGGEST),
    ],
)
def test_the_score_decides_unless_the_bot_was_asked(score, unasked, asked):
    assert decided(score, explicit=False).outcome is unasked
    assert decided(score, explicit=True).outcome is asked


@given(st.lists(st.floats(0, 1), min_size=1, max_size=3), st.booleans())
def test_only_a_reply_names_its_entry(scores, explicit):
    scores.sort(reverse=True)
    decision = decided(*scores, explicit=explicit)
    assert decision.entry == (ENTRIES[0].id if decision.outcome is Outcome.REPLY else None)
    assert decision.score == scores[0]
    assert [match.score for match in decision.candidates] == scores
    assert (decision.like, decision.fingerprint) == (Like.ERROR, "print")
    assert not explicit or decision.outcome is not Outcome.SILENT


def test_without_any_candidate_there_is_nothing_to_reply():
    assert decided(explicit=False).outcome is Outcome.SILENT
    for explicit in (True, False):
        assert (decided(explicit=explicit).entry, decided(explicit=explicit).score) == (None, 0.0)


def test_secrets_and_markup_are_gone_before_matching():
    paste = read_paste(
        f"<https://x.example|see> &lt;{SECRET}&gt; \u201cquoted\u201d\u200b <!channel>"
    )
    assert SECRET not in paste.text
    assert [found.kind for found in paste.found]
    assert paste.text.startswith("see (https://x.example) <[redacted")
    assert paste.text.endswith('"quoted" @channel')


def test_an_entry_is_found_by_its_id(brewline):
    assert brewline.entry("grinder-jam").title == "The grinder of a Brewline machine stalls"
    assert brewline.entry("nothing") is None
    assert [entry.id for entry in brewline.entries] == sorted(e.id for e in ENTRIES)


def test_a_base_without_messages_of_its_own_learns_what_needs_no_answer():
    found = known_messages(BREWLINE)
    assert len(found) > 300
    assert not any(message.expect for message in found)


def test_a_base_learns_from_its_own_messages_redacted_and_from_the_shipped_silent_ones(tmp_path):
    labelled = tmp_path / "labelled"
    labelled.mkdir()
    (labelled / "a.jsonl").write_text(f'{{"id":"1","text":"my key {SECRET}","expect":["x"]}}\n')
    own, *others = known_messages(tmp_path)
    assert (own.id, own.expect) == ("1", ("x",))
    assert own.text.startswith("my key [redacted")
    assert len(others) > 300
    assert not any(message.expect for message in others)


def test_a_broken_base_says_where(tmp_path):
    with pytest.raises(BadKnowledge, match="has no entries"):
        open_answerer(tmp_path, tmp_path)
    (tmp_path / "a.md").write_text("nothing")
    with pytest.raises(BadKnowledge, match=r"a\.md"):
        open_answerer(tmp_path, tmp_path)


@pytest.mark.parametrize("spoil", ["line", "folder"])
def test_broken_labelled_messages_say_where(tmp_path, spoil):
    (tmp_path / "a.md").write_text((BREWLINE / "grinder-jam.md").read_text())
    file = tmp_path / "labelled" / "b.jsonl"
    file.parent.mkdir()
    if spoil == "line":
        file.write_text('{"id":"1","text":"x","expect":[]}\n{"id":"2"}\n')
    else:
        file.mkdir()
    with pytest.raises(
        BadMessagesError, match=r"b\.jsonl:2: " if spoil == "line" else "cannot be read"
    ):
        open_answerer(tmp_path, tmp_path)


def test_without_a_cache_folder_of_the_user_a_temporary_one_serves(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file" / "below"))
    monkeypatch.setattr(answering.tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    kb = tmp_path / "kb"
    kb.mkdir()
    (kb / "a.md").write_text((BREWLINE / "grinder-jam.md").read_text())
    assert open_answerer(kb).entry("grinder-jam")
    assert list((tmp_path / "temporary").rglob("base-*.db"))
