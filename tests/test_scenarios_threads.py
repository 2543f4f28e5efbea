"""Who is answered in a thread, and what buttons and reactions on an answer do."""

import pytest

from tests.slack_lab import SECRET, SURE_404, SURE_500, UNSURE, running


async def solved(lab, opened):
    """Return a thread whose asker pressed Solved."""
    ts = lab.people.say("support", "ana", SURE_404)
    reply = await lab.reply_to(ts)
    await opened.settled()
    lab.interactions.click("support", "ana", reply.ts, "answer_solved")
    await opened.settled()
    return ts


async def states(opened):
    return [row["state"] for row in await opened.rows("threads")]


async def test_the_asker_is_followed_up_and_the_same_answer_is_not_repeated(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", SURE_404)
        await lab.reply_to(ts)
        await opened.settled()
        lab.people.say("support", "ana", f"again: {SURE_404}", ts)
        await opened.settled()
        assert len(lab.replies(ts)) == 1
        lab.people.say("support", "ana", SURE_500, ts)
        await opened.settled()
        assert "backend-user-500" in lab.replies(ts)[1].text


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ("bo", "I had that, relink the user"),
        ("sam", "looking into it"),
        ("ana", "<@U0BO> can you look?"),
        ("ana", "mute"),
        ("ana", "Stop."),
        ("sam", "🔇"),
    ],
)
async def test_it_stands_down_and_a_mention_wakes_it(tmp_path, user, words):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", SURE_404)
        await lab.reply_to(ts)
        await opened.settled()
        lab.people.say("support", user, words, ts)
        await opened.settled()
        lab.people.say("support", "ana", SURE_500, ts)
        await opened.settled()
        assert len(lab.replies(ts)) == 1
        lab.people.say("support", "ana", f"<@U0ANON> {SURE_500}", ts)
        await opened.settled()
        assert len(lab.replies(ts)) == 2


async def test_a_bystanders_error_in_the_thread_is_not_answered(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", SURE_404)
        await lab.reply_to(ts)
        await opened.settled()
        lab.people.say("support", "bo", SURE_500, ts)
        await opened.settled()
        assert len(lab.replies(ts)) == 1


async def test_threads_it_is_not_in_are_left_alone_unless_it_is_named(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", "morning!")
        lab.people.say("support", "bo", SURE_404, ts)
        await opened.settled()
        assert lab.replies(ts) == []
        lab.people.say("support", "bo", f"<@U0ANON> {SURE_404}", ts)
        assert (await lab.reply_to(ts)).thread_ts == ts
        await opened.settled()


async def test_a_message_to_somebody_else_is_left_to_them(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", f"<@U0BO> {SURE_404}")
        await opened.settled()
        assert lab.replies(ts) == []


async def test_not_it_folds_shows_the_next_and_then_offers_a_human(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", SURE_404)
        first = await lab.reply_to(ts)
        await opened.settled()
        lab.interactions.click("support", "ana", first.ts, "answer_not_it")
        lab.interactions.click("support", "ana", first.ts, "answer_not_it")
        await opened.settled()
        folded, second = lab.replies(ts)
        assert folded.text == "Not it: The user was not found (backend-user-404)"
        assert len(folded.blocks) == 1
        assert "backend-user-500" in second.text
        lab.interactions.click("support", "ana", second.ts, "answer_not_it")
        await opened.settled()
        third = lab.replies(ts)[2]
        assert "no further entry" in third.text
        lab.people.say("support", "ana", "<@U0ANON> escalate", ts)
        await opened.settled()
        assert "<@U0ANA> asked for a human" in lab.replies(ts)[3].text
        lab.people.say("support", "ana", f"<@U0ANON> {SURE_404}", ts)
        await opened.settled()
        assert "backend-tunnel-failed" in lab.replies(ts)[4].text
        assert "backend-user-404" not in lab.replies(ts)[4].text


async def test_only_the_asker_folds_and_every_vote_counts_once(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", SURE_404)
        reply = await lab.reply_to(ts)
        await opened.settled()
        for action in ("answer_not_it", "answer_solved", "answer_not_it"):
            lab.interactions.click("support", "bo", reply.ts, action)
            await opened.settled()
        assert "Not it" not in lab.replies(ts)[0].text
        assert "Only the person who asked" in lab.private("bo")[-1].text
        (vote,) = await opened.rows("feedback")
        assert (vote["verdict"], vote["entry"]) == ("not it", "backend-user-404")
        assert vote["revision"] == opened.answerer.entry("backend-user-404").revision


@pytest.mark.parametrize("emoji", ["white_check_mark", "heavy_check_mark"])
@pytest.mark.parametrize(("user", "closed"), [("ana", True), ("sam", True), ("bo", False)])
async def test_a_check_mark_from_asker_or_staff_solves(tmp_path, emoji, user, closed):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", SURE_404)
        reply = await lab.reply_to(ts)
        await opened.settled()
        lab.people.react("support", user, reply.ts, emoji)
        await opened.settled()
        assert ("Solved, says" in str(lab.replies(ts)[0].blocks)) is closed
        assert lab.private(user) == []
        (vote,) = await opened.rows("feedback")
        assert vote["verdict"] == "solved"


async def test_the_asker_who_writes_again_after_solved_is_answered_again(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = await solved(lab, opened)
        lab.people.say("support", "ana", "thanks!", ts)
        lab.people.say("support", "bo", SURE_500, ts)
        await opened.settled()
        assert await states(opened) == ["solved"]
        lab.people.say("support", "ana", SURE_500, ts)
        await opened.settled()
        assert await states(opened) == ["answered"]
        assert "backend-user-500" in lab.replies(ts)[1].text


async def test_after_seven_days_a_solved_thread_is_left_alone(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = await solved(lab, opened)
        await opened.turn_back("threads", "updated", 7 * 86_400 + 60)
        lab.people.say("support", "ana", SURE_500, ts)
        await opened.settled()
        assert await states(opened) == ["solved"]
        assert len(lab.replies(ts)) == 1


async def test_reopen_brings_the_buttons_back_for_asker_and_staff_only(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = await solved(lab, opened)
        reply = lab.replies(ts)[0]
        lab.interactions.click("support", "bo", reply.ts, "answer_reopen")
        await opened.settled()
        assert await states(opened) == ["solved"]
        assert "Only the person who asked" in lab.private("bo")[0].text
        lab.interactions.click("support", "ana", reply.ts, "answer_reopen")
        await opened.settled()
        assert await states(opened) == ["answered"]
        assert "answer_not_it" in str(lab.replies(ts)[0].blocks)


async def test_an_answered_thread_goes_stale_and_a_mention_wakes_it(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", SURE_404)
        await lab.reply_to(ts)
        await opened.settled()
        now = opened.services.clock()
        await opened.bot.desk.workflows.age_threads(now + 2 * 86_400)
        assert await states(opened) == ["answered"]
        await opened.bot.desk.workflows.age_threads(now + 4 * 86_400)
        assert await states(opened) == ["stale"]
        lab.people.say("support", "ana", SURE_500, ts)
        await opened.settled()
        assert len(lab.replies(ts)) == 1
        lab.people.say("support", "bo", f"<@U0ANON> {SURE_500}", ts)
        await opened.settled()
        assert await states(opened) == ["answered"]
        assert len(lab.replies(ts)) == 2


async def test_an_entry_is_not_repeated_in_a_channel_within_ten_minutes(tmp_path):
    async with running(tmp_path) as (lab, opened):
        first = lab.people.say("support", "ana", SURE_404)
        reply = await lab.reply_to(first)
        await opened.settled()
        second = lab.people.say("support", "bo", SURE_404)
        await opened.settled()
        (short,) = lab.replies(second)
        assert "Answered in this channel just before" in short.text
        assert f"/archives/C0SUPPORT/p{reply.ts.replace('.', '')}" in short.text
        assert "Check that the user was linked" not in str(short.blocks)
        assert "ask_human" in str(short.blocks)
        asked = lab.people.say("support", "bo", f"<@U0ANON> {SURE_404}")
        await opened.settled()
        assert "Check that the user" in str(lab.replies(asked)[0].blocks)
        lab.interactions.click("support", "bo", short.ts, "answer_not_it")
        await opened.settled()
        assert "backend-user-500" in lab.replies(second)[1].text
        await opened.turn_back("answers", "created", 601)
        third = lab.people.say("support", "eve", SURE_404)
        await opened.settled()
        assert "Check that the user" in str(lab.replies(third)[0].blocks)


async def test_an_answer_that_was_not_it_is_not_linked_to(tmp_path):
    async with running(tmp_path) as (lab, opened):
        first = lab.people.say("support", "ana", SURE_404)
        reply = await lab.reply_to(first)
        await opened.settled()
        lab.interactions.click("support", "ana", reply.ts, "answer_not_it")
        await opened.settled()
        second = lab.people.say("support", "bo", SURE_404)
        await opened.settled()
        assert "Check that the user" in str(lab.replies(second)[0].blocks)


async def test_solved_closes_the_thread(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", SURE_404)
        reply = await lab.reply_to(ts)
        await opened.settled()
        lab.interactions.click("support", "ana", reply.ts, "answer_solved")
        await opened.settled()
        assert "Solved, says <@U0ANA>" in str(lab.replies(ts)[0].blocks)
        assert "answer_not_it" not in str(lab.replies(ts)[0].blocks)
        lab.people.say("support", "bo", SURE_500, ts)
        await opened.settled()
        assert len(lab.replies(ts)) == 1


async def test_without_a_staff_channel_it_says_that_nobody_was_told(tmp_path):
    async with running(tmp_path, staff_channel="") as (lab, opened):
        ts = lab.people.say("support", "ana", SURE_404)
        await lab.reply_to(ts)
        await opened.settled()
        lab.people.say("support", "ana", "<@U0ANON> escalate", ts)
        await opened.settled()
        assert "No staff channel could be told" in lab.replies(ts)[1].text
        assert opened.said("C0STAFF") == []


@pytest.mark.parametrize("way", ["button", "reaction"])
async def test_staff_take_an_answer_away(tmp_path, way):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", SURE_404)
        reply = await lab.reply_to(ts)
        await opened.settled()
        remove = next(b for b in reply.blocks[-1]["elements"] if b["action_id"] == "answer_remove")
        assert remove["visible_to_user_ids"] == ["U0SAM", "U0TESS"]
        lab.people.react("support", "bo", reply.ts, "wastebasket")
        await opened.settled()
        assert len(lab.replies(ts)) == 1
        if way == "button":
            lab.interactions.click("support", "sam", reply.ts, "answer_remove")
        else:
            lab.people.react("support", "sam", reply.ts, "wastebasket")
        await opened.settled()
        assert lab.replies(ts) == []


async def test_the_right_to_remove_is_checked_on_the_server(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", SURE_404)
        reply = await lab.reply_to(ts)
        await opened.settled()
        await lab.sender.interaction(
            {
                "type": "block_actions",
                "team": {"id": "T0ACME"},
                "user": {"id": "U0BO", "team_id": "T0ACME"},
                "channel": {"id": "C0SUPPORT"},
                "message": {"ts": reply.ts, "thread_ts": ts},
                "container": {"type": "message", "message_ts": reply.ts, "channel_id": "C0SUPPORT"},
                "actions": [
                    {"type": "button", "action_id": "answer_remove", "value": "x", "block_id": "b"}
                ],
            }
        )
        await opened.settled()
        assert len(lab.replies(ts)) == 1


async def test_no_button_to_remove_when_staff_are_many(tmp_path):
    many = tuple(f"U0STAFF{number}" for number in range(11))
    async with running(tmp_path, staff_users=many) as (lab, opened):
        reply = await lab.reply_to(lab.people.say("support", "ana", SURE_404))
        assert "answer_remove" not in str(reply.blocks)
        await opened.settled()


@pytest.mark.parametrize("emoji", ["mute", "shushing_face"])
async def test_a_mute_reaction_on_the_reply_silences_the_thread(tmp_path, emoji):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", SURE_404)
        reply = await lab.reply_to(ts)
        await opened.settled()
        lab.people.react("support", "ana", ts, emoji)  # on one's own message it means nothing
        lab.people.react("support", "ana", reply.ts, emoji)
        await opened.settled()
        lab.people.say("support", "ana", SURE_500, ts)
        await opened.settled()
        assert len(lab.replies(ts)) == 1


@pytest.mark.parametrize(
    "words", [f"token {SECRET}", f"{SURE_404} {SECRET}", f"<@U0ANON> {SURE_404} {SECRET}"]
)
async def test_a_secret_is_warned_of_once_in_private_and_stays_nowhere(tmp_path, words, capfd):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", words)
        await opened.settled()
        lab.people.edit("support", "ana", ts, words + " edited")
        await opened.settled()
        (warning,) = [m for m in lab.private("ana") if "shows a secret" in m.text]
        assert "a GitHub token" in str(warning.blocks)
        assert f"/archives/C0SUPPORT/p{ts.replace('.', '')}" in str(warning.blocks)
        assert lab.private("bo") == []
        sent = str([call for name, call in lab.workspace.calls])
        assert SECRET not in sent
        await opened.settled()
    assert SECRET not in "".join(
        path.read_bytes().decode("latin-1") for path in tmp_path.glob("*.db*")
    )
    assert SECRET not in "".join(capfd.readouterr())


async def test_a_secret_is_warned_of_in_a_mention_channel_by_message_where_needed(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.faults.add("chat.postEphemeral", status=200, error="user_not_in_channel")
        lab.people.say("general", "ana", f"look {SECRET}")
        await opened.settled()
        assert "shows a secret" in opened.said("D0ANA")[0]
        assert opened.said("C0GENERAL") == []


async def test_a_suggestion_in_a_thread_is_whispered_there(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", SURE_404)
        await lab.reply_to(ts)
        await opened.settled()
        lab.people.say("support", "ana", UNSURE, ts)
        await opened.settled()
        (whisper,) = lab.private("ana")
        assert whisper.thread_ts == ts
        assert "backend-user-404" not in whisper.text  # given in this thread already
