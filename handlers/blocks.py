"""Values to Block Kit, pure: every word from elsewhere is escaped, every cap is kept.

A feature's own values are drawn in a module of its own, `blocks_….py`; `render` knows them all.
"""

from dataclasses import dataclass
from typing import Any, assert_never

from slack_sdk.models.blocks import Block, ButtonElement, MarkdownBlock

from bot.reply import (
    Again,
    Choices,
    Folded,
    FormOffer,
    HumanNoted,
    HumanWanted,
    LeakWarning,
    Notice,
    Option,
    Reply,
    Said,
    shorten_line,
)
from bot.verbs import Form
from handlers import ids
from handlers.elements import TEXT_LIMIT, actions, button, context, defused, section
from handlers.mrkdwn import escape, mrkdwn

OPTION_LIMIT = 150
MARKDOWN_LIMIT = 11_000
LETTERS = "ABC"
HUMAN_WANTED = "<@{user}> would like a human in <#{channel}>."
HUMAN_NOTED = "Noted: <@{user}> would like a human here. "
STAFF_TOLD = "Staff have a line with a link to this thread."
NOBODY_TOLD = "Staff who read this channel see it here; nobody else was told."
AGAIN = "<{link}|Answered in this channel just before>: {title} ({entry})"
UNSURE = "I am not sure. Is it one of these?"
DID_YOU_MEAN = "Did you mean one of these? Only you see this."
OFFERS = {  # what a form is for, and the button that opens it
    Form.DIAGNOSE: ("Paste the error into a form; only you see what I find.", "Paste an error"),
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message for Slack: ``text`` is what notifications and screen readers get."""

    text: str
    blocks: list[dict[str, Any]]


def render(said: Said) -> Rendered:
    """Return how a value looks in Slack."""
    match said:
        case Reply():
            text, blocks = _reply(said)
        case Again():
            text, blocks = _again(said)
        case Choices():
            text, blocks = _choices(said)
        case Folded():
            text = f"Not it: {escape(shorten_line(said.title, OPTION_LIMIT))} ({said.entry})"
            blocks = [context(text)]
        case Notice():
            text, blocks = _notice(said)
        case FormOffer():
            text, label = OFFERS[said.form]
            blocks = [section(text), actions([button(label, ids.OPEN_FORM, said.form)])]
        case LeakWarning():
            text, blocks = _leak_warning(said)
        case HumanWanted():
            text = HUMAN_WANTED.format(user=said.asker, channel=said.channel)
            text += f" <{said.permalink}|Open the thread>" if said.permalink else ""
            blocks = [section(text)]
        case HumanNoted():
            text = HUMAN_NOTED.format(user=said.asker)
            text += STAFF_TOLD if said.staff_told else NOBODY_TOLD
            blocks = [section(text)]
        case _:
            assert_never(said)
    return Rendered(text, [block.to_dict() for block in blocks])


def render_all(parts: tuple[Said, ...]) -> Rendered:
    """Return several values as one message."""
    rendered = [render(said) for said in parts]
    blocks = [block for part in rendered for block in part.blocks]
    return Rendered("\n".join(part.text for part in rendered), blocks)


def diagnosis_view(parts: tuple[Said, ...], target: str) -> dict[str, Any]:
    """Return the modal of a diagnosis; ``target`` is the message that it is about."""
    blocks: list[dict[str, Any]] = []
    for said in parts:
        blocks += _modal_reply(said, target) if isinstance(said, Reply) else render(said).blocks
    return {
        "type": "modal",
        "callback_id": ids.DIAGNOSIS_VIEW,
        "title": {"type": "plain_text", "text": "Diagnose with Anon"},
        "close": {"type": "plain_text", "text": "Close"},
        "private_metadata": target,
        "blocks": blocks,
    }


def _modal_reply(reply: Reply, target: str) -> list[dict[str, Any]]:
    """Return a reply without Markdown blocks, which modals refuse, and with a button to post."""
    text = mrkdwn(_markdown(reply))
    starts = range(0, min(len(text), MARKDOWN_LIMIT), TEXT_LIMIT)
    post = button("Post to thread", ids.POST_TO_THREAD, reply.entry, style="primary")
    blocks: list[Block] = [
        *(section(text[start : start + TEXT_LIMIT]) for start in starts),
        context(escape(reply.why)),
        *([actions([post])] if target else []),
    ]
    return [block.to_dict() for block in blocks]


def _markdown(reply: Reply) -> str:
    links = "\n".join(f"- [{link.title}]({link.url})" for link in reply.links)
    return "\n\n".join(part for part in (f"**{reply.title}**", reply.body, links) if part)


def _reply(reply: Reply) -> tuple[str, list[Block]]:
    blocks: list[Block] = [
        MarkdownBlock(text=defused(_markdown(reply))[:MARKDOWN_LIMIT]),
        context(escape(reply.why)),
    ]
    if reply.solved_by:
        blocks.append(context(f":white_check_mark: Solved, says <@{reply.solved_by}>"))
        blocks.append(actions([button("Reopen", ids.REOPEN, reply.entry)]))
    else:
        blocks.append(actions(_reply_buttons(reply)))
    return f"{escape(reply.title)} ({reply.entry})", blocks


def _reply_buttons(reply: Reply) -> list[ButtonElement]:
    if reply.private:
        return [
            button("Share in channel", ids.SHARE, reply.entry),
            button("Ask a human", ids.ASK_HUMAN, reply.entry),
        ]
    return _verdict_buttons(reply.entry, reply.removable_by)


def _verdict_buttons(entry: str, removable_by: tuple[str, ...]) -> list[ButtonElement]:
    buttons = [
        button("Solved", ids.SOLVED, entry, style="primary"),
        button("Not it", ids.NOT_IT, entry),
        button("Ask a human", ids.ASK_HUMAN, entry),
    ]
    if removable_by:
        remove = button("Remove", ids.REMOVE, entry)
        remove.visible_to_user_ids = list(removable_by)
        buttons.append(remove)
    return buttons


def _again(again: Again) -> tuple[str, list[Block]]:
    title = escape(shorten_line(again.title, OPTION_LIMIT))
    text = AGAIN.format(link=again.permalink, title=title, entry=again.entry)
    return text, [section(text), actions(_verdict_buttons(again.entry, again.removable_by))]


def _choices(choices: Choices) -> tuple[str, list[Block]]:
    """Show the options, lettered; those in a thread also offer a human."""
    lead = DID_YOU_MEAN if choices.private else UNSURE
    listed = list(zip(LETTERS, choices.options, strict=False))
    lines = [f"*{letter}*  {_option(option)}" for letter, option in listed]
    action = ids.PICK if choices.question else ids.PICK_PRIVATELY
    buttons = [
        button(letter, ids.numbered(action, number), ids.pack(choices.question, option.entry))
        for number, (letter, option) in enumerate(listed)
    ]
    if choices.question:
        buttons.append(button("None of these", ids.PICK_NONE, ids.pack(choices.question)))
    if not choices.private:
        buttons.append(button("Ask a human", ids.ASK_HUMAN, "choices"))
    return f"{lead} " + "; ".join(lines), [section("\n".join([lead, *lines])), actions(buttons)]


def _option(option: Option) -> str:
    return f"{escape(shorten_line(option.title, OPTION_LIMIT))} ({option.entry})"


def _notice(notice: Notice) -> tuple[str, list[Block]]:
    text = escape(notice.text)
    blocks: list[Block] = [section(text)]
    if notice.human:
        blocks.append(actions([button("Ask a human", ids.ASK_HUMAN, "notice")]))
    return text, blocks


def _leak_warning(warning: LeakWarning) -> tuple[str, list[Block]]:
    lines = [f"• {escape(leak.name)}: {escape(leak.remedy)}" for leak in warning.leaks[:10]]
    name = "Your message" if warning.own else "That message"
    message = f"<{warning.permalink}|{name}>" if warning.permalink else name
    delete = " and delete the message" if warning.permalink else ""
    who = f"Replace it{delete}" if warning.own else "Its author should replace it"
    names = escape(shorten_line(", ".join(leak.name for leak in warning.leaks), OPTION_LIMIT))
    text = f":warning: {message} shows a secret: {names}. {who}; I keep no copy."
    return text, [section("\n".join([text, *lines]))]
