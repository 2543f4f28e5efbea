"""Tickets as people see them: the asker's thread, the staff channel, the forms."""

import pytest
from dbos import DBOS

from bot.durable import WORK
from bot.records import Place
from bot.ticket_records import Draft
from bot.ticket_store import Origin
from tests.slack_lab import SECRET, SURE_404, running

STAFF = "C0STAFF"


async def answered(lab, opened, text=SURE_404):
    """Return a thread of ana's, and the bot's answer in it."""
    ts = lab.people.say("support", "ana", text)
    reply = await lab.reply_to(ts)
    await opened.settled()
    return ts, reply


def modal(lab, user):
    """Return the modal that the person has open."""
    return lab.workspace.views.modals(lab.people.room.person(user).id)[-1]


def fields(view):
    """Return what the inputs of a modal hold at first."""
    found = {}
    for block in view.content["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            option = element.get("initial_option") or {}
            found[block["block_id"]] = element.get("initial_value") or option.get("value") or ""
    return found


async def submit(lab, opened, user, **values):
    """Submit the open modal, its inputs named by block."""
    given = {name: {name: value} for name, value in values.items()}
    lab.interactions.submit(user, modal(lab, user).id, given)
    await opened.settled()


async def press(lab, opened, user, action, channel="staff", ts=None):  # noqa: PLR0917
    """Press a button of the ticket's card, or of another message."""
    lab.interactions.click(channel, user, ts or card(opened).ts, action)
    await opened.settled()


def card(opened):
    """Return the one card in the staff channel."""
    everything = opened.lab.workspace.said(STAFF)
    (found,) = [m for m in everything if m.user == "U0ANON" and "*Ticket" in m.text]
    return found


def under_card(opened):
    return [m.text for m in opened.lab.replies(card(opened).ts)]


async def ticket(lab, opened, tried="restarted it"):
    """Return a thread with a ticket that ana opened by button and form."""
    ts, reply = await answered(lab, opened)
    await press(lab, opened, "ana", "ask_human", "support", reply.ts)
    await submit(lab, opened, "ana", tried=tried)
    return ts


async def state(opened):
    (row,) = await opened.rows("tickets")
    return row["state"]


def note(lab, ts):
    """Return the message that shows the ticket's state in the thread."""
    (found,) = [m for m in lab.replies(ts) if "asked for a human" in m.text]
    return found


async def test_the_form_knows_the_error_and_the_ticket_is_announced_once(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts, reply = await answered(lab, opened, f"{SURE_404} in prod {SECRET}")
        await press(lab, opened, "ana", "ask_human", "support", reply.ts)
        first = lab.calls("views.open")[0]
        assert "Gathering" in str(first["view"])
        held = fields(modal(lab, "ana"))
        assert SURE_404 in held["summary"]
        assert SECRET not in str(modal(lab, "ana").content)
        assert (held["urgency"], held["environment"]) == ("normal", "prod")
        assert "backend-user-404 · 0.97" in str(modal(lab, "ana").content)
        await submit(lab, opened, "ana", tried=f"relinked with {SECRET}", urgency="blocked")
        shown = str(card(opened).blocks)
        assert "<!subteam^S0SUPPORT>" in shown
        for part in ("relinked with", "blocked", "prod", SURE_404, "backend-user-404", "<@U0ANA>"):
            assert part in shown
        assert f"/archives/C0SUPPORT/p{ts.replace('.', '')}" in shown
        assert "open: nobody has it yet" in note(lab, ts).text
        assert "Staff have it" in str(note(lab, ts).blocks)
        assert "relinked" not in str(note(lab, ts).blocks)
        assert SECRET not in str(lab.workspace.calls)
        assert SECRET not in str(await opened.rows("tickets"))


async def test_pressed_again_there_is_one_ticket_and_one_card(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts, reply = await answered(lab, opened)
        for user in ("ana", "bo"):
            await press(lab, opened, user, "ask_human", "support", reply.ts)
        for user in ("ana", "bo"):
            await submit(lab, opened, user, tried=f"words of {user}")
        assert len(await opened.rows("tickets")) == 1
        assert "words of ana" in str(card(opened).blocks)
        (line,) = under_card(opened)
        assert "<@U0BO> added to it" in line
        assert "is for this thread already" in lab.private("bo")[-1].text
        await press(lab, opened, "bo", "ask_human", "support", reply.ts)
        assert "Mention me with `escalate`" in lab.private("bo")[-1].text
        lab.people.say("support", "bo", "<@U0ANON> escalate same for us", ts)
        await opened.settled()
        assert len(under_card(opened)) == 2
        assert len(lab.replies(ts)) == 2


async def test_two_failed_answers_open_the_form(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts, first = await answered(lab, opened)
        await press(lab, opened, "ana", "answer_not_it", "support", first.ts)
        assert lab.workspace.views.modals("U0ANA") == []
        second = lab.replies(ts)[1]
        await press(lab, opened, "ana", "answer_not_it", "support", second.ts)
        assert SURE_404 in fields(modal(lab, "ana"))["summary"]
        await submit(lab, opened, "ana")
        shown = str(card(opened).blocks)
        assert "(backend-user-404) · 0.97 · not it" in shown
        assert "(backend-user-500) · 0.87 · not it" in shown


async def test_a_form_opens_though_slack_lets_nobody_read_the_thread_now(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts, reply = await answered(lab, opened)
        lab.faults.add("conversations.replies", count=9, retry_after=0)
        await press(lab, opened, "ana", "ask_human", "support", reply.ts)
        assert fields(modal(lab, "ana"))["summary"] == ""
        lab.workspace.views.clear("U0ANA")
        lab.interactions.shortcut("ana", "escalate_to_anon", "support", ts)
        await opened.settled()
        assert SURE_404 in fields(modal(lab, "ana"))["summary"]


async def test_a_thread_whose_form_was_closed_is_not_escalated(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts, first = await answered(lab, opened)
        await press(lab, opened, "ana", "answer_not_it", "support", first.ts)
        await press(lab, opened, "ana", "answer_not_it", "support", lab.replies(ts)[1].ts)
        lab.interactions.close("ana", modal(lab, "ana").id)
        await opened.settled()
        assert await opened.rows("tickets") == []
        assert (await opened.rows("threads"))[0]["state"] == "human"
        lab.people.say("support", "ana", SURE_404, ts)
        await opened.settled()
        assert len(lab.replies(ts)) == 3
        await press(lab, opened, "ana", "ask_human", "support", lab.replies(ts)[2].ts)
        await submit(lab, opened, "ana")
        assert (await opened.rows("threads"))[0]["state"] == "escalated"
        assert "open: nobody has it yet" in note(lab, ts).text


@pytest.mark.parametrize("way", ["mention", "sos on the answer", "sos on the question"])
async def test_without_a_form_the_ticket_comes_at_once(tmp_path, way):
    async with running(tmp_path) as (lab, opened):
        ts, reply = await answered(lab, opened)
        if way == "mention":
            lab.people.say("support", "bo", "<@U0ANON> escalate", ts)
        else:
            lab.people.react("support", "bo", reply.ts if "answer" in way else ts, "sos")
        await opened.settled()
        assert SURE_404 in str(card(opened).blocks)
        assert "<@U0ANA>" in card(opened).text  # whose thread it is
        assert (await opened.rows("threads"))[0]["state"] == "escalated"
        assert "open: nobody has it yet" in note(lab, ts).text


async def test_sos_counts_on_a_question_that_nobody_answered_where_the_bot_listens(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ignored = lab.people.say("general", "ana", "all is lost")
        lab.people.react("general", "bo", ignored, "sos")
        ts = lab.people.say("support", "ana", "all is lost")
        lab.people.react("support", "bo", ts, "sos")
        await opened.settled()
        (row,) = await opened.rows("tickets")
        assert (row["channel"], row["root"], row["asker"]) == ("C0SUPPORT", ts, "U0ANA")
        assert "all is lost" in str(card(opened).blocks)


async def test_the_shortcut_opens_the_form_for_the_messages_thread(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("general", "bo", "it broke")
        lab.interactions.shortcut("ana", "escalate_to_anon", "general", ts)
        await opened.settled()
        assert fields(modal(lab, "ana"))["summary"] == "it broke"
        await submit(lab, opened, "ana")
        assert "<@U0BO>" in card(opened).text
        assert note(lab, ts)


async def test_an_expired_trigger_loses_nothing(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts, reply = await answered(lab, opened)
        lab.faults.add("views.open", status=200, error="expired_trigger_id")
        await press(lab, opened, "ana", "ask_human", "support", reply.ts)
        assert SURE_404 in str(card(opened).blocks)
        assert note(lab, ts)


async def test_a_form_submitted_twice_is_one_ticket(tmp_path):
    async with running(tmp_path) as (lab, opened):
        _, reply = await answered(lab, opened)
        await press(lab, opened, "ana", "ask_human", "support", reply.ts)
        view = modal(lab, "ana")
        lab.interactions.submit("ana", view.id, {})
        lab.workspace.views.by_id[view.id] = view
        lab.workspace.views.stacks["U0ANA"] = [view.id]
        lab.interactions.submit("ana", view.id, {})
        await opened.settled()
        assert card(opened)
        assert len(await opened.rows("ticket_events")) == 1


async def test_staff_claim_reply_and_resolve(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = await ticket(lab, opened)
        await press(lab, opened, "sam", "ticket_claim")
        assert "<@U0SAM> has it" in note(lab, ts).text
        assert "Claimed by <@U0SAM>" in card(opened).text
        await press(lab, opened, "sam", "ticket_reply")
        await submit(lab, opened, "sam", words=f"Relink the <user> {SECRET}")
        said = lab.replies(ts)[-1]
        assert "<@U0SAM> (staff) says" in said.text
        assert "Relink the &lt;user&gt;" in str(said.blocks)
        assert SECRET not in str(said.blocks)
        await press(lab, opened, "sam", "ticket_resolve")
        await submit(lab, opened, "sam", words="The user was unlinked.", entry="backend-user-500")
        assert "resolved" in note(lab, ts).text
        assert "The user was unlinked." in note(lab, ts).text
        assert "backend-user-500" in str(card(opened).blocks)
        assert (await opened.rows("threads"))[0]["state"] == "solved"
        assert "ticket_claim" not in str(card(opened).blocks)
        assert lab.calls("chat.postMessage")[-1]["channel"] != STAFF
        assert str(lab.workspace.calls).count("subteam") == 2  # text and block of one message


async def test_unclaim_and_the_claim_of_another(tmp_path):
    async with running(tmp_path, staff_users=("U0SAM", "U0BO")) as (lab, opened):
        await ticket(lab, opened)
        lab.people.join("staff", "bo")
        await opened.settled()
        await press(lab, opened, "sam", "ticket_claim")
        await press(lab, opened, "sam", "ticket_claim")
        await press(lab, opened, "bo", "ticket_claim")
        assert "Claimed by <@U0BO>" in card(opened).text
        await press(lab, opened, "bo", "ticket_unclaim")
        assert await state(opened) == "open"
        assert "Claimed by" not in card(opened).text


async def test_need_info_waits_for_the_asker(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = await ticket(lab, opened)
        await press(lab, opened, "sam", "ticket_claim")
        await press(lab, opened, "sam", "ticket_need_info")
        await submit(lab, opened, "sam", words="Which app?")
        assert await state(opened) == "waiting"
        assert "<@U0ANA>: <@U0SAM> (staff) needs to know" in lab.replies(ts)[-1].text
        lab.people.say("support", "bo", "no idea", ts)
        await opened.settled()
        assert await state(opened) == "waiting"
        lab.people.say("support", "ana", "instagram", ts)
        await opened.settled()
        assert await state(opened) == "claimed"
        assert "<@U0ANA> answered" in under_card(opened)[-1]


async def test_the_asker_reopens_within_seven_days_and_staff_always(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = await ticket(lab, opened)
        await press(lab, opened, "sam", "ticket_resolve")
        await submit(lab, opened, "sam", words="done")
        shown = note(lab, ts)
        await press(lab, opened, "bo", "ticket_reopen", "support", shown.ts)
        assert await state(opened) == "resolved"
        await press(lab, opened, "ana", "ticket_reopen", "support", shown.ts)
        assert await state(opened) == "open"
        assert (await opened.rows("threads"))[0]["state"] == "escalated"
        assert "<@U0ANA> reopened it" in under_card(opened)[-1]
        await press(lab, opened, "sam", "ticket_resolve")
        await submit(lab, opened, "sam", words="done")
        lab.people.say("support", "ana", "thanks!", ts)
        await opened.settled()
        assert await state(opened) == "resolved"
        lab.people.say("support", "ana", "it is back", ts)
        await opened.settled()
        assert await state(opened) == "open"
        await press(lab, opened, "sam", "ticket_resolve")
        await submit(lab, opened, "sam", words="done")
        await opened.turn_back("tickets", "updated", 7 * 86_400 + 60)
        await press(lab, opened, "ana", "ticket_reopen", "support", shown.ts)
        assert await state(opened) == "resolved"
        await press(lab, opened, "sam", "ticket_reopen")
        assert await state(opened) == "open"


async def test_who_is_not_staff_changes_nothing_whatever_the_button_says(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await ticket(lab, opened)
        lab.people.join("staff", "bo")
        lab.workspace.channels[STAFF].members.discard("U0BO")
        payload = {
            "type": "block_actions",
            "team": {"id": "T0ACME"},
            "user": {"id": "U0BO", "team_id": "T0ACME"},
            "channel": {"id": STAFF},
            "message": {"ts": card(opened).ts},
            "container": {"type": "message", "message_ts": card(opened).ts, "channel_id": STAFF},
            "trigger_id": lab.workspace.views.new_trigger("U0BO"),
        }
        for name in ("claim", "resolve", "reply", "need_info"):
            action = {"type": "button", "action_id": f"ticket_{name}", "value": "1"}
            action |= {"block_id": "b", "action_ts": f"1.{name}"}
            await lab.sender.interaction({**payload, "actions": [action]})
        await opened.settled()
        assert await state(opened) == "open"
        assert lab.workspace.views.modals("U0BO") == []


async def test_a_press_that_comes_too_late_is_told_to_who_pressed(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await ticket(lab, opened)
        await press(lab, opened, "sam", "ticket_reply")
        slow = modal(lab, "sam")
        lab.workspace.views.clear("U0SAM")
        await press(lab, opened, "sam", "ticket_resolve")
        await submit(lab, opened, "sam", words="done")
        lab.workspace.views.by_id[slow.id] = slow
        lab.workspace.views.stacks["U0SAM"] = [slow.id]
        await submit(lab, opened, "sam", words="one more thing")
        assert "does not fit any more: ticket 1 is resolved" in lab.private("sam")[-1].text


async def test_a_private_ask_goes_on_in_a_direct_message(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.interactions.command("support", "ana", "/anon", "escalate")
        await opened.settled()
        await submit(lab, opened, "ana", summary="our key leaked somewhere")
        assert opened.said("C0SUPPORT") == []
        assert "direct message" in card(opened).text
        (shown,) = [m for m in lab.workspace.said("D0ANA") if "asked for a human" in m.text]
        await press(lab, opened, "sam", "ticket_reply")
        await submit(lab, opened, "sam", words="Rotate it.")
        assert "Rotate it." in str(lab.replies(shown.ts)[-1].blocks)
        lab.people.say("dm:ana", "ana", f"rotated {SURE_404} {SECRET}", shown.ts)
        await opened.settled()
        line = lab.replies(card(opened).ts)[-1]
        assert "<@U0ANA> added to it" in line.text
        assert SURE_404 in str(line.blocks)
        assert SECRET not in str(line.blocks)
        assert len(lab.replies(shown.ts)) == 2  # the reply and her own words: no entry


async def test_words_after_the_command_are_a_ticket_at_once(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.interactions.command("support", "ana", "/anon", f"escalate no luck {SECRET}")
        await opened.settled()
        assert "no luck" in str(card(opened).blocks)
        assert SECRET not in str(lab.workspace.calls)
        assert "I bring in a human" in lab.private("ana")[0].text


async def test_a_staff_channel_that_the_bot_is_not_in_loses_nothing(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts, reply = await answered(lab, opened)
        await press(lab, opened, "ana", "ask_human", "support", reply.ts)
        lab.faults.add("chat.postMessage", status=200, error="not_in_channel")
        await submit(lab, opened, "ana")
        assert "No staff channel could be told" in note(lab, ts).text
        assert await state(opened) == "open"


async def test_a_channel_that_the_bot_is_not_in_is_told_by_direct_message(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("general", "ana", "help")
        lab.people.leave("general", "anon")
        lab.interactions.shortcut("ana", "escalate_to_anon", "general", ts)
        await opened.settled()
        await submit(lab, opened, "ana", summary="help")
        (shown,) = [m for m in lab.workspace.said("D0ANA") if "asked for a human" in m.text]
        assert (await opened.rows("tickets"))[0]["root"] == shown.ts


async def test_the_usual_time_to_a_first_answer_is_measured(tmp_path):
    async with running(tmp_path) as (lab, opened):
        for number in range(4):
            ts = lab.people.say("support", "ana", f"case {number}")
            lab.people.say("support", "ana", "<@U0ANON> escalate", ts)
            await opened.settled()
            shown = note(lab, ts)
            if number < 3:
                assert "Usual time" not in shown.text
                lab.people.say("support", "sam", "looking", ts)
                await opened.settled()
                await opened.turn_back("tickets", "opened", 1500 / 3)
        assert "Usual time to a first answer: 17 min." in shown.text


@pytest.mark.parametrize(("user", "emptied"), [("ana", True), ("bo", False)])
async def test_forget_me_takes_ones_tickets_along(tmp_path, user, emptied):
    async with running(tmp_path) as (lab, opened):
        await ticket(lab, opened)
        lab.interactions.command("support", user, "/anon", "forget me")
        await opened.settled()
        assert (await opened.rows("tickets") == []) is emptied


AN_INSTANT = 1e-6  # of a day, and 0.06 of a second for a thousandth of a minute


async def test_an_unclaimed_ticket_brings_one_reminder(tmp_path):
    async with running(tmp_path, remind_minutes=0.001) as (lab, opened):
        await ticket(lab, opened)
        reminders = await lab.until(lambda: [t for t in opened.said(STAFF) if "unclaimed" in t])
        await opened.settled()
        (reminder,) = reminders
        assert "Ticket 1 has waited" in reminder
        assert f"/archives/{STAFF}/p{card(opened).ts.replace('.', '')}" in reminder
        assert await state(opened) == "open"
        deeds = [row["deed"] for row in await opened.rows("ticket_events")]
        assert deeds == ["opened", "remind"]


async def test_a_claim_stops_the_reminder(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await ticket(lab, opened)
        assert [row.status for row in await timers("remind")] == ["DELAYED"]
        await press(lab, opened, "sam", "ticket_claim")
        assert [row.status for row in await timers("remind")] == ["CANCELLED"]
        await press(lab, opened, "sam", "ticket_unclaim")
        assert [row.status for row in await timers("remind")] == ["CANCELLED", "DELAYED"]


async def timers(deed):
    found = await DBOS.list_workflows_async(status=["DELAYED", "CANCELLED"])
    return [row for row in found if row.workflow_id.endswith(f":{deed}")]


async def test_a_silent_asker_is_asked_once_and_the_ticket_closed(tmp_path):
    settings = {"stale_days": AN_INSTANT, "close_days": AN_INSTANT}
    async with running(tmp_path, **settings) as (lab, opened):
        ts = await ticket(lab, opened)
        await press(lab, opened, "sam", "ticket_need_info")
        await submit(lab, opened, "sam", words="Which app?")
        await lab.until(lambda: "closed, since no answer came" in note(lab, ts).text)
        await opened.settled()
        asked = [m for m in lab.replies(ts) if "is ticket 1 still open for you?" in m.text]
        assert len(asked) == 1
        deeds = [row["deed"] for row in await opened.rows("ticket_events")]
        assert deeds == ["opened", "need info", "ask stale", "close"]
        assert (await opened.rows("threads"))[0]["state"] == "stale"
        await press(lab, opened, "ana", "ticket_reopen", "support", note(lab, ts).ts)
        assert await state(opened) == "open"


async def test_an_answer_stops_the_close(tmp_path):
    async with running(tmp_path, stale_days=AN_INSTANT) as (lab, opened):
        ts = await ticket(lab, opened)
        await press(lab, opened, "sam", "ticket_need_info")
        await submit(lab, opened, "sam", words="Which app?")
        await lab.until(lambda: [m for m in lab.replies(ts) if "still open" in m.text])
        await opened.settled()
        assert [row.status for row in await timers("close")] == ["DELAYED"]
        lab.people.say("support", "ana", "instagram", ts)
        await opened.settled()
        assert await state(opened) == "open"
        assert [row.status for row in await timers("close")] == ["CANCELLED"]


async def test_a_form_that_could_not_be_kept_stays_with_its_words(tmp_path, monkeypatch):
    async with running(tmp_path) as (lab, opened):
        await ticket(lab, opened)
        await press(lab, opened, "sam", "ticket_resolve")
        form, failures = modal(lab, "sam"), iter([True])
        start = WORK.in_hand.start

        async def fail(key, begin):
            if next(failures, False):
                raise OSError("disk full")
            await start(key, begin)

        monkeypatch.setattr(WORK.in_hand, "start", fail)
        await submit(lab, opened, "sam", words="restart the importer")
        assert modal(lab, "sam") is form
        assert form.content["callback_id"] == "form_ticket_resolve"
        assert "trouble connecting" in form.notice
        assert "restart the importer" in str(form.values)
        assert await state(opened) == "open"
        lab.interactions.submit("sam", form.id)
        await opened.settled()
        assert await state(opened) == "resolved"


async def test_a_command_that_comes_twice_asks_for_one_human(tmp_path):
    async with running(tmp_path) as (lab, opened):
        command, carried = lab.sender.command, []

        async def twice(form):
            carried.append(form)
            return (await command(form), await command(form))[0]

        lab.sender.command = twice
        lab.interactions.command("support", "ana", "/anon", "escalate the page is blank")
        await opened.settled()
        assert len(carried) == 1
        assert len(await opened.rows("tickets")) == 1


async def test_words_that_come_before_the_card_are_told_all_the_same(tmp_path):
    async with running(tmp_path) as (lab, opened):
        tickets = opened.services.store.tickets
        place = Place("T0ACME", "C0SUPPORT", lab.people.say("support", "ana", "hm, broken"))
        await tickets.open(Origin(place, f"C0SUPPORT:{place.root}"), Draft("U0ANA"), "lost", 1.0)
        lab.people.say("support", "bo", "<@U0ANON> escalate same for us", place.root)
        await opened.settled()
        said = [m.text for m in lab.workspace.said(STAFF) if m.user == "U0ANON"]
        assert len([text for text in said if "<@U0BO> added to it" in text]) == 1
