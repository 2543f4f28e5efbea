"""Answers that were kept back as Block Kit: the card on which staff decide."""

from typing import assert_never

from slack_sdk.models.blocks import Block, MarkdownBlock

from bot.reply import shorten_line
from bot.shadow_reply import ShadowCard, ShadowFormOffer, ShadowSaid
from bot.shadows import Shadow, ShadowState
from bot.ticket_reply import TriedEntry
from handlers import ids
from handlers.blocks_tickets import quoted
from handlers.elements import actions, button, context, defused, section
from handlers.mrkdwn import escape, escaped

TITLE_LIMIT = 150
REASON_LIMIT = 500
SURE = "I would have replied in the thread:"
EDITED = "In other words:"
UNSURE = "I am not sure, and would have asked which of these it is. *Send* gives the first:"
STAFF = "Staff"  # whoever had the name forgotten
OFFER = "Change the answer in a form, then it is sent. Only you see this."


def shadow_blocks(said: ShadowSaid) -> tuple[str, list[Block]]:
    """Return the text and the blocks of what is said about an answer that was kept back."""
    match said:
        case ShadowCard():
            return _card(said)
        case ShadowFormOffer():
            edit = button("Edit", ids.SHADOW_EDIT, str(said.shadow))
            return OFFER, [section(OFFER), actions([edit])]
        case _:
            assert_never(said)


def _card(card: ShadowCard) -> tuple[str, list[Block]]:
    shadow = card.shadow
    message = f"<{card.permalink}|message>" if card.permalink else "message"
    lead = f"*Not said yet*: to a {message} of <@{shadow.asker}> in <#{shadow.place.channel}>"
    if shadow.state is not ShadowState.WAITING:
        lead = f"To a {message} of <@{shadow.asker}> in <#{shadow.place.channel}>"
    blocks: list[Block] = [
        section(lead),
        *quoted(shadow.text),
        context("\n".join([_lead(shadow), *map(_kept, card.others)])),
        MarkdownBlock(text=defused(card.markdown)),
    ]
    if card.why:
        blocks.append(context(escape(card.why)))
    blocks.append(_buttons(shadow) if shadow.state is ShadowState.WAITING else _outcome(card))
    title = escape(shorten_line(card.title, TITLE_LIMIT))
    return f"{lead}: {title} ({shadow.entry})", blocks


def _lead(shadow: Shadow) -> str:
    if shadow.edited:
        return EDITED
    return SURE if shadow.sure else UNSURE


def _kept(one: TriedEntry) -> str:
    score = "" if one.score is None else f" · {one.score:.2f}"
    return f"• {escape(shorten_line(one.title, TITLE_LIMIT))} ({one.entry}){score}"


def _buttons(shadow: Shadow) -> Block:
    value = str(shadow.id)
    return actions(
        [
            button("Send", ids.SHADOW_SEND, value, style="primary"),
            button("Edit", ids.SHADOW_EDIT, value),
            button("Discard", ids.SHADOW_DISCARD, value),
        ]
    )


def _outcome(card: ShadowCard) -> Block:
    shadow = card.shadow
    who = f"<@{shadow.decider}>" if shadow.decider else STAFF
    match shadow.state:
        case ShadowState.SENT:
            link = f" · <{card.sent}|answer>" if card.sent else ""
            changed = ", in other words" if shadow.edited else ""
            return context(f":white_check_mark: {who} sent it{changed}{link}")
        case ShadowState.DISCARDED:
            return context(f"{who} discarded it: nothing was said.")
        case ShadowState.REFUSED:
            reason = escaped(shadow.reason, REASON_LIMIT)
            return context(f":no_entry_sign: {who} wanted to send it. Nothing was said: {reason}")
        case ShadowState.WAITING:
            return context("")
        case _:
            assert_never(shadow.state)
