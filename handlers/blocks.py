"""Values to Block Kit, pure: every word from elsewhere is escaped, every cap is kept.

A feature's own values are drawn in a module of its own, `blocks_….py`; `render` knows them all.
"""

from dataclasses import dataclass
from typing import Any, assert_never

from slack_sdk.models.blocks import Block, ButtonElement, MarkdownBlock

from bot.checks.ladder import State
from bot.ladders import Ladder
from bot.proposal_reply import ProposalCard, ProposalFormOffer
from bot.reply import (
    EVERYBODY,
    Again,
    Choices,
    ConfigAnswer,
    ConfigChanged,
    Folded,
    FormOffer,
    LeakWarning,
    MintAnswer,
    Notice,
    Option,
    Reply,
    Said,
    StatsAnswer,
    markdown,
    shorten_line,
)
from bot.shadow_reply import ShadowCard, ShadowFormOffer
from bot.ticket_reply import TicketCard, TicketFormOffer, TicketLine, TicketNote, TicketReply
from bot.verbs import Form
from handlers import ids
from handlers.blocks_checks import ladder_message, reply_ladder, run_again
from handlers.blocks_config import config_answer, config_changed
from handlers.blocks_mint import mint_answer
from handlers.blocks_proposals import proposal_blocks
from handlers.blocks_shadows import shadow_blocks
from handlers.blocks_stats import stats_answer
from handlers.blocks_tickets import ticket_blocks
from handlers.elements import TEXT_LIMIT, actions, button, context, defused, section
from handlers.mrkdwn import escape, mrkdwn

OPTION_LIMIT = 150
MARKDOWN_LIMIT = 11_000
LETTERS = "ABC"
AGAIN = "<{link}|Answered in this channel just before>: {title} ({entry})"
UNSURE = "I am not sure. Is it one of these?"
DID_YOU_MEAN = "Did you mean one of these? Only you see this."
OFFERS = {  # what a form is for, and the button that opens it
    Form.MINT: ("Say in a form what the token is to hold; only you see it.", "Mint a token"),
    Form.DIAGNOSE: ("Paste the error into a form; only you see what I find.", "Paste an error"),
    Form.VERIFY_TOKEN: (
        "Put the token into a form: there nobody else sees it, and I keep it nowhere.",
        "Verify a token",
    ),
    Form.TOKEN_AGAIN: ("I keep no token: paste it into a form; only you see it.", "Run again"),
    Form.RUN_CHECKS: ("Say in a form what to look at; only you see it.", "Run checks"),
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message for Slack: ``text`` is what notifications and screen readers get."""

    text: str
    blocks: list[dict[str, Any]]


def render(said: Said) -> Rendered:
    """Return how a value looks in Slack."""
    match said:
        case TicketCard() | TicketNote() | TicketLine() | TicketReply() | TicketFormOffer():
            text, blocks = ticket_blocks(said)
        case ProposalCard() | ProposalFormOffer():
            text, blocks = proposal_blocks(said)
        case ShadowCard() | ShadowFormOffer():
            text, blocks = shadow_blocks(said)
        case StatsAnswer():
            text, blocks = stats_answer(said)
        case ConfigAnswer():
            text, blocks = config_answer(said)
        case ConfigChanged():
            text, blocks = config_changed(said)
        case _:
            text, blocks = _drawn(said)
    return Rendered(text, [block.to_dict() for block in blocks])


def _drawn(
    said: Reply | Again | Ladder | Choices | Folded | Notice | FormOffer | MintAnswer | LeakWarning,
) -> tuple[str, list[Block]]:
    text, blocks = "", list[Block]()
    match said:
        case Reply():
            text, blocks = _reply(said)
        case Again():
            text, blocks = _again(said)
        case Ladder():
            text, blocks = ladder_message(said)
        case Choices():
            text, blocks = _choices(said)
        case Folded():
            text = f"Not it: {escape(shorten_line(said.title, OPTION_LIMIT))} ({said.entry})"
            blocks = [context(text)]
        case Notice():
            text, blocks = _notice(said)
        case FormOffer():
            text, label = OFFERS[said.form]
            value = ids.pack(said.form, said.target)
            blocks = [section(text), actions([button(label, ids.OPEN_FORM, value)])]
        case MintAnswer():
            text, blocks = mint_answer(said)
        case LeakWarning():
            text, blocks = _leak_warning(said)
        case _:
            assert_never(said)
    return text, blocks


def render_all(parts: tuple[Said, ...]) -> Rendered:
    """Return several values as one message."""
    rendered = [render(said) for said in parts]
    blocks = [block for part in rendered for block in part.blocks]
    return Rendered("\n".join(part.text for part in rendered), blocks)


def diagnosis_view(
    parts: tuple[Said, ...], target: str, title: str = "Diagnose with Anon"
) -> dict[str, Any]:
    """Return the modal of a diagnosis; ``target`` is the message that it is about."""
    blocks: list[dict[str, Any]] = []
    for said in parts:
        blocks += _modal_reply(said) if isinstance(said, Reply) else render(said).blocks
    if target and (post := _post_button(parts)):
        blocks.append(actions([post]).to_dict())
    return {
        "type": "modal",
        "callback_id": ids.DIAGNOSIS_VIEW,
        "title": {"type": "plain_text", "text": title},
        "close": {"type": "plain_text", "text": "Close"},
        "private_metadata": target,
        "blocks": blocks,
    }


def _post_button(parts: tuple[Said, ...]) -> ButtonElement | None:
    """Return the button that posts the answer and what its checks came to; None for neither."""
    entry = next((one.entry for one in parts if isinstance(one, Reply)), "")
    ladder = next((one for one in parts if isinstance(one, Ladder)), None)
    if (ladder and ladder.state is None) or not (entry or ladder):
        return None
    value = ids.pack(entry, ladder.run if ladder else "")
    return button("Post to thread", ids.POST_TO_THREAD, value, style="primary")


def _modal_reply(reply: Reply) -> list[dict[str, Any]]:
    """Return a reply without Markdown blocks, which modals refuse."""
    text = mrkdwn(markdown(reply))
    starts = range(0, min(len(text), MARKDOWN_LIMIT), TEXT_LIMIT)
    blocks: list[Block] = [
        *(section(text[start : start + TEXT_LIMIT]) for start in starts),
        context(escape(reply.why)),
    ]
    return [block.to_dict() for block in blocks]


def _reply(reply: Reply) -> tuple[str, list[Block]]:
    ladder = reply.ladder
    blocks: list[Block] = [
        *(reply_ladder(ladder) if ladder else []),
        MarkdownBlock(text=defused(markdown(reply))[:MARKDOWN_LIMIT]),
        context(_why(reply)),
    ]
    if reply.solved_by:
        blocks.append(context(f":white_check_mark: Solved, says <@{reply.solved_by}>"))
        blocks.append(actions([button("Reopen", ids.REOPEN, reply.entry)]))
    else:
        blocks.append(actions(_reply_buttons(reply)))
    checked = f" – {escape(ladder.verdict)}" if ladder else ""
    return f"{escape(reply.title)} ({reply.entry}){checked}", blocks


def _why(reply: Reply) -> str:
    """Return why this entry, and whose words these are where they are not the entry's."""
    who = f"<@{reply.edited_by}> (staff)" if reply.edited_by else "staff"
    return f"in the words of {who} · {escape(reply.why)}" if reply.edited else escape(reply.why)


def _reply_buttons(reply: Reply) -> list[ButtonElement]:
    if reply.private:
        return [
            button("Share in channel", ids.SHARE, reply.entry),
            button("Ask a human", ids.ASK_HUMAN, reply.entry),
            *_mint_button(reply),
        ]
    return [*_verdict_buttons(reply), *_mint_button(reply)]


def _mint_button(reply: Reply) -> list[ButtonElement]:
    """Return the button for who may mint; a press is judged, whoever makes it."""
    if not reply.mint_for:
        return []
    mint = button("Mint a token", ids.OPEN_FORM, Form.MINT)
    if reply.mint_for != EVERYBODY:
        mint.visible_to_user_ids = list(reply.mint_for)
    return [mint]


def _verdict_buttons(reply: Reply) -> list[ButtonElement]:
    buttons = [
        button("Solved", ids.SOLVED, reply.entry, style=None if _is_red(reply) else "primary"),
        button("Not it", ids.NOT_IT, reply.entry),
        *_check_buttons(reply),
        button("Ask a human", ids.ASK_HUMAN, reply.entry),
    ]
    if reply.removable_by:
        remove = button("Remove", ids.REMOVE, reply.entry)
        remove.visible_to_user_ids = list(reply.removable_by)
        buttons.append(remove)
    return buttons


def _again(again: Again) -> tuple[str, list[Block]]:
    reply, ladder = again.reply, again.reply.ladder
    title = escape(shorten_line(reply.title, OPTION_LIMIT))
    text = AGAIN.format(link=again.permalink, title=title, entry=reply.entry)
    blocks = [*(reply_ladder(ladder) if ladder else []), section(text)]
    return text, [*blocks, actions(_verdict_buttons(reply))]


def _check_buttons(reply: Reply) -> list[ButtonElement]:
    """Return what runs the checks, unless they run or the entry names none."""
    if reply.ladder:
        return [run_again(reply.ladder)] if reply.ladder.state else []
    return [button("Run checks", ids.RUN_CHECKS, reply.entry)] if reply.checkable else []


def _is_red(reply: Reply) -> bool:
    return reply.ladder is not None and reply.ladder.state is not State.PASSED


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
