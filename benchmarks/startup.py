"""How long the command line takes to start, beside a Python that does nothing."""

import subprocess
import sys
from dataclasses import asdict, dataclass
from functools import partial

from benchmarks.figures import RESULTS, markdown_table, median_seconds, print_table, write_json

TIMES = 7
NOT_WANTED = ("slack_bolt", "dbos", "matplotlib")
NOTHING = "python -c pass"
_MESSAGE = '{"id": "1", "text": "Error translating external user id: 404"}\n'
_COMMANDS = {
    "anon-support --version": (["--version"], ""),
    "anon-support match -": (["match", "-"], _MESSAGE),
    "anon-support redact -": (["redact", "-"], "token=abc\n"),
}
_WATCH = (
    "import sys; from bot.cli import run_command_line; code = run_command_line(sys.argv[1:]);"
    "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr);"
    "sys.exit(code)"
)


@dataclass(frozen=True, slots=True)
class Start:
    """One command: median seconds, how many times an empty Python, what it should not import."""

    command: str
    seconds: float
    ratio: float
    unwanted: tuple[str, ...]


def imported(arguments: list[str], given: str) -> set[str]:
    """Return the top-level modules that a command has imported when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", _WATCH, *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split("\n")[-2].split())


def unwanted(arguments: list[str], given: str) -> tuple[str, ...]:
    """Return which of the slow modules the command imports."""
    loaded = imported(arguments, given)
    return tuple(name for name in NOT_WANTED if name in loaded)


def _run(arguments: list[str], given: str) -> None:
    command = [sys.executable, *arguments]
    subprocess.run(command, input=given, capture_output=True, text=True, check=True)


def main() -> None:
    """Run the bench; the first run of each command, which may compile the base, is not counted."""
    works = {NOTHING: partial(_run, ["-c", "pass"], "")}
    for name, (arguments, given) in _COMMANDS.items():
        works[name] = partial(_run, ["-m", "bot", *arguments], given)
    found = {name: unwanted(*command) for name, command in _COMMANDS.items()}
    starts = []
    for name, seconds in (medians := median_seconds(works, TIMES)).items():
        ratio = round(seconds / medians[NOTHING], 1)
        starts.append(Start(name, round(seconds, 4), ratio, found.get(name, ())))
        print(f"startup: {name} {seconds:.2f} s", flush=True)
    columns = ["command", "seconds", "times an empty Python", f"imports {', '.join(NOT_WANTED)}"]
    lines = [
        [one.command, f"{one.seconds:.2f}", f"{one.ratio:.1f}", ", ".join(one.unwanted) or "none"]
        for one in starts
    ]
    print_table("Start-up", columns, lines)
    write_json("startup", [asdict(one) for one in starts])
    RESULTS.joinpath("startup.md").write_text(markdown_table(columns, lines), encoding="utf-8")
