"""What whole sets of real messages get, and the shared cases of redaction."""

import json
import os
from pathlib import Path

import pytest
from rapidfuzz import fuzz, process

from bot.answering import Outcome, read_paste
from bot.cli import run_command_line
from knowledge.entry import load_entries
from knowledge.evaluate import figures_at, judge_messages
from knowledge.labelled import read_folder, read_messages

ROOT = Path(__file__).parents[1]
HOLDOUT = ROOT / "benchmarks" / "holdout.jsonl"
LABELLED = ROOT / "knowledge" / "entries" / "labelled"


@pytest.fixture
def cases():
    """The folder of the shared cases."""
    if "EVAL_DIR" not in os.environ:
        pytest.skip("EVAL_DIR is not set: the shared cases are not there")
    return Path(os.environ["EVAL_DIR"])


def figures(answerer, path):
    """What replying means over a file of labelled messages: neutral ones left out."""

    def best(text):
        decision = answerer.decide(read_paste(text).text)
        assert (decision.outcome is Outcome.REPLY) == (decision.score >= answerer.reply_from)
        return decision.candidates[0].entry.id, decision.score

    return figures_at(judge_messages(read_messages(path), best), answerer.reply_from)


def test_the_shared_messages(answerer, cases):
    found = figures(answerer, cases / "messages.jsonl")
    assert found.precision >= 0.97
    assert found.recall >= 0.85
    assert found.positives > 40


def test_messages_that_training_never_saw(answerer):
    found = figures(answerer, HOLDOUT)
    assert found.precision >= 0.97
    assert found.recall >= 0.85
    assert found.positives > 100


def test_the_messages_kept_apart_are_not_among_the_labelled_ones():
    known = {message.text for message in read_folder(LABELLED)}
    assert [m.id for m in read_messages(HOLDOUT) if m.text in known] == []
    assert len(known) > 1_000


def test_no_labelled_message_is_a_near_copy_of_a_shared_one(cases):
    shared = [message.text for message in read_messages(cases / "messages.jsonl")]
    known = [message.text for message in read_folder(LABELLED)]
    likeness = process.cdist(known, shared, scorer=fuzz.ratio, dtype="uint8")
    assert likeness.shape == (len(known), 120)
    assert likeness.max() <= 85


def test_what_varies_another_message_names_one_of_the_same_folder():
    messages = read_folder(LABELLED)
    first = {message.id for message in messages if not message.varies}
    assert {message.varies for message in messages if message.varies} <= first
    assert sum(bool(message.varies) for message in messages) > 100


@pytest.mark.parametrize("path", [LABELLED, HOLDOUT], ids=lambda path: path.name)
def test_every_label_names_an_entry(path):
    messages = read_folder(path) if path.is_dir() else read_messages(path)
    ids = {entry.id for entry in load_entries(LABELLED.parent)}
    assert {name for message in messages for name in message.expect} <= ids
    assert len({message.id for message in messages}) == len(messages)


def test_no_secret_of_the_shared_cases_survives_and_the_rest_does(cases, capsys):
    path = cases / "redaction.jsonl"
    wanted = [json.loads(line) for line in path.read_text().splitlines()]
    assert run_command_line(["redact", "--batch", str(path)]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["id"] for line in found] == [case["id"] for case in wanted]
    for case, line in zip(wanted, found, strict=True):
        assert [secret for secret in case["secrets"] if secret in line["text"]] == [], case["id"]
        assert [kept for kept in case["keep"] if kept not in line["text"]] == [], case["id"]
        assert bool(line["found"]) == bool(case["secrets"]), case["id"]
    assert sum(len(case["secrets"]) for case in wanted) > 20
