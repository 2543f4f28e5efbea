"""`/anon`, the shortcut and everything that only one person sees; failures."""

import pytest

from bot.records import Mode
from tests.slack_lab import SECRET, SURE_404, running


async def test_ask_is_answered_privately_and_shared_once(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.interactions.command("support", "ana", "/anon", f"ask {SURE_404}")
        await opened.settled()
        (answer,) = lab.private("ana")
        assert "backend-user-404" in answer.text
        assert opened.said() == []
        lab.interactions.click("support", "ana", answer.ts, "answer_share")
        await opened.settled()
        (shared,) = opened.said()
        assert "backend-user-404" in shared


async def test_an_unsure_command_gives_choices_that_open_in_place(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.interactions.command("support", "ana", "/anon", "ask what does this all mean")
        await opened.settled()
        (choices,) = lab.private("ana")
        lab.interactions.click("support", "ana", choices.ts, "choices_pick_privately_2")
        await opened.settled()
        assert "backend-tunnel-failed" in lab.private("ana")[0].text
        assert opened.said() == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", "I answer questions"),
        ("help", "I answer questions"),
        ("HELP!", "I answer questions"),
        ("hlep", "Did you mean `help`?"),
        ("mute", "Did you mean `mute me`?"),
        ("frobnicate", "I do not know that verb"),
        ("config", "The mode here is `auto`"),
        ("config mode off", "Only staff"),
        ("there is a 404 in my logs", "backend-user-404"),
        ("ask nothing like it", "I know no entry"),
    ],
)
async def test_what_a_command_answers(tmp_path, words, expected):
    async with running(tmp_path) as (lab, opened):
        lab.interactions.command("support", "ana", "/anon", words)
        await opened.settled()
        assert expected in lab.private("ana")[-1].text


async def test_staff_set_the_mode_by_words(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.interactions.command("support", "sam", "/anon", "config mode suggest")
        await opened.settled()
        assert "now `suggest`" in lab.private("sam")[-1].text
        lab.interactions.command("support", "sam", "/anon", "config mode loud")
        await opened.settled()
        assert "I know no mode `loud`" in lab.private("sam")[-1].text
        (row,) = await opened.rows("channel_settings")
        assert (row["name"], row["value"]) == ("mode", Mode.SUGGEST.value)


async def test_a_secret_in_a_command_is_answered_and_warned_of(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.interactions.command("support", "ana", "/anon", f"ask {SURE_404} {SECRET}")
        await opened.settled()
        (answer,) = lab.private("ana")
        assert "a secret" in answer.text
        assert "backend-user-404" in answer.text
        assert SECRET not in str(answer)


async def test_a_human_asked_for_in_private_is_told_to_staff_once(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.interactions.command("support", "ana", "/anon", "ask nothing like it")
        await opened.settled()
        ts = lab.private("ana")[0].ts
        for _ in range(2):
            lab.interactions.click("support", "ana", ts, "ask_human")
            await opened.settled()
            (form,) = lab.workspace.views.modals("U0ANA")
            lab.interactions.submit("ana", form.id, {"summary": {"summary": "nothing like it"}})
            await opened.settled()
        card, added = opened.said("C0STAFF")
        assert "Ticket 1" in card
        assert "added to it" in added
        assert opened.said("C0SUPPORT") == []
        told = [text for text in opened.said("D0ANA") if "asked for a human" in text]
        assert len(told) == 1


async def test_sharing_where_the_bot_is_not_can_be_tried_again(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.interactions.command("support", "ana", "/anon", f"ask {SURE_404}")
        await opened.settled()
        answer = lab.private("ana")[0]
        lab.faults.add("chat.postMessage", status=200, error="not_in_channel")
        lab.interactions.click("support", "ana", answer.ts, "answer_share")
        await opened.settled()
        assert "Invite me" in lab.private("ana")[-1].text
        lab.interactions.click("support", "ana", answer.ts, "answer_share")
        await opened.settled()
        assert len(opened.said()) == 1


async def test_the_shortcut_shows_a_modal_and_posts_on_demand(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("general", "bo", SURE_404)
        await opened.settled()
        lab.interactions.shortcut("ana", "diagnose_with_anon", "general", ts)
        await opened.settled()
        (modal,) = lab.workspace.views.modals("U0ANA")
        assert "The user was not found" in str(modal.content)
        assert opened.said("C0GENERAL") == []
        first = lab.calls("views.open")[0]
        assert "Looking at the message" in str(first["view"])
        for _ in range(1):
            lab.interactions.click_view("ana", modal.id, "post_to_thread")
            await opened.settled()
        (reply,) = lab.replies(ts)
        assert "backend-user-404" in reply.text
        lab.interactions.click("general", "bo", reply.ts, "answer_not_it")
        await opened.settled()
        assert "Not it" in lab.replies(ts)[0].text


async def test_diagnose_without_text_opens_a_form_that_is_answered_in_place(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.interactions.command("support", "ana", "/anon", "diagnose")
        await opened.settled()
        (modal,) = lab.workspace.views.modals("U0ANA")
        paste = {"paste": {"paste": f"{SURE_404} {SECRET}"}}
        lab.interactions.submit("ana", modal.id, paste)
        await opened.settled()
        (modal,) = lab.workspace.views.modals("U0ANA")
        assert "The user was not found" in str(modal.content)
        assert "shows a secret" in str(modal.content)
        assert "post_to_thread" not in str(modal.content)
        assert SECRET not in str(modal.content)


async def test_diagnose_with_text_is_answered_at_once(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.interactions.command("support", "ana", "/anon", f"diagnose {SURE_404}")
        await opened.settled()
        assert "backend-user-404" in lab.private("ana")[0].text


async def test_a_mention_offers_the_form_by_a_button(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.people.say("support", "ana", "<@U0ANON> diagnose")
        await opened.settled()
        (offer,) = lab.private("ana")
        lab.interactions.click("support", "ana", offer.ts, "open_form")
        await opened.settled()
        (modal,) = lab.workspace.views.modals("U0ANA")
        assert modal.content["callback_id"] == "form_diagnose"


async def test_a_failure_is_apologised_for_once_to_who_asked(tmp_path, capfd):
    async with running(tmp_path) as (lab, opened):
        opened.answerer.decide = None  # calling it raises TypeError
        lab.people.say("support", "ana", f"<@U0ANON> {SURE_404}")
        await opened.settled()
        apologies = [m for m in lab.private("ana") if "failed on my side" in m.text]
        assert len(apologies) == 1
        lab.interactions.command("support", "ana", "/anon", f"ask {SURE_404}")
        await opened.settled()
        assert "failed on my side" in lab.private("ana")[-1].text
        assert "ask_human" in str(lab.private("ana")[-1].blocks)
        lab.people.say("support", "bo", SURE_404)
        await opened.settled()
        assert lab.private("bo") == []


async def test_429_is_waited_out_and_posted_once(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.faults.add("chat.postMessage", status=429, count=1, retry_after=0)
        ts = lab.people.say("support", "ana", SURE_404)
        await lab.reply_to(ts)
        await opened.settled()
        assert len(lab.replies(ts)) == 1


async def test_buttons_of_what_was_forgotten_say_so(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", SURE_404)
        reply = await lab.reply_to(ts)
        await opened.settled()
        await opened.services.store.forget("T0ACME", "U0ANA")
        lab.interactions.click("support", "ana", reply.ts, "answer_solved")
        await opened.settled()
        assert "no longer know this answer" in lab.private("ana")[-1].text


async def test_a_store_that_is_away_is_apologised_for_once(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", SURE_404)
        await lab.reply_to(ts)
        await opened.settled()
        await opened.services.store.engine.dispose()
        (tmp_path / "state.db").rename(tmp_path / "away")
        for name in ("state.db-wal", "state.db-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        (tmp_path / "state.db").mkdir()
        lab.people.say("support", "ana", f"<@U0ANON> {SURE_404}")
        lab.people.say("support", "bo", SURE_404)
        await opened.settled()
        assert len(lab.private("ana")) == 1
        assert "failed on my side" in lab.private("ana")[0].text
        assert lab.private("bo") == []
