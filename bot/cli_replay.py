"""``anon-support replay``: what the bot would have said in a channel that was."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.batches import print_json
from bot.cli_kb import open_base
from bot.errors import UserError
from bot.exports import read_export

EPILOG = "Example: `anon-support replay export.zip --curve curve.png`"
NOTHING = "There is no message to replay in {path}."

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def replay_command(
    file: Annotated[Path, typer.Argument(help="A Slack export (folder or zip), or JSON lines.")],
    kb: Annotated[
        Path | None, typer.Option("--kb", help="A folder of entries in place of Anon's.")
    ] = None,
    json: Json = False,
    curve: Annotated[Path | None, typer.Option(help="Write the threshold curve as a PNG.")] = None,
    decisions: Annotated[
        Path | None, typer.Option(help="Write what `match` says of each, as JSON lines.")
    ] = None,
) -> int:
    """Say what the bot would have said; with labels (`expect`), how right that was."""
    from rich.console import Console  # noqa: PLC0415 - loads only where it is used
    from rich.progress import track  # noqa: PLC0415

    from bot import replaying  # noqa: PLC0415 - the matcher loads only where it is used
    from handlers.text import message_text  # noqa: PLC0415 - Bolt loads only where it is used

    faults: list[str] = []
    heard = read_export(file, message_text, faults.append)
    for fault in faults:
        print(fault, file=sys.stderr)
    if not heard:
        raise UserError(NOTHING.format(path=file))
    answerer = open_base(kb)
    work = track(
        replaying.replay(answerer, heard),
        "Replaying",
        total=len(heard),
        disable=not sys.stderr.isatty(),
        console=Console(stderr=True),
    )
    replayed = list(work)
    if curve:
        replaying.draw(replayed, answerer.reply_from, curve)
    if decisions:
        _write(replayed, decisions)
    found = replaying.summary(replayed, answerer.reply_from)
    print_json(found) if json else _print(found)
    return 2 if faults else 0


def _write(replayed: list[Any], path: Path) -> None:
    import json  # noqa: PLC0415 - the name is an option's above

    from bot.asking_offline import as_json  # noqa: PLC0415

    with path.open("w", encoding="utf-8") as file:
        for one in replayed:
            file.write(json.dumps({"id": one.heard.id, **as_json(one.decision)}) + "\n")


def _print(found: dict[str, Any]) -> None:
    """Print the figures as a table."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    console = Console()
    table = Table("what", "count", title="In mode auto", min_width=24)
    for name in ("messages", "reply", "suggest", "silent"):
        table.add_row(name, str(found[name]))
    console.print(table)
    for title, key in (("entries", "entry"), ("misses", "example")):
        rows = found[f"top_{title}"]
        if rows:
            table = Table(key, "count", title=f"Top {title}")
            for row in rows:
                table.add_row(row.get("template") or row[key], str(row["count"]))
            console.print(table)
    if labelled := found["labelled"]:
        table = Table("labelled", "", title=f"Replies from {found['threshold']:.2f} on")
        for name, value in labelled.items():
            table.add_row(name, ", ".join(value[:20]) if isinstance(value, list) else str(value))
        console.print(table)
