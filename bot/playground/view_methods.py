"""The views.* and files.* methods."""

from typing import Any

from bot.playground.block_rules import check_view
from bot.playground.cast import BOT_USER, TEAM_ID
from bot.playground.chat_methods import with_ids
from bot.playground.files import as_slack
from bot.playground.refusal import SlackError
from bot.playground.views import OpenView
from bot.playground.views import as_slack as view_as_slack
from bot.playground.web_call import Call
from bot.playground.workspace import Change, Kind, Message, Workspace

Json = dict[str, Any]
MOST_BYTES = 32 * 1024 * 1024


def _view(call: Call, kinds: tuple[str, ...] = ("modal",)) -> Json:
    view = call.value("view")
    check_view(view, kinds)
    return {**view, "blocks": with_ids(view["blocks"])}


def shown(workspace: Workspace, view: OpenView) -> Json:
    """Tell the page of a view's change; returns the answer to the bot."""
    workspace.tell(Change(Kind.VIEW, view.user))
    return {"view": view_as_slack(view)}


def views_open(call: Call) -> Json:
    """``views.open``: spends the trigger."""
    content = _view(call)
    trigger = call.workspace.views.use_trigger(call.text("trigger_id"))
    return shown(call.workspace, call.workspace.views.open(trigger.user, content))


def views_push(call: Call) -> Json:
    """``views.push``: spends the trigger; over an open modal alone."""
    content = _view(call)
    trigger = call.workspace.views.use_trigger(call.text("trigger_id"))
    return shown(call.workspace, call.workspace.views.push(trigger.user, content))


def views_update(call: Call) -> Json:
    """``views.update``: by view id or external id; ``hash`` guards against a race."""
    content = _view(call, ("modal", "home"))
    desk = call.workspace.views
    view = desk.find(call.text("view_id"), call.text("external_id"))
    return shown(call.workspace, desk.update(view, content, call.text("hash")))


def views_publish(call: Call) -> Json:
    """``views.publish``: a person's App Home."""
    user = call.need("user_id")
    if user not in call.workspace.people:
        raise SlackError("user_not_found")
    content = _view(call, ("home",))
    return shown(call.workspace, call.workspace.views.publish(user, content, call.text("hash")))


def files_info(call: Call) -> Json:
    """``files.info``."""
    return {"file": as_slack(call.workspace.files.get(call.need("file")), call.host, TEAM_ID)}


def upload_url(call: Call) -> Json:
    """``files.getUploadURLExternal``: where the bot may put a file's bytes."""
    length = call.need("length")
    if not length.isdecimal() or not 0 < int(length) <= MOST_BYTES:
        raise SlackError("invalid_arguments")
    created = int(call.workspace.clock())
    file = call.workspace.files.add(call.need("filename"), BOT_USER, created, None)
    return {"file_id": file.id, "upload_url": f"{call.host}/upload/v1/{file.id}"}


def complete_upload(call: Call) -> Json:
    """``files.completeUploadExternal``: posts the files that were put there, all in one message."""
    wanted = call.value("files")
    if not isinstance(wanted, list) or not wanted:
        raise SlackError("invalid_arguments")
    stored = [call.workspace.files.get(str(item.get("id"))) for item in wanted]
    if any(file.content is None for file in stored):
        raise SlackError("file_not_found")
    for file, item in zip(stored, wanted, strict=True):
        file.title = item.get("title") or file.name
    channel_id = call.text("channel_id") or call.text("channels")
    if channel_id:
        channel = Call(call.workspace, call.host, {"channel": channel_id}).channel(member=True)
        for file in stored:
            file.channels.append(channel.id)
        call.workspace.post(
            Message(
                channel.id,
                call.workspace.new_ts(),
                BOT_USER,
                call.text("initial_comment"),
                thread_ts=call.text("thread_ts") or None,
                files=[file.id for file in stored],
                subtype="file_share",
            )
        )
    return {"files": [as_slack(file, call.host, TEAM_ID) for file in stored]}
