"""The methods that look things up: conversations.*, users.*, usergroups.*, team, bots, auth."""

from typing import Any

from bot.playground.cast import (
    APP_ID,
    BOT,
    BOT_ID,
    BOT_USER,
    GROUP_HANDLE,
    GROUP_ID,
    SLACKBOT,
    TEAM_ID,
    TEAM_NAME,
    Channel,
)
from bot.playground.refusal import SlackError
from bot.playground.slack_values import (
    CREATED,
    bot_object,
    channel_object,
    message_object,
    user_object,
    with_thread,
)
from bot.playground.web_call import Call
from bot.playground.workspace import Message

Json = dict[str, Any]
PAGE = 100


def auth_test(call: Call) -> Json:
    """``auth.test``: who the bot is."""
    return {
        "url": f"{call.host}/",
        "team": TEAM_NAME,
        "user": BOT.name,
        "team_id": TEAM_ID,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "is_enterprise_install": False,
    }


def _page(call: Call, items: list[Any]) -> tuple[list[Any], Json]:
    """Return one page of the items and the metadata that leads to the next."""
    start = call.text("cursor", "0") or "0"
    limit = call.text("limit") or str(PAGE)
    if not start.isdecimal() or not limit.isdecimal():
        raise SlackError("invalid_cursor" if not start.isdecimal() else "invalid_limit")
    end = int(start) + (int(limit) or PAGE)
    more = end < len(items)
    return items[int(start) : end], {"next_cursor": str(end) if more else ""}


def conversations_info(call: Call) -> Json:
    """``conversations.info``."""
    return {"channel": channel_object(call.channel())}


def conversations_list(call: Call) -> Json:
    """``conversations.list``: of the asked types, by default public channels."""
    types = (call.text("types") or "public_channel").split(",")
    names = {"channel": "public_channel", "group": "private_channel", "im": "im"}
    seen = [
        channel_object(channel)
        for channel in call.workspace.channels.values()
        if names[channel.type] in types and _visible(channel)
    ]
    items, metadata = _page(call, seen)
    return {"channels": items, "response_metadata": metadata}


def _visible(channel: Channel) -> bool:
    return channel.is_im or not channel.is_private or BOT_USER in channel.members


def conversations_members(call: Call) -> Json:
    """``conversations.members``."""
    items, metadata = _page(call, sorted(call.channel().members))
    return {"members": items, "response_metadata": metadata}


def conversations_replies(call: Call) -> Json:
    """``conversations.replies``: the root first; metadata on request."""
    channel = call.channel(member=True)
    thread = call.workspace.thread(channel.id, call.need("ts"))
    if not thread:
        raise SlackError("thread_not_found")
    items, metadata = _page(call, [m for m in thread if _within(call, m)])
    shown = [_message(call, message) for message in items]
    return {
        "messages": shown,
        "has_more": bool(metadata["next_cursor"]),
        "response_metadata": metadata,
    }


def conversations_history(call: Call) -> Json:
    """``conversations.history``: roots and broadcasts alone, newest first."""
    channel = call.channel(member=True)
    said = [m for m in call.workspace.said(channel.id) if m.thread_ts is None or m.broadcast]
    items, metadata = _page(call, [m for m in reversed(said) if _within(call, m)])
    return {
        "messages": [_message(call, message) for message in items],
        "has_more": bool(metadata["next_cursor"]),
        "response_metadata": metadata,
    }


def _within(call: Call, message: Message) -> bool:
    """Whether a message lies between ``oldest`` and ``latest``."""
    oldest, latest = call.text("oldest") or "0", call.text("latest") or "9" * 11
    if call.flag("inclusive"):
        return float(oldest) <= float(message.ts) <= float(latest)
    return float(oldest) < float(message.ts) < float(latest)


def _message(call: Call, message: Message) -> Json:
    shown = with_thread(call.workspace, message, message_object(call.workspace, message, call.host))
    if message.metadata is None:
        return shown
    whole = call.flag("include_all_metadata")
    seen = message.metadata if whole else {"event_type": message.metadata["event_type"]}
    return {**shown, "metadata": seen}


def conversations_open(call: Call) -> Json:
    """``conversations.open``: the direct messages with one person."""
    user = call.text("users") or call.text("channel")
    for channel in call.workspace.channels.values():
        if channel.is_im and (user in channel.members or user == channel.id):
            return {"channel": channel_object(channel), "no_op": True, "already_open": True}
    raise SlackError("user_not_found")


def conversations_join(call: Call) -> Json:
    """``conversations.join``: public channels alone."""
    channel = call.channel()
    if channel.type != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    call.workspace.join(channel, BOT_USER)
    return {"channel": channel_object(channel)}


def users_info(call: Call) -> Json:
    """``users.info``."""
    person = call.workspace.people.get(call.need("user"))
    if person is None:
        raise SlackError("user_not_found")
    return {"user": user_object(person)}


def users_list(call: Call) -> Json:
    """``users.list``."""
    people = [user_object(p) for p in call.workspace.people.values() if p.id != SLACKBOT]
    items, metadata = _page(call, people)
    return {"members": items, "response_metadata": metadata}


def usergroups_list(_call: Call) -> Json:
    """``usergroups.list``: one group, @support-staff."""
    group = {
        "id": GROUP_ID,
        "team_id": TEAM_ID,
        "is_usergroup": True,
        "name": "Support staff",
        "handle": GROUP_HANDLE,
        "date_create": CREATED,
        "users": ["U0SAM"],
        "user_count": 1,
    }
    return {"usergroups": [group]}


def usergroups_users(call: Call) -> Json:
    """``usergroups.users.list``."""
    if call.need("usergroup") != GROUP_ID:
        raise SlackError("no_such_subteam")
    return {"users": ["U0SAM"]}


def bots_info(call: Call) -> Json:
    """``bots.info``."""
    if call.text("bot", BOT_ID) != BOT_ID:
        raise SlackError("bot_not_found")
    return {"bot": bot_object()}


def team_info(_call: Call) -> Json:
    """``team.info``."""
    return {"team": {"id": TEAM_ID, "name": TEAM_NAME, "domain": "acme", "email_domain": ""}}
