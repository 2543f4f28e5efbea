"""What the bot answers outside the Web API: to a command, to a response_url, to a modal."""

import json
from typing import Any

from bot.playground.block_rules import check_message, check_view
from bot.playground.cast import BOT_USER, SLACKBOT
from bot.playground.chat_methods import with_ids
from bot.playground.refusal import SlackError
from bot.playground.sender import Answer
from bot.playground.views import OpenView
from bot.playground.workspace import Change, Kind, Message, Workspace

Json = dict[str, Any]
TROUBLE = "We had some trouble connecting. Try again?"
FAILED = '{command} failed with the error "{error}"'


def answered_command(
    workspace: Workspace, answer: Answer, *, user: str, channel: str, command: str
) -> None:
    """Show a person what the bot answered to a command, or that it did not."""
    if not answer.ok:
        error = "operation_timeout" if answer.reason == "http_timeout" else "dispatch_failed"
        tell_privately(workspace, channel, user, FAILED.format(command=command, error=error))
        return
    if not answer.body.strip():
        return
    try:
        body = json.loads(answer.body)
    except ValueError:
        body = None
    try:
        respond(workspace, body if isinstance(body, dict) else {"text": answer.body}, user, channel)
    except SlackError as refused:
        text = FAILED.format(command=command, error=refused.code)
        tell_privately(workspace, channel, user, text)


def tell_privately(workspace: Workspace, channel: str, user: str, text: str) -> None:
    """Say something as Slack itself, to one person."""
    ts = workspace.new_ts()
    workspace.post(Message(channel, ts, SLACKBOT, text, ephemeral_to=user))


def respond(
    workspace: Workspace, body: Json, user: str, channel: str, message_ts: str | None = None
) -> None:
    """Do what a ``response_url`` body asks: post, replace or delete; raise Slack's refusals."""
    original = workspace.messages.get(channel, {}).get(message_ts or "")
    if body.get("delete_original"):
        if original is None or original.user != BOT_USER:
            raise SlackError("message_not_found")
        workspace.delete(original)
        return
    blocks = with_ids(body["blocks"]) if isinstance(body.get("blocks"), list) else None
    text = str(body.get("text") or "")
    check_message(text, blocks)
    if body.get("replace_original"):
        if original is None or original.deleted or original.user != BOT_USER:
            raise SlackError("message_not_found")
        workspace.edit(original, text=text, blocks=blocks or [])
        return
    ephemeral = body.get("response_type", "ephemeral") != "in_channel"
    workspace.post(
        Message(
            channel,
            workspace.new_ts(),
            BOT_USER,
            text,
            blocks or [],
            thread_ts=body.get("thread_ts") or None,
            ephemeral_to=user if ephemeral else None,
        )
    )


def answered_modal(workspace: Workspace, answer: Answer, view: OpenView) -> None:
    """Close, change or keep a submitted modal as the bot's answer says."""
    desk = workspace.views
    try:
        _follow(workspace, _answer_body(answer), view)
    except (ValueError, SlackError) as refused:
        view.notice = TROUBLE
        if isinstance(refused, SlackError) and refused.details:
            view.notice += f" ({refused.code}: {refused.details})"
    if view.id not in desk.by_id:
        view.notice = ""
    workspace.tell(Change(Kind.VIEW, view.user))


def _answer_body(answer: Answer) -> Json:
    """Return what the bot answered to a submission; raise when that is no answer."""
    body = json.loads(answer.body) if answer.body.strip() else {}
    if not answer.ok or not isinstance(body, dict):
        raise SlackError("no_answer")
    return body


def _follow(workspace: Workspace, body: Json, view: OpenView) -> None:
    """Carry out one ``response_action``."""
    desk = workspace.views
    match body.get("response_action"):
        case None:
            desk.close(view)
        case "clear":
            desk.clear(view.user)
        case "errors":
            view.errors = {str(k): str(v) for k, v in (body.get("errors") or {}).items()}
        case "update":
            check_view(body.get("view"))
            desk.update(view, {**body["view"], "blocks": with_ids(body["view"]["blocks"])})
        case "push":
            check_view(body.get("view"))
            content = {**body["view"], "blocks": with_ids(body["view"]["blocks"])}
            desk.push(view.user, content)
        case _:
            raise SlackError("unknown_response_action")
