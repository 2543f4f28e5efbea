"""The documents say what is there: commands, settings, modes, verbs, make targets, links, examples."""

import re
import shlex
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import typer
from markdown_it import MarkdownIt
from markdown_it.token import Token
from prometheus_client import Counter, Gauge, Histogram

from bot import metrics
from bot.answering import SHIPPED
from bot.cli import app
from bot.config import Settings
from bot.records import Mode
from bot.verbs import KNOWN
from bot.words import Word

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
ENV_EXAMPLE = ROOT / ".env.example"
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "web" / "README.md",
    ROOT / "knowledge" / "entries" / "README.md",
]
PROGRAM = "anon-support"
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
# A command line may follow a prompt, variables or a pipe, never another word or path.
CALL = re.compile(rf"(?:^|[|;&]|=\S*)\s*(?:\.venv/bin/)?({PROGRAM}(?:\s.*)?)$")
SHELL_ENDS = frozenset({"|", "<", ">", "&&", ";"})
MAKE = re.compile(r"^make((?: [a-z]+)+)")

CLI: Any = typer.main.get_command(app)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every command that does something, by its whole name."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


COMMANDS = dict(commands(CLI))


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of Markdown, those inside others too."""
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        yield token
        yield from token.children or ()


def code_lines(path: Path) -> Iterator[str]:
    """Yield each code span, and each line of each code block, without comments of the shell."""
    for token in tokens(path.read_text(encoding="utf-8")):
        if token.type in {"code_inline", "fence", "code_block"}:
            for line in token.content.splitlines():
                yield line.partition(" # ")[0].strip()


def section(title: str) -> str:
    """Return one section of the README."""
    found = re.search(
        rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", README.read_text(), re.MULTILINE | re.DOTALL
    )
    assert found, f"README.md has no section {title!r}"
    return found[1]


def rows(title: str) -> list[list[str]]:
    """Return the cells of the table of a section, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def first_cells(title: str) -> list[str]:
    return [row[0].strip("| `") for row in rows(title)]


def calls(path: Path) -> Iterator[str]:
    """Yield what stands in a document to be typed; names with an ellipsis are no examples."""
    for line in code_lines(path):
        found = CALL.search(line)
        if found and "…" not in found[1]:
            yield found[1]


def parse(call: str) -> str:
    """Let the command line parse a call without running it; return the command's name."""
    words = takewhile(lambda word: word not in SHELL_ENDS, shlex.split(call)[1:])
    command, context, name, left = CLI, None, [], list(words)
    while hasattr(command, "commands") and left and not left[0].startswith("-"):
        name.append(left.pop(0))
        assert name[-1] in command.commands, f"{call}: no command {name[-1]!r}"
        command = command.commands[name[-1]]
    if {"--help", "--version"}.isdisjoint(left) and not hasattr(command, "commands"):
        command.make_context(" ".join(name), left, parent=context)
    return " ".join(name)


def test_every_command_stands_in_the_readme_and_back() -> None:
    assert sorted(first_cells("Command line")) == sorted(COMMANDS)


def test_every_command_of_the_readme_has_an_example_of_its_own() -> None:
    for row in rows("Command line"):
        assert parse(row[2].strip("| `")) == row[0].strip("`")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_holds_an_example_that_parses(name: str) -> None:
    epilog = COMMANDS[name].epilog or ""
    example = re.fullmatch(r"Example: `(.+)`", epilog)
    assert example, f"{name} --help holds no example"
    call = re.search(rf"{PROGRAM} .+", example[1])
    assert call
    assert parse(call[0]) == name


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_call_in_the_documents_parses(path: Path) -> None:
    for call in calls(path):
        parse(call)


def test_calls_are_found_where_they_stand() -> None:
    assert sum(len(list(calls(path))) for path in DOCUMENTS) > len(COMMANDS)
    with pytest.raises(AssertionError, match="no command"):
        parse("anon-support kb mend")
    with pytest.raises(Exception, match="nonsense"):
        parse("anon-support kb list --nonsense")


def test_every_setting_stands_in_the_readme_and_back() -> None:
    assert first_cells("Settings") == [name.upper() for name in Settings.model_fields]


def test_defaults_in_the_readme_are_those_of_the_settings() -> None:
    for name, said, *_ in rows("Settings"):
        default = Settings.model_fields[name.strip("| `").lower()].default
        if isinstance(default, str | int) and default != "":
            assert said == f"`{default}`"


def test_every_setting_stands_in_env_example_once_and_back() -> None:
    names = re.findall(r"^#?([A-Z][A-Z_]+)=(.*)$", ENV_EXAMPLE.read_text(), re.MULTILINE)
    assert [name for name, _ in names] == [name.upper() for name in Settings.model_fields]
    assert {value for _, value in names} == {""}


def test_env_example_as_it_stands_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    assert Settings(_env_file=ENV_EXAMPLE) == Settings(_env_file=None)


def test_every_metric_stands_in_the_readme_and_back() -> None:
    own = [one for one in vars(metrics).values() if isinstance(one, Counter | Gauge | Histogram)]
    names = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for one in own
        for family in one.collect()
    }
    assert {cell.partition("{")[0] for cell in first_cells("What it counts")} == names


def test_every_mode_and_every_verb_stands_in_the_readme_and_back() -> None:
    assert first_cells("In a channel") == [mode.value for mode in Mode]
    assert sorted(first_cells("What you can tell it")) == sorted(KNOWN)


def test_every_word_for_a_button_stands_in_the_readme() -> None:
    section = README.read_text().partition("## Words in a thread")[2].partition("\n## ")[0]
    said = [word.value for word in Word if word is not Word.PICK]
    assert [word for word in said if f"`{word}`" not in section] == []


def test_the_readme_counts_the_entries() -> None:
    count = sum(path.name != "README.md" for path in SHIPPED.glob("*.md"))
    assert f"{count} entries" in README.read_text()


def test_every_make_target_is_explained_and_back() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    targets = set(phony[1].split())
    for path in DOCUMENTS:
        for line in code_lines(path):
            found = MAKE.match(line)
            assert not found or set(found[1].split()) <= targets, f"{named(path)}: {line}"
    explained = {
        line.split()[1] for line in code_lines(ROOT / "CONTRIBUTING.md") if MAKE.match(line)
    }
    assert explained == targets


def references(path: Path) -> Iterator[str]:
    """Yield where links and images lead, those in HTML too."""
    for token in tokens(path.read_text(encoding="utf-8")):
        if token.type in {"html_block", "html_inline"}:
            yield from re.findall(r'\b(?:src|srcset|href)="([^"]+)"', token.content)
        for attribute in ("href", "src"):
            if token.attrGet(attribute):
                yield str(token.attrGet(attribute))


def anchors(path: Path) -> set[str]:
    """Return the anchors that headings get on GitHub."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=named)
def test_every_relative_link_and_image_is_there(path: Path) -> None:
    for reference in references(path):
        if ELSEWHERE.match(reference):
            continue
        place, _, anchor = reference.partition("#")
        target = (path.parent / place).resolve() if place else path
        assert target.is_relative_to(ROOT), f"{reference} leads out of the repository"
        assert target.exists(), f"{reference} leads nowhere"
        assert not anchor or anchor in anchors(target), f"{reference}: no such heading"


def test_pictures_are_small() -> None:
    pictures = sorted((ROOT / "docs" / "images").glob("*.png"))
    assert pictures
    assert max(picture.stat().st_size for picture in pictures) <= 250 * 1024


def test_decisions_are_numbered_without_a_gap() -> None:
    found = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [path.name[:4] for path in found] == [f"{n:04}" for n in range(1, len(found) + 1)]
    for path in found:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {path.name[:4]}: ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
            "Context",
            "Decision",
            "Consequences",
        ]
