"""Figures as Block Kit: the answer to `stats`, and parts of the App Home."""

from slack_sdk.models.blocks import Block

from bot.reply import StatsAnswer, shorten_line
from bot.stats import NAMES, EntryFigures, Miss
from bot.tickets import duration
from handlers.elements import listing, section
from handlers.mrkdwn import escaped

TITLE_LIMIT = 100
EXAMPLE_LIMIT = 150
NOT_MEASURED = "no ticket was answered yet"


def stats_answer(answer: StatsAnswer) -> tuple[str, list[Block]]:
    """Return the figures in words; a picture follows by direct message."""
    figures, titles = answer.figures, dict(answer.titles)
    counts = " · ".join(f"{name} *{figures.total(name)}*" for name in NAMES)
    waited = figures.first_answer
    first = NOT_MEASURED if waited is None else f"{duration(waited)} (median)"
    text = f"The last {answer.days} days: {counts}\nTime to a first answer by staff: {first}"
    blocks: list[Block] = [section(text)]
    if figures.entries:
        rows = [entry_line(one, titles.get(one.entry, "")) for one in figures.entries]
        blocks += listing(["*Entries*", *rows])
    if figures.misses:
        blocks += listing(["*Misses*", *map(miss_line, figures.misses)])
    return text, blocks


def entry_line(one: EntryFigures, title: str) -> str:
    """Return how an entry did, on a line."""
    shown = escaped(shorten_line(title, TITLE_LIMIT), TITLE_LIMIT) or one.entry
    votes = f":white_check_mark: {one.solved} · not it {one.not_it}"
    return f"• {shown} ({one.entry}): {one.answers} · {votes}"


def miss_line(miss: Miss) -> str:
    """Return what was missed, on a line; the example is code, so nothing in it is markup."""
    words = shorten_line(miss.example, EXAMPLE_LIMIT).replace("`", "'")
    return f"• {miss.count} × `{escaped(words, EXAMPLE_LIMIT)}`"
