"""Workspace values as the Web API and the events show them."""

from typing import Any

from bot.playground.cast import (
    APP_ID,
    BOT,
    BOT_ID,
    BOT_USER,
    GUEST_TEAM_ID,
    TEAM_ID,
    Channel,
    Person,
)
from bot.playground.files import as_slack, as_stub
from bot.playground.workspace import Message, Workspace

Json = dict[str, Any]
CREATED = 1_700_000_000


def user_object(person: Person) -> Json:
    """Return Slack's user object; a stranger's has no email address."""
    profile: Json = {
        "real_name": person.real_name,
        "display_name": person.name,
        "team": person.team,
        "image_72": "",
    }
    if not person.is_stranger and not person.is_bot:
        profile["email"] = f"{person.name}@acme.example"
    if person.is_bot:
        profile |= {"bot_id": BOT_ID, "api_app_id": APP_ID}
    return {
        "id": person.id,
        "team_id": person.team,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": False,
        "color": person.color.removeprefix("#"),
        "tz": "Europe/Madrid",
        "tz_label": "Central European Time",
        "tz_offset": 3600,
        "profile": profile,
        "is_admin": False,
        "is_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "is_stranger": person.is_stranger,
        "is_email_confirmed": True,
        "updated": CREATED,
    }


def channel_object(channel: Channel) -> Json:
    """Return Slack's conversation object."""
    if channel.is_im:
        return {
            "id": channel.id,
            "created": CREATED,
            "is_im": True,
            "is_org_shared": False,
            "user": next(iter(channel.members)),
            "is_user_deleted": False,
            "is_open": True,
        }
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "created": CREATED,
        "creator": "U0SAM",
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_archived": False,
        "is_general": channel.name == "general",
        "is_member": BOT_USER in channel.members,
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "shared_team_ids": [TEAM_ID, GUEST_TEAM_ID] if channel.is_ext_shared else [TEAM_ID],
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }


def message_object(workspace: Workspace, message: Message, host: str) -> Json:
    """Return Slack's message object; metadata is added by who was asked for it."""
    person = workspace.people[message.user]
    shown: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": person.team,
    }
    if message.subtype:
        shown["subtype"] = message.subtype
    if message.blocks:
        shown["blocks"] = message.blocks
    if message.user == BOT_USER:
        shown |= {"bot_id": BOT_ID, "app_id": APP_ID, "bot_profile": bot_object()}
    else:
        shown["client_msg_id"] = f"msg-{message.channel}-{message.ts}"
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    if message.edited_ts:
        shown["edited"] = {"user": message.user, "ts": message.edited_ts}
    if message.files:
        shown |= {"files": _files(workspace, message, host, person), "upload": False}
    if message.reactions:
        shown["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)}
            for name, users in message.reactions.items()
        ]
    return shown


def _files(workspace: Workspace, message: Message, host: str, person: Person) -> list[Json]:
    """Return the file objects of a message; over Slack Connect they are stubs."""
    stored = [workspace.files.get(file_id) for file_id in message.files]
    if person.is_stranger:
        return [as_stub(file) for file in stored]
    return [as_slack(file, host, TEAM_ID) for file in stored]


def with_thread(workspace: Workspace, message: Message, shown: Json) -> Json:
    """Add to a root what Slack tells about its replies."""
    if message.thread_ts is not None:
        return {**shown, "parent_user_id": _root_user(workspace, message)}
    replies = [m for m in workspace.said(message.channel) if m.thread_ts == message.ts]
    if not replies:
        return shown
    return {
        **shown,
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users": sorted({m.user for m in replies}),
        "latest_reply": replies[-1].ts,
    }


def _root_user(workspace: Workspace, message: Message) -> str:
    root = workspace.messages.get(message.channel, {}).get(message.thread_ts or "")
    return root.user if root else ""


def bot_object() -> Json:
    """Return Slack's bot object."""
    return {
        "id": BOT_ID,
        "deleted": False,
        "name": BOT.real_name,
        "updated": CREATED,
        "app_id": APP_ID,
        "user_id": BOT_USER,
        "team_id": TEAM_ID,
        "icons": {"image_36": "", "image_48": "", "image_72": ""},
    }
