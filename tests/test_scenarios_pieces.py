"""What one author posts in pieces is one question: the first piece gets the reply."""

import pytest

from tests.slack_lab import SURE_404, SURE_500, UNSURE, running

JOIN = {"join_seconds": 60}
HELD = {"join_seconds": 60, "hold_seconds": 1}


async def test_the_reply_goes_to_the_first_piece_though_that_was_chatter(tmp_path):
    async with running(tmp_path, **JOIN) as (lab, opened):
        first = lab.people.say("support", "ana", "hi all, since this morning our worker says")
        await opened.settled()
        second = lab.people.say("support", "ana", SURE_404)
        assert "backend-user-404" in (await lab.reply_to(first)).text
        await opened.settled()
        assert lab.replies(second) == []
        assert len(opened.said()) == 1


async def test_what_follows_a_sure_reply_adds_nothing(tmp_path):
    async with running(tmp_path, **JOIN) as (lab, opened):
        first = lab.people.say("support", "ana", SURE_404)
        await lab.reply_to(first)
        for text in ("any idea?", UNSURE, SURE_404):
            lab.people.say("support", "ana", text)
            await opened.settled()
        assert len(opened.said()) == 1
        assert lab.private("ana") == []


async def test_another_error_after_an_answer_is_answered_in_its_own_thread(tmp_path):
    async with running(tmp_path, **JOIN) as (lab, opened):
        first = lab.people.say("support", "ana", SURE_404)
        assert "backend-user-404" in (await lab.reply_to(first)).text
        second = lab.people.say("support", "ana", SURE_500)
        assert "backend-user-500" in (await lab.reply_to(second)).text
        await opened.settled()
        assert len(lab.replies(first)) == 1


async def test_a_question_to_the_bot_after_chatter_is_answered_in_its_own_thread(tmp_path):
    async with running(tmp_path, **JOIN) as (lab, opened):
        chatter = lab.people.say("support", "ana", "thanks all!")
        await opened.settled()
        asked = lab.people.say("support", "ana", f"<@U0ANON> {SURE_404}")
        assert "backend-user-404" in (await lab.reply_to(asked)).text
        assert lab.replies(chatter) == []


async def test_two_pieces_at_once_are_one_question(tmp_path):
    async with running(tmp_path, **JOIN) as (lab, opened):
        first = lab.people.say("support", "ana", "it says")
        await opened.settled()  # deliveries run side by side and may overtake each other
        lab.people.say("support", "ana", SURE_404)
        lab.people.say("support", "ana", "in production")
        await opened.settled()
        assert len(lab.replies(first)) == 1
        assert len(opened.said()) == 1


async def test_pieces_of_two_people_or_places_are_kept_apart(tmp_path):
    async with running(tmp_path, **JOIN) as (lab, opened):
        lab.people.say("support", "bo", "hi")
        ts = lab.people.say("support", "ana", SURE_404)
        await lab.reply_to(ts)
        direct = lab.people.say("dm:ana", "ana", SURE_404)
        assert (await lab.reply_to(direct)).thread_ts == direct
        await opened.settled()


async def test_an_unsure_message_waits_for_the_rest(tmp_path):
    async with running(tmp_path, **HELD) as (lab, opened):
        first = lab.people.say("support", "ana", UNSURE)
        await lab.delivered()
        lab.people.say("support", "ana", SURE_404)
        assert "backend-user-404" in (await lab.reply_to(first)).text
        await opened.settled()
        assert lab.private("ana") == []
        assert len(opened.said()) == 1


async def test_an_ask_that_is_held_gets_the_joined_answer(tmp_path):
    async with running(tmp_path, **HELD) as (lab, opened):
        first = lab.people.say("support", "ana", "<@U0ANON> what does this mean")
        await lab.delivered()
        lab.people.say("support", "ana", "it is the last line of our log")
        await opened.settled()
        (reply,) = lab.replies(first)
        assert "A*" in reply.text
        assert "last line" in opened.answerer.asked[-1][0]


async def test_choices_become_the_answer_when_the_rest_comes(tmp_path):
    async with running(tmp_path, **JOIN) as (lab, opened):
        first = lab.people.say("support", "ana", "<@U0ANON> what does this mean")
        await opened.settled()
        lab.people.say("support", "ana", SURE_404)
        await opened.settled()
        (reply,) = lab.replies(first)
        assert "backend-user-404" in reply.text
        assert "A*" not in reply.text


async def test_an_answer_that_the_rest_proves_wrong_is_replaced(tmp_path):
    async with running(tmp_path, **JOIN) as (lab, opened):
        first = lab.people.say("support", "ana", SURE_500)
        await lab.reply_to(first)
        await opened.settled()
        lab.people.say("support", "ana", "the log goes on: not found, as 404 it ends")
        await opened.settled()
        assert "backend-user-404" in lab.replies(first)[-1].text


async def test_who_asks_after_an_answer_asks_anew(tmp_path):
    async with running(tmp_path, **JOIN) as (lab, opened):
        lab.people.say("support", "ana", SURE_404)
        await opened.settled()
        asked = lab.people.say("support", "ana", f"<@U0ANON> {SURE_500}")
        assert (await lab.reply_to(asked)).thread_ts == asked
        await opened.settled()


async def test_a_bare_mention_is_about_what_was_just_said(tmp_path):
    async with running(tmp_path, **JOIN) as (lab, opened):
        first = lab.people.say("general", "ana", SURE_404)
        await opened.settled()
        lab.people.say("general", "ana", "<@U0ANON>")
        assert "backend-user-404" in (await lab.reply_to(first)).text
        await opened.settled()
        assert lab.private("ana") == []


@pytest.mark.parametrize("again", [False, True])
async def test_a_redelivered_piece_changes_nothing(tmp_path, again):
    async with running(tmp_path, **JOIN) as (lab, opened):
        first = lab.people.say("support", "ana", "it says")
        event = {"type": "message", "channel": "C0SUPPORT", "user": "U0ANA", "text": SURE_404}
        second = {**event, "ts": f"{float(first) + 1:.6f}"}
        await lab.delivered()
        body = {"type": "event_callback", "team_id": "T0ACME", "event_id": "Ev1", "event": second}
        for number in range(3 if again else 1):
            await lab.sender.redeliver(body, number)
        await opened.settled()
        assert len(lab.replies(first)) == 1
        assert len(opened.said()) == 1
