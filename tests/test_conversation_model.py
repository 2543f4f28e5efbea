"""Threads and tickets in the state against a plain model, in any order, with every press repeated.

The model is product.md's two tables written down once more, as plainly as can be.
"""

import asyncio
from contextlib import suppress
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.config import Settings
from bot.conversations import Actor, Event, may_follow_up
from bot.database import open_database
from bot.errors import UserError
from bot.jobs import Job, Kind, ShadowWork, TicketWork
from bot.records import Place
from bot.rules import Rules, defaults_of
from bot.shadow_desk import ShadowDesk
from bot.shadows import Choice
from bot.staff import Staff
from bot.store import Store
from bot.ticket_desk import TicketDesk
from bot.ticket_records import Deed, Draft
from bot.tickets import STAFF_DEEDS
from bot.workflows import Workflows

ASKER, SAM, PAT, OTHER = "U1", "U2", "U3", "U4"
PEOPLE = st.sampled_from([ASKER, SAM, PAT, OTHER])
CLOCK = (Deed.REMIND, Deed.ASK_STALE, Deed.CLOSE)
DEEDS = st.sampled_from([deed for deed in Deed if deed not in {Deed.OPENED, *CLOCK}])
TEAMS, KEYS = count(1), count(1)


class Open:
    """The state that all examples share: each has a team of its own."""

    loop = engine = None


OPEN = Open()


class Quiet:
    """A messenger that says nothing and knows no direct messages."""

    async def whisper(self, *_args, **_more):
        return None

    async def members(self, *_args):
        return frozenset()


class Gathered:
    """Drafts without looking anywhere."""

    async def draft(self, _place, _user, text=""):
        return Draft(ASKER, text)


async def home():
    return ""


class Conversations(RuleBasedStateMachine):
    """One thread and its ticket."""

    @initialize()
    def begin(self):
        self.now, self.keys = 1_000.0, KEYS
        self.place = Place(f"T{next(TEAMS)}", "C1", "1.1")
        self.thread, self.ticket, self.claimer, self.events = "new", None, "", 0
        quiet = Quiet()
        staff = Staff((SAM, PAT), "", quiet.members, home, lambda: self.now)
        self.store = Store(OPEN.engine)
        rules = Rules(self.store.settings, defaults_of(Settings(_env_file=None), 0.9))
        self.workflows = Workflows(
            self.store, None, quiet, None, staff, "C9", lambda: self.now, rules
        )
        self.desk = TicketDesk(self.workflows, Gathered())
        self.shadows, self.decided = ShadowDesk(self.workflows), None
        message = Job(Kind.SHADOW, f"m:{self.place.team}", self.place, ASKER, "1.1", entry="e")
        for _ in range(2):
            self.run(self.shadows.do(message))
        self.shadow = self.run(self.store.shadows.kept_under(message.key))

    def run(self, work):
        return OPEN.loop.run_until_complete(work)

    def kept(self):
        """Return the ticket of this thread, if there is one, and never two."""
        found = self.run(self.store.tickets.of_asker(self.place.team, ASKER, 9))
        assert len(found) <= 1
        return found[0] if found else None

    def moved(self, event, actor):
        self.run(self.workflows.move(self.place, event, actor))

    def do(self, job):
        """Do a job twice, as a process does that dies in between."""
        for _ in range(2):
            with suppress(UserError):
                self.run(self.desk.do(job))

    # what happens in the thread

    @rule()
    def the_bot_replies(self):
        self.moved(Event.REPLIED, Actor.BOT)
        if self.thread == "new":
            self.thread = "answered"

    @rule(who=st.sampled_from([Actor.STAFF, Actor.OTHER]))
    def another_human_writes(self, who):
        self.moved(Event.OTHERS_SPOKE, who)
        if self.thread in {"new", "answered"}:
            self.thread = "human"

    @rule(who=st.sampled_from([Actor.ASKER, Actor.STAFF, Actor.OTHER]))
    def somebody_presses_solved(self, who):
        self.moved(Event.SOLVED, who)
        if self.thread == "answered" and who is not Actor.OTHER:
            self.thread = "solved"

    @rule(who=st.sampled_from([Actor.ASKER, Actor.STAFF, Actor.OTHER]))
    def somebody_mutes(self, who):
        self.moved(Event.MUTED, who)
        if self.thread != "solved" and who is not Actor.OTHER:
            self.thread = "muted"

    @rule()
    def the_bot_is_mentioned(self):
        self.moved(Event.MENTIONED, Actor.OTHER)
        if self.thread != "escalated":
            self.thread = "answered"

    @rule()
    def days_pass_in_silence(self):
        self.now += 10
        self.run(self.store.threads.age(0, self.now))
        if self.thread == "answered":
            self.thread = "stale"

    # what happens to the ticket

    @rule(who=PEOPLE)
    def somebody_escalates(self, who):
        key = f"escalate:{next(self.keys)}"
        self.do(Job(Kind.ESCALATE, key, self.place, who, text="words", ticket=TicketWork()))
        if self.ticket is None:
            self.ticket, self.events = "open", 1
            if self.thread != "solved":
                self.thread = "escalated"
        elif self.ticket in {"resolved", "closed"}:
            self.reopened(who)
        else:
            self.events += 1

    @rule(who=PEOPLE, deed=DEEDS)
    def somebody_does(self, who, deed):
        if self.ticket is None:
            return
        work = TicketWork(self.kept().id, deed)
        key = f"press:{next(self.keys)}"
        self.do(Job(Kind.TICKET_DEED, key, self.place, who, text="words", ticket=work))
        self.done(who, deed)

    @rule(who=st.sampled_from([SAM, PAT]), deed=st.sampled_from(sorted(STAFF_DEEDS)))
    def staff_do(self, who, deed):
        self.somebody_does(who, deed)

    @rule(deed=st.sampled_from(CLOCK))
    def the_clock_does(self, deed):
        if self.ticket is None:
            return
        ticket = self.kept()
        work = TicketWork(ticket.id, deed, epoch=ticket.epoch)
        self.do(Job(Kind.TICKET_DEED, f"timer:{next(self.keys)}", self.place, ticket=work))
        fits = self.ticket == ("open" if deed is Deed.REMIND else "waiting")
        if fits:
            self.events += 1
        if fits and deed is Deed.CLOSE:
            self.ticket = "closed"
            if self.thread == "escalated":
                self.thread = "stale"

    @rule(deed=st.sampled_from(CLOCK))
    def a_timer_of_another_stay_rings(self, deed):
        if self.ticket is None:
            return
        work = TicketWork(self.kept().id, deed, epoch=10_000)
        self.do(Job(Kind.TICKET_DEED, f"timer:{next(self.keys)}", self.place, ticket=work))

    def reopened(self, who):
        if who == OTHER:
            return
        self.ticket, self.claimer = "open", ""
        self.events += 1
        self.thread = "escalated"

    def done(self, who, deed):
        staff, live = who in {SAM, PAT}, self.ticket in {"open", "claimed", "waiting"}
        if deed is Deed.REOPEN and not live:
            self.reopened(who)
        elif deed is Deed.ADDED and live:
            self.events += 1
        elif deed is Deed.ANSWERED and self.ticket == "waiting" and who == ASKER:
            self.ticket = "claimed" if self.claimer else "open"
            self.events += 1
        elif staff and live:
            self.by_staff(who, deed)

    def by_staff(self, who, deed):
        before = (self.ticket, self.claimer)
        if deed is Deed.CLAIM and self.ticket != "waiting":
            self.ticket, self.claimer = "claimed", who
        elif deed is Deed.UNCLAIM and self.ticket == "claimed":
            self.ticket, self.claimer = "open", ""
        elif deed is Deed.NEED_INFO and self.ticket != "waiting":
            self.ticket = "waiting"
        elif deed is Deed.RESOLVE:
            self.ticket = "resolved"
            if self.thread in {"escalated", "answered", "human", "stale"}:
                self.thread = "solved"
        if (self.ticket, self.claimer) != before or deed is Deed.REPLY:
            self.events += 1

    # what staff decide about an answer that was kept back

    @rule(who=PEOPLE, choice=st.sampled_from(Choice), where=st.sampled_from(["C9", "C9", "C1"]))
    def somebody_decides(self, who, choice, where):
        work, place = ShadowWork(self.shadow.id, choice), Place(self.place.team, where, "")
        job = Job(Kind.SHADOW_DEED, f"press:{next(self.keys)}", place, who, shadow=work)
        for _ in range(2):
            with suppress(UserError):
                self.run(self.shadows.do(job))
        if self.decided is None and who in {SAM, PAT} and where == "C9":
            self.decided = ("discarded" if choice is Choice.DISCARD else "sent", who)

    # what holds at any time

    @invariant()
    def the_state_is_that_of_the_model(self):
        if not hasattr(self, "store"):
            return
        assert self.run(self.store.threads.get(self.place)).state.value == self.thread
        ticket = self.kept()
        assert (ticket.state.value if ticket else None) == self.ticket
        assert (ticket.claimer if ticket else "") == self.claimer
        if ticket:
            assert len(self.run(self.store.tickets.events(ticket.id))) == self.events

    @invariant()
    def an_answer_that_was_kept_back_goes_out_only_where_one_is_waited_for(self):
        if not hasattr(self, "store"):
            return
        shadow = self.run(self.store.shadows.get(self.shadow.id))
        assert (shadow.state.value, shadow.decider) == (self.decided or ("waiting", ""))
        work = ShadowWork(shadow.id)
        hindered = self.run(self.shadows.hindrance(Job(Kind.ANSWER, "k", self.place, shadow=work)))
        assert bool(hindered) is (self.thread not in {"new", "answered"})

    @invariant()
    def nobody_is_answered_after_a_stand_down(self):
        if not hasattr(self, "store"):
            return
        thread = self.run(self.store.threads.get(self.place))
        assert not may_follow_up(thread, OTHER, self.now)
        if self.thread in {"human", "muted", "escalated", "stale"}:
            assert not may_follow_up(thread, ASKER, self.now)


class TestConversations(Conversations.TestCase):
    """Opens the state once."""

    settings = settings(max_examples=20, stateful_step_count=30, deadline=None)

    @classmethod
    def setUpClass(cls):
        OPEN.loop = asyncio.new_event_loop()
        cls.opened = open_database("sqlite+aiosqlite:///:memory:")
        OPEN.engine = OPEN.loop.run_until_complete(cls.opened.__aenter__())

    @classmethod
    def tearDownClass(cls):
        OPEN.loop.run_until_complete(cls.opened.__aexit__(None, None, None))
        OPEN.loop.close()


del Conversations
