"""The Web API double, asked by the real SDK."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.cast import Channel
from bot.playground.manifest import Manifest
from bot.playground.running import running_workspace
from tests.playground_bots import silent_bot

MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Hello"},
    "blocks": [{"type": "divider"}],
}


@pytest.fixture
async def lab(tmp_path):
    async with running_workspace(silent_bot, data_dir=tmp_path, manifest=Manifest()) as lab:
        yield lab


@pytest.fixture
def client(lab):
    return AsyncWebClient(token=lab.bot_token, base_url=f"{lab.host}/api/")


async def refused(call):
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


async def test_who_the_bot_is(lab, client):
    answer = await client.auth_test()
    assert (answer["user_id"], answer["team_id"]) == ("U0ANON", "T0ACME")
    wrong = AsyncWebClient(token="xoxb-other", base_url=f"{lab.host}/api/")
    assert await refused(wrong.auth_test()) == "invalid_auth"
    none = AsyncWebClient(base_url=f"{lab.host}/api/")
    assert await refused(none.auth_test()) == "not_authed"
    assert await refused(client.api_call("no.such")) == "unknown_method"


async def test_posting_in_json_form_and_query(lab, client):
    first = await client.chat_postMessage(channel="C0SUPPORT", text="one")
    second = await client.api_call("chat.postMessage", data={"channel": "C0SUPPORT", "text": "two"})
    third = await client.api_call(
        "chat.postMessage", http_verb="GET", params={"channel": "C0SUPPORT", "text": "three"}
    )
    assert first["ts"] < second["ts"] < third["ts"]
    assert [m.text for m in lab.workspace.said("C0SUPPORT")] == ["one", "two", "three"]


async def test_a_thread_and_its_metadata(lab, client):
    ts = lab.people.say("support", "ana", "hello")
    metadata = {"event_type": "reply", "event_payload": {"workflow": "w1"}}
    reply = await client.chat_postMessage(
        channel="C0SUPPORT", text="answer", thread_ts=ts, metadata=metadata
    )
    deeper = await client.chat_postMessage(channel="C0SUPPORT", text="more", thread_ts=reply["ts"])
    assert deeper["message"]["thread_ts"] == ts
    whole = await client.conversations_replies(
        channel="C0SUPPORT", ts=ts, include_all_metadata=True
    )
    root, answer, _ = whole["messages"]
    assert (root["reply_count"], answer["metadata"]) == (2, metadata)
    short = await client.conversations_replies(channel="C0SUPPORT", ts=ts)
    assert short["messages"][1]["metadata"] == {"event_type": "reply"}
    history = await client.conversations_history(channel="C0SUPPORT")
    assert [m["ts"] for m in history["messages"]] == [ts]
    missing = client.chat_postMessage(channel="C0SUPPORT", text="x", thread_ts="1.000001")
    assert await refused(missing) == "thread_not_found"


async def test_long_threads_come_in_pages(client, lab):
    ts = lab.people.say("support", "ana", "hello")
    for number in range(5):
        lab.people.say("support", "bo", f"reply {number}", ts)
    seen, cursor = [], None
    while cursor != "":
        page = await client.conversations_replies(
            channel="C0SUPPORT", ts=ts, limit=2, cursor=cursor
        )
        seen += page["messages"]
        cursor = page["response_metadata"]["next_cursor"]
    assert len({m["ts"] for m in seen}) == 6


async def test_where_the_bot_cannot_post(lab, client):
    assert await refused(client.chat_postMessage(channel="C0NONE", text="x")) == "channel_not_found"
    lab.workspace.add_channel(Channel("C0ELSE", "else", "off", {"U0ANA"}))
    assert await refused(client.chat_postMessage(channel="C0ELSE", text="x")) == "not_in_channel"
    lab.workspace.add_channel(Channel("C0SECRET", "secret", "off", {"U0ANA"}, is_private=True))
    assert await refused(client.conversations_info(channel="C0SECRET")) == "channel_not_found"
    await client.conversations_join(channel="C0ELSE")
    await client.chat_postMessage(channel="C0ELSE", text="now")


async def test_ephemeral_messages_are_for_one_and_not_to_be_found(lab, client):
    answer = await client.chat_postEphemeral(channel="C0SUPPORT", user="U0ANA", text="psst")
    assert [m.text for m in lab.private("ana")] == ["psst"]
    assert lab.private("bo") == []
    ts = answer["message_ts"]
    assert (
        await refused(client.chat_update(channel="C0SUPPORT", ts=ts, text="x"))
        == "message_not_found"
    )
    stranger = client.chat_postEphemeral(channel="C0GENERAL", user="U0EVE", text="psst")
    assert await refused(stranger) == "user_not_in_channel"
    history = await client.conversations_history(channel="C0SUPPORT")
    assert history["messages"] == []


async def test_the_bot_changes_its_own_messages_alone(lab, client):
    theirs = lab.people.say("support", "ana", "hello")
    assert (
        await refused(client.chat_update(channel="C0SUPPORT", ts=theirs, text="x"))
        == "cant_update_message"
    )
    assert (
        await refused(client.chat_delete(channel="C0SUPPORT", ts=theirs)) == "cant_delete_message"
    )
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "b"}}]
    mine = await client.chat_postMessage(channel="C0SUPPORT", text="one", blocks=blocks)
    kept = await client.chat_update(channel="C0SUPPORT", ts=mine["ts"], text="two")
    assert kept["message"]["blocks"][0]["text"]["text"] == "b"
    bare = await client.chat_update(channel="C0SUPPORT", ts=mine["ts"], text="three", blocks=[])
    assert "blocks" not in bare["message"]
    await client.chat_delete(channel="C0SUPPORT", ts=mine["ts"])
    again = client.chat_update(channel="C0SUPPORT", ts=mine["ts"], text="x")
    assert await refused(again) == "message_not_found"


async def test_blocks_are_judged(client):
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
    assert (
        await refused(client.chat_postMessage(channel="C0SUPPORT", text="x", blocks=blocks))
        == "invalid_blocks"
    )
    assert await refused(client.blocks_validate(blocks=blocks)) == "invalid_blocks"
    assert (await client.blocks_validate(blocks=[{"type": "divider"}]))["ok"]


async def test_people_and_channels(client):
    eve = (await client.users_info(user="U0EVE"))["user"]
    assert eve["is_stranger"]
    assert eve["team_id"] != "T0ACME"
    assert "email" not in eve["profile"]
    assert await refused(client.users_info(user="U0NONE")) == "user_not_found"
    assert len((await client.users_list())["members"]) == 6
    support = (await client.conversations_info(channel="C0SUPPORT"))["channel"]
    assert support["is_ext_shared"]
    staff = await client.conversations_members(channel="C0STAFF")
    assert sorted(staff["members"]) == ["U0ANON", "U0SAM", "U0TESS"]
    both = await client.conversations_list(types="public_channel,private_channel")
    assert [c["name"] for c in both["channels"]] == ["support", "general", "staff"]
    dm = (await client.conversations_open(users="U0ANA"))["channel"]["id"]
    sent = await client.chat_postMessage(channel="U0ANA", text="hi")
    assert dm == sent["channel"] == "D0ANA"
    group = (await client.usergroups_list())["usergroups"][0]["id"]
    assert (await client.usergroups_users_list(usergroup=group))["users"] == ["U0SAM"]
    assert (await client.bots_info(bot="B0ANON"))["bot"]["app_id"] == "A0ANON"
    assert (await client.team_info())["team"]["id"] == "T0ACME"


async def test_reactions(lab, client):
    ts = lab.people.say("support", "ana", "hello")
    await client.reactions_add(channel="C0SUPPORT", timestamp=ts, name="eyes")
    again = client.reactions_add(channel="C0SUPPORT", timestamp=ts, name="eyes")
    assert await refused(again) == "already_reacted"
    got = await client.reactions_get(channel="C0SUPPORT", timestamp=ts)
    assert got["message"]["reactions"] == [{"name": "eyes", "users": ["U0ANON"], "count": 1}]
    await client.reactions_remove(channel="C0SUPPORT", timestamp=ts, name="eyes")
    gone = client.reactions_remove(channel="C0SUPPORT", timestamp=ts, name="eyes")
    assert await refused(gone) == "no_reaction"


async def test_a_trigger_opens_one_modal_for_three_seconds(lab, client):
    now = [1_800_000_000.0]
    lab.workspace.views._clock = lambda: now[0]
    trigger = lab.workspace.views.new_trigger("U0ANA")
    view = (await client.views_open(trigger_id=trigger, view=MODAL))["view"]
    assert (
        await refused(client.views_open(trigger_id=trigger, view=MODAL)) == "exchanged_trigger_id"
    )
    late = lab.workspace.views.new_trigger("U0ANA")
    now[0] += 3.1
    assert await refused(client.views_open(trigger_id=late, view=MODAL)) == "expired_trigger_id"
    wrong = client.views_update(view_id=view["id"], view=MODAL, hash="old")
    assert await refused(wrong) == "hash_conflict"
    await client.views_update(view_id=view["id"], view=MODAL, hash=view["hash"])
    assert await refused(client.views_update(view_id="V0", view=MODAL)) == "not_found"
    for _ in range(2):
        trigger = lab.workspace.views.new_trigger("U0ANA")
        await client.views_push(trigger_id=trigger, view=MODAL)
    trigger = lab.workspace.views.new_trigger("U0ANA")
    assert await refused(client.views_push(trigger_id=trigger, view=MODAL)) == "push_limit_reached"
    assert len(lab.workspace.views.modals("U0ANA")) == 3


async def test_the_app_home(lab, client):
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    await client.views_publish(user_id="U0ANA", view=home)
    await client.views_publish(user_id="U0ANA", view=home)
    assert lab.workspace.views.homes["U0ANA"].content["type"] == "home"


async def test_files_of_people_and_of_the_bot(lab, client):
    ts = lab.people.file("support", "ana", "error.log", "Error: 404")
    posted = lab.workspace.find("C0SUPPORT", ts)
    file = (await client.files_info(file=posted.files[0]))["file"]
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {lab.bot_token}"}
        async with session.get(file["url_private_download"], headers=headers) as response:
            assert await response.text() == "Error: 404"
        async with session.get(file["url_private_download"], allow_redirects=False) as response:
            assert response.status == 302
    await client.files_upload_v2(
        channel="C0SUPPORT",
        content="a,b",
        filename="table.csv",
        initial_comment="see",
        thread_ts=ts,
    )
    reply = lab.replies(ts)[0]
    assert lab.workspace.files.get(reply.files[0]).content == b"a,b"


async def test_a_permalink_leads_to_the_page(lab, client):
    ts = lab.people.say("support", "ana", "hello")
    link = (await client.chat_getPermalink(channel="C0SUPPORT", message_ts=ts))["permalink"]
    async with (
        aiohttp.ClientSession() as session,
        session.get(link, allow_redirects=False) as response,
    ):
        assert response.headers["location"] == f"/?channel=C0SUPPORT&ts={ts}&thread_ts="


async def test_limits_and_failures_on_demand(lab, client):
    lab.faults.add("chat.postMessage", count=1, retry_after=0)
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    await client.chat_postMessage(channel="C0SUPPORT", text="x")
    assert len(list(lab.workspace.said("C0SUPPORT"))) == 1
    lab.faults.add("users.info", status=503, count=2)
    for _ in range(2):
        with pytest.raises(SlackApiError):
            await client.users_info(user="U0ANA")
    await client.users_info(user="U0ANA")
    lab.faults.add("*", status=200, error="internal_error")
    assert await refused(client.auth_test()) == "internal_error"


async def test_scopes_of_the_manifest_are_enforced(tmp_path):
    manifest = Manifest(scopes=frozenset({"chat:write"}))
    async with running_workspace(silent_bot, data_dir=tmp_path, manifest=manifest) as lab:
        client = AsyncWebClient(token=lab.bot_token, base_url=f"{lab.host}/api/")
        await client.chat_postMessage(channel="C0SUPPORT", text="x")
        assert await refused(client.users_info(user="U0ANA")) == "missing_scope"
