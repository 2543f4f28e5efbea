"""From a message to a reply or to silence, over signed HTTP."""

import pytest

from bot.channel_settings import Setting
from bot.records import Mode
from tests.slack_lab import MISS, SECRET, SURE_404, SURE_500, UNSURE, running


async def test_a_sure_error_is_answered_in_its_own_thread(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", SURE_404)
        reply = await lab.reply_to(ts)
        assert reply.thread_ts == ts
        assert "The user was not found (backend-user-404)" in reply.text
        why = "matched `Error translating` · 0.97 · backend-user-404 · reviewed 2026-11"
        assert why in str(reply.blocks)
        await opened.settled()
        (call,) = lab.calls("chat.postMessage")
        assert str(call["unfurl_links"]).lower() in {"false", "0"}
        assert str(call["unfurl_media"]).lower() in {"false", "0"}
        assert "anon_answer" in str(call["metadata"])


# mode, message -> in the thread, to the poster alone; product.md's table
CELLS = [
    (Mode.OFF, SURE_404, False, False),
    (Mode.OFF, UNSURE, False, False),
    (Mode.OFF, MISS, False, False),
    (Mode.MENTION, SURE_404, False, False),
    (Mode.MENTION, UNSURE, False, False),
    (Mode.MENTION, MISS, False, False),
    (Mode.SUGGEST, SURE_404, False, True),
    (Mode.SUGGEST, UNSURE, False, True),
    (Mode.SUGGEST, MISS, False, False),
    (Mode.AUTO, SURE_404, True, False),
    (Mode.AUTO, UNSURE, False, True),
    (Mode.AUTO, MISS, False, False),
    (Mode.SHADOW, SURE_404, False, False),  # what staff see: tests/test_scenarios_shadow.py
    (Mode.SHADOW, UNSURE, False, False),
    (Mode.SHADOW, MISS, False, False),
]


@pytest.mark.parametrize(("mode", "text", "replied", "whispered"), CELLS)
async def test_each_cell_of_the_mode_table(tmp_path, mode, text, replied, whispered):
    async with running(tmp_path) as (lab, opened):
        await opened.services.store.settings.keep(
            "T0ACME", "C0SUPPORT", {Setting.MODE: mode}, "", 0
        )
        ts = lab.people.say("support", "ana", text)
        await opened.settled()
        assert bool(lab.replies(ts)) is replied
        assert bool(lab.private("ana")) is whispered
        asked = lab.people.say("support", "ana", f"<@U0ANON> {text}")
        assert (await lab.reply_to(asked)).thread_ts == asked


async def test_channels_are_auto_when_configured_and_mention_when_not(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.people.say("general", "ana", SURE_404)
        await opened.settled()
        assert opened.said("C0GENERAL") == []
        assert lab.private("ana") == []


async def test_chatter_writes_nothing(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.people.say("support", "ana", "thanks all!")
        await opened.settled()
        for table in ("threads", "answers", "feedback", "seen_events", "misses"):
            assert await opened.rows(table) == []


async def test_an_error_that_no_entry_answers_is_counted_redacted(tmp_path):
    async with running(tmp_path) as (lab, opened):
        for _ in range(2):
            lab.people.say("support", "ana", f"{MISS} Error {SECRET}")
            await opened.settled()
        (miss,) = await opened.rows("misses")
        assert miss["count"] == 2
        assert SECRET not in str(miss)


async def test_a_mention_is_one_reply_though_it_comes_as_two_events_and_again(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", f"<@U0ANON> {SURE_404}")
        await opened.settled()
        kinds = {delivery.kind for delivery in lab.sender.log}
        assert {"message", "app_mention"} <= kinds
        event = {
            "type": "message",
            "channel": "C0SUPPORT",
            "user": "U0ANA",
            "ts": ts,
            "text": SURE_404,
        }
        for number in range(1, 4):
            await lab.sender.redeliver(envelope(event, "Ev0AGAIN"), number)
        await opened.settled()
        assert len(lab.replies(ts)) == 1


async def test_a_redelivery_is_not_answered_twice(tmp_path):
    async with running(tmp_path) as (lab, opened):
        event = {
            "type": "message",
            "channel": "C0SUPPORT",
            "user": "U0ANA",
            "ts": "1.000100",
            "text": SURE_404,
        }
        lab.people.say("support", "bo", "hi")
        for number in range(4):
            await lab.sender.redeliver(envelope(event, "Ev0SAME"), number)
        await opened.settled()
        assert len(lab.calls("chat.postMessage")) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B0OTHER"},
        {"subtype": "bot_message", "bot_id": "B0OTHER"},
        {"user": "U0ANON"},
        {"user": "USLACKBOT"},
        {"subtype": "channel_join"},
        {"subtype": "message_deleted", "previous_message": {"text": SURE_404}},
        {"subtype": "channel_topic"},
        {"user": None},
    ],
)
async def test_what_no_person_wrote_is_dropped(tmp_path, more):
    async with running(tmp_path) as (lab, opened):
        event = {
            "type": "message",
            "channel": "C0SUPPORT",
            "user": "U0ANA",
            "ts": "1.000100",
            "text": SURE_404,
        }
        await lab.sender.event(envelope({**event, **more}, "Ev0X"))
        await opened.settled()
        assert lab.calls("chat.postMessage") == []
        assert opened.answerer.asked == []


async def test_an_edit_counts_once_when_the_first_version_got_no_answer(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", "hello there")
        await opened.settled()
        lab.people.edit("support", "ana", ts, SURE_404)
        assert (await lab.reply_to(ts)).thread_ts == ts
        await opened.settled()
        lab.people.edit("support", "ana", ts, SURE_500)
        await opened.settled()
        assert len(lab.replies(ts)) == 1


async def test_an_edit_after_an_answer_or_of_an_old_message_is_nothing(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", SURE_404)
        await lab.reply_to(ts)
        await opened.settled()
        lab.people.edit("support", "ana", ts, SURE_500)
        await opened.settled()
        assert len(lab.replies(ts)) == 1
        old = {"user": "U0ANA", "ts": "1.000100", "text": SURE_404, "type": "message"}
        event = {
            "type": "message",
            "subtype": "message_changed",
            "channel": "C0SUPPORT",
            "message": old,
            "previous_message": {**old, "text": "hello"},
        }
        await lab.sender.event(envelope(event, "Ev0OLD"))
        await opened.settled()
        assert len(lab.calls("chat.postMessage")) == 1


async def test_a_suggestion_is_picked_into_the_thread(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", UNSURE)
        await opened.settled()
        (whisper,) = lab.private("ana")
        assert lab.private("bo") == []
        assert "backend-user-404" in whisper.text
        lab.interactions.click("support", "ana", whisper.ts, "choices_pick_1")
        reply = await lab.reply_to(ts)
        assert "backend-user-500" in reply.text
        await opened.settled()
        assert lab.private("ana") == []


async def test_none_of_the_suggestions_is_silence(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", UNSURE)
        await opened.settled()
        lab.interactions.click("support", "ana", lab.private("ana")[0].ts, "choices_none")
        await opened.settled()
        assert lab.replies(ts) == []
        assert "stay quiet" in lab.private("ana")[0].text


async def test_an_unsure_ask_shows_choices_and_the_pick_replaces_them(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", "<@U0ANON> what does this all mean")
        reply = await lab.reply_to(ts)
        assert "A*" in reply.text
        await opened.settled()
        lab.interactions.click("support", "bo", reply.ts, "choices_pick_0")
        await opened.settled()
        assert "Only the person who asked" in lab.private("bo")[0].text
        lab.interactions.click("support", "ana", reply.ts, "choices_pick_0")
        await opened.settled()
        assert "backend-user-404" in lab.replies(ts)[0].text
        assert len(lab.replies(ts)) == 1


async def test_a_direct_message_is_an_ask_and_verbs_work_there(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("dm:ana", "ana", SURE_404)
        assert "backend-user-404" in (await lab.reply_to(ts)).text
        ts = lab.people.say("dm:ana", "ana", "help")
        assert "/anon ask" in (await lab.reply_to(ts)).text
        await opened.settled()


async def test_the_bot_introduces_itself_once(tmp_path):
    async with running(tmp_path) as (lab, opened):
        event = {
            "type": "member_joined_channel",
            "user": "U0ANON",
            "channel": "C0GENERAL",
            "team": "T0ACME",
        }
        for name in ("Ev0A", "Ev0B"):
            await lab.sender.event(envelope(event, name))
        await lab.sender.event(envelope({**event, "user": "U0BO"}, "Ev0C"))
        await opened.settled()
        (line,) = opened.said("C0GENERAL")
        assert "`mention`" in line
        assert "config mode" in line
        assert "mute me" in line


async def test_a_text_file_is_read_and_a_strange_one_is_not(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.file("support", "ana", "error.log", SURE_404)
        assert "backend-user-404" in (await lab.reply_to(ts)).text
        lab.people.file("support", "ana", "picture.png", b"\x89PNG\0\0 404")
        lab.people.file("support", "ana", "big.txt", "x" * 300_000 + " 404")
        await opened.settled()
        assert len(opened.said()) == 1


async def test_opting_out_and_being_forgotten(tmp_path):
    async with running(tmp_path) as (lab, opened):
        first = lab.people.say("support", "ana", SURE_404)
        await lab.reply_to(first)
        await opened.settled()
        lab.interactions.command("support", "ana", "/anon", "mute me")
        await opened.settled()
        assert "unmute me" in lab.private("ana")[-1].text
        ts = lab.people.say("support", "ana", SURE_404)
        await opened.settled()
        assert lab.replies(ts) == []
        asked = lab.people.say("support", "ana", f"<@U0ANON> {SURE_404}")
        await lab.reply_to(asked)
        lab.people.say("support", "ana", "<@U0ANON> forget me")
        await opened.settled()
        assert await opened.rows("answers") == []
        assert await opened.rows("threads") == []
        assert "U0ANA" not in str(await opened.rows("seen_events"))
        lab.interactions.command("support", "ana", "/anon", "unmute me")
        await opened.settled()
        ts = lab.people.say("support", "ana", SURE_404)
        await lab.reply_to(ts)
        await opened.settled()


def envelope(event: dict[str, object], event_id: str) -> dict[str, object]:
    return {
        "type": "event_callback",
        "team_id": "T0ACME",
        "api_app_id": "A0ANON",
        "event_id": event_id,
        "event_time": 1,
        "authorizations": [{"team_id": "T0ACME", "user_id": "U0ANON", "is_bot": True}],
        "event": event,
    }
