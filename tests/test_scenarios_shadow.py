"""Mode `shadow`: what would be said goes to staff, who send, edit or discard it."""

import asyncio

import pytest

from bot import metrics
from bot.channel_settings import Setting
from bot.records import Mode
from tests.checks_lab import checks_lab, entries_with_checks, words
from tests.slack_lab import MISS, SECRET, SURE_404, SURE_500, UNSURE, running
from tests.test_checks_restart import killable
from tests.test_scenarios_reply import envelope
from tests.test_scenarios_tickets import fields, modal, press, submit

STAFF = "C0STAFF"
BOT = "<@U0ANON>"


async def shadowed(opened):
    await opened.services.store.settings.keep(
        "T0ACME", "C0SUPPORT", {Setting.MODE: Mode.SHADOW}, "", 0
    )


async def say(opened, text, root=None, user="ana", channel="support"):
    ts = opened.lab.people.say(channel, user, text, root)
    await opened.settled()
    return ts


def cards(opened):
    """Return the cards in the staff channel, the oldest first."""
    everything = opened.lab.workspace.said(STAFF)
    return [m for m in everything if m.user == "U0ANON" and "message> of <@" in m.text]


async def kept_back(opened, text=SURE_404):
    """Return ana's message, and the card that staff see in place of an answer."""
    await shadowed(opened)
    ts = await say(opened, text)
    (card,) = cards(opened)
    return ts, card


async def choose(opened, name, user="sam", **filled):
    """Press a button of the last card, and fill in its form."""
    await press(opened.lab, opened, user, f"shadow_{name}", ts=cards(opened)[-1].ts)
    if filled:
        await submit(opened.lab, opened, user, **filled)


async def state(opened):
    (row,) = await opened.rows("shadows")
    return row["state"]


def shown(opened):
    return words(cards(opened)[-1])


def is_open(opened):
    return "shadow_send" in shown(opened)


async def test_nothing_is_said_and_staff_see_what_would_have_been_and_why(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts, card = await kept_back(opened, f"{SURE_404} {SECRET}")
        assert opened.said() == []
        (warning,) = lab.private("ana")
        assert "shows a secret" in warning.text
        for part in (
            SURE_404,
            "The user was not found",
            "Check that the user was linked.",
            "matched `Error translating` · 0.97 · backend-user-404",
            "I would have replied in the thread",
            "<@U0ANA> in <#C0SUPPORT>",
            f"/archives/C0SUPPORT/p{ts.replace('.', '')}",
            "'text': 'Send'",
            "'text': 'Edit'",
            "'text': 'Discard'",
        ):
            assert part in words(card)
        assert SECRET not in str(lab.workspace.calls) + str(await opened.rows("shadows"))
        assert await opened.rows("answers") == []


async def test_what_is_unsure_shows_what_it_would_have_asked(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts, card = await kept_back(opened, UNSURE)
        assert lab.private("ana") == []
        assert "would have asked which of these" in words(card)
        assert "The user lookup failed (backend-user-500) · 0.50" in words(card)
        await choose(opened, "send")
        assert "(backend-user-404)" in lab.replies(ts)[0].text


async def test_silent_stays_silent_and_who_asks_is_answered(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await shadowed(opened)
        await say(opened, MISS)
        assert cards(opened) == []
        assert len(await opened.rows("misses")) == 1
        ts = await say(opened, f"{BOT} {SURE_404}")
        assert "(backend-user-404)" in lab.replies(ts)[0].text
        lab.interactions.command("support", "ana", "/anon", f"ask {SURE_404}")
        await opened.settled()
        assert "(backend-user-404)" in lab.private("ana")[-1].text
        assert cards(opened) == []


async def test_send_gives_the_ordinary_answer_with_all_that_belongs_to_it(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts, card = await kept_back(opened)
        await choose(opened, "send")
        (reply,) = lab.replies(ts)
        for action in ("answer_solved", "answer_not_it", "ask_human", "answer_remove"):
            assert action in words(reply)
        assert "matched `Error translating` · 0.97" in words(reply)
        assert "anon_answer" in str(lab.calls("chat.postMessage")[-1]["metadata"])
        assert cards(opened)[0].ts == card.ts
        assert not is_open(opened)
        assert "<@U0SAM> sent it" in shown(opened)
        assert f"/archives/C0SUPPORT/p{reply.ts.replace('.', '')}" in shown(opened)
        await press(lab, opened, "ana", "answer_not_it", "support", reply.ts)
        assert "(backend-user-500)" in lab.replies(ts)[1].text


async def test_send_runs_the_checks_of_the_entry(tmp_path):
    async with entries_with_checks(), checks_lab(tmp_path) as lab:
        await shadowed(lab.opened)
        ts = await lab.say(f"{SURE_500} {lab.url}")
        assert await lab.runs() == []
        await choose(lab.opened, "send")
        (reply,) = lab.lab.replies(ts)
        (run,) = await lab.runs()
        assert run["posted"] == reply.ts
        assert run["user"] == "U0ANA"
        assert "run_again" in words(reply)


async def test_edit_is_filled_in_and_sent_in_staffs_words(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts, _ = await kept_back(opened)
        await choose(opened, "edit")
        held = fields(modal(lab, "sam"))["words"]
        assert held.startswith("**The user was not found**\n\nCheck that the user was linked.")
        assert "[FAQ](https://docs.anon.com/faq)" in held
        text = f"Relink *user-42*, <!channel> <@U0BO>. {SECRET}"
        await submit(lab, opened, "sam", words=text)
        (reply,) = lab.replies(ts)
        assert "Relink *user-42*" in words(reply)
        assert "Check that the user" not in words(reply)
        assert "in the words of <@U0SAM> (staff)" in words(reply)
        for part in ("<!channel>", "<@U0BO>"):
            assert part not in words(reply) + shown(opened)
        assert SECRET not in str(lab.workspace.calls) + str(await opened.rows("shadows"))
        assert "<@U0SAM> sent it, in other words" in shown(opened)
        assert "I would have replied" not in shown(opened)
        await press(lab, opened, "ana", "answer_solved", "support", reply.ts)
        assert "Solved, says <@U0ANA>" in words(lab.replies(ts)[0])
        assert "Relink *user-42*" in words(lab.replies(ts)[0])


async def test_an_edit_that_is_too_long_or_empty_is_told(tmp_path):
    async with entries_with_checks(), running(tmp_path) as (lab, opened):
        ts, card = await kept_back(opened, f"{SURE_500} https://acme.dev/jwks.json")
        assert await most(opened) == 1_350  # the rest is for what the checks find
        await say(opened, f"{BOT} edit {'x' * 1_400}", card.ts, "sam", "staff")
        assert "under 1350 characters" in lab.private("sam")[-1].text
        assert lab.replies(ts) == []
        assert await state(opened) == "waiting"
        await say(opened, SURE_500, user="bo")
        assert await most(opened) == 2_650


async def most(opened):
    """Return how long an answer may become in the form."""
    await choose(opened, "edit")
    (field,) = [b for b in modal(opened.lab, "sam").content["blocks"] if b["type"] == "input"]
    return field["element"]["max_length"]


async def test_discard_is_as_if_nothing_had_been_said(tmp_path):
    async with running(tmp_path) as (_lab, opened):
        ts, _ = await kept_back(opened)
        await choose(opened, "discard")
        assert "<@U0SAM> discarded it" in shown(opened)
        assert not is_open(opened)
        assert opened.said() == []
        assert await opened.rows("answers") == []
        figures = await opened.services.store.stats.since(0, 4e9)
        assert figures.total("answered") == 0
        await say(opened, SURE_404, ts)
        assert len(cards(opened)) == 1, "in this thread staff have decided about the entry"
        await say(opened, SURE_500, ts)
        assert len(cards(opened)) == 2


@pytest.mark.parametrize(("first", "second"), [("send", "discard"), ("discard", "send")])
async def test_of_two_who_decide_one_wins_and_the_other_is_told(tmp_path, first, second):
    async with running(tmp_path) as (lab, opened):
        ts, card = await kept_back(opened)
        lab.interactions.click("staff", "sam", card.ts, f"shadow_{first}")
        lab.interactions.click("staff", "tess", card.ts, f"shadow_{second}")
        await opened.settled()
        outcome = await state(opened)
        assert outcome in {"sent", "discarded"}
        assert len(lab.replies(ts)) == (outcome == "sent")
        told = [m.text for user in ("sam", "tess") for m in lab.private(user)]
        assert told == [f"That is decided already: the answer is {outcome}."]


async def test_a_double_click_and_what_comes_twice_send_once(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts, card = await kept_back(opened)
        for _ in range(3):
            lab.interactions.click("staff", "sam", card.ts, "shadow_send")
        await opened.settled()
        assert len(lab.replies(ts)) == 1
        assert lab.private("sam") == []
        event = {"type": "message", "channel": "C0SUPPORT", "user": "U0ANA", "ts": ts}
        await lab.sender.redeliver(envelope({**event, "text": SURE_404}, "Ev0X"), 1)
        await opened.settled()
        assert len(cards(opened)) == 1


async def test_a_press_that_is_delivered_again_is_the_same_press(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts, card = await kept_back(opened)
        message = {"ts": card.ts}
        payload = {
            "type": "block_actions",
            "team": {"id": "T0ACME"},
            "user": {"id": "U0SAM", "team_id": "T0ACME"},
            "channel": {"id": STAFF},
            "message": message,
            "container": {"type": "message", "message_ts": card.ts, "channel_id": STAFF},
            "trigger_id": lab.workspace.views.new_trigger("U0SAM"),
        }
        action = {"type": "button", "action_id": "shadow_send", "value": "1"}
        action |= {"block_id": "b", "action_ts": "1.1"}
        answers = await asyncio.gather(
            *(lab.sender.interaction({**payload, "actions": [action]}) for _ in range(3))
        )
        await opened.settled()
        assert all(answer.ok for answer in answers)
        assert len(lab.replies(ts)) == 1
        assert lab.private("sam") == []


@pytest.mark.parametrize(
    ("user", "text", "reason"),
    [
        ("bo", "I had that too", "A human has the thread by now."),
        ("sam", "on it", "A human has the thread by now."),
        ("ana", "<@U0BO> do you know?", "A human has the thread by now."),
        ("ana", "mute", "The thread was muted."),
        ("ana", f"{BOT} escalate", "The thread has a ticket by now."),
        ("ana", f"{BOT} {SURE_404}", "I gave this answer in the thread meanwhile."),
    ],
)
async def test_what_happened_in_the_thread_first_counts(tmp_path, user, text, reason):
    async with running(tmp_path) as (lab, opened):
        ts, _ = await kept_back(opened)
        await say(opened, text, ts, user)
        before = len(lab.replies(ts))
        await choose(opened, "send")
        assert len(lab.replies(ts)) == before
        assert f"<@U0SAM> wanted to send it. Nothing was said: {reason}" in shown(opened)
        assert not is_open(opened)
        assert await state(opened) == "not sent"
        assert reason not in str(lab.private("ana"))


async def test_an_edit_is_no_less_too_late(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts, _ = await kept_back(opened)
        await choose(opened, "edit")
        await say(opened, "try a new link", ts, "bo")
        before = len(lab.replies(ts))
        await submit(lab, opened, "sam", words="Relink it.")
        assert len(lab.replies(ts)) == before
        assert "A human has the thread by now." in shown(opened)


async def test_who_wants_to_be_left_alone_is(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts, _ = await kept_back(opened)
        lab.interactions.command("support", "ana", "/anon", "mute me")
        await opened.settled()
        await choose(opened, "send")
        assert "Its author wants to be left alone." in shown(opened)
        assert lab.replies(ts) == []


async def test_who_is_forgotten_leaves_nothing_to_send(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts, _ = await kept_back(opened)
        lab.interactions.command("support", "ana", "/anon", "forget me")
        await opened.settled()
        assert await opened.rows("shadows") == []
        await choose(opened, "send")
        assert "I no longer keep this answer." in lab.private("sam")[-1].text
        assert lab.replies(ts) == []


async def test_a_channel_that_the_bot_had_to_leave_is_told_on_the_card(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await kept_back(opened)
        lab.people.leave("support", "anon")
        await choose(opened, "send")
        assert "Nothing was said: I am not in that channel." in shown(opened)


async def test_who_is_not_staff_decides_nothing(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts, card = await kept_back(opened)
        payload = {
            "type": "block_actions",
            "team": {"id": "T0ACME"},
            "user": {"id": "U0BO", "team_id": "T0ACME"},
            "channel": {"id": STAFF},
            "message": {"ts": card.ts},
            "container": {"type": "message", "message_ts": card.ts, "channel_id": STAFF},
            "trigger_id": lab.workspace.views.new_trigger("U0BO"),
        }
        for name in ("send", "discard", "edit"):
            action = {"type": "button", "action_id": f"shadow_{name}", "value": "1"}
            action |= {"block_id": "b", "action_ts": f"1.{name}"}
            await lab.sender.interaction({**payload, "actions": [action]})
        elsewhere = {**payload, "user": {"id": "U0SAM"}, "channel": {"id": "C0GENERAL"}}
        action = {"type": "button", "action_id": "shadow_send", "value": "1"}
        action |= {"block_id": "b", "action_ts": "1.9"}
        await lab.sender.interaction({**elsewhere, "actions": [action]})
        await opened.settled()
        assert await state(opened) == "waiting"
        assert lab.workspace.views.modals("U0BO") == []
        assert lab.replies(ts) == []


async def test_a_form_that_slack_opens_no_more_is_told_in_one_line(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await kept_back(opened)
        lab.faults.add("views.open", status=200, error="expired_trigger_id")
        await choose(opened, "edit")
        assert "press Edit again" in lab.private("sam")[-1].text
        await choose(opened, "edit", "tess")
        await choose(opened, "edit", words="Relink it.")
        assert await state(opened) == "sent"
        await submit(lab, opened, "tess", words="Link it anew.")
        assert lab.private("tess")[-1].text == "That is decided already: the answer is sent."
        assert "Relink it." in shown(opened)


async def test_a_form_submitted_twice_sends_once(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts, _ = await kept_back(opened)
        await choose(opened, "edit")
        view = modal(lab, "sam")
        for _ in range(2):
            given = {"words": {"words": "Relink it."}}
            lab.interactions.submit("sam", view.id, given)
        await opened.settled()
        assert len(lab.replies(ts)) == 1


async def test_mode_shadow_needs_a_staff_channel_that_the_bot_is_in(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.people.leave("staff", "anon")
        lab.interactions.command("support", "sam", "/anon", "config mode shadow")
        await opened.settled()
        assert "invite me there before" in lab.private("sam")[-1].text
        lab.people.join("staff", "anon")
        lab.interactions.command("support", "sam", "/anon", "config mode shadow")
        await opened.settled()
        assert "`shadow`" in lab.private("sam")[-1].text
        (row,) = await opened.rows("channel_settings")
        assert row["value"] == "shadow"


async def test_without_a_staff_channel_mode_shadow_is_refused_and_is_silent(tmp_path):
    async with running(tmp_path, staff_channel="", staff_users=("U0SAM",)) as (lab, opened):
        lab.interactions.command("support", "sam", "/anon", "config mode shadow")
        await opened.settled()
        assert "set STAFF_CHANNEL" in lab.private("sam")[-1].text
        assert await opened.rows("channel_settings") == []
        await shadowed(opened)
        before = metrics.SHADOWS_LOST._value.get()
        ts = await say(opened, SURE_404)
        assert lab.replies(ts) == []
        assert lab.private("ana") == []
        assert await opened.rows("shadows") == []
        assert metrics.SHADOWS_LOST._value.get() == before + 1


async def test_a_staff_channel_that_the_bot_was_put_out_of_is_counted(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await shadowed(opened)
        lab.people.leave("staff", "anon")
        before = metrics.SHADOWS_LOST._value.get()
        ts = await say(opened, SURE_404)
        assert lab.replies(ts) == []
        assert lab.private("ana") == []
        assert metrics.SHADOWS_LOST._value.get() == before + 1


async def test_what_comes_in_pieces_is_one_card_with_all_of_it(tmp_path):
    async with running(tmp_path, join_seconds=5, hold_seconds=0.5) as (lab, opened):
        await shadowed(opened)
        lab.people.say("support", "ana", "we get this since noon, user id")
        await lab.delivered()
        lab.people.say("support", "ana", SURE_404)
        await lab.delivered()
        await lab.until(lambda: cards(opened))
        await opened.settled()
        (card,) = cards(opened)
        assert "since noon" in words(card)
        assert SURE_404 in words(card)
        assert words(card).count("since noon") == 1


async def test_the_home_of_the_asker_tells_nothing_of_it(tmp_path):
    async with running(tmp_path) as (_lab, opened):
        await kept_back(opened)
        store = opened.services.store
        assert await store.threads.of_asker("T0ACME", "U0ANA", 9) == []
        await choose(opened, "send")
        assert len(await store.threads.of_asker("T0ACME", "U0ANA", 9)) == 1


async def test_an_answer_that_was_lost_on_the_way_is_found_not_repeated(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts, _ = await kept_back(opened)
        post = lab.web_api._run
        lost = iter([True])

        def lose(method, request, body, fault):
            answer = post(method, request, body, fault)
            if method == "chat.postMessage" and next(lost, False):
                raise ConnectionResetError
            return answer

        lab.web_api._run = lose
        await choose(opened, "send")
        assert len(lab.replies(ts)) == 1
        assert "<@U0SAM> sent it" in shown(opened)


async def test_a_card_and_a_decision_outlive_the_process(tmp_path):
    async with killable(tmp_path, STAFF_CHANNEL=STAFF) as (lab, process):
        lab.interactions.command("support", "sam", "/anon", "config mode shadow")
        assert await lab.until(lambda: lab.private("sam"), 40)
        ts = lab.people.say("support", "ana", SURE_404)

        def card():
            said = lab.workspace.said(STAFF)
            return next((m for m in said if "message> of <@" in m.text), None)

        found = await lab.until(card, 40)
        assert lab.replies(ts) == []
        await process.die()
        await process.rise()
        lab.interactions.click("staff", "sam", found.ts, "shadow_send")
        await lab.delivered()  # kept before the ack, and maybe not yet done
        await process.die()
        await process.rise()
        assert await lab.until(lambda: "<@U0SAM> sent it" in words(card()), 40)
        assert len(lab.replies(ts)) == 1
