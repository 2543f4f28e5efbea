"""The App Home as Block Kit, under its cap of a hundred blocks whatever there is to show."""

from typing import Any

from slack_sdk.models.blocks import Block, DividerBlock, HeaderBlock
from slack_sdk.models.views import View

from bot.home import FIGURE_DAYS, Home, StaffHome
from bot.records import TicketState
from bot.reply import shorten_line
from bot.ticket_records import Ticket
from bot.tickets import duration
from handlers.blocks_checks import check_line
from handlers.blocks_stats import entry_lines, miss_line, review_lines
from handlers.elements import context, listing, section
from handlers.mrkdwn import escaped

NOTHING_OPEN = "You have no open thread. Mention me in a channel, or write to me here."
ASK = "Ask me with `/anon ask`, a mention, or a direct message. `/anon escalate` brings a human."
QUIET = "none"
SUMMARY_LIMIT = 120


def home_view(home: Home) -> dict[str, Any]:
    """Return the view."""
    blocks: list[Block] = [HeaderBlock(text="Your threads")]
    threads = [
        f"• <{link}|Thread> in <#{place.channel}>: {state.value}"
        for place, state, link in home.threads
        if link
    ]
    blocks += listing(threads or [NOTHING_OPEN])
    if home.tickets:
        blocks.append(HeaderBlock(text="Your tickets"))
        blocks += listing(_own(ticket, link) for ticket, link in home.tickets)
    if home.checks:
        blocks.append(HeaderBlock(text="Your checks"))
        blocks += [check_line(run, link) for run, link in home.checks]
    blocks.append(context(ASK))
    if home.staff:
        blocks += [DividerBlock(), *_staff(home.staff, home.now)]
    return dict(View(type="home", blocks=blocks).to_dict())


def _own(ticket: Ticket, link: str) -> str:
    where = f" · <{link}|open>" if link else ""
    return f"• Ticket {ticket.id}: {ticket.state.value} · {_summary(ticket)}{where}"


def _staff(staff: StaffHome, now: float) -> list[Block]:
    counts = " · ".join(f"{state.value} *{staff.counts.get(state, 0)}*" for state in TicketState)
    tickets = [_waiting(ticket, now) for ticket in staff.tickets]
    modes = [f"<#{channel}> `{mode.value}`" for channel, mode in staff.modes]
    return [
        HeaderBlock(text="Tickets"),
        section(counts),
        *listing(tickets or [QUIET]),
        HeaderBlock(text=f"Missed in {FIGURE_DAYS} days"),
        *listing(map(miss_line, staff.misses) if staff.misses else [QUIET]),
        HeaderBlock(text=f"Entries in {FIGURE_DAYS} days"),
        *listing(entry_lines(staff.entries, staff.known) or [QUIET]),
        HeaderBlock(text="Entries that want a review"),
        *listing(review_lines(staff.reviews) or [QUIET]),
        HeaderBlock(text="Channels with a mode of their own"),
        section(" · ".join(modes) or QUIET),
    ]


def _waiting(ticket: Ticket, now: float) -> str:
    who = f" by <@{ticket.claimer}>" if ticket.claimer else ""
    age = duration(now - ticket.opened)
    return f"• Ticket {ticket.id}: {ticket.state.value}{who} · {age} · {_summary(ticket)}"


def _summary(ticket: Ticket) -> str:
    line = shorten_line(ticket.draft.summary, SUMMARY_LIMIT).replace("`", "'")
    words = escaped(line, SUMMARY_LIMIT)
    return f"`{words}`" if words else f"<@{ticket.draft.asker}>"
