"""Where each Slack event goes: the one table of every listener."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, assert_never

from slack_bolt.async_app import AsyncApp

from bot.verbs import Form, Name
from bot.words import Word
from handlers import (
    answer,
    checks,
    commands,
    config,
    escalate,
    failures,
    feedback,
    forms,
    home,
    ids,
    leaving,
    mint,
    proposals,
    shadows,
    shortcuts,
    tickets,
)
from handlers.inbox import inbox


class Kind(StrEnum):
    """How Slack hands something in."""

    EVENT = "event"  # taken by handlers.inbox, before the ack
    COMMAND = "command"
    SHORTCUT = "shortcut"
    ACTION = "action"
    VIEW = "view"  # a form was filled in


@dataclass(frozen=True, slots=True)
class Unsaid:
    """Why there is nothing to say in a thread in place of this."""

    reason: str


@dataclass(frozen=True, slots=True)
class Listener:
    """A kind of request, its name and who takes it; ``many`` names end in a number.

    ``twin`` is what comes to the same, said after a mention in a thread, where Slack allows no
    commands: a word (bot/words.py), a verb (bot/verbs.py), or why there is none. Only events need
    none. tests/test_surfaces.py says each twin and holds the outcome against the button's.
    """

    kind: Kind
    name: str
    function: Callable[..., Awaitable[None]]
    twin: Word | Name | Unsaid | None = None
    many: bool = False


LISTENERS = (
    Listener(Kind.EVENT, "message", answer.on_message),
    Listener(Kind.EVENT, "app_mention", answer.on_message),
    Listener(Kind.EVENT, "member_joined_channel", answer.on_join),
    Listener(Kind.EVENT, "app_home_opened", home.on_home),
    Listener(Kind.EVENT, "reaction_added", feedback.on_reaction),
    Listener(Kind.EVENT, "app_uninstalled", leaving.on_uninstalled),
    Listener(Kind.EVENT, "tokens_revoked", leaving.on_tokens_revoked),
    Listener(
        Kind.COMMAND,
        ids.COMMAND,
        commands.on_command,
        Unsaid("every verb is said as it is, after the mention"),
    ),
    Listener(Kind.SHORTCUT, ids.DIAGNOSE, shortcuts.on_diagnose, Name.DIAGNOSE),
    Listener(Kind.SHORTCUT, ids.ESCALATE, escalate.on_escalate, Name.ESCALATE),
    Listener(Kind.ACTION, ids.SOLVED, feedback.on_solved, Word.SOLVED),
    Listener(Kind.ACTION, ids.NOT_IT, escalate.on_not_it, Word.NOT_IT),
    Listener(Kind.ACTION, ids.REOPEN, feedback.on_reopen, Word.REOPEN),
    Listener(Kind.ACTION, ids.ASK_HUMAN, escalate.on_ask_human, Name.ESCALATE),
    Listener(Kind.ACTION, ids.REMOVE, feedback.on_remove, Word.REMOVE),
    Listener(Kind.ACTION, ids.PICK, feedback.on_pick, Word.PICK, many=True),
    Listener(Kind.ACTION, ids.PICK_NONE, feedback.on_pick_none, Word.NONE),
    Listener(Kind.ACTION, ids.PICK_PRIVATELY, commands.on_pick_privately, Word.PICK, many=True),
    Listener(Kind.ACTION, ids.SHARE, commands.on_share, Name.ASK),
    Listener(Kind.ACTION, ids.POST_TO_THREAD, shortcuts.on_post_to_thread, Name.DIAGNOSE),
    Listener(
        Kind.ACTION,
        ids.OPEN_FORM,
        forms.on_open_form,
        Unsaid("it opens forms, and each has a twin of its own"),
    ),
    Listener(Kind.VIEW, Form.DIAGNOSE, shortcuts.on_diagnose_form, Name.DIAGNOSE),
    Listener(Kind.SHORTCUT, ids.VERIFY_TOKEN, checks.on_verify_token, Name.CHECK_TOKEN),
    Listener(Kind.ACTION, ids.RUN_CHECKS, checks.on_run_checks, Word.RUN_CHECKS),
    Listener(Kind.ACTION, ids.RUN_AGAIN, checks.on_run_again, Word.RUN_AGAIN),
    Listener(Kind.ACTION, ids.RUN_AGAIN_AT_HOME, home.on_run_again_at_home, Word.RUN_AGAIN),
    Listener(Kind.ACTION, ids.SHARE_CHECKS, checks.on_share, Name.CHECK_JWKS),
    Listener(Kind.ACTION, ids.SOLVED_PRIVATELY, checks.on_solved_privately, Word.SOLVED),
    Listener(Kind.VIEW, Form.VERIFY_TOKEN, checks.on_token, Name.CHECK_TOKEN),
    Listener(Kind.VIEW, Form.TOKEN_AGAIN, checks.on_token_again, Word.RUN_AGAIN),
    Listener(Kind.VIEW, Form.RUN_CHECKS, checks.on_paste, Word.RUN_CHECKS),
    Listener(Kind.VIEW, Form.MINT, mint.on_mint_form, Name.MINT),
    Listener(Kind.VIEW, Form.ESCALATE, escalate.on_escalate_form, Name.ESCALATE),
    Listener(Kind.VIEW, Form.CONFIG, config.on_config_form, Name.CONFIG),
    Listener(Kind.ACTION, ids.TICKET_CLAIM, tickets.on_ticket, Word.CLAIM),
    Listener(Kind.ACTION, ids.TICKET_UNCLAIM, tickets.on_ticket, Word.UNCLAIM),
    Listener(Kind.ACTION, ids.TICKET_REOPEN, tickets.on_ticket, Word.REOPEN),
    Listener(Kind.ACTION, ids.TICKET_REPLY, tickets.on_write, Word.REPLY),
    Listener(Kind.ACTION, ids.TICKET_NEED_INFO, tickets.on_write, Word.NEED_INFO),
    Listener(Kind.ACTION, ids.TICKET_RESOLVE, tickets.on_write, Word.RESOLVE),
    Listener(Kind.ACTION, ids.TICKET_SAVE, proposals.on_save, Word.SAVE),
    Listener(Kind.VIEW, ids.REPLY_VIEW, tickets.on_ticket_form, Word.REPLY),
    Listener(Kind.VIEW, ids.NEED_INFO_VIEW, tickets.on_ticket_form, Word.NEED_INFO),
    Listener(Kind.VIEW, ids.RESOLVE_VIEW, tickets.on_ticket_form, Word.RESOLVE),
    Listener(Kind.ACTION, ids.PROPOSAL_APPROVE, proposals.on_review, Word.APPROVE),
    Listener(Kind.ACTION, ids.PROPOSAL_EDIT, proposals.on_edit, Word.EDIT),
    Listener(Kind.ACTION, ids.PROPOSAL_DISCARD, proposals.on_review, Word.DISCARD),
    Listener(
        Kind.VIEW,
        ids.PROPOSAL_VIEW,
        proposals.on_form,
        Unsaid("an entry has too many parts for one message; the word opens the form"),
    ),
    Listener(Kind.ACTION, ids.SHADOW_SEND, shadows.on_choose, Word.SEND),
    Listener(Kind.ACTION, ids.SHADOW_EDIT, shadows.on_edit, Word.EDIT),
    Listener(Kind.ACTION, ids.SHADOW_DISCARD, shadows.on_choose, Word.DISCARD),
    Listener(Kind.VIEW, ids.SHADOW_VIEW, shadows.on_form, Word.EDIT),
)


def register(app: AsyncApp) -> None:
    """Hand every listener to Bolt, those of events to the inbox."""
    events = {each.name: each.function for each in LISTENERS if each.kind is Kind.EVENT}
    app.use(inbox(events))
    for listener in LISTENERS:
        if listener.kind is not Kind.EVENT:
            _decorator(app, listener)(listener.function)
    app.error(failures.on_error)


def _decorator(app: AsyncApp, listener: Listener) -> Callable[..., Any]:
    name = re.compile(rf"{listener.name}_\d") if listener.many else listener.name
    match listener.kind:
        case Kind.EVENT:
            return app.event(listener.name)
        case Kind.COMMAND:
            return app.command(name)
        case Kind.SHORTCUT:
            return app.shortcut(name)
        case Kind.ACTION:
            return app.action(name)
        case Kind.VIEW:
            return app.view(name)
        case _:
            assert_never(listener.kind)
