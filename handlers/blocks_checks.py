"""Ladders of checks as Block Kit: the verdict, the steps, what to do, and what came before.

Sections and signs, not task cards: those cannot be in a modal, nor in older clients.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby

from slack_sdk.models.blocks import Block, ButtonElement, SectionBlock

from bot.checks.finding import Severity
from bot.checks.ladder import Rung, State
from bot.ladders import RUN_AGAIN, RUNNING, Checked, Ladder, Look, load_checks, load_looks
from bot.rechecking import can_repeat
from bot.reply import LADDER_ROOM, shorten_line
from bot.run_store import Run
from handlers import ids
from handlers.elements import actions, button, context, defused, section
from handlers.mrkdwn import escape

SIGNS = {
    State.PASSED: ":white_check_mark:",
    State.FAILED: ":x:",
    State.NOT_REACHED: ":heavy_minus_sign:",
    State.UNAVAILABLE: ":grey_question:",
    None: ":hourglass_flowing_sand:",
}
REMARKS = {Severity.WARNING: ":warning:", Severity.INFO: ":information_source:"}
NAMES = {"dns": "DNS", "tls": "TLS", "http": "HTTP", "lookup": "look-up", "connect": "connection"}
LOOKS, VERDICT = 4, 200  # checks of a run and characters of what came of it, on one line
ROOM = 2_800  # characters of a ladder that stands alone
LINE = 320
GREEN = "All checks pass now. If that solved it, press “Solved”."
ONLY_YOU = "Only you see this."


def ladder_blocks(ladder: Ladder, *, room: int = ROOM) -> list[Block]:
    """Return the ladder without buttons, within so many characters."""
    verdict = _verdict(ladder)
    single = len(ladder.checks) == 1 and ladder.state is None
    blocks: list[Block] = [] if single else [section(verdict)]
    blocks.extend(section(text) for text in _checks(ladder, room - len(verdict)))
    if ladder.history:
        blocks.append(context(_history(ladder)))
    return blocks


def reply_ladder(ladder: Ladder) -> list[Block]:
    """Return the ladder as it stands below an answer."""
    return ladder_blocks(ladder, room=LADDER_ROOM - 100)


def ladder_message(ladder: Ladder) -> tuple[str, list[Block]]:
    """Return a ladder that stands alone, with its buttons."""
    blocks = ladder_blocks(ladder)
    if ladder.solved_by:
        blocks.append(context(f":white_check_mark: Solved, says <@{ladder.solved_by}>"))
    elif ladder.state is not None:
        if ladder.state is State.PASSED and ladder.history and ladder.solvable:
            blocks.append(context(GREEN))
        blocks.append(actions(_buttons(ladder)))
    if ladder.private:
        blocks.append(context(escape(ladder.note) or ONLY_YOU))
    return _verdict(ladder), blocks


def _buttons(ladder: Ladder) -> list[ButtonElement]:
    """Return what can be done with it; green offers Solved."""
    again = button(RUN_AGAIN, ids.RUN_AGAIN, ladder.run)
    human = button("Ask a human", ids.ASK_HUMAN, "checks")
    if ladder.state is not State.PASSED or not ladder.solvable:
        share = button("Share in channel", ids.SHARE_CHECKS, ladder.run)
        return [again, *([share] if ladder.shareable else []), human]
    action = ids.SOLVED_PRIVATELY if ladder.private else ids.SOLVED
    return [button("Solved", action, ladder.run, style="primary"), again, human]


def run_again(ladder: Ladder) -> ButtonElement:
    """Return the button that runs the checks again."""
    return button(RUN_AGAIN, ids.RUN_AGAIN, ladder.run)


def check_line(run: Run, link: str) -> SectionBlock:
    """Return what a stored run came to, on a line, with the button that runs it again."""
    ladder = Ladder(run.id, load_checks(run.checks or []))
    looks = [_looked_at(look) for look in load_looks(run.looks)[:LOOKS]]
    where = f" · <{link}|in its thread>" if link else ""
    state = State(run.state) if run.state else None
    came = f" {_words(ladder.verdict, VERDICT)}" if run.state else f" {RUNNING}"
    text = f"{SIGNS[state]} {', '.join(looks)}\n{came.strip()} · {_when(run.started)}{where}"
    again = button(RUN_AGAIN, ids.RUN_AGAIN_AT_HOME, run.id) if can_repeat(run) else None
    return section(text, again)


def _looked_at(look: Look) -> str:
    about = f" · `{_words(look.about, 80).replace('`', '')}`" if look.about else ""
    return f"*check {look.kind}*{about}"


def _when(at: float) -> str:
    fallback = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(at)}^{{date_short_pretty}} {{time}}|{fallback}>"


def _verdict(ladder: Ladder) -> str:
    head, dot, rest = ladder.verdict.partition(". ")
    told = f" {_words(rest, LINE)}" if dot else ""
    return f"{SIGNS[ladder.state]} *{_words(head + dot.strip(), LINE)}*{told}"


def _checks(ladder: Ladder, room: int) -> Iterator[str]:
    """Yield each check's steps; where there is no room for them, its one line."""
    whole = ["\n".join(_lines(one, ladder.verdict)) for one in ladder.checks]
    if sum(map(len, whole)) <= room:
        yield from whole
        return
    brief = [_headline(one) for one in ladder.checks]
    left = room - sum(map(len, brief))
    for one, lines, line in zip(ladder.checks, whole, brief, strict=True):
        stopped = one.state is ladder.state and len(lines) - len(line) <= left
        left -= len(lines) - len(line) if stopped else 0
        yield lines if stopped else line


def _lines(checked: Checked, verdict: str) -> Iterator[str]:
    """Yield the headline, then the steps; steps without a word share a line.

    What the verdict says already is not said again.
    """
    yield _headline(checked)
    for (state, silent), rungs in groupby(
        checked.rungs, key=lambda one: (one.state, not _said(one))
    ):
        steps = list(rungs)
        if silent:
            names = " · ".join(_name(one) for one in steps)
            yield f"{SIGNS[state]} {names}" + (
                " – not reached" if state is State.NOT_REACHED else ""
            )
        else:
            for rung in steps:
                yield from _rung(rung, verdict)


def _headline(checked: Checked) -> str:
    about = f" · `{_words(checked.about, 120).replace('`', '')}`" if checked.about else ""
    head = f"{SIGNS[checked.state]} *check {checked.kind}*{about}"
    if checked.state is None:
        return f"{head} – {RUNNING.lower()}"
    return f"{head}\n{_words(checked.note, LINE)}" if checked.note else head


def _said(rung: Rung) -> bool:
    return any(one.code != "ok" or one.remedy for one in rung.findings)


def _rung(rung: Rung, verdict: str) -> Iterator[str]:
    for one in rung.findings:
        sign = REMARKS.get(one.severity, SIGNS[rung.state])
        if one.severity is Severity.OK:
            sign = SIGNS[State.PASSED]
        seen = "" if one.detail in verdict else f" {_words(one.detail, LINE)}"
        yield f"{sign} *{_name(rung)}* `{one.code}`{seen}"
        if one.remedy and one.severity is not Severity.OK:
            yield f"        → {_words(one.remedy, LINE)}"


def _name(rung: Rung) -> str:
    return NAMES.get(rung.step, rung.step)


def _history(ladder: Ladder) -> str:
    """Say how it came out before and now: :x: 14:02 → :white_check_mark: 14:11."""
    runs = [(SIGNS[one.state], one.at) for one in ladder.history]
    runs.append((SIGNS[ladder.state], ladder.at))
    return " → ".join(f"{sign} {_time(at)}" for sign, at in runs)


def _time(at: float) -> str:
    """Return a time of day that Slack shows in the reader's own zone."""
    fallback = datetime.fromtimestamp(at, UTC).strftime("%H:%M UTC")
    return f"<!date^{int(at)}^{{time}}|{fallback}>"


def _words(text: str, limit: int) -> str:
    return defused(escape(shorten_line(text, limit)))
