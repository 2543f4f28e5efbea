"""A check as the terminal shows it: one line of verdict, then the ladder."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bot.checks.finding import Finding, Severity, ok_of
from bot.checks.ladder import OPERATOR_CODES, CheckKind, Rung, State, climb, state_of, verdict

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

NAME_WIDTH = 11
WIDTH_OF_FILES = 140
NOT_REACHED = "not reached"
_MARKS = {
    State.PASSED: ("✓", "green"),
    State.FAILED: ("✗", "bold red"),
    State.NOT_REACHED: ("–", "dim"),
    State.UNAVAILABLE: ("?", "bold yellow"),
}
_PLAIN = {"✓": "+", "✗": "x", "–": "-", "?": "?"}
_SIGNS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_SHOWN_AS = {
    "dns": "DNS",
    "tls": "TLS",
    "http": "HTTP",
    "lookup": "look-up",
    "connect": "connection",
}


def exit_code(findings: Sequence[Finding]) -> int:
    """Return 0 good, 1 an error, 2 the operator's own fault, 3 cannot be checked now."""
    errors = {one.code for one in findings if one.severity is Severity.ERROR}
    if errors and errors <= OPERATOR_CODES:
        return 2
    ok = ok_of(findings)
    return 3 if ok is None else int(not ok)


def as_answer(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the answer of a check as the command line's contract has it."""
    return {"ok": ok_of(findings), "findings": [asdict(one) for one in findings]}


def show_check(kind: CheckKind, findings: Sequence[Finding]) -> None:
    """Print verdict and ladder of one check."""
    console = open_console()
    show_headline(console, state_of(findings), verdict(kind, findings))
    console.print()
    show_rungs(console, climb(kind, findings))


def show_rungs(console: "Console", rungs: Sequence[Rung]) -> None:
    """Print the steps, each with what was seen there and what to do."""
    from rich.table import Table  # noqa: PLC0415 - rich loads only where something is drawn
    from rich.text import Text  # noqa: PLC0415

    table = Table.grid(padding=(0, 1))
    table.add_column(width=3, justify="right", no_wrap=True)
    table.add_column(width=NAME_WIDTH, no_wrap=True)
    table.add_column()
    for rung in rungs:
        mark, style = _mark(rung.state)
        name = _SHOWN_AS.get(rung.step, rung.step)
        table.add_row(
            Text(mark, style), Text(name, style="" if rung.findings else "dim"), _said(rung)
        )
    console.print(table)


def _said(rung: Rung) -> "Text":
    """Return what a step has to say: each finding's code, detail and remedy."""
    from rich.text import Text  # noqa: PLC0415

    if not rung.findings:
        return Text(NOT_REACHED if rung.state is State.NOT_REACHED else "", "dim")
    lines = Text()
    for number, one in enumerate(rung.findings):
        lines.append("\n" if number else "")
        lines.append(one.code, _SIGNS.get(one.severity, "green"))
        lines.append(f"  {one.detail}")
        if one.remedy:
            lines.append("\n→ " if _can_show("→") else "\n> ", "bold")
            lines.append(one.remedy)
    return lines


def show_headline(console: "Console", state: State, line: str) -> None:
    """Print one line of verdict, however long it is."""
    from rich.text import Text  # noqa: PLC0415

    mark, style = _mark(state)
    console.print(Text.assemble((mark, style), " ", (line, "bold")), soft_wrap=True)


def open_console() -> "Console":
    """Return the console to draw on; in a file or a pipe its lines are longer."""
    from rich.console import Console  # noqa: PLC0415

    _never_choke()
    width = None if sys.stdout.isatty() else WIDTH_OF_FILES
    return Console(width=width, highlight=False, markup=False, emoji=False)


def _mark(state: State) -> tuple[str, str]:
    """Return the sign and style of a state; a terminal that cannot show the sign gets a letter."""
    mark, style = _MARKS[state]
    return (mark if _can_show(mark) else _PLAIN[mark]), style


def _can_show(text: str) -> bool:
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _never_choke() -> None:
    """Let letters that a terminal does not know become question marks instead of a failure."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure:
        reconfigure(errors="replace")
