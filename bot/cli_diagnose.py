"""``anon-support diagnose``: what a paste is about, what it holds, and which step fails."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.batches import print_json
from bot.cli_kb import Kb, open_base
from bot.cli_options import (
    AllowHost,
    AllowHttp,
    CaFile,
    Env,
    Json,
    open_guard,
    open_tools,
    read_text,
)

if TYPE_CHECKING:
    from bot.answering import Answerer, Decision
    from bot.diagnosis import Diagnosis

EPILOG = 'Example: `anon-support diagnose "Error translating external user id: 404" --env prod`'
NO_MATCH = "Matches no entry for sure."
FOUND_NOTHING = "no inputs of checks"


def diagnose_command(
    text: Annotated[str, typer.Argument(help="What was pasted, or - for standard input.")],
    env: Env = "",
    json: Json = False,
    kb: Kb = None,
    allow_http: AllowHttp = False,
    allow_host: AllowHost = None,
    ca_file: CaFile = None,
) -> int:
    """Match a paste, run every check that it allows, and name the first failing step."""
    from bot.answering import read_paste  # noqa: PLC0415 - the matcher loads only where it is used
    from bot.asking_offline import as_json  # noqa: PLC0415

    raw = read_text(text)
    guard = open_guard(allow_http, allow_host, ca_file)
    answerer = open_base(kb)
    decision = answerer.decide(read_paste(raw).text, explicit=True)
    found = asyncio.run(_diagnose(raw, answerer, decision, env, guard))
    if json:
        checks = [one.as_json() for one in found.checks]
        inputs = found.inputs.as_json()
        match = as_json(decision)
        print_json({"match": match, "inputs": inputs, "checks": checks, "verdict": found.verdict})
    else:
        _show(answerer, decision, found)
    return _exit_code(decision, found)


async def _diagnose(
    raw: str, answerer: "Answerer", decision: "Decision", env: str, guard: Any
) -> "Diagnosis":
    from bot.anon_answers import Environment  # noqa: PLC0415
    from bot.diagnosis import Instruments, diagnose  # noqa: PLC0415

    entry = answerer.entry(decision.entry) if decision.entry else None
    async with open_tools(env) as (api, where, settings):
        default = Environment(settings.anon_default_env)
        instruments = Instruments(api, guard, default)
        named = entry.checks if entry else ()
        return await diagnose(raw, named, instruments, env=where if env else None)


def _exit_code(decision: "Decision", found: "Diagnosis") -> int:
    """Return 1 for a failed check or no match, 3 where something cannot be checked now."""
    from bot.checks.ladder import State  # noqa: PLC0415

    match found.state:
        case State.FAILED:
            return 1
        case State.UNAVAILABLE:
            return 3
        case State.PASSED:
            return 0
    return 0 if decision.entry else 1


def _show(answerer: "Answerer", decision: "Decision", found: "Diagnosis") -> None:
    """Print the verdict, what was recognised, and the ladder of each check."""
    from bot.checks.ladder import State, climb  # noqa: PLC0415
    from bot.cli_ladder import open_console, show_headline, show_rungs  # noqa: PLC0415

    console = open_console()
    show_headline(console, found.state, found.verdict)
    entry = answerer.entry(decision.entry) if decision.entry else None
    matched = f"{entry.title}  ({entry.id} · {decision.score:.2f})" if entry else NO_MATCH
    console.print(f"  matched  {matched}", soft_wrap=True)
    console.print(f"  found    {_inputs(found)}", soft_wrap=True)
    for one in found.checks:
        console.print()
        if one.state is State.NOT_REACHED:
            show_headline(console, one.state, one.line)
            continue
        about = f" · {one.planned.about}" if one.planned.about else ""
        show_headline(console, one.state, f"{one.planned.kind}{about}")
        show_rungs(console, climb(one.planned.kind, one.findings))


def _inputs(found: "Diagnosis") -> str:
    """Return what the paste holds, on one line."""
    inputs = found.inputs
    parts = [
        *(one.shown for one in inputs.urls),
        *(f"token (kid {one.kid}, {one.alg})" for one in inputs.tokens),
        *(f"SdkClient {one}" for one in inputs.sdk_client_ids),
        *(f"UserPool {one}" for one in inputs.user_pool_ids),
        *(f"appUserId {one}" for one in inputs.app_user_ids),
        *([f"app {inputs.app}"] if inputs.app else []),
        *([f"environment {inputs.env}"] if inputs.env else []),
    ]
    return " · ".join(parts) or FOUND_NOTHING
