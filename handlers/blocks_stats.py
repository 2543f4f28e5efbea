"""Figures as Block Kit: the answer to `stats`, and parts of the App Home."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.entry_figures import EntryFigures, Known
from bot.miss_clusters import Miss
from bot.reply import StatsAnswer, shorten_line
from bot.reviews import Reason, Review
from bot.stats import NAMES
from bot.tickets import duration
from handlers.elements import day, listing, section
from handlers.mrkdwn import escaped

TITLE_LIMIT = 100
EXAMPLE_LIMIT = 150
REVIEWS = 10
NOT_MEASURED = "no ticket was answered yet"
MORE = "and {count} more: `anon-support stats` lists them"
NEVER = "never reviewed"


def stats_answer(answer: StatsAnswer) -> tuple[str, list[Block]]:
    """Return the figures in words; a picture follows by direct message."""
    figures = answer.figures
    counts = " · ".join(f"{name} *{figures.total(name)}*" for name in NAMES)
    waited = figures.first_answer
    first = NOT_MEASURED if waited is None else f"{duration(waited)} (median)"
    text = f"The last {answer.days} days: {counts}\nTime to a first answer by staff: {first}"
    parts = {
        "Entries": entry_lines(figures.entries, answer.known),
        "Entries that want a review": review_lines(answer.reviews),
        "Misses": [miss_line(miss) for miss in figures.misses],
    }
    blocks: list[Block] = [section(text)]
    for title, lines in parts.items():
        if lines:
            blocks += listing([f"*{title}*", *lines])
    return text, blocks


def entry_lines(entries: Sequence[EntryFigures], known: Sequence[Known]) -> list[str]:
    """Return how each entry did, on a line."""
    now = {one.entry: one for one in known}
    return [_entry_line(one, now.get(one.entry, Known(one.entry))) for one in entries]


def _entry_line(one: EntryFigures, known: Known) -> str:
    """Return how an entry did in all its revisions, and apart from that as it is now."""
    line = f"• {_named(one.entry, known.title)}: {one.answers} · {_votes(one.solved, one.not_it)}"
    current = one.of(known.revision)
    if (current.hits, current.solved, current.not_it) == (one.answers, one.solved, one.not_it):
        return line
    return f"{line} (as it is now: {current.hits} · {_votes(current.solved, current.not_it)})"


def _named(entry: str, title: str) -> str:
    shown = escaped(shorten_line(title, TITLE_LIMIT), TITLE_LIMIT)
    return f"{shown} ({entry})" if shown else entry


def _votes(solved: int, not_it: int) -> str:
    return f":white_check_mark: {solved} · not it {not_it}"


def review_lines(reviews: Sequence[Review]) -> list[str]:
    """Return the entries that want a review and why, those that want it most."""
    lines = [f"• {_named(one.entry, one.title)}: {_why(one)}" for one in reviews[:REVIEWS]]
    more = len(reviews) - REVIEWS
    return [*lines, MORE.format(count=more)] if more > 0 else lines


def _why(review: Review) -> str:
    reviewed = f"reviewed {review.reviewed}" if review.reviewed else NEVER
    if Reason.VOTES not in review.reasons:
        return reviewed
    return f"{Reason.VOTES}, {_votes(review.solved, review.not_it)} · {reviewed}"


def miss_line(miss: Miss) -> str:
    """Return what was missed, on a line; words of people are code, so nothing is markup."""
    forms = f"{_code(miss.template)} in {miss.forms} forms, such as " if miss.template else ""
    return f"• {miss.count} × {forms}{_code(miss.example)} · last {day(miss.last_seen)}"


def _code(text: str) -> str:
    words = shorten_line(text.replace("```", " "), EXAMPLE_LIMIT).replace("`", "'")
    return f"`{escaped(words, EXAMPLE_LIMIT)}`"
