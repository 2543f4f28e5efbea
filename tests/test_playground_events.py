"""What the double sends, heard by a real Bolt app; and what that app's answers do."""

import json

import aiohttp
import pytest

from bot.playground.manifest import Manifest
from bot.playground.running import running_workspace
from tests.playground_bots import BoltBot

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}
BUTTONS = {
    "type": "actions",
    "block_id": "row",
    "elements": [
        {
            "type": "button",
            "action_id": "solved",
            "value": "v1",
            "text": {"type": "plain_text", "text": "Solved"},
        }
    ],
}
FEEDBACK = {
    "type": "context_actions",
    "block_id": "votes",
    "elements": [
        {
            "type": "feedback_buttons",
            "action_id": "vote",
            "positive_button": {"text": {"type": "plain_text", "text": "Good"}, "value": "up"},
            "negative_button": {"text": {"type": "plain_text", "text": "Bad"}, "value": "down"},
        },
        {
            "type": "icon_button",
            "icon": "trash",
            "action_id": "drop",
            "text": {"type": "plain_text", "text": "Delete"},
            "visible_to_user_ids": ["U0SAM"],
        },
    ],
}
INPUT = {
    "type": "input",
    "block_id": "q",
    "label": {"type": "plain_text", "text": "Question"},
    "element": {"type": "plain_text_input", "action_id": "a"},
}
MODAL = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Ask"},
    "submit": {"type": "plain_text", "text": "Go"},
    "notify_on_close": True,
    "blocks": [INPUT],
}


@pytest.fixture
def bot():
    return BoltBot()


@pytest.fixture
async def lab(bot, tmp_path):
    workspace = running_workspace(bot.start, data_dir=tmp_path, manifest=Manifest())
    async with workspace as lab:
        yield lab


async def test_a_message_is_an_event_with_rich_text(lab, bot):
    lab.people.say("support", "ana", "it <fails>:\n```Error: 404```")
    await lab.delivered()
    [event] = bot.events("message")
    assert event["text"] == "it &lt;fails&gt;:\n```Error: 404```"
    assert event["blocks"][0]["elements"][1]["type"] == "rich_text_preformatted"
    assert (event["channel"], event["channel_type"], event["user"]) == (
        "C0SUPPORT",
        "channel",
        "U0ANA",
    )
    assert bot.bodies[0]["is_ext_shared_channel"]
    assert bot.bodies[0]["authorizations"][0]["user_id"] == "U0ANON"


async def test_a_mention_comes_twice_with_two_event_ids(lab, bot):
    lab.people.say("support", "eve", "@Anon help")
    await lab.delivered()
    assert len(bot.events("message")) == len(bot.events("app_mention")) == 1
    assert len({body["event_id"] for body in bot.bodies}) == 2
    assert "channel_type" not in bot.events("app_mention")[0]
    assert bot.events("message")[0]["user_team"] == "T0GLOBEX"


async def test_direct_messages_have_no_mention_twin(lab, bot):
    lab.people.say("dm:ana", "ana", "@Anon help")
    await lab.delivered()
    assert bot.events("app_mention") == []
    assert bot.events("message")[0]["channel_type"] == "im"


async def test_an_answer_comes_back_as_an_event_that_bolt_drops(lab, bot):
    @bot.app.event("app_mention")
    async def answer(event, say):
        await say(text="here", thread_ts=event["ts"])

    ts = lab.people.say("support", "ana", "@Anon help")
    reply = await lab.reply_to(ts)
    await lab.delivered()
    assert (reply.text, reply.thread_ts) == ("here", ts)
    assert [one.status for one in lab.sender.log] == [200, 200, 200]
    assert len(bot.events("message")) == 1


async def test_edits_and_deletions(lab, bot):
    ts = lab.people.say("support", "ana", "one")
    lab.people.edit("support", "ana", ts, "@Anon two")
    lab.people.delete("support", "ana", ts)
    await lab.delivered()
    changed = [e for e in bot.events("message") if e.get("subtype") == "message_changed"]
    assert changed[0]["message"]["text"] == "<@U0ANON> two"
    assert changed[0]["previous_message"]["text"] == "one"
    assert len(bot.events("app_mention")) == 1
    deleted = [e for e in bot.events("message") if e.get("subtype") == "message_deleted"]
    assert deleted[0]["deleted_ts"] == ts


async def test_files_reactions_and_joins(lab, bot):
    ts = lab.people.file("support", "ana", "a.log", "Error", text="look")
    lab.people.file("support", "eve", "b.log", "Error")
    lab.people.react("support", "bo", ts, "eyes")
    lab.people.react("support", "bo", ts, "eyes", remove=True)
    lab.people.leave("general", "anon")
    lab.people.join("general", "anon", "sam")
    lab.people.open_home("ana")
    await lab.delivered()
    ours, theirs = bot.events("message")
    assert ours["subtype"] == "file_share"
    assert ours["files"][0]["url_private_download"].startswith(lab.host)
    assert theirs["files"][0]["file_access"] == "check_file_info"
    assert bot.events("reaction_added")[0]["item_user"] == "U0ANA"
    assert bot.events("reaction_removed")[0]["reaction"] == "eyes"
    assert bot.events("member_left_channel")[0]["user"] == "U0ANON"
    assert bot.events("member_joined_channel")[0]["inviter"] == "U0SAM"
    assert bot.events("app_home_opened")[0]["tab"] == "home"


async def test_a_text_too_long_to_type_becomes_a_snippet(lab, bot):
    ts = lab.people.say("support", "ana", "x" * 12_001)
    await lab.delivered()
    assert lab.workspace.find("C0SUPPORT", ts).text == ""
    assert bot.events("message")[0]["files"][0]["mode"] == "snippet"


async def test_what_is_not_answered_is_sent_again_three_times(lab, bot):
    bot.failures = 2
    lab.people.say("support", "ana", "hello")
    await lab.delivered()
    assert [one.retry_num for one in lab.sender.log] == [0, 1, 2]
    assert len({one.event_id for one in lab.sender.log}) == 1
    assert bot.headers[1]["x-slack-retry-num"] == "1"
    assert bot.headers[1]["x-slack-retry-reason"] == "http_error"
    bot.failures = 9
    lab.people.say("support", "ana", "again")
    await lab.delivered()
    assert bot.failures == 5


async def test_slowness_is_a_timeout(bot, tmp_path):
    bot.delay = 0.3
    start = running_workspace(bot.start, data_dir=tmp_path, manifest=Manifest(), ack_seconds=0.05)
    async with start as lab:
        lab.people.say("support", "ana", "hello")
        await lab.delivered()
        assert [one.status for one in lab.sender.log] == [0, 0, 0, 0]
        assert bot.headers[1]["x-slack-retry-reason"] == "http_timeout"
        lab.interactions.command("support", "ana", "/anon", "help")
        await lab.delivered()
        assert lab.private("ana")[0].text == '/anon failed with the error "operation_timeout"'


async def test_subscriptions_of_the_manifest_decide(bot, tmp_path):
    manifest = Manifest(events=frozenset({"app_mention", "message.im"}))
    async with running_workspace(bot.start, data_dir=tmp_path, manifest=manifest) as lab:
        lab.people.say("support", "ana", "@Anon hello")
        lab.people.say("dm:ana", "ana", "hello")
        await lab.delivered()
    assert [e["channel"] for e in bot.events("message")] == ["D0ANA"]
    assert len(bot.events("app_mention")) == 1


async def test_commands_and_their_answers(lab, bot):
    @bot.app.command("/anon")
    async def command(ack, respond, command):
        if command["text"] == "direct":
            await ack(text="at once")
            return
        await ack()
        await respond(text="public", response_type="in_channel")
        for number in range(5):
            answer = await respond(text=f"private {number}")
        assert answer.status_code == 404

    lab.interactions.command("support", "ana", "/anon", "direct")
    await lab.delivered()
    assert [m.text for m in lab.private("ana")] == ["at once"]
    lab.interactions.command("support", "ana", "anon", "later")
    await lab.until(lambda: len(lab.private("ana")) == 5)
    assert [m.text for m in lab.workspace.said("C0SUPPORT")] == ["public"]
    lab.interactions.command("support", "ana", "/other")
    await lab.delivered()
    assert lab.private("ana")[-1].text == '/other failed with the error "dispatch_failed"'


async def test_presses_on_public_and_private_messages(lab, bot):
    @bot.app.action("solved")
    async def solved(ack, respond, body):
        await ack()
        await respond(text=f"done {body['actions'][0]['value']}", replace_original=True)

    @bot.app.action("vote")
    async def vote(ack, respond):
        await ack()
        await respond(delete_original=True)

    client = bot.app.client
    public = await client.chat_postMessage(channel="C0SUPPORT", text="a", blocks=[SECTION, BUTTONS])
    lab.interactions.click("support", "bo", public["ts"], "solved")
    message = lab.workspace.find("C0SUPPORT", public["ts"])
    await lab.until(lambda: message.text == "done v1")
    [press] = bot.payloads("block_actions")
    assert press["container"]["message_ts"] == press["message"]["ts"] == public["ts"]
    assert press["state"] == {"values": {}}

    private = await client.chat_postEphemeral(
        channel="C0SUPPORT", user="U0ANA", text="b", blocks=[BUTTONS, FEEDBACK]
    )
    lab.interactions.click("support", "ana", private["message_ts"], "solved", "row")
    await lab.until(lambda: lab.private("ana")[0].text == "done v1")
    press = bot.payloads("block_actions")[1]
    assert "message" not in press
    assert press["container"]["is_ephemeral"]

    voted = await client.chat_postMessage(channel="C0SUPPORT", text="c", blocks=[FEEDBACK])
    lab.interactions.click("support", "ana", voted["ts"], "vote", value="down")
    await lab.until(lambda: lab.workspace.messages["C0SUPPORT"][voted["ts"]].deleted)
    assert bot.payloads("block_actions")[2]["actions"][0]["value"] == "down"


async def test_shortcuts_and_modals(lab, bot):
    @bot.app.shortcut("verify")
    @bot.app.shortcut("diagnose")
    async def shortcut(ack, body, client):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @bot.app.view("form")
    async def form(ack, view):
        text = view["state"]["values"]["q"]["a"]["value"]
        match text:
            case "wrong":
                await ack(response_action="errors", errors={"q": "Not that"})
            case "more":
                await ack(response_action="push", view=MODAL)
            case "other":
                update = {**MODAL, "title": {"type": "plain_text", "text": "Other"}}
                await ack(response_action="update", view=update)
            case "clear":
                await ack(response_action="clear")
            case _:
                await ack()

    @bot.app.view_closed("form")
    async def closed(ack):
        await ack()

    def modals():
        return lab.workspace.views.modals("U0ANA")

    async def submit(text):
        lab.interactions.submit("ana", modals()[-1].id, {"q": {"a": text}})
        await lab.delivered()

    ts = lab.people.say("support", "bo", "hello")
    lab.interactions.shortcut("ana", "diagnose", "support", ts)
    await lab.until(modals)
    assert bot.payloads("message_action")[0]["message"]["text"] == "hello"
    await submit("wrong")
    assert modals()[0].errors == {"q": "Not that"}
    await submit("other")
    assert modals()[0].content["title"]["text"] == "Other"
    await submit("more")
    assert len(modals()) == 2
    await submit("fine")
    assert len(modals()) == 1
    await submit("clear")
    assert modals() == []
    lab.interactions.shortcut("ana", "verify")
    [view] = await lab.until(modals)
    lab.interactions.close("ana", view.id)
    await lab.delivered()
    assert len(bot.payloads("view_closed")) == 1


async def test_presses_in_a_modal_keep_what_was_filled_in(lab, bot):
    @bot.app.action("solved")
    async def solved(ack):
        await ack()

    trigger = lab.workspace.views.new_trigger("U0ANA")
    view = {**MODAL, "blocks": [INPUT, BUTTONS]}
    opened = await bot.app.client.views_open(trigger_id=trigger, view=view)
    lab.interactions.click_view("ana", opened["view"]["id"], "solved", values={"q": {"a": "typed"}})
    await lab.delivered()
    [press] = bot.payloads("block_actions")
    assert press["view"]["state"]["values"]["q"]["a"]["value"] == "typed"
    assert press["container"] == {"type": "view", "view_id": opened["view"]["id"]}


async def test_an_answer_at_a_response_url_is_judged(lab):
    person = lab.people.room.person("ana")
    channel = lab.people.room.channel("support")
    path = lab.workspace.views.new_response_url(person.id, channel.id)
    async with aiohttp.ClientSession() as session:

        async def answer(body):
            async with session.post(lab.host + path, data=json.dumps(body)) as response:
                return response.status

        assert await answer({"blocks": [{"type": "nonsense"}], "text": "x"}) == 400
        assert await answer([]) == 400
        assert await answer({"replace_original": True, "text": "x"}) == 400
        assert await answer({"text": "x", "thread_ts": "1.2"}) == 200
    assert lab.private("ana")[0].text == "x"
