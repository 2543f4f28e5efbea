"""Values to Block Kit, pure: every word from elsewhere is escaped, every cap is kept."""

import re
from dataclasses import dataclass
from typing import Any, assert_never

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    MarkdownBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.reply import (
    Choices,
    Folded,
    HumanNoted,
    HumanWanted,
    LeakWarning,
    Notice,
    Option,
    Reply,
    Said,
    shorten_line,
)
from handlers import ids
from handlers.mrkdwn import escape, mrkdwn

TEXT_LIMIT = 3_000
BUTTON_LIMIT = 75
OPTION_LIMIT = 150
MARKDOWN_LIMIT = 11_000
LETTERS = "ABC"
HUMAN_WANTED = "<@{user}> would like a human in <#{channel}>."
HUMAN_NOTED = "Noted: <@{user}> would like a human here. "
STAFF_TOLD = "Staff have a line with a link to this thread."
NOBODY_TOLD = "Staff who read this channel see it here; nobody else was told."
UNSURE = "I am not sure. Is it one of these?"
DID_YOU_MEAN = "Did you mean one of these? Only you see this."
_PING = re.compile(r"<(?=[!@#])")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message for Slack: ``text`` is what notifications and screen readers get."""

    text: str
    blocks: list[dict[str, Any]]


def defused(markdown: str) -> str:
    """Return Markdown in which nothing calls a user, a channel or everybody."""
    return _PING.sub("<\u200b", markdown)


def render(said: Said) -> Rendered:
    """Return how a value looks in Slack."""
    match said:
        case Reply():
            text, blocks = _reply(said)
        case Choices():
            text, blocks = _choices(said)
        case Folded():
            text = f"Not it: {escape(shorten_line(said.title, OPTION_LIMIT))} ({said.entry})"
            blocks = [_context(text)]
        case Notice():
            text, blocks = _notice(said)
        case LeakWarning():
            text, blocks = _leak_warning(said)
        case HumanWanted():
            text = HUMAN_WANTED.format(user=said.asker, channel=said.channel)
            text += f" <{said.permalink}|Open the thread>" if said.permalink else ""
            blocks = [_section(text)]
        case HumanNoted():
            text = HUMAN_NOTED.format(user=said.asker)
            text += STAFF_TOLD if said.staff_told else NOBODY_TOLD
            blocks = [_section(text)]
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
        blocks += _modal_reply(said) if isinstance(said, Reply) else render(said).blocks
    return {
        "type": "modal",
        "callback_id": ids.DIAGNOSIS_VIEW,
        "title": {"type": "plain_text", "text": "Diagnose with Anon"},
        "close": {"type": "plain_text", "text": "Close"},
        "private_metadata": target,
        "blocks": blocks,
    }


def _modal_reply(reply: Reply) -> list[dict[str, Any]]:
    """Return a reply without Markdown blocks, which modals refuse, and with a button to post."""
    text = mrkdwn(_markdown(reply))
    starts = range(0, min(len(text), MARKDOWN_LIMIT), TEXT_LIMIT)
    post = _button("Post to thread", ids.POST_TO_THREAD, reply.entry, style="primary")
    blocks = [
        *(_section(text[start : start + TEXT_LIMIT]) for start in starts),
        _context(escape(reply.why)),
        _actions([post]),
    ]
    return [block.to_dict() for block in blocks]


def _markdown(reply: Reply) -> str:
    links = "\n".join(f"- [{link.title}]({link.url})" for link in reply.links)
    return "\n\n".join(part for part in (f"**{reply.title}**", reply.body, links) if part)


def _reply(reply: Reply) -> tuple[str, list[Block]]:
    blocks: list[Block] = [
        MarkdownBlock(text=defused(_markdown(reply))[:MARKDOWN_LIMIT]),
        _context(escape(reply.why)),
    ]
    if reply.solved_by:
        blocks.append(_context(f":white_check_mark: Solved, says <@{reply.solved_by}>"))
    else:
        blocks.append(_actions(_reply_buttons(reply)))
    return f"{escape(reply.title)} ({reply.entry})", blocks


def _reply_buttons(reply: Reply) -> list[ButtonElement]:
    if reply.private:
        return [
            _button("Share in channel", ids.SHARE, reply.entry),
            _button("Ask a human", ids.ASK_HUMAN, reply.entry),
        ]
    buttons = [
        _button("Solved", ids.SOLVED, reply.entry, style="primary"),
        _button("Not it", ids.NOT_IT, reply.entry),
        _button("Ask a human", ids.ASK_HUMAN, reply.entry),
    ]
    if reply.removable_by:
        remove = _button("Remove", ids.REMOVE, reply.entry)
        remove.visible_to_user_ids = list(reply.removable_by)
        buttons.append(remove)
    return buttons


def _choices(choices: Choices) -> tuple[str, list[Block]]:
    """Show the options, lettered; those in a thread also offer a human."""
    lead = DID_YOU_MEAN if choices.private else UNSURE
    listed = list(zip(LETTERS, choices.options, strict=False))
    lines = [f"*{letter}*  {_option(option)}" for letter, option in listed]
    action = ids.PICK if choices.question else ids.PICK_PRIVATELY
    buttons = [
        _button(letter, ids.numbered(action, number), ids.pack(choices.question, option.entry))
        for number, (letter, option) in enumerate(listed)
    ]
    if choices.question:
        buttons.append(_button("None of these", ids.PICK_NONE, ids.pack(choices.question)))
    if not choices.private:
        buttons.append(_button("Ask a human", ids.ASK_HUMAN, "choices"))
    return f"{lead} " + "; ".join(lines), [_section("\n".join([lead, *lines])), _actions(buttons)]


def _option(option: Option) -> str:
    return f"{escape(shorten_line(option.title, OPTION_LIMIT))} ({option.entry})"


def _notice(notice: Notice) -> tuple[str, list[Block]]:
    text = escape(notice.text)
    blocks: list[Block] = [_section(text)]
    if notice.human:
        blocks.append(_actions([_button("Ask a human", ids.ASK_HUMAN, "notice")]))
    return text, blocks


def _leak_warning(warning: LeakWarning) -> tuple[str, list[Block]]:
    lines = [f"• {escape(leak.name)}: {escape(leak.remedy)}" for leak in warning.leaks[:10]]
    name = "Your message" if warning.own else "That message"
    message = f"<{warning.permalink}|{name}>" if warning.permalink else name
    delete = " and delete the message" if warning.permalink else ""
    who = f"Replace it{delete}" if warning.own else "Its author should replace it"
    names = escape(shorten_line(", ".join(leak.name for leak in warning.leaks), OPTION_LIMIT))
    text = f":warning: {message} shows a secret: {names}. {who}; I keep no copy."
    return text, [_section("\n".join([text, *lines]))]


def _section(text: str) -> SectionBlock:
    return SectionBlock(text=MarkdownTextObject(text=_capped(text)))


def _context(text: str) -> ContextBlock:
    return ContextBlock(elements=[MarkdownTextObject(text=_capped(text))])


def _actions(buttons: list[ButtonElement]) -> ActionsBlock:
    return ActionsBlock(elements=list(buttons))


def _button(label: str, action: str, value: str, style: str | None = None) -> ButtonElement:
    text = PlainTextObject(text=label[:BUTTON_LIMIT], emoji=True)
    return ButtonElement(text=text, action_id=action, value=value, style=style)


def _capped(text: str) -> str:
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"
