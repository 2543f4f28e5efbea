"""Proposed entries: who may review them, how they are drafted and kept."""

import asyncio
import subprocess
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.patches import patch_of
from bot.playground.block_rules import check_view
from bot.proposals import Proposal, ProposalState, Review, Reviewing, review
from bot.records import Place
from bot.ticket_records import Draft
from bot.ticket_store import Origin
from handlers.proposal_forms import FIELDS, entry_in, faults_in, proposal_view
from knowledge.drafting import draft_entry, fixed_part
from knowledge.entry import Entry, Kind, faults_of, parse_entry, render_entry
from tests.hostile import hostile_texts

ENTRY = Entry(
    "pairing-code", "The pairing code", Kind.ERROR, errors=("PairingError: used",), body="b"
)
TEXT = render_entry(ENTRY)
PROPOSED = Proposal(1, 7, "pairing-code", TEXT, "U1")
BY = Reviewing(Review.PROPOSE, "form", "U1", entry="pairing-code", text=TEXT)


def by(kind, user="U2", **changes):
    return replace(BY, review=kind, user=user, key=f"{kind} {user}", **changes)


APPROVED = replace(PROPOSED, state=ProposalState.APPROVED, reviewer="U2")
DISCARDED = replace(PROPOSED, state=ProposalState.DISCARDED, reviewer="U2")


@pytest.mark.parametrize(
    ("proposal", "reviewing", "state"),
    [
        (PROPOSED, by(Review.APPROVE), ProposalState.APPROVED),
        (PROPOSED, by(Review.APPROVE, "U1"), None),
        (PROPOSED, by(Review.APPROVE, problems=("too broad",)), None),
        (PROPOSED, by(Review.APPROVE, seq=3), None),
        (PROPOSED, by(Review.REVISE), ProposalState.PROPOSED),
        (PROPOSED, by(Review.DISCARD, "U1"), ProposalState.DISCARDED),
        (APPROVED, by(Review.DISCARD), ProposalState.DISCARDED),
        (APPROVED, by(Review.REVISE), None),
        (APPROVED, by(Review.APPROVE), None),
        (DISCARDED, by(Review.APPROVE), None),
        (DISCARDED, by(Review.REVISE), None),
        (DISCARDED, by(Review.DISCARD), None),
        (PROPOSED, by(Review.PROPOSE), None),
    ],
)
def test_who_may_do_what(proposal, reviewing, state):
    after = review(proposal, reviewing, 5.0)
    assert (after and after.state) == state
    if after:
        assert (after.seq, after.updated) == (1, 5.0)


def test_who_changes_an_entry_has_written_it():
    changed = review(PROPOSED, by(Review.REVISE, "U2", text="new"), 1.0)
    assert (changed.author, changed.text) == ("U2", "new")
    assert review(changed, by(Review.APPROVE, "U2"), 2.0) is None
    assert review(changed, by(Review.APPROVE, "U1"), 2.0).reviewer == "U1"


async def test_one_proposal_of_a_form_however_often_it_is_sent(store):
    opened = await asyncio.gather(*(store.proposals.open(7, BY, 1.0) for _ in range(5)))
    assert len({one.id for one in opened}) == 1
    assert opened[0] == replace(PROPOSED, id=opened[0].id, updated=1.0)
    await store.proposals.set_card(opened[0].id, "9.9")
    assert (await store.proposals.with_card("9.9")).id == opened[0].id
    assert await store.proposals.with_card("") is None
    assert await store.proposals.reviewed_under("form") is not None


async def test_of_two_who_press_at_once_one_has_done_it(store):
    proposal = await store.proposals.open(7, BY, 1.0)
    reviews = [by(kind, user, seq=0) for kind in (Review.APPROVE, Review.DISCARD) for user in "ab"]
    done = await asyncio.gather(*(store.proposals.act(proposal.id, one, 2.0) for one in reviews))
    assert sorted(done) == [False, False, False, True]
    held = await store.proposals.get(proposal.id)
    assert held.seq == 1
    (won,) = [one for one, mine in zip(reviews, done, strict=True) if mine]
    assert await store.proposals.act(proposal.id, won, 3.0), "the same press once more"
    assert await store.proposals.get(proposal.id) == held


async def test_the_stamp_changes_with_what_is_live(store):
    nothing = await store.proposals.stamp()
    proposal = await store.proposals.open(7, BY, 1.0)
    assert await store.proposals.stamp() == nothing
    await store.proposals.act(proposal.id, by(Review.APPROVE), 2.0)
    live = await store.proposals.stamp()
    assert live != nothing
    assert [one.entry for one in await store.proposals.approved()] == ["pairing-code"]
    other = await store.proposals.open(8, replace(BY, key="other"), 3.0)
    assert not await store.proposals.act(other.id, by(Review.APPROVE, "U3"), 4.0), "the id is taken"
    await store.proposals.act(proposal.id, by(Review.DISCARD), 5.0)
    assert await store.proposals.stamp() == nothing


async def test_who_leaves_takes_along_what_is_not_live(store):
    tickets, proposals = store.tickets, store.proposals
    origin = Origin(Place("T1", "C1", "1.1"), "C1:1.1")
    ticket = await tickets.open(origin, Draft("UANA"), "k", 1.0)
    live = await proposals.open(ticket.id, BY, 1.0)
    await proposals.act(live.id, by(Review.APPROVE), 2.0)
    waiting = await proposals.open(ticket.id, replace(BY, key="b", entry="b"), 2.0)
    others = await proposals.open(99, replace(BY, key="c", entry="c", user="U5"), 2.0)
    await store.forget("T1", "UANA")
    assert await proposals.get(waiting.id) is None
    await store.forget("T1", "U1")
    assert (await proposals.get(live.id)).author == ""
    assert await proposals.get(others.id)
    await store.purge(10.0, 10.0)
    assert await proposals.get(others.id) is None
    assert (await proposals.get(live.id)).state is ProposalState.APPROVED


@pytest.mark.parametrize(
    ("line", "fixed"),
    [
        (
            "2026-11-20T10:00:00Z ERROR PairingError: code acme-7 was used",
            "PairingError: code {id} was used",
        ),
        (
            "Request failed with status 502 for user 827344",
            "Request failed with status 502 for user {number}",
        ),
        (
            "cannot reach https://acme.dev/x?y=1 (ERR_HTTP2_PROTOCOL)",
            "cannot reach {url} (ERR_HTTP2_PROTOCOL)",
        ),
        ("id 550e8400-e29b-41d4-a716-446655440000 is not known", "id {id} is not known"),
        ("token [redacted bearer token] was refused", "token {secret} was refused"),
        ("10.1.2.3:443 refused", "{address} refused"),
    ],
)
def test_what_varies_in_an_error_becomes_a_placeholder(line, fixed):
    assert fixed_part(line) == fixed


def test_a_draft_has_the_error_the_question_and_the_answer():
    text = "Our widget fails, how do we get a new code?\n```\nPairingError: code acme-7 is used\n  at x.js:1\n```"
    draft = draft_entry(text, "Ask for another.\n", Kind.ERROR)
    assert draft.errors == ("PairingError: code {id} is used",)
    assert draft.asks == ("Our widget fails, how do we get a new code?",)
    assert draft.body == "Ask for another."
    assert draft.id == "widget-fails-new-code"
    assert not faults_of(render_entry(draft))


@given(st.text(max_size=400), st.text(max_size=400), st.sampled_from(Kind))
@example("", "", Kind.ERROR)
def test_any_text_gives_a_form_that_slack_takes(text, answer, kind):
    check_view(proposal_view("ticket|1", draft_entry(text, answer, kind)))


@pytest.mark.parametrize("name", sorted(hostile_texts(1)))
def test_hostile_text_is_drafted_in_time(name):
    text = hostile_texts(20_000)[name]
    draft = draft_entry(text, text, Kind.ERROR)
    assert len(draft.errors) <= 3


TEXTS = st.text(max_size=200)


@given(st.fixed_dictionaries(dict.fromkeys(FIELDS, TEXTS)))
def test_what_is_written_is_an_entry_or_is_told_at_its_field(fields):
    fields |= {"kind": "error", "area": "backend"}
    entry = entry_in(fields)
    faults = faults_in(entry, lambda _: False)
    assert set(faults) <= set(FIELDS)
    if not faults:
        assert parse_entry(render_entry(entry), "x") == entry


def test_faults_are_told_at_their_fields():
    fields = dict.fromkeys(FIELDS, "") | {"id": "Not An Id", "errors": "x" * 700}
    assert set(faults_in(entry_in(fields), lambda _: False)) == {"id", "title", "errors", "body"}
    good = {"id": "frontend-cors", "title": "t", "asks": "how?", "body": "so", "kind": "question"}
    fields = dict.fromkeys(FIELDS, "") | good
    assert set(faults_in(entry_in(fields), lambda _: True)) == {"id"}
    fields["body"] = "x" * 2_500
    assert set(faults_in(entry_in(fields), lambda _: False)) == {"body"}


def test_git_takes_the_patch(tmp_path):
    entries = [ENTRY, replace(ENTRY, id="other", body="line\n\n+ plus\n- minus\n\\ no newline")]
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    patch = patch_of(entries)
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=patch, text=True, check=True)
    for entry in entries:
        path = tmp_path / "knowledge" / "entries" / f"{entry.id}.md"
        assert parse_entry(path.read_text(), path.name) == entry
    assert patch_of([]) == ""
