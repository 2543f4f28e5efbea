"""The workspace as one person sees it: what the page and scripts read."""

from typing import Any

from bot.playground.cast import TEAM_ID, Channel
from bot.playground.files import as_slack
from bot.playground.form_values import holders
from bot.playground.refusal import RefusedError
from bot.playground.views import OpenView
from bot.playground.views import as_slack as view_as_slack
from bot.playground.workspace import Message, Workspace

Json = dict[str, Any]


def sees(message: Message, channel: Channel, user: str | None) -> bool:
    """Whether a person sees a message; None is a reader of what everyone in a channel sees."""
    if user is None:
        return message.ephemeral_to is None
    return user in channel.members and message.ephemeral_to in (None, user)


def drawn(workspace: Workspace, message: Message, user: str | None, host: str) -> Json:
    """Return a message for the page; people are given by name."""
    name = {person.id: person.name for person in workspace.people.values()}
    channel = workspace.channels[message.channel]
    stored = [workspace.files.get(file_id) for file_id in message.files]
    return {
        "channel": channel.id,
        "channel_name": channel.name,
        "ts": message.ts,
        "thread_ts": message.thread_ts,
        "user": name[message.user],
        "user_id": message.user,
        "text": message.text,
        "blocks": _for_user(message.blocks, user),
        "ephemeral_to": name[message.ephemeral_to] if message.ephemeral_to else None,
        "edited": message.edited_ts is not None,
        "deleted": message.deleted,
        "subtype": message.subtype,
        "broadcast": message.broadcast,
        "reactions": [
            {"name": reaction, "users": [name[one] for one in users]}
            for reaction, users in message.reactions.items()
        ],
        "files": [as_slack(file, host, TEAM_ID) for file in stored],
    }


def _for_user(blocks: list[Json], user: str | None) -> list[Json]:
    """Return the blocks without the buttons that this person does not see."""
    hidden = [
        element
        for _, element in holders(blocks)
        if user is not None and user not in element.get("visible_to_user_ids", [user])
    ]
    if not hidden:
        return blocks
    return [
        {**block, "elements": [e for e in block["elements"] if e not in hidden]}
        if block["type"] in ("actions", "context_actions")
        else block
        for block in blocks
    ]


def messages(workspace: Workspace, channel: Channel, user: str | None, host: str) -> Json:
    """Return a channel's messages in order, replies included, as a person sees them."""
    if user is not None and user not in channel.members:
        name = workspace.people[user].name
        raise RefusedError(f"{name} is not a member of {channel.name}.", 403)
    held = sorted(workspace.messages.get(channel.id, {}).values(), key=lambda m: m.ts)
    seen = [m for m in held if not m.deleted and sees(m, channel, user)]
    return {"messages": [drawn(workspace, message, user, host) for message in seen]}


def views(workspace: Workspace, user: str) -> Json:
    """Return a person's open modals, the topmost last, and the App Home."""
    home = workspace.views.homes.get(user)
    return {
        "modals": [_view(view) for view in workspace.views.modals(user)],
        "home": _view(home) if home else None,
    }


def _view(view: OpenView) -> Json:
    return {**view_as_slack(view), "errors": view.errors, "notice": view.notice}
