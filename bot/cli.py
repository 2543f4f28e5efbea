"""The command line ``anon-support``: thin commands, one line of text for every failure."""

import asyncio
import sys
from dataclasses import asdict
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from bot.batches import Record, answer_lines, open_lines, print_json, text_of
from bot.cli_audit import audit_commands
from bot.cli_checks import check_commands
from bot.cli_db import db_commands
from bot.cli_diagnose import EPILOG, diagnose_command
from bot.cli_kb import kb_commands, open_base
from bot.cli_keys import keys_commands
from bot.cli_mint import EPILOG as MINT_EPILOG
from bot.cli_mint import mint_command
from bot.cli_replay import EPILOG as REPLAY_EPILOG
from bot.cli_replay import replay_command
from bot.cli_stats import EPILOG as STATS_EPILOG
from bot.cli_stats import stats_command
from bot.errors import ConfigError, UnavailableError, UserError

NOT_SURE = "Not sure. Closest entries:"
NOTHING_CLOSE = "The knowledge base is empty: nothing to answer with."

app = typer.Typer(
    help="First-line Slack support for developers who integrate with Anon.",
    epilog="Start with: anon-support playground",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(kb_commands, name="kb")
app.add_typer(check_commands, name="check")
app.command("diagnose", epilog=EPILOG)(diagnose_command)
app.add_typer(db_commands, name="db")
app.add_typer(keys_commands, name="keys")
app.command("mint", epilog=MINT_EPILOG)(mint_command)
app.command("stats", epilog=STATS_EPILOG)(stats_command)
app.command("replay", epilog=REPLAY_EPILOG)(replay_command)
app.add_typer(audit_commands, name="audit")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Kb = Annotated[Path | None, typer.Option("--kb", help="A folder of entries in place of Anon's.")]


def run_command_line(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code: 0 good, 1 no match, 2 wrong usage, 3 cannot now."""
    try:
        code = app(arguments, standalone_mode=False)
    except UnavailableError as error:
        return _fail(str(error), 3)
    except UserError as error:
        return _fail(str(error), 2)
    except TyperException as error:
        return _fail(_usage(error), 2)
    except (typer.Abort, KeyboardInterrupt):
        return _fail("Stopped.", 130)
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    return code if isinstance(code, int) else 0


def _usage(error: TyperException) -> str:
    """Return what is wrong with the words of a call, and where to read on."""
    shown = getattr(error, "format_message", error.__str__)()
    context = getattr(error, "ctx", None)
    return f"{shown} Try: {context.command_path} --help" if shown and context else str(shown)


def _fail(text: str, code: int) -> int:
    """Print a failure on one line, where there is anything to say beside the help."""
    if text:
        print(" ".join(text.split()), file=sys.stderr)
    return code


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"anon-support-bot {installed_version('anon-support-bot')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show it.")
    ] = False,
) -> None:
    """First-line Slack support for developers who integrate with Anon."""
    del version


@app.command(epilog="Example: `SLACK_BOT_TOKEN=… SLACK_APP_TOKEN=… anon-support run`")
def run() -> None:
    """Connect to Slack: Socket Mode with SLACK_APP_TOKEN, else HTTP on HOST:PORT."""
    from bot.config import read_settings  # noqa: PLC0415 - loads only where it is used
    from bot.running import run_bot  # noqa: PLC0415 - Bolt loads only where it is used

    asyncio.run(run_bot(read_settings()))


@app.command(epilog="Example: `anon-support playground --port 4000`")
def playground(
    port: Annotated[int | None, typer.Option(help="Default: PORT, else 3000.")] = None,
    keep: Annotated[bool, typer.Option(help="Keep the bot's state of the last run.")] = False,
) -> None:
    """Run the bot against a local workspace, with its page in the browser."""
    from bot.config import read_settings  # noqa: PLC0415 - loads only where it is used
    from bot.playground.server import serve  # noqa: PLC0415 - Bolt loads only where it is used

    settings = read_settings(slack_bot_token=None, slack_app_token=None, token_encryption_keys=None)
    asyncio.run(serve(settings.host, port or settings.port, keep=keep))


@app.command(epilog='Example: `anon-support ask "how do I use my own identity provider"`')
def ask(
    text: Annotated[str, typer.Argument(help="A question or an error, or - for standard input.")],
    json: Json = False,
    kb: Kb = None,
) -> int:
    """Show what the bot would answer when asked."""
    from bot.answering import read_paste  # noqa: PLC0415 - the matcher loads only where it is used
    from bot.asking_offline import answer_text, as_json  # noqa: PLC0415

    answerer = open_base(kb)
    raw = sys.stdin.buffer.read().decode("utf-8", "replace") if text == "-" else text
    decision = answerer.decide(read_paste(raw).text, explicit=True)
    answer = answer_text(answerer, decision)
    if json:
        print_json({**as_json(decision), "answer": answer})
    elif answer:
        _print_markdown(answer)
    else:
        print(NOT_SURE if decision.candidates else NOTHING_CLOSE)
        for match in decision.candidates:
            print(f"  {match.score:.2f}  {match.entry.id}  {match.entry.title}")
    return 0 if answer else 1


def _print_markdown(text: str) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.markdown import Markdown  # noqa: PLC0415

    if sys.stdout.isatty():
        Console().print(Markdown(text))
    else:
        print(text.encode("utf-8", "replace").decode())


@app.command(epilog="Example: `anon-support match messages.jsonl --explicit`")
def match(
    file: Annotated[str, typer.Argument(help='JSON lines {"id","text"}, or - for standard input.')],
    explicit: Annotated[bool, typer.Option(help="As if the bot was asked.")] = False,
    kb: Kb = None,
) -> int:
    """Print what a support channel in mode auto would get, a JSON object a line."""
    from bot.answering import read_paste  # noqa: PLC0415 - the matcher loads only where it is used
    from bot.asking_offline import as_json  # noqa: PLC0415

    answerer = open_base(kb)

    def answer(record: Record) -> Record:
        text = read_paste(text_of(record)).text
        return {"id": record.get("id"), **as_json(answerer.decide(text, explicit=explicit))}

    with open_lines(file) as lines:
        return answer_lines(lines, answer)


@app.command("redact", epilog="Example: `pbpaste | anon-support redact -`")
def redact_command(
    text: Annotated[str, typer.Argument(help="- for text on standard input.")] = "",
    batch: Annotated[str, typer.Option(help='A file of JSON lines {"id","text"}.')] = "",
) -> int:
    """Take the secrets out of text."""
    if batch:
        with open_lines(batch) as lines:
            return answer_lines(lines, _redact_record)
    if text != "-":
        raise ConfigError("Give - to read standard input, or --batch FILE.")
    from bot.redact import redact  # noqa: PLC0415 - many patterns, compiled when they are needed

    raw = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    sys.stdout.buffer.write(redact(raw).text.encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()
    return 0


def _redact_record(record: Record) -> Record:
    from bot.redact import redact  # noqa: PLC0415

    redacted = redact(text_of(record))
    found = [{"kind": found.kind} for found in redacted.found]
    return {"id": record.get("id"), "text": redacted.text, "found": found}


@app.command(epilog="Example: `anon-support manifest --http --url https://bot.example.com`")
def manifest(
    url: Annotated[str, typer.Option(help="The public address of this bot.")] = "",
    http: Annotated[bool, typer.Option(help="Receive events over HTTP, not Socket Mode.")] = False,
) -> None:
    """Print app.yaml filled in for this deployment."""
    from bot.config import read_settings  # noqa: PLC0415 - loads only where it is used
    from bot.manifest import filled_manifest  # noqa: PLC0415

    print(filled_manifest(url or read_settings().public_url, http=http), end="")


@app.command(epilog="Example: `anon-support encryption-key`")
def encryption_key() -> None:
    """Print a new key for TOKEN_ENCRYPTION_KEYS, which the tokens of workspaces are stored with."""
    from bot.encryption import new_key  # noqa: PLC0415 - what encrypts loads only where it is used

    print(new_key())


@app.command(epilog="Example: `anon-support doctor --json`")
def doctor(json: Json = False) -> int:
    """Look at configuration, Slack, Anon, store and knowledge base; say what to do about each."""
    from bot.doctor import examine, worst_code  # noqa: PLC0415 - Bolt loads only where it is used

    seen = asyncio.run(examine())
    if json:
        rows: list[dict[str, Any]] = [asdict(one) for one in seen]
        print_json({"ok": worst_code(seen) == 0, "parts": rows})
    else:
        for one in seen:
            print(f"{one.state:<8} {one.part:<15} {one.text}")
    return worst_code(seen)
