"""Plain talk is passed over quickly; nothing that would get an answer is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.rig.talk import HOLDOUT
from bot.answering import SHIPPED, Outcome, read_paste
from handlers.talk import passed_over_by
from knowledge.labelled import read_folder, read_messages
from knowledge.outlook import Outlook

TALK = ("thanks all!", "morning", "lgtm", "see the thread above", "I'm out on Friday", "+1")
NOT_TALK = (
    "max number of userpools?",
    "Error translating external user id: 404 - Not Found",
    "amazon sign in vanishes on reconnect",
    "do you do food delivery, like doordash or ubereats",
    "is ANON_ENV=prod all it takes",
    "`nvm`",
)
UNSURE_ANYHOW = {"test test"}


@pytest.mark.parametrize("text", TALK)
def test_talk_is_talk_and_gets_nothing(answerer, text):
    assert answerer.outlook(text) is Outlook.SILENT
    assert answerer.decide(text).outcome is Outcome.SILENT


@pytest.mark.parametrize("text", NOT_TALK)
def test_what_may_get_an_answer_is_looked_at(answerer, text):
    assert answerer.outlook(text) is not Outlook.SILENT


def test_no_labelled_message_that_gets_something_is_talk(answerer):
    texts = [m.text for m in (*read_folder(SHIPPED / "labelled"), *read_messages(HOLDOUT))]
    talk = [
        text for text in map(read_paste, texts) if answerer.outlook(text.text) is Outlook.SILENT
    ]
    assert len(talk) > 100
    got = {t.text for t in talk if answerer.decide(t.text).outcome is not Outcome.SILENT}
    assert got <= UNSURE_ANYHOW


class Hears:
    """Passes all over, and keeps what it was asked."""

    def __init__(self):
        self.asked = []

    def passes_over(self, message):
        self.asked.append(message)
        return True


MESSAGE = {"type": "message", "channel": "C1", "ts": "1.1", "user": "U1", "text": "thanks"}
PAYLOAD = {"type": "event_callback", "team_id": "T9", "authorizations": [{"team_id": "T1"}]}


def test_a_message_is_heard_for_the_team_that_installed_the_bot():
    hears = Hears()
    assert passed_over_by(hears)({**PAYLOAD, "event": MESSAGE})
    assert [(one.team, one.channel, one.text) for one in hears.asked] == [("T1", "C1", "thanks")]


@pytest.mark.parametrize(
    "changed",
    [
        {"text": "<@U0ANON> thanks"},
        {"subtype": "message_changed"},
        {"type": "app_mention"},
        {"user": None},
        {"channel": 5},
    ],
)
def test_what_may_be_for_the_bot_is_not_passed_over(changed):
    hears = Hears()
    assert not passed_over_by(hears)({**PAYLOAD, "event": MESSAGE | changed})
    assert not passed_over_by(hears)({**PAYLOAD, "type": "block_actions", "event": MESSAGE})
    assert hears.asked == []


def test_what_no_person_wrote_is_passed_over_unasked():
    hears = Hears()
    assert passed_over_by(hears)({**PAYLOAD, "event": MESSAGE | {"bot_id": "B1"}})
    assert hears.asked == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*MESSAGE, "thread_ts", "files", "blocks"]), JSON), JSON)
def test_any_shape_of_a_request_is_survived(changed, authorizations):
    payload = {**PAYLOAD, "authorizations": authorizations, "event": MESSAGE | changed}
    assert passed_over_by(Hears())(payload) in {True, False}


def test_another_base_has_other_words(brewline):
    for entry in brewline.entries:
        for text in (entry.title, *entry.errors, *entry.asks):
            silent = brewline.decide(text).outcome is Outcome.SILENT
            assert silent or brewline.outlook(text) is not Outlook.SILENT, text
