"""Every button, shortcut and form comes to the same when it is said in a thread, after a mention.

The tests walk the table of listeners. A row with a twin needs a case in CASES: how it is made
ready, pressed, and said. Both ways are taken in the local workspace, and come to the same.
"""

import html
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering import Outcome
from bot.tokens.key_folder import KeyFolder
from bot.tokens.signing_key import Algorithm, new_key
from bot.verbs import VERBS, Name
from bot.words import HELP, OF_TICKETS, STAFFS, Word, parse_word
from handlers import LISTENERS, Kind, Unsaid, ids
from tests.checks_lab import NOT_LINKED, checks_lab, entries_with_checks, offers, words
from tests.slack_lab import ENTRIES, SECRET, SURE_404, SURE_500, UNSURE, decision

STAFF = "C0STAFF"
BOT = "<@U0ANON>"


class Thread:
    """A thread in the workspace, and what people do in it."""

    def __init__(self, lab, channel="support"):
        self.lab, self.channel, self.ts, self.user = lab, channel, "", "ana"

    async def begin(self, text, user="ana"):
        self.ts, self.user = await self.lab.say(text, self.channel, user), user

    async def say(self, text, user="ana"):
        return await self.lab.say(f"{BOT} {text}", self.channel, user, self.ts)

    @property
    def last(self):
        return self.lab.lab.replies(self.ts)[-1]

    async def click(self, action, user="ana", message=None):
        await self.lab.click(message or self.last, action, user)

    async def ticket(self):
        """Let the thread have a ticket."""
        await self.begin(SURE_404)
        await self.click("ask_human")
        await self.lab.submit()

    @property
    def card(self):
        everything = self.lab.lab.workspace.said(STAFF)
        (found,) = [m for m in everything if m.user == "U0ANON" and "*Ticket" in m.text]
        return found

    @property
    def proposal(self):
        """Return the card of the one proposed entry."""
        everything = self.lab.lab.workspace.said(STAFF)
        (found,) = [m for m in everything if m.user == "U0ANON" and "entry*" in str(m.blocks)]
        return found

    async def press(self, action, user="sam", **filled):
        """Press a button of the ticket's card, and fill in its form."""
        await self.lab.click(self.card, action, user)
        if filled:
            await self.lab.submit(user, **filled)


def plain(text):
    """Leave out what differs from one run to the next: times and addresses."""
    text = re.sub(r"\d{10}\.\d{6}|\d{16}|!date\^\d+", "", text)
    return re.sub(r"127\.0\.0\.1:\d+|\d{2}:\d{2}", "", text)


async def kept(thread):
    """Return the state of threads, tickets, votes and answers, and what all can see."""
    opened = thread.lab.opened
    rows = {
        "threads": ("asker", "state"),
        "tickets": ("asker", "state", "claimer", "reason", "entry", "summary", "tried"),
        "ticket_events": ("deed", "user", "text", "before", "after"),
        "feedback": ("user", "verdict", "entry"),
        "answers": ("asker", "entry", "turn", "open"),
        "check_runs": ("channel", "user", "state", "private", "entry"),
    }
    found = {
        table: [tuple(row[name] for name in names) for row in await opened.rows(table)]
        for table, names in rows.items()
    }
    said = {room: [plain(text) for text in opened.said(room)] for room in ("C0SUPPORT", STAFF)}
    return found | said


async def seen(thread):
    """Return which entries somebody sees, wherever that is."""
    lab = thread.lab.lab
    views = [view.content for view in lab.workspace.views.by_id.values()]
    shown = str([*lab.replies(thread.ts), *lab.private(thread.user), *views])
    return [name for name in ENTRIES if f"· {name}" in shown]


async def seen_by_all(thread):
    """Return what the bot said for all to see, in the channel or a thread of it."""
    return sorted(plain(text) for text in thread.lab.opened.said(f"C0{thread.channel.upper()}"))


async def form(thread):
    """Return the form that is open, and what it is about."""
    view = thread.lab.modal()
    return view.content["callback_id"], plain(view.content.get("private_metadata", ""))


async def form_alone(thread):
    """Return the form that is open: a global shortcut is about no channel."""
    return (await form(thread))[0]


async def checked(thread):
    """Return how the checks came out, and what they say."""
    runs = [(row["state"], row["user"]) for row in await thread.lab.runs()]
    shown = [words(one) for one in thread.lab.lab.replies(thread.ts)]
    shown += [words(view) for view in thread.lab.lab.workspace.views.by_id.values()]
    return runs, "verifies the signature" in str(shown)


async def minted(thread):
    audit = thread.lab.opened.services.store.audit
    return [(row.who, row.place, row.sub, row.ttl) async for row in audit.all()]


Step = Callable[[Thread], Awaitable[object]]


@dataclass(frozen=True)
class Case:
    """How a row of the table is made ready, pressed, and said; ``outcome`` is compared."""

    ready: Step
    press: Step
    say: Step
    outcome: Step = kept
    channel: str = "support"


def answered(text=SURE_404):
    return lambda thread: thread.begin(text)


def click(action, user="ana", **filled):
    async def press(thread):
        await thread.click(action, user)
        if filled:
            await thread.lab.submit(user, **filled)

    return press


def say(text, user="ana"):
    return lambda thread: thread.say(text, user)


async def closed(thread):
    await thread.begin(SURE_404)
    await thread.click("answer_solved")


async def asked_unsurely(thread):
    await thread.begin(f"{BOT} {UNSURE}")


async def unclaimable(thread):
    await thread.ticket()
    await thread.press("ticket_claim")


async def resolved(thread):
    await thread.ticket()
    await thread.press("ticket_resolve", words="Relinked.")


def of_card(action, **filled):
    return lambda thread: thread.press(action, **filled)


def choices_in_private(thread):
    thread.user = "ana"
    return thread.lab.command(f"ask {UNSURE}", "general")


async def talk(thread, text="hello everybody"):
    await thread.begin(text, "bo")
    thread.user = "ana"


def private(action):
    async def press(thread):
        await thread.lab.click(thread.lab.lab.private("ana")[-1], action)

    return press


def command(text):
    async def press(thread):
        await thread.lab.command(text.format(url=thread.lab.url), "general")

    return press


async def picked_privately(thread):
    await command(f"ask {UNSURE}")(thread)
    await private("choices_pick_privately_1")(thread)


async def picked_by_word(thread):
    await thread.say(f"ask {UNSURE}")
    await thread.say("b")


async def shared(thread):
    await command(f"ask {SURE_404}")(thread)
    await private("answer_share")(thread)


async def checks_shared(thread):
    await command("check jwks {url}")(thread)
    await private("share_checks")(thread)


def shortcut(name):
    async def press(thread):
        ts = thread.ts if name != ids.VERIFY_TOKEN else None
        channel = thread.channel if ts else None
        thread.lab.lab.interactions.shortcut("ana", name, channel, ts)
        await thread.lab.opened.settled()

    return press


async def escalated_by_shortcut(thread):
    await shortcut(ids.ESCALATE)(thread)
    await thread.lab.submit()


async def posted_to_thread(thread):
    await shortcut(ids.DIAGNOSE)(thread)
    await thread.lab.click_view("post_to_thread")


def offered(text):
    """Say it, and open the form that is offered to the one person alone."""

    async def both(thread):
        await thread.say(text)
        message = next(m for m in reversed(thread.lab.lab.private("ana")) if offers(m, "open_form"))
        await thread.lab.click(message, "open_form")

    return both


async def diagnosed_by_form(thread):
    await command("diagnose")(thread)
    await thread.lab.submit(paste=SURE_404)


async def token_verified(thread):
    await shortcut(ids.VERIFY_TOKEN)(thread)
    await thread.lab.submit(token=thread.lab.customer.token(), jwks_url=thread.lab.url)


async def minted_by_form(thread):
    thread.lab.lab.interactions.command(thread.channel, "ana", "/anon", "mint")
    await thread.lab.opened.settled()
    await thread.lab.submit(sub="user-42", ttl="5m")


def with_keys(text):
    """Return what says so, of the customer's good keys."""

    async def run(thread):
        lab = thread.lab
        lab.customer.serves = "jwks"
        await thread.say(text.format(url=lab.url, token=lab.customer.token()))

    return run


async def keys_ready(thread):
    thread.lab.customer.serves = "jwks"
    await talk(thread)


async def checks_failed(thread):
    await thread.begin(f"{SURE_500} {thread.lab.url}")
    thread.lab.customer.serves = "jwks"


async def run_again_at_home(thread):
    lab = thread.lab.lab
    lab.people.open_home("ana")
    await thread.lab.opened.settled()
    lab.interactions.click_view("ana", lab.workspace.views.homes["U0ANA"].id, "home_run_again")
    await thread.lab.opened.settled()


async def token_checked(thread):
    await talk(thread)
    token = thread.lab.customer.token()
    await thread.say(f"check token {token} {thread.lab.url}")
    thread.lab.customer.serves = "jwks"


async def token_pasted_again(thread):
    await thread.click("run_again")
    await thread.lab.submit(token=thread.lab.customer.token())


async def pasted(thread):
    await thread.click("run_checks")
    await thread.lab.submit(paste=thread.lab.url)


async def solved_privately(thread):
    await thread.begin(NOT_LINKED)
    thread.lab.anon.link("user-9", "uber", "active")
    await private("run_again")(thread)


async def configured_by_form(thread):
    await thread.lab.command("config", thread.channel, "sam")
    await thread.lab.submit("sam", threshold="0.8")


async def settings(thread):
    """Return what channels set for themselves."""
    rows = await thread.lab.opened.rows("channel_settings")
    return [tuple(row[name] for name in ("channel", "name", "value", "who")) for row in rows]


CASES = {
    ids.SOLVED: Case(answered(), click("answer_solved"), say("Solved!")),
    ids.NOT_IT: Case(answered(), click("answer_not_it"), say("not it")),
    ids.REOPEN: Case(closed, click("answer_reopen"), say("reopen")),
    ids.ASK_HUMAN: Case(answered(), click("ask_human", urgency="normal"), say("human")),
    ids.REMOVE: Case(answered(), click("answer_remove", "sam"), say("remove", "sam")),
    ids.PICK: Case(asked_unsurely, click("choices_pick_1"), say("B")),
    ids.PICK_NONE: Case(asked_unsurely, click("choices_none"), say("None of these.")),
    ids.PICK_PRIVATELY: Case(talk, picked_privately, picked_by_word, seen, "general"),
    ids.SHARE: Case(talk, shared, say(f"ask {SURE_404}"), seen_by_all, "general"),
    ids.SHARE_CHECKS: Case(
        talk,
        checks_shared,
        lambda thread: thread.say(f"check jwks {thread.lab.url}"),
        seen_by_all,
        "general",
    ),
    ids.POST_TO_THREAD: Case(
        lambda thread: talk(thread, f"look {SURE_404}"),
        posted_to_thread,
        say("diagnose"),
        seen_by_all,
        "general",
    ),
    ids.DIAGNOSE: Case(
        lambda thread: talk(thread, f"look {SURE_404}"),
        shortcut(ids.DIAGNOSE),
        say("diagnose"),
        seen,
        "general",
    ),
    ids.ESCALATE: Case(answered(), escalated_by_shortcut, say("escalate")),
    ids.VERIFY_TOKEN: Case(talk, shortcut(ids.VERIFY_TOKEN), offered("check token"), form_alone),
    ids.RUN_CHECKS: Case(answered(SURE_500), click("run_checks"), offered("run checks"), form),
    ids.RUN_AGAIN: Case(checks_failed, click("run_again"), say("run again")),
    ids.RUN_AGAIN_AT_HOME: Case(checks_failed, run_again_at_home, say("run again")),
    ids.SOLVED_PRIVATELY: Case(solved_privately, private("checks_solved"), say("solved")),
    "form_diagnose": Case(talk, diagnosed_by_form, say(f"diagnose {SURE_404}"), seen, "general"),
    "form_verify_token": Case(
        keys_ready, token_verified, with_keys("check token {token} {url}"), checked, "general"
    ),
    "form_token_again": Case(
        token_checked, token_pasted_again, with_keys("run again {token}"), checked, "general"
    ),
    "form_run_checks": Case(
        answered(SURE_500), pasted, lambda thread: thread.say(f"run checks {thread.lab.url}")
    ),
    "form_mint": Case(talk, minted_by_form, say("mint sub=user-42 ttl=5m"), minted),
    "form_escalate": Case(
        answered(), click("ask_human", summary="Nothing works"), say("escalate Nothing works")
    ),
    "form_config": Case(talk, configured_by_form, say("config threshold 0,80", "sam"), settings),
    ids.TICKET_CLAIM: Case(Thread.ticket, of_card("ticket_claim"), say("claim", "sam")),
    ids.TICKET_UNCLAIM: Case(unclaimable, of_card("ticket_unclaim"), say("unclaim", "sam")),
    ids.TICKET_REOPEN: Case(resolved, of_card("ticket_reopen"), say("reopen", "sam")),
}
FORMS = {  # of a ticket: what is filled in, what is said, and the word alone
    "reply": ({"words": f"Relink\nit. {SECRET}"}, f"reply Relink\nit. {SECRET}"),
    "need_info": ({"words": "Which app?"}, "Need info: Which app?"),
    "resolve": (
        {"words": "It was unlinked.", "entry": "backend-user-500"},
        "resolve backend-user-500: It was unlinked.",
    ),
}


def offered_to_staff(name):
    async def both(thread):
        await thread.say(name.replace("_", " "), "sam")
        (message,) = thread.lab.lab.private("sam")
        await thread.lab.click(message, f"ticket_{name}", "sam")

    return both


async def staffs_form(thread):
    view = thread.lab.modal("sam")
    return view.content["callback_id"], view.content["private_metadata"]


for name, (filled, text) in FORMS.items():
    pressed = of_card(f"ticket_{name}")
    CASES[f"ticket_{name}"] = Case(Thread.ticket, pressed, offered_to_staff(name), staffs_form)
    CASES[f"form_ticket_{name}"] = Case(
        Thread.ticket, of_card(f"ticket_{name}", **filled), say(text, "sam")
    )
SURFACES = [each for each in LISTENERS if each.kind is not Kind.EVENT]


async def proposable(thread):
    """Let a ticket be resolved, from which sam proposed an entry."""
    await resolved(thread)
    await thread.press("ticket_save", title="Relink", id="relink", body="Relink.", kind="error")


def of_proposal(action, user="tess"):
    async def press(thread):
        await thread.lab.click(thread.proposal, f"proposal_{action}", user)

    return press


def said_of_proposal(text, user="tess"):
    async def say_it(thread):
        thread.channel, thread.ts = "staff", thread.proposal.ts
        await thread.say(text, user)

    return say_it


async def edit_offered(thread):
    await said_of_proposal("edit")(thread)
    await thread.lab.click(thread.lab.lab.private("tess")[-1], ids.PROPOSAL_EDIT, "tess")


async def save_offered(thread):
    await thread.say("save as FAQ", "sam")
    await thread.lab.click(thread.lab.lab.private("sam")[-1], ids.TICKET_SAVE, "sam")


def form_of(user):
    async def shown(thread):
        view = thread.lab.modal(user)
        return view.content["callback_id"], plain(str(view.content["blocks"]))

    return shown


async def proposed(thread):
    rows = await thread.lab.opened.rows("proposals")
    return [(row["state"], row["reviewer"]) for row in rows], plain(str(thread.proposal.blocks))


CASES |= {
    ids.TICKET_SAVE: Case(resolved, of_card("ticket_save"), save_offered, form_of("sam")),
    ids.PROPOSAL_APPROVE: Case(
        proposable, of_proposal("approve"), said_of_proposal("Approve"), proposed
    ),
    ids.PROPOSAL_DISCARD: Case(
        proposable, of_proposal("discard"), said_of_proposal("discard"), proposed
    ),
    ids.PROPOSAL_EDIT: Case(proposable, of_proposal("edit"), edit_offered, form_of("tess")),
}


async def kept_back(thread):
    """Let staff see an answer that was not given."""
    await thread.lab.command("config mode shadow", thread.channel, "sam")
    await thread.begin(SURE_404)


def card_of(thread):
    everything = thread.lab.lab.workspace.said(STAFF)
    return next(m for m in everything if "message> of <@" in m.text)


def of_shadow(action, **filled):
    async def press(thread):
        await thread.lab.click(card_of(thread), f"shadow_{action}", "sam")
        if filled:
            await thread.lab.submit("sam", **filled)

    return press


def said_of_shadow(text):
    async def say_it(thread):
        await thread.lab.say(f"{BOT} {text}", "staff", "sam", card_of(thread).ts)

    return say_it


async def shadow_edit_offered(thread):
    await said_of_shadow("edit")(thread)
    await thread.lab.click(thread.lab.lab.private("sam")[-1], ids.SHADOW_EDIT, "sam")


async def decided(thread):
    rows = await thread.lab.opened.rows("shadows")
    replies = [plain(words(one)) for one in thread.lab.lab.replies(thread.ts)]
    return [(row["state"], row["decider"], row["edited"]) for row in rows], replies


RELINK = f"Relink\n*it*. {SECRET}"
CASES |= {
    ids.SHADOW_SEND: Case(kept_back, of_shadow("send"), said_of_shadow("Send."), decided),
    ids.SHADOW_DISCARD: Case(kept_back, of_shadow("discard"), said_of_shadow("discard"), decided),
    ids.SHADOW_EDIT: Case(kept_back, of_shadow("edit"), shadow_edit_offered, form_of("sam")),
    ids.SHADOW_VIEW: Case(
        kept_back, of_shadow("edit", words=RELINK), said_of_shadow(f"edit {RELINK}"), decided
    ),
}
WITH_TWIN = [each for each in SURFACES if not isinstance(each.twin, Unsaid)]


@asynccontextmanager
async def begun(folder, case, **settings):
    """Yield a thread, made ready."""
    folder.mkdir()
    keys = KeyFolder(folder / "keys", time.time)
    keys.add([new_key(Algorithm.ES256)])
    async with entries_with_checks(), checks_lab(folder, **settings) as lab:
        thread = Thread(lab, case.channel)
        await case.ready(thread)
        yield thread


def test_each_surface_says_what_its_twin_is():
    for surface in SURFACES:
        assert surface.twin, f"{surface.name} declares no twin: see Listener in handlers/__init__"
        if isinstance(surface.twin, Unsaid):
            assert surface.twin.reason
    assert {each.name for each in WITH_TWIN} <= set(CASES), "a twin that no case performs"
    assert {each.twin for each in WITH_TWIN} >= set(Word), "a word for no button"


@pytest.mark.parametrize("surface", WITH_TWIN, ids=lambda surface: f"{surface.name}")
async def test_what_is_said_comes_to_what_is_pressed(tmp_path, surface):
    case = CASES[surface.name]
    async with begun(tmp_path / "pressed", case) as thread:
        before = await case.outcome(thread) if case.outcome is kept else None
        await case.press(thread)
        pressed = await case.outcome(thread)
    async with begun(tmp_path / "said", case) as thread:
        await case.say(thread)
        assert await case.outcome(thread) == pressed
    assert pressed
    assert pressed != before


@pytest.mark.parametrize("surface", WITH_TWIN, ids=lambda surface: f"{surface.name}")
async def test_staffs_words_work_under_the_card_too(tmp_path, surface):
    case = CASES[surface.name]
    if surface.twin not in OF_TICKETS and surface.name != ids.TICKET_REOPEN:
        return
    async with begun(tmp_path / "pressed", case) as thread:
        await case.press(thread)
        pressed = await case.outcome(thread)
    async with begun(tmp_path / "said", case) as thread:
        thread.channel, thread.ts = "staff", thread.card.ts
        await case.say(thread)
        assert await case.outcome(thread) == pressed


@pytest.mark.parametrize(
    ("text", "word", "rest"),
    [
        ("Not it!", Word.NOT_IT, ""),
        ("run  Checks again", Word.RUN_AGAIN, ""),
        ("pick c", Word.PICK, "c"),
        ("B.", Word.PICK, "b"),
        ("none", Word.NONE, ""),
        ("reply:  It is\nmended. ", Word.REPLY, "It is\nmended."),
        ("NEED  INFO which app", Word.NEED_INFO, "which app"),
        ("resolve", Word.RESOLVE, ""),
    ],
)
def test_a_word_is_a_whole_message(text, word, rest):
    spoken = parse_word(text)
    assert (spoken.word, spoken.rest) == (word, rest)


@pytest.mark.parametrize(
    "text",
    [
        "not it works",
        "it is solved",
        "claim it",
        "a b",
        "d",
        "",
        "solved " * 9000,
        "picks a",
        "replying",
    ],
)
def test_a_sentence_is_no_word(text):
    assert parse_word(text) is None


@given(st.text(max_size=200))
def test_any_text_is_a_word_or_none(text):
    spoken = parse_word(text)
    assert spoken is None or spoken.rest in text.casefold() or spoken.rest in text


@pytest.mark.parametrize(
    ("user", "text"),
    [
        ("ana", "not it works, what now?"),
        ("ana", "reply to what I asked"),
        ("bo", "resolve hostname fails"),
        ("ana", "run checks on my keys"),
        ("ana", "run again and it fails with 404"),
    ],
)
async def test_what_only_begins_like_a_word_is_an_ask(tmp_path, user, text):
    async with begun(tmp_path / "x", CASES[ids.TICKET_CLAIM]) as thread:
        before = await kept(thread)
        await thread.say(text, user)
        assert thread.last.user == "U0ANON"
        assert (await kept(thread))["tickets"] == before["tickets"]
        assert len((await kept(thread))["answers"]) == len(before["answers"]) + 1


@pytest.mark.parametrize(
    ("ready", "user", "text", "told"),
    [
        (Thread.ticket, "bo", "claim", "Only staff can do that with a ticket"),
        (Thread.ticket, "ana", "resolve", "Only staff can do that with a ticket"),
        (resolved, "bo", "reopen", "closed more than 7 days ago"),
        (resolved, "sam", "claim", "does not fit any more: ticket 1 is resolved"),
        (answered(), "bo", "not it", "Only the person who asked can fold"),
        (answered(), "bo", "solved", "Noted, thank you."),
        (answered(), "ana", "remove", "Only staff can take an answer away"),
        (answered(), "sam", "claim", "`claim` is for the thread of a ticket"),
        (answered(), "ana", "run again", "I see nothing such here"),
        (asked_unsurely, "bo", "a", "Only the person who asked can pick"),
        (asked_unsurely, "ana", "solved", "I see nothing such here"),
    ],
)
async def test_who_may_not_or_cannot_is_told_alone(tmp_path, ready, user, text, told):
    async with begun(tmp_path / "x", Case(ready, ready, ready)) as thread:
        before = await kept(thread)
        await thread.say(text, user)
        assert told in thread.lab.lab.private(user)[-1].text
        after = await kept(thread)
        assert after["tickets"] == before["tickets"]
        assert (after["threads"], after["answers"]) == (before["threads"], before["answers"])
        assert after["C0SUPPORT"] == before["C0SUPPORT"]


async def test_a_word_outside_of_any_thread_says_where_it_belongs(tmp_path):
    async with begun(tmp_path / "x", CASES[ids.SOLVED]) as thread:
        thread.ts = ""
        await thread.say("not it")
        assert "`not it` is for a thread" in thread.lab.lab.private("ana")[-1].text


async def test_a_pick_beyond_the_choices_is_told(tmp_path):
    async with begun(tmp_path / "x", Case(talk, talk, talk)) as thread:
        thread.lab.opened.answerer.decide = lambda text, *, explicit: decision(
            Outcome.SUGGEST, 0.5, "backend-user-404"
        )
        await thread.say("which is it?")
        await thread.say("b")
        assert "There is no such choice" in thread.lab.lab.private("ana")[-1].text
        await thread.say("a")
        assert "backend-user-404" in thread.lab.lab.replies(thread.ts)[0].text


async def test_whoever_asked_for_a_human_in_private_answers_staff_with_any_word(tmp_path):
    async with begun(tmp_path / "x", Case(talk, talk, talk)) as thread:
        await thread.lab.command("escalate nothing works", "support")
        (note,) = [m for m in thread.lab.lab.workspace.said("D0ANA") if "asked for" in m.text]
        await thread.lab.say("solved", "dm:ana", "ana", note.ts)
        under = thread.lab.lab.replies(thread.card.ts)
        assert "added to it" in under[-1].text
        assert "solved" in words(under[-1])


async def test_a_verb_in_the_thread_of_a_ticket_is_no_answer_to_staff(tmp_path):
    async with begun(tmp_path / "x", CASES[ids.TICKET_CLAIM]) as thread:
        await thread.press("ticket_need_info", words="Which app?")
        await thread.say("help")
        assert (await kept(thread))["tickets"][0][1] == "waiting"
        await thread.say("it is instagram")
        assert (await kept(thread))["tickets"][0][1] == "open"


@pytest.mark.parametrize("user", ["ana", "sam"])
async def test_help_in_a_thread_names_what_fits_there(tmp_path, user):
    async with begun(tmp_path / "x", CASES[ids.TICKET_CLAIM]) as thread:
        await thread.say("help", user)
        told = thread.lab.lab.private(user)[-1].text
        fits = {Word.SOLVED, Word.NOT_IT, Word.REMOVE, Word.RUN_CHECKS, *OF_TICKETS}
        if user != "sam":
            fits -= STAFFS
        assert {word for word in Word if HELP[word] in html.unescape(told)} == fits


async def test_help_under_a_card_and_in_a_thread_of_nothing(tmp_path):
    async with begun(tmp_path / "x", CASES[ids.TICKET_CLAIM]) as thread:
        thread.channel, thread.ts = "staff", thread.card.ts
        await thread.say("help", "sam")
        told = html.unescape(thread.lab.lab.private("sam")[-1].text)
        assert {word for word in Word if HELP[word] in told} == OF_TICKETS
        thread.ts = await thread.lab.say("a chat among ourselves", "staff", "sam")
        await thread.say("help", "sam")
        told = html.unescape(thread.lab.lab.private("sam")[-1].text)
        assert not [word for word in Word if HELP[word] in told]
        assert "escalate" in told


SAMPLES = {
    Name.ASK: f"ask {SURE_404}",
    Name.DIAGNOSE: f"diagnose {SURE_404}",
    Name.CHECK_LINK: "check link user-42 instagram",
    Name.CHECK_CLIENT: "check client 7190a924-ce91-4f0e-9d3c-1c5a8e6f2b10",
    Name.CHECK_JWKS: "check jwks http://10.0.0.1/jwks.json",
    Name.MINT: "mint sub=user-42",
    Name.ESCALATE: "escalate nothing works",
}


def gist(text):
    """Return what an answer is about: its entry, its findings, or its words."""
    said = r"backend-user-\d+|private_address|is active|client_not_found|An example token"
    codes = re.findall(f"{said}|JWKS URL", text)
    return sorted(set(codes)) or text[:60]


@pytest.mark.parametrize("name", [name for name in VERBS if name is not Name.HELP])
async def test_every_verb_works_after_a_mention_in_a_thread(tmp_path, name):
    text = SAMPLES.get(name, name.value)
    user = "sam" if name in {Name.STATS, Name.CONFIG} else "ana"
    async with begun(tmp_path / "x", Case(talk, talk, talk, channel="general")) as thread:
        said = await thread.lab.command(text, "general", user)
        if not said:  # a form
            said = thread.lab.modal(user).content["callback_id"]
    async with begun(tmp_path / "y", Case(talk, talk, talk, channel="general")) as thread:
        await thread.say(text, user)
        mine = thread.lab.lab.private(user)
        shown = "\n".join(words(one) for one in [*mine, *thread.lab.lab.replies(thread.ts)])
        if name is Name.ESCALATE:
            assert "nothing works" in words(thread.card)
            return
        if said.startswith("form_"):
            assert f"'{said}|" in shown
            return
        assert gist(said) == gist(shown)
