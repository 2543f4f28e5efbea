"""The tickets in the state, on both databases."""

import asyncio
from dataclasses import replace

from bot.records import Brief, Candidate, Place, TicketState
from bot.ticket_records import Deed, Draft, Urgency
from bot.ticket_store import Origin
from bot.tickets import Doing

PLACE = Place("T1", "C1", "1.1")
ORIGIN = Origin(PLACE, "C1:1.1")
DRAFT = Draft("U1", "it broke", "a restart", Urgency.DOWN, "prod", (Candidate("a", 0.5),), ("a",))
CLAIM = Doing(Deed.CLAIM, "press:1", "U2", staff=True)


async def test_one_ticket_of_an_origin_however_often_it_is_opened(store):
    opened = await asyncio.gather(
        *(store.tickets.open(ORIGIN, DRAFT, f"k{n}", 1.0) for n in range(5))
    )
    (ticket,) = [one for one in opened if one]
    assert ticket == await store.tickets.get(ticket.id) == await store.tickets.of_thread(PLACE)
    assert ticket.draft == DRAFT
    assert await store.tickets.of_origin(ORIGIN) == ticket
    (event,) = await store.tickets.events(ticket.id)
    assert (event.deed, event.user, event.before) == (Deed.OPENED, "U1", None)


async def test_a_deed_is_done_once_for_each_key_and_the_database_has_the_last_word(store):
    ticket = await store.tickets.open(ORIGIN, DRAFT, "k", 1.0)
    await asyncio.gather(*(store.tickets.act(ticket.id, CLAIM, 2.0) for _ in range(5)))
    assert (await store.tickets.get(ticket.id)).seq == 1
    other = replace(CLAIM, key="press:2", user="U3")
    assert await store.tickets.act(ticket.id, other, 3.0)
    assert await store.tickets.act(ticket.id, CLAIM, 4.0)  # delivered again
    assert (await store.tickets.get(ticket.id)).claimer == "U3"
    assert not await store.tickets.act(ticket.id, Doing(Deed.CLOSE, "clock"), 5.0)
    assert not await store.tickets.act(99, replace(CLAIM, key="press:3"), 5.0)
    first = await store.tickets.event("press:1")
    assert (first.before, first.after, first.seq) == (TicketState.OPEN, TicketState.CLAIMED, 1)


async def test_an_epoch_is_one_stay_in_a_state(store):
    ticket = await store.tickets.open(ORIGIN, DRAFT, "k", 1.0)
    await store.tickets.act(ticket.id, Doing(Deed.ADDED, "a", "U3"), 2.0)
    assert (await store.tickets.get(ticket.id)).epoch == 0
    await store.tickets.act(ticket.id, CLAIM, 2.0)
    assert (await store.tickets.get(ticket.id)).epoch == 2
    late = Doing(Deed.REMIND, "timer", epoch=0)
    assert not await store.tickets.act(ticket.id, late, 3.0)


async def test_the_thread_knows_its_ticket(store):
    await store.threads.begin(PLACE, "U1", 1.0)
    assert (await store.threads.get(PLACE)).ticket is None
    ticket = await store.tickets.open(ORIGIN, DRAFT, "k", 1.0)
    brief = Brief(ticket.id, TicketState.OPEN, answered=False, private=False)
    assert (await store.threads.get(PLACE)).ticket == brief
    reply = Doing(Deed.REPLY, "r", "U2", staff=True)
    await store.tickets.act(ticket.id, reply, 7.0)
    assert (await store.threads.get(PLACE)).ticket.answered
    assert await store.tickets.usual_wait(0.0) is None, "three have to be measured"


async def test_places_and_counts(store):
    private = Origin(Place("T1", "D1", ""), "form:V1", private=True)
    ticket = await store.tickets.open(private, DRAFT, "k", 1.0)
    assert await store.tickets.of_thread(Place("T1", "D1", "")) is None
    await store.tickets.set_card(ticket.id, "5.5")
    await store.tickets.set_note(ticket.id, Place("T1", "D1", "6.6"), "6.6")
    assert (await store.tickets.with_card("5.5")).id == ticket.id
    assert await store.tickets.with_card("") is None
    assert (await store.tickets.with_note(Place("T1", "D1", "6.6"))).id == ticket.id
    assert (await store.tickets.of_thread(Place("T1", "D1", "6.6"))).id == ticket.id
    await store.tickets.open(ORIGIN, DRAFT, "k2", 2.0)
    assert await store.tickets.counts() == {TicketState.OPEN: 2}
    assert [one.id for one in await store.tickets.unfinished(9)] == [1, 2]
    assert [one.id for one in await store.tickets.of_asker("T1", "U1", 1)] == [2]


async def test_a_team_that_leaves_leaves_nothing(store):
    await store.tickets.open(ORIGIN, DRAFT, "k", 1.0)
    other = await store.tickets.open(Origin(replace(PLACE, team="T2"), "x"), DRAFT, "k2", 1.0)
    assert await store.forget_team("T1") == 2
    assert await store.tickets.events(1) == []
    assert len(await store.tickets.events(other.id)) == 1


async def test_forget_and_purge(store):
    ticket = await store.tickets.open(ORIGIN, DRAFT, "k", 1.0)
    other = await store.tickets.open(Origin(PLACE, "x"), replace(DRAFT, asker="U9"), "k2", 1.0)
    await store.tickets.act(other.id, Doing(Deed.ADDED, "a", "U1", text="mine too"), 2.0)
    await store.forget("T1", "U1")
    assert await store.tickets.get(ticket.id) is None
    assert [one.text for one in await store.tickets.events(other.id)] == ["", ""]
    done = Doing(Deed.RESOLVE, "r", "U2", staff=True, text="done")
    await store.tickets.purge(100.0)
    assert await store.tickets.get(other.id)
    await store.tickets.act(other.id, done, 50.0)
    await store.tickets.purge(50.0)
    assert await store.tickets.get(other.id)
    await store.tickets.purge(51.0)
    assert await store.tickets.get(other.id) is None
    assert await store.tickets.events(other.id) == []


async def test_the_work_that_opened_a_ticket_finds_it_when_it_is_done_once_more(store):
    opened = await store.tickets.open(ORIGIN, DRAFT, "k", 1.0)
    assert await store.tickets.open(ORIGIN, DRAFT, "k", 2.0) == opened
    assert await store.tickets.open(ORIGIN, DRAFT, "another", 2.0) is None
    await store.tickets.act(opened.id, CLAIM, 2.0)
    assert await store.tickets.open(Origin(PLACE, "C1:1.1"), DRAFT, CLAIM.key, 3.0) is None
    assert len(await store.tickets.events(opened.id)) == 2


async def test_the_usual_time_is_a_median_of_three_and_more(store):
    for number, waited in enumerate((20.0, 10.0, 900.0, 40.0, 3.0)):
        place = Place("T1", "C1", f"{number}.1")
        ticket = await store.tickets.open(Origin(place, f"{number}"), DRAFT, f"o{number}", 50.0)
        reply = Doing(Deed.REPLY, f"r{number}", "U2", staff=True)
        await store.tickets.act(ticket.id, reply, 50.0 + waited)
        usual = await store.tickets.usual_wait(50.0)
        assert usual == (None, None, 20.0, 30.0, 20.0)[number]
    assert await store.tickets.usual_wait(50.5) is None
