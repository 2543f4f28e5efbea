"""The chat.* and reactions.* methods."""

from typing import Any

from bot.playground.block_rules import check_message, problems
from bot.playground.cast import BOT_USER, Channel
from bot.playground.refusal import SlackError
from bot.playground.slack_values import message_object
from bot.playground.web_call import Call
from bot.playground.workspace import Change, Kind, Message

Json = dict[str, Any]


def post_message(call: Call) -> Json:
    """``chat.postMessage``: to a channel, or to a person's direct messages by user id."""
    channel = _place(call)
    blocks = _blocks(call)
    text = call.text("text") or call.text("markdown_text")
    check_message(text, blocks)
    message = Message(
        channel.id,
        call.workspace.new_ts(),
        BOT_USER,
        text,
        blocks or [],
        thread_ts=_thread(call, channel),
        metadata=_metadata(call),
        broadcast=call.flag("reply_broadcast"),
    )
    call.workspace.post(message)
    return {"channel": channel.id, "ts": message.ts, "message": _shown(call, message)}


def _place(call: Call) -> Channel:
    """Return where to post; a user id means that person's direct messages."""
    wanted = call.need("channel")
    for channel in call.workspace.channels.values():
        if channel.is_im and wanted in channel.members and wanted != BOT_USER:
            return channel
    return call.channel(member=True)


def _blocks(call: Call) -> list[Json] | None:
    """Return the blocks with an id each, as Slack gives them."""
    blocks = call.value("blocks", "invalid_blocks_format")
    if blocks is None:
        return None
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    return with_ids(blocks)


def with_ids(blocks: list[Any]) -> list[Any]:
    """Return the blocks, those without a ``block_id`` or ``action_id`` with one of Slack's."""
    return [
        _with_action_ids({"block_id": f"b{place}", **block}, place)
        if isinstance(block, dict)
        else block
        for place, block in enumerate(blocks)
    ]


def _with_action_ids(block: Json, place: int) -> Json:
    """Return the block, its elements with an ``action_id`` each."""
    named = dict(block)
    for name in ("element", "accessory"):
        if isinstance(block.get(name), dict) and block[name].get("type") != "image":
            named[name] = {"action_id": f"a{place}", **block[name]}
    elements = block.get("elements")
    if block.get("type") in ("actions", "context_actions") and isinstance(elements, list):
        named["elements"] = [
            {"action_id": f"a{place}.{number}", **element} if isinstance(element, dict) else element
            for number, element in enumerate(elements)
        ]
    return named


def _thread(call: Call, channel: Channel) -> str | None:
    """Return the root's ts; answering a reply lands in its thread."""
    thread_ts = call.text("thread_ts")
    if not thread_ts:
        return None
    root = call.workspace.messages.get(channel.id, {}).get(thread_ts)
    if root is None or root.ephemeral_to:
        raise SlackError("thread_not_found")
    return root.thread_ts or root.ts


def _metadata(call: Call) -> Json | None:
    metadata = call.value("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not {"event_type", "event_payload"} <= metadata.keys():
        raise SlackError("invalid_metadata_schema")
    return metadata


def _shown(call: Call, message: Message) -> Json:
    shown = message_object(call.workspace, message, call.host)
    return {**shown, "metadata": message.metadata} if message.metadata else shown


def post_ephemeral(call: Call) -> Json:
    """``chat.postEphemeral``: to one member of the channel; never to be found again."""
    channel = call.channel(member=True)
    user = call.need("user")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    blocks = _blocks(call)
    check_message(call.text("text"), blocks)
    message = Message(
        channel.id,
        call.workspace.new_ts(),
        BOT_USER,
        call.text("text"),
        blocks or [],
        thread_ts=call.text("thread_ts") or None,
        ephemeral_to=user,
    )
    call.workspace.post(message)
    return {"message_ts": message.ts}


def _own(call: Call, refusal: str) -> Message:
    """Return the bot's own message of ``ts``, or raise; ephemeral ones are never found."""
    channel = call.channel()
    message = call.workspace.find(channel.id, call.need("ts"))
    if message.ephemeral_to is not None:
        raise SlackError("message_not_found")
    if message.user != BOT_USER:
        raise SlackError(refusal)
    return message


def update(call: Call) -> Json:
    """``chat.update``: the bot's own message alone; blocks that are not sent stay."""
    message = _own(call, "cant_update_message")
    blocks = _blocks(call)
    text = call.text("text") or ("" if blocks else message.text)
    kept = message.blocks if blocks is None else blocks
    check_message(text, kept)
    if "metadata" in call.arguments:
        message.metadata = _metadata(call)
    call.workspace.edit(message, text=text, blocks=kept)
    shown = _shown(call, message)
    return {"channel": message.channel, "ts": message.ts, "text": text, "message": shown}


def delete(call: Call) -> Json:
    """``chat.delete``: the bot's own message alone."""
    message = _own(call, "cant_delete_message")
    call.workspace.delete(message)
    return {"channel": message.channel, "ts": message.ts}


def permalink(call: Call) -> Json:
    """``chat.getPermalink``."""
    channel = call.channel()
    message = call.workspace.find(channel.id, call.need("message_ts"))
    link = f"{call.host}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def set_status(call: Call) -> Json:
    """``assistant.threads.setStatus``: the page shows it; an answer clears it."""
    channel = call.channel("channel_id", member=True)
    thread_ts, status = call.need("thread_ts"), call.text("status")
    call.workspace.tell(
        Change(Kind.STATUS, BOT_USER, channel=channel.id, text=status, thread_ts=thread_ts)
    )
    return {}


def add_reaction(call: Call) -> Json:
    """``reactions.add``."""
    channel = call.channel(member=True)
    message = call.workspace.find(channel.id, call.need("timestamp"))
    call.workspace.react(message, BOT_USER, call.need("name").strip(":"))
    return {}


def remove_reaction(call: Call) -> Json:
    """``reactions.remove``."""
    message = call.workspace.find(call.channel().id, call.need("timestamp"))
    call.workspace.unreact(message, BOT_USER, call.need("name").strip(":"))
    return {}


def get_reactions(call: Call) -> Json:
    """``reactions.get``."""
    channel = call.channel()
    message = call.workspace.find(channel.id, call.need("timestamp"))
    return {"type": "message", "channel": channel.id, "message": _shown(call, message)}


def validate_blocks(call: Call) -> Json:
    """``blocks.validate``: says what ``chat.postMessage`` would refuse."""
    holder = call.value("message") or call.value("view") or {}
    found = problems(call.value("blocks") or holder.get("blocks", []))
    if found:
        raise SlackError("invalid_blocks", errors=found)
    return {}
