"""What Slack sends to the bot, as plain values: events, commands, shortcuts, interactions."""

import secrets
from typing import Any

from bot.playground.cast import APP_ID, BOT_USER, TEAM_ID, TEAM_NAME, Channel, Person
from bot.playground.slack_values import message_object
from bot.playground.views import OpenView
from bot.playground.views import as_slack as view_as_slack
from bot.playground.workspace import Message, Workspace

Json = dict[str, Any]
TOKEN = "playground-legacy-token"  # noqa: S105 -- Slack's deprecated field, no secret


def event_callback(event: Json, channel: Channel | None, now: float) -> Json:
    """Return the envelope of one event, with an ``event_id`` of its own."""
    return {
        "token": TOKEN,
        "team_id": TEAM_ID,
        "context_team_id": TEAM_ID,
        "context_enterprise_id": None,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(now),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM_ID,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": channel is not None and channel.is_ext_shared,
        "event_context": f"4-{secrets.token_hex(12)}",
    }


def message_event(workspace: Workspace, message: Message, host: str) -> Json:
    """Return the ``message`` event of a new message."""
    channel, person = workspace.channels[message.channel], workspace.people[message.user]
    event = message_object(workspace, message, host)
    event |= {
        "channel": channel.id,
        "channel_type": channel.type,
        "event_ts": message.ts,
    }
    root = workspace.messages[channel.id].get(message.thread_ts or "")
    if root is not None:
        event["parent_user_id"] = root.user
    if message.metadata is not None:
        event["metadata"] = message.metadata
    return event | _foreign(person)


def _foreign(person: Person) -> Json:
    """Return what an event says beside about somebody of another workspace."""
    if not person.is_stranger:
        return {}
    return {"user_team": person.team, "source_team": person.team}


def mention_event(workspace: Workspace, message: Message, host: str) -> Json:
    """Return the ``app_mention`` twin: without ``channel_type`` and subtype."""
    event = message_event(workspace, message, host)
    dropped = ("channel_type", "subtype", "upload", "parent_user_id")
    return {k: v for k, v in event.items() if k not in dropped} | {"type": "app_mention"}


def changed_event(
    workspace: Workspace, message: Message, previous: Message, host: str, event_ts: str
) -> Json:
    """Return the ``message_changed`` or, for a deleted one, ``message_deleted`` event."""
    event: Json = {
        "type": "message",
        "hidden": True,
        "channel": message.channel,
        "channel_type": workspace.channels[message.channel].type,
        "ts": event_ts,
        "event_ts": event_ts,
        "previous_message": message_object(workspace, previous, host),
    }
    if message.deleted:
        return event | {"subtype": "message_deleted", "deleted_ts": message.ts}
    shown = message_object(workspace, message, host)
    return event | {"subtype": "message_changed", "message": shown}


def reaction_event(kind: str, user: str, message: Message, name: str, event_ts: str) -> Json:
    """Return ``reaction_added`` or ``reaction_removed``."""
    return {
        "type": kind,
        "user": user,
        "reaction": name,
        "item_user": message.user,
        "item": {"type": "message", "channel": message.channel, "ts": message.ts},
        "event_ts": event_ts,
    }


def membership_event(
    kind: str, channel: Channel, person: Person, inviter: str, event_ts: str
) -> Json:
    """Return ``member_joined_channel`` or ``member_left_channel``."""
    event = {
        "type": kind,
        "user": person.id,
        "channel": channel.id,
        "channel_type": "G" if channel.is_private else "C",
        "team": person.team,
        "event_ts": event_ts,
    }
    return {**event, "inviter": inviter} if inviter else event


def home_event(
    person: Person, channel: Channel, tab: str, view: OpenView | None, event_ts: str
) -> Json:
    """Return ``app_home_opened``."""
    event: Json = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": channel.id,
        "tab": tab,
        "event_ts": event_ts,
    }
    return {**event, "view": view_as_slack(view)} if view else event


def _team_and_user(person: Person) -> Json:
    return {
        "team": {"id": TEAM_ID, "domain": TEAM_NAME.lower()},
        "user": {
            "id": person.id,
            "username": person.name,
            "name": person.name,
            "team_id": person.team,
        },
        "api_app_id": APP_ID,
        "token": TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _channel(channel: Channel) -> Json:
    return {"id": channel.id, "name": "directmessage" if channel.is_im else channel.name}


def command(
    person: Person, channel: Channel, name: str, text: str, *, trigger_id: str, response_url: str
) -> Json:
    """Return the form of a slash command."""
    return {
        "token": TOKEN,
        "team_id": TEAM_ID,
        "team_domain": TEAM_NAME.lower(),
        "channel_id": channel.id,
        "channel_name": _channel(channel)["name"],
        "user_id": person.id,
        "user_name": person.name,
        "command": name,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def shortcut(person: Person, callback_id: str, *, trigger_id: str, action_ts: str) -> Json:
    """Return a global shortcut."""
    return {
        **_team_and_user(person),
        "type": "shortcut",
        "callback_id": callback_id,
        "trigger_id": trigger_id,
        "action_ts": action_ts,
    }


def message_shortcut(
    person: Person, channel: Channel, message: Json, callback_id: str, **ways: str
) -> Json:
    """Return a message shortcut; ``ways`` are trigger_id, response_url and action_ts."""
    return {
        **_team_and_user(person),
        "type": "message_action",
        "callback_id": callback_id,
        "channel": _channel(channel),
        "message_ts": message["ts"],
        "message": message,
        **ways,
    }


def message_action(
    person: Person, channel: Channel, message: Message, shown: Json, action: Json, **more: Any
) -> Json:
    """Return a press on an element of a message; an ephemeral message is not sent along."""
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = {
        **_team_and_user(person),
        "type": "block_actions",
        "container": container,
        "channel": _channel(channel),
        "actions": [action],
        **more,
    }
    return payload if message.ephemeral_to else {**payload, "message": shown}


def view_action(person: Person, view: OpenView, action: Json, trigger_id: str) -> Json:
    """Return a press on an element of a modal or of the App Home."""
    return {
        **_team_and_user(person),
        "type": "block_actions",
        "container": {"type": "view", "view_id": view.id},
        "view": view_as_slack(view),
        "actions": [action],
        "trigger_id": trigger_id,
    }


def view_submission(person: Person, view: OpenView, trigger_id: str) -> Json:
    """Return a modal's submission."""
    return {
        **_team_and_user(person),
        "type": "view_submission",
        "view": view_as_slack(view),
        "trigger_id": trigger_id,
        "response_urls": [],
    }


def view_closed(person: Person, view: OpenView) -> Json:
    """Return the message that a modal was closed."""
    return {
        **_team_and_user(person),
        "type": "view_closed",
        "view": view_as_slack(view),
        "is_cleared": False,
    }
