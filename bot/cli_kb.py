"""The commands ``anon-support kb …``: tools for whoever looks after a knowledge base."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.batches import NO_SUCH_FILE, print_json
from bot.errors import ConfigError, UserError

if TYPE_CHECKING:
    from bot.answering import Answerer
    from knowledge.entry import Entry

NO_ENTRY = "There is no entry {name}. Closest: {closest}. All of them: anon-support kb list"
COMPILING = "Reading the knowledge base (the first time takes a moment) …"
CLEAN = "{entries} entries, {errors} error strings, {asks} phrasings: nothing to mend."
EXISTS = "{path} exists already; nothing was written. Choose another id."
NO_ID = "{name!r} cannot be an id: use 1 to 64 of a-z, 0-9 and hyphens."
WRITTEN = "Wrote {path}. Fill it in, then run: anon-support kb lint"
NOTHING_APPROVED = "Staff approved no entry that the base does not have."
NOTHING_COUNTED = "{path} holds no message that counts."

kb_commands = typer.Typer(
    help="Look at, check and measure the knowledge base.", no_args_is_help=True
)

Kb = Annotated[Path | None, typer.Option("--kb", help="A folder of entries in place of Anon's.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def open_base(kb: Path | None) -> "Answerer":
    """Open a base, saying on a terminal that the first time takes a moment."""
    # The matcher loads only where it is used: `--help` and `redact` stay quick.
    from bot.answering import open_answerer  # noqa: PLC0415

    if kb is not None and not kb.is_dir():
        raise ConfigError(f"--kb {kb} is not a folder. Give the folder that holds the entries.")
    if sys.stderr.isatty():
        print(COMPILING, end="\r", file=sys.stderr, flush=True)
    try:
        return open_answerer(kb)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    finally:
        if sys.stderr.isatty():
            print(" " * len(COMPILING), end="\r", file=sys.stderr, flush=True)


@kb_commands.command("list", epilog="Example: `anon-support kb list --json`")
def list_entries(kb: Kb = None, json: Json = False) -> None:
    """List the entries: id, kind, title."""
    entries = open_base(kb).entries
    if json:
        print_json(
            [{"id": e.id, "kind": e.kind, "area": e.area, "title": e.title} for e in entries]
        )
        return
    for entry in entries:
        print(f"{entry.id:<32} {entry.kind:<10} {entry.title}")


@kb_commands.command("show", epilog="Example: `anon-support kb show frontend-cors`")
def show_entry(
    name: Annotated[str, typer.Argument(metavar="ID", help="The entry's id.")], kb: Kb = None
) -> None:
    """Print an entry as its file holds it."""
    from rapidfuzz import process  # noqa: PLC0415

    from knowledge.entry import render_entry  # noqa: PLC0415

    answerer = open_base(kb)
    entry = answerer.entry(name)
    if entry is None:
        closest = process.extract(name, [e.id for e in answerer.entries], limit=3)
        raise ConfigError(NO_ENTRY.format(name=name, closest=", ".join(c[0] for c in closest)))
    print(render_entry(entry), end="")


@kb_commands.command("search", epilog='Example: `anon-support kb search "pool creation fails"`')
def search_entries(
    text: Annotated[str, typer.Argument(metavar="Q", help="Any words.")],
    kb: Kb = None,
    json: Json = False,
) -> int:
    """Show the best entries for some words, with scores and reasons."""
    from bot.answering import read_paste  # noqa: PLC0415
    from bot.asking_offline import as_json  # noqa: PLC0415

    decision = open_base(kb).decide(read_paste(text).text, explicit=True)
    if json:
        print_json(as_json(decision)["candidates"])
    else:
        for match in decision.candidates:
            print(f"{match.score:.2f}  {match.entry.id:<32} {'; '.join(match.why)}")
    return 0 if decision.candidates else 1


@kb_commands.command("lint", epilog="Example: `anon-support kb lint --kb my-entries`")
def lint_base(kb: Kb = None) -> int:
    """Check every entry: form, references, that each error finds its own entry, look-alikes.

    An entry that was not reviewed for long is only warned of.
    """
    from bot.answering import known_messages, shipped_or  # noqa: PLC0415
    from knowledge.lint import lint  # noqa: PLC0415
    from knowledge.review import aged  # noqa: PLC0415

    answerer = open_base(kb)
    for age in aged(answerer.entries, datetime.now(UTC).date()):
        print(f"warning: {age}", file=sys.stderr)
    problems = lint(answerer.matcher, known_messages(shipped_or(kb)))
    for problem in problems:
        print(problem)
    if not problems:
        entries = answerer.entries
        print(
            CLEAN.format(
                entries=len(entries),
                errors=sum(len(e.errors) for e in entries),
                asks=sum(len(e.asks) for e in entries),
            )
        )
    return 1 if problems else 0


@kb_commands.command(
    "eval", epilog="Example: `anon-support kb eval messages.jsonl --curve curve.png`"
)
def evaluate_base(
    file: Annotated[Path, typer.Argument(help='JSON lines {"id","text","expect":[ids]}.')],
    kb: Kb = None,
    json: Json = False,
    curve: Annotated[Path | None, typer.Option(help="Write the threshold curve as a PNG.")] = None,
) -> None:
    """Measure precision and recall of replies on labelled messages."""
    from rich.progress import track  # noqa: PLC0415

    from bot.answering import read_paste  # noqa: PLC0415
    from knowledge import evaluate  # noqa: PLC0415
    from knowledge.labelled import BadMessagesError, counted, read_messages  # noqa: PLC0415

    try:
        messages = counted(read_messages(file))
    except OSError as error:
        raise ConfigError(NO_SUCH_FILE.format(path=file, why=error.strerror)) from None
    except BadMessagesError as error:
        raise ConfigError(str(error)) from None
    if not messages:
        raise UserError(NOTHING_COUNTED.format(path=file))
    answerer = open_base(kb)
    decisions = {}
    hidden = not sys.stderr.isatty()
    for message in track(messages, "Matching", disable=hidden, console=_stderr()):
        decisions[message.text] = answerer.decide(read_paste(message.text).text)

    def best(text: str) -> tuple[str | None, float]:
        found = decisions[text].candidates
        return (found[0].entry.id, found[0].score) if found else (None, 0.0)

    judged = evaluate.judge_messages(messages, best)
    figures = evaluate.figures_at(judged, answerer.reply_from)
    if curve:
        evaluate.draw_curve(evaluate.curve(judged), answerer.reply_from, curve)
    summary = {
        "messages": len(judged),
        "positives": figures.positives,
        "threshold": figures.threshold,
        "replies": figures.replies,
        "right": figures.right,
        "precision": round(figures.precision, 4),
        "recall": round(figures.recall, 4),
        "wrong": [j.message.id for j in judged if j.score >= figures.threshold and not j.right],
        "missed": [
            j.message.id for j in judged if j.score < figures.threshold and j.message.expect
        ],
    }
    if json:
        print_json(summary)
        return
    for name, value in summary.items():
        print(f"{name:<10} {', '.join(value) if isinstance(value, list) else value}")


def _stderr() -> "Console":
    from rich.console import Console  # noqa: PLC0415

    return Console(stderr=True)


@kb_commands.command("new", epilog="Example: `anon-support kb new backend-timeout --kb my-entries`")
def new_entry(
    name: Annotated[str, typer.Argument(metavar="ID", help="Lower-case words with hyphens.")],
    kb: Kb = None,
) -> None:
    """Write the skeleton of a new entry."""
    from bot.answering import shipped_or  # noqa: PLC0415
    from knowledge.entry import BadEntry, parse_entry  # noqa: PLC0415

    path = shipped_or(kb) / f"{name}.md"
    text = SKELETON.format(name=name)
    try:
        good = parse_entry(text, path.name).id == name
    except BadEntry:  # the skeleton is right, so it is the id
        good = False
    if not good:
        raise ConfigError(NO_ID.format(name=name))
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ConfigError(EXISTS.format(path=path)) from None
    except OSError as error:
        raise ConfigError(f"Cannot write {path}: {error.strerror}") from None
    print(WRITTEN.format(path=path))


@kb_commands.command(epilog="Example: `anon-support kb export > entries.patch`")
def export(kb: Kb = None) -> None:
    """Print the entries that staff approved in Slack as a patch for the repository.

    Entries that the base has already are left out. `git apply entries.patch` adds the files.
    """
    from bot.answering import shipped_or  # noqa: PLC0415
    from bot.patches import patch_of  # noqa: PLC0415
    from knowledge.entry import load_entries  # noqa: PLC0415

    known = {entry.id for entry in load_entries(shipped_or(kb))}
    fresh = [entry for entry in asyncio.run(_approved()) if entry.id not in known]
    if not fresh:
        print(NOTHING_APPROVED, file=sys.stderr)
    print(patch_of(fresh), end="")


async def _approved() -> "list[Entry]":
    from bot.config import read_settings  # noqa: PLC0415
    from bot.database import open_database  # noqa: PLC0415 - drivers load only where they are used
    from bot.refreshing import approved_entries  # noqa: PLC0415
    from bot.store import Store  # noqa: PLC0415

    async with open_database(read_settings().store_url) as engine:
        return await approved_entries(Store(engine).proposals)


SKELETON = """---
id: {name}
title: What went wrong, in a few words
kind: error
errors:
  - 'The error exactly as people paste it, {{id}} where it varies'
asks:
  - How somebody describes it without the error text
not:
  - A look-alike of another product
---
The cause, in one sentence that the reader can act on.

1. The first thing to do.
"""
if TYPE_CHECKING:
    from rich.console import Console
