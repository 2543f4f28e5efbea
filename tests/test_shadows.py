"""Answers that mode `shadow` keeps back: who decides, what hinders, how they are kept and drawn."""

import asyncio
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground.block_rules import check_message, check_view
from bot.records import Around, Candidate, Place, State, Thread
from bot.reply import REPLY_LIMIT
from bot.shadow_reply import ShadowCard, ShadowFormOffer
from bot.shadows import (
    FORGOTTEN,
    HINDRANCES,
    OPTED_OUT,
    SAID,
    Choice,
    Deciding,
    Shadow,
    ShadowState,
    decide,
    hindrance,
)
from bot.ticket_reply import TriedEntry
from handlers.blocks import render
from handlers.shadows import edit_view

PLACE = Place("T1", "C1", "1.1")
CANDIDATES = (Candidate("a", 0.9, ("why",)), Candidate("b", 0.5))
SHADOW = Shadow(PLACE, "1.1", "U1", "it fails", CANDIDATES, "a", sure=True)
AFTER = {
    Choice.SEND: ShadowState.SENT,
    Choice.EDIT: ShadowState.SENT,
    Choice.DISCARD: ShadowState.DISCARDED,
}


@pytest.mark.parametrize(("state", "choice"), list(product(ShadowState, Choice)))
def test_the_first_decision_holds(state, choice):
    after = decide(replace(SHADOW, state=state), Deciding(choice, "k", "U2", "in other words"))
    if state is not ShadowState.WAITING:
        assert after is None
        return
    assert (after.state, after.decider) == (AFTER[choice], "U2")
    assert after.edited == ("in other words" if choice is Choice.EDIT else "")


@pytest.mark.parametrize("state", State)
def test_only_a_thread_that_waits_gets_the_answer(state):
    waits = state in {State.NEW, State.ANSWERED}
    thread = Thread("U1", state)
    assert hindrance(SHADOW, Around(None, False, thread)) == HINDRANCES.get(state, "")
    assert bool(HINDRANCES.get(state)) is not waits
    assert hindrance(SHADOW, Around(None, True, thread)) == OPTED_OUT
    assert hindrance(SHADOW, Around(None, False, None)) == FORGOTTEN
    again = hindrance(SHADOW, Around(None, False, replace(thread, given=("a",))))
    assert again == (SAID if waits else HINDRANCES[state])
    edited = replace(SHADOW, edited="in other words")
    assert not waits or not hindrance(edited, Around(None, False, replace(thread, given=("a",))))


async def kept(store, key="m1", **changes):
    await store.shadows.keep(replace(SHADOW, **changes), key, 5.0)
    return await store.shadows.kept_under(key)


async def test_it_is_kept_once_for_a_message_and_once_for_an_entry_in_a_thread(store):
    first = await kept(store)
    assert first == replace(SHADOW, id=first.id)
    assert await kept(store, text="delivered again") == first
    assert await kept(store, "m2", question="1.2") is None
    assert (await kept(store, "m3", question="1.3", entry="b")).id != first.id
    assert (await kept(store, "m4", place=replace(PLACE, root="2.1"))).entry == "a"
    assert await store.shadows.of_question(PLACE, "1.1") == first


async def test_of_many_who_decide_at_once_one_wins_and_may_say_so_again(store):
    shadow, shadows = await kept(store), store.shadows
    by = [Deciding(choice, f"k{n}", f"U{n}") for n, choice in enumerate([*Choice, *Choice])]
    won = await asyncio.gather(*(shadows.decide(shadow.id, one, 6.0) for one in by))
    assert sum(won) == 1
    winner = by[won.index(True)]
    after = await shadows.decided_under(winner.key)
    assert (after.state, after.decider) == (AFTER[winner.choice], winner.user)
    assert await shadows.decide(shadow.id, winner, 7.0)
    assert await shadows.get(shadow.id) == after
    assert not await shadows.decide(99, winner, 7.0)


async def test_names_and_words_are_forgotten_and_what_is_old_is_deleted(store):
    shadow, shadows = await kept(store), store.shadows
    await shadows.set_card(shadow.id, "9.1")
    await shadows.decide(shadow.id, Deciding(Choice.SEND, "k", "U2"), 6.0)
    await store.forget("T1", "U2")
    assert (await shadows.with_card("9.1")).decider == ""
    assert await shadows.with_card("") is None
    await store.forget("T1", "U1")
    assert await shadows.get(shadow.id) is None
    await kept(store)
    assert await store.forget_team("T1") == 1
    old = await kept(store)
    await store.purge(5.0, 6.0)
    assert await shadows.get(old.id)
    await store.purge(5.1, 6.0)
    assert await shadows.get(old.id) is None


WORDS = st.text(max_size=200) | st.sampled_from(["&" * 2_900, "<!channel>" * 290, "```" * 900])


@given(WORDS, WORDS.filter(bool), WORDS, st.sampled_from(ShadowState), st.booleans())
def test_any_card_is_one_that_slack_takes_and_calls_nobody(text, markdown, title, state, sure):
    shadow = replace(SHADOW, text=text, state=state, decider="U2", reason=title, sure=sure)
    others = () if sure else tuple(TriedEntry(n * 64, title, 0.5) for n in "abc")
    card = ShadowCard(shadow, title, markdown[:REPLY_LIMIT], title, others, "https://x.y/1", "s")
    message = render(card)
    check_message(message.text, message.blocks)
    spoken = [block for block in message.blocks if block["type"] != "rich_text"]
    assert "<!" not in str(spoken) + message.text
    buttons = [block for block in message.blocks if block["type"] == "actions"]
    assert bool(buttons) is (state is ShadowState.WAITING)


@given(WORDS)
def test_any_answer_can_be_edited(text):
    check_view(edit_view(1, text, REPLY_LIMIT))
    message = render(ShadowFormOffer(1))
    check_message(message.text, message.blocks)
