"""Plain talk is passed over quickly; nothing that would get an answer is."""

import pytest

from benchmarks.rig.talk import HOLDOUT
from bot.answering import SHIPPED, Outcome, read_paste
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


def test_another_base_has_other_words(brewline):
    for entry in brewline.entries:
        for text in (entry.title, *entry.errors, *entry.asks):
            silent = brewline.decide(text).outcome is Outcome.SILENT
            assert silent or brewline.outlook(text) is not Outlook.SILENT, text
