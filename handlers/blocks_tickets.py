"""Tickets as Block Kit: the card for staff, the note and the replies in the asker's thread."""

from typing import assert_never

from slack_sdk.models.blocks import Block, ButtonElement, RichTextBlock
from slack_sdk.models.blocks.block_elements import RichTextElementParts, RichTextPreformattedElement

from bot.records import FINISHED, TicketState
from bot.reply import SHORTENED, shorten, shorten_line
from bot.ticket_records import Deed, Urgency
from bot.ticket_reply import (
    TicketCard,
    TicketFormOffer,
    TicketLine,
    TicketNote,
    TicketReply,
    TicketSaid,
    TriedEntry,
)
from bot.tickets import duration
from bot.words import Word
from handlers import ids
from handlers.elements import TEXT_LIMIT, actions, button, context, section
from handlers.mrkdwn import escape, escaped, pieces

WORDS_LIMIT = 2_900  # as much as a ticket keeps of each text
REASON_LIMIT = 2_700  # beside what stands in the same section
REPLY_PIECES = 4  # sections: more would be over Slack's cap for a message
LINE_LIMIT = 180  # ten of them, and five entries with their ids, fit into small print
CHECKS = 10
URGENCIES = {
    Urgency.NORMAL: "",
    Urgency.BLOCKED: " · :warning: blocked",
    Urgency.DOWN: " · :rotating_light: production is down",
}
DEEDS = {
    Deed.OPENED: "asked for a human",
    Deed.ADDED: "added to it",
    Deed.CLAIM: "claimed it",
    Deed.UNCLAIM: "gave it back",
    Deed.REPLY: "replied",
    Deed.NEED_INFO: "asked for more",
    Deed.ANSWERED: "answered",
    Deed.RESOLVE: "resolved it",
    Deed.REOPEN: "reopened it",
    Deed.REMIND: "nobody claimed it",
    Deed.ASK_STALE: "the asker was asked again",
    Deed.CLOSE: "closed: no answer",
}
STATES = {
    TicketState.OPEN: "open: nobody has it yet",
    TicketState.CLAIMED: "<@{claimer}> has it",
    TicketState.WAITING: "waiting for <@{asker}>: answer here in the thread",
    TicketState.RESOLVED: "resolved",
    TicketState.CLOSED: "closed, since no answer came",
}
TOLD = "Staff have it, with all that was found."
NOT_TOLD = "No staff channel could be told; staff see it in my App Home."
OUTSIDE = "Outside working hours; first answer usually after {back}."
GROUP_GONE = (
    ":warning: Nobody was mentioned: Slack knows no user group `{group}` any more. "
    "Set another with `config group` in that channel, or in `ESCALATION_GROUP` for all."
)
USUAL = "Usual time to a first answer: {time}."
OFFER = "Ticket {number}: say it in a form, or after the word. Only you see this."
FORMS = {
    Word.REPLY: ("Reply", ids.TICKET_REPLY),
    Word.NEED_INFO: ("Need info", ids.TICKET_NEED_INFO),
    Word.RESOLVE: ("Resolve", ids.TICKET_RESOLVE),
    Word.SAVE: ("Save as FAQ", ids.TICKET_SAVE),
}
STALE_QUESTION = (
    "<@{asker}>, is ticket {number} still open for you? Answer here, or it is closed in some days."
)


def ticket_blocks(said: TicketSaid) -> tuple[str, list[Block]]:
    """Return the text and the blocks of what is said about a ticket."""
    match said:
        case TicketCard():
            return _card(said)
        case TicketNote():
            return _note(said)
        case TicketLine():
            text = _line(said)
            return text, [section(text), *quoted(said.text)]
        case TicketReply():
            text = _reply(said)
            return text, [section(text), *_spoken(said.text)]
        case TicketFormOffer():
            text, (label, action) = OFFER.format(number=said.number), FORMS[said.word]
            return text, [section(text), actions([button(label, action, str(said.number))])]
        case _:
            assert_never(said)


def _card(card: TicketCard) -> tuple[str, list[Block]]:
    ticket, draft = card.ticket, card.ticket.draft
    head = f"Ticket {ticket.id} · {ticket.state.value}{URGENCIES[draft.urgency]}"
    where = f"<{card.permalink}|thread>" if card.permalink else "direct message"
    place = "" if ticket.private else f" in <#{ticket.place.channel}>"
    lead = f"*{head}*\n<@{draft.asker}>{place} · {where}"
    lead += f" · {escape(draft.environment)}" if draft.environment else ""
    lead += f"\nClaimed by <@{ticket.claimer}>" if ticket.claimer else ""
    lead = f"<!subteam^{card.group}> {lead}" if card.group else lead
    blocks: list[Block] = [section(lead)]
    if card.gone:
        blocks.append(context(GROUP_GONE.format(group=escape(card.gone))))
    blocks += quoted(shorten(draft.summary, WORDS_LIMIT))
    if draft.tried:
        blocks += [section("*What was tried*"), section(escaped(draft.tried, WORDS_LIMIT))]
    if card.entries:
        blocks.append(context("\n".join(["Entries:", *map(_entry, card.entries)])))
    if draft.checks:
        found = (_line_of(line) for line in draft.checks[:CHECKS])
        blocks.append(context("\n".join(["Checks:", *found])))
    if ticket.reason:
        right = f" · {escape(ticket.entry)}" if ticket.entry else ""
        reason = escaped(ticket.reason, REASON_LIMIT)
        blocks.append(section(f"*Resolved*{right}\n{reason}"))
    if card.history:
        blocks.append(context(" → ".join(_done(user, deed) for user, deed in card.history)))
    return f"{lead}\n{_line_of(draft.summary)}", [
        *blocks,
        actions(_card_buttons(ticket.state, str(ticket.id))),
    ]


def _card_buttons(state: TicketState, number: str) -> list[ButtonElement]:
    if state in FINISHED:
        save = button("Save as FAQ", ids.TICKET_SAVE, number)
        return [button("Reopen", ids.TICKET_REOPEN, number), save]
    claimed = state is TicketState.CLAIMED
    shown = [button("Claim", ids.TICKET_CLAIM, number, style=None if claimed else "primary")]
    if state is TicketState.WAITING:
        shown = []
    if claimed:
        shown.append(button("Unclaim", ids.TICKET_UNCLAIM, number))
    shown.append(button("Reply", ids.TICKET_REPLY, number))
    if state is not TicketState.WAITING:
        shown.append(button("Need info", ids.TICKET_NEED_INFO, number))
    shown.append(button("Resolve", ids.TICKET_RESOLVE, number))
    if claimed:
        shown.append(button("Save as FAQ", ids.TICKET_SAVE, number))
    return shown


def _entry(tried: TriedEntry) -> str:
    score = "picked" if tried.score is None else f"{tried.score:.2f}"
    verdict = " · not it" if tried.rejected else ""
    return f"• {_line_of(tried.title)} ({tried.entry}) · {score}{verdict}"


def _done(user: str, deed: Deed) -> str:
    return f"<@{user}> {DEEDS[deed]}" if user else DEEDS[deed]


def _note(note: TicketNote) -> tuple[str, list[Block]]:
    ticket = note.ticket
    state = STATES[ticket.state].format(claimer=ticket.claimer, asker=ticket.draft.asker)
    text = f"<@{ticket.draft.asker}> asked for a human. *Ticket {ticket.id}*: {state}."
    if ticket.reason:
        text += f"\n{escaped(ticket.reason, REASON_LIMIT)}"
    if ticket.state in FINISHED:
        return text, [section(text), actions([button("Reopen", ids.TICKET_REOPEN, "note")])]
    small = TOLD if note.told else NOT_TOLD
    if ticket.answered is None and note.back:
        small += " " + OUTSIDE.format(back=escape(note.back))
    elif ticket.answered is None and note.usual is not None:
        small += " " + USUAL.format(time=duration(note.usual))
    return f"{text} {small}", [section(text), context(small)]


def _line(line: TicketLine) -> str:
    where = f" <{line.permalink}|Open>" if line.permalink else ""
    number = f"Ticket {line.number}"
    if line.deed is Deed.REMIND:
        return f":alarm_clock: {number} has waited {duration(line.seconds)} unclaimed.{where}"
    return f"{number}: {_done(line.user, line.deed)}.{where}"


def _reply(reply: TicketReply) -> str:
    if reply.deed is Deed.ASK_STALE:
        return STALE_QUESTION.format(asker=reply.asker, number=reply.number)
    asks = " needs to know" if reply.deed is Deed.NEED_INFO else " says"
    return f"<@{reply.asker}>: <@{reply.user}> (staff){asks}:"


def quoted(text: str) -> list[Block]:
    """Return a person's words as they are: nothing in them is markup."""
    if not text:
        return []
    code = RichTextPreformattedElement(elements=[RichTextElementParts.Text(text=text)])
    return [RichTextBlock(elements=[code])]


def _spoken(text: str) -> list[Block]:
    """Return what was written as prose; its three special characters are escaped."""
    found = pieces(text, TEXT_LIMIT) if text else []
    shown: list[Block] = [section(piece) for piece in found[:REPLY_PIECES]]
    return [*shown, context(SHORTENED)] if found[REPLY_PIECES:] else shown


def _line_of(text: str) -> str:
    """Return a text on a line, escaped."""
    return escaped(shorten_line(text, LINE_LIMIT), LINE_LIMIT)
