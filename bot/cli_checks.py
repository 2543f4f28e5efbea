"""The commands ``anon-support check …``: look at the real thing, and say which step fails."""

import asyncio
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.batches import print_json
from bot.cli_options import (
    MOST_READ,
    AllowHost,
    AllowHttp,
    CaFile,
    Env,
    Json,
    open_guard,
    open_tools,
    read_text,
)
from bot.errors import ConfigError

if TYPE_CHECKING:
    from bot.checks.finding import Finding
    from bot.checks.ladder import CheckKind
    from bot.guard import Guard

NO_JWKS_FILE = "Cannot read {path}: {why}. Give --jwks a file with the JWK Set, or its address."
JWKS_TOO_LARGE = "{path} is larger than 1 MiB: it is no JWK Set."
NOT_EMPTY = "An id and an app cannot be empty."
JWKS_OR_CLIENT = "Give --jwks or --client, not both: a client has the JWK Set of its UserPool."
TOKEN_OR_BATCH = "Give a token, - to read it from standard input, or --batch FILE."  # noqa: S105

check_commands = typer.Typer(
    help="Look at the real thing: JWK Set, token, linked user, SdkClient.", no_args_is_help=True
)


@check_commands.command(
    "jwks", epilog="Example: `anon-support check jwks https://acme.dev/.well-known/jwks.json`"
)
def check_jwks_command(
    url: Annotated[str, typer.Argument(help="The address that Anon is to fetch.")],
    json: Json = False,
    allow_http: AllowHttp = False,
    allow_host: AllowHost = None,
    ca_file: CaFile = None,
) -> int:
    """Fetch a JWK Set as Anon would: address, DNS, TLS, HTTP, body, keys."""
    from bot.checks.jwks import check_jwks  # noqa: PLC0415 - each check loads only what it needs
    from bot.checks.ladder import CheckKind  # noqa: PLC0415

    guard = open_guard(allow_http, allow_host, ca_file)
    return _told(CheckKind.JWKS, asyncio.run(check_jwks(url.strip(), guard)), json=json)


@check_commands.command(
    "token",
    epilog="Example: `pbpaste | anon-support check token - --jwks https://acme.dev/jwks.json`",
)
def check_token_command(
    token: Annotated[
        str,
        typer.Argument(help="The token, or - for standard input (it then stays out of history)."),
    ] = "",
    jwks: Annotated[
        str, typer.Option(metavar="FILE|URL", help="The JWK Set to verify it with.")
    ] = "",
    batch: Annotated[
        Path | None, typer.Option(help='A file of JSON lines {"id","token","jwks_file"}.')
    ] = None,
    client: Annotated[
        str, typer.Option(metavar="ID", help="Its SdkClient: verify with that UserPool's JWK Set.")
    ] = "",
    env: Env = "",
    json: Json = False,
    allow_http: AllowHttp = False,
    allow_host: AllowHost = None,
    ca_file: CaFile = None,
) -> int:
    """Check a token: header, key, signature, claims. It is never shown, stored or logged."""
    from bot.checks.ladder import CheckKind  # noqa: PLC0415

    if batch is not None:
        return _check_batch(batch)
    if not token:
        raise ConfigError(TOKEN_OR_BATCH)
    if jwks and client:
        raise ConfigError(JWKS_OR_CLIENT)
    guard = open_guard(allow_http, allow_host, ca_file)
    raw = read_text(token)
    if client:
        found = asyncio.run(_check_token_of_client(raw, client.strip(), env, guard))
    else:
        found = asyncio.run(_check_token(raw, jwks.strip(), guard))
    return _told(CheckKind.TOKEN, found, json=json)


async def _check_token(raw: str, jwks: str, guard: "Guard") -> "list[Finding]":
    from datetime import UTC, datetime  # noqa: PLC0415

    from bot.checks.jwks import fetch_key_set  # noqa: PLC0415
    from bot.checks.token import check_token, key_set_of, served_key_set  # noqa: PLC0415

    if not jwks:
        key_set = None
    elif re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", jwks):
        fetched = await fetch_key_set(jwks, guard)
        key_set = served_key_set(fetched.findings, fetched.keys, fetched.date)
    else:
        key_set = key_set_of(_read_jwks_file(Path(jwks)))
    return check_token(raw, key_set, now=datetime.now(UTC))


async def _check_token_of_client(
    raw: str, client_id: str, env: str, guard: "Guard"
) -> "list[Finding]":
    from datetime import UTC, datetime  # noqa: PLC0415

    from bot.checks.client_token import check_token_of_client  # noqa: PLC0415

    async with open_tools(env) as (api, where, _):
        return await check_token_of_client(
            raw, client_id, where, api=api, guard=guard, now=datetime.now(UTC)
        )


@check_commands.command(
    "link", epilog="Example: `anon-support check link user-42 --app instagram --env sandbox`"
)
def check_link_command(
    app_user_id: Annotated[str, typer.Argument(help="The appUserId: your own id of the user.")],
    app: Annotated[str, typer.Option(help="The app's id: instagram, linkedin, amazon, …")],
    env: Env = "",
    json: Json = False,
) -> int:
    """Ask Anon whether a user has linked an app. Needs an API key (ANON_API_KEY_…)."""
    from bot.checks.ladder import CheckKind  # noqa: PLC0415

    if not app_user_id.strip() or not app.strip():
        raise ConfigError(NOT_EMPTY)
    return _told(CheckKind.LINK, asyncio.run(_check_link(app_user_id, app, env)), json=json)


async def _check_link(app_user_id: str, app: str, env: str) -> "list[Finding]":
    from bot.checks.link import check_link  # noqa: PLC0415

    async with open_tools(env) as (api, where, _):
        return await check_link(app_user_id, app, where, api)


@check_commands.command(
    "client",
    epilog="Example: `anon-support check client 7190a924-ce91-4f0e-9d3c-1c5a8e6f2b10 --env prod`",
)
def check_client_command(
    client_id: Annotated[str, typer.Argument(metavar="ID", help="The SdkClient's id, a UUID.")],
    user_pool: Annotated[
        str, typer.Option(metavar="ID", help="The UserPool that it should belong to.")
    ] = "",
    env: Env = "",
    json: Json = False,
    allow_http: AllowHttp = False,
    allow_host: AllowHost = None,
    ca_file: CaFile = None,
) -> int:
    """Ask Anon whether SdkClient, UserPool and JWK Set belong together. Needs an API key."""
    from bot.checks.ladder import CheckKind  # noqa: PLC0415

    if not client_id.strip():
        raise ConfigError(NOT_EMPTY)
    guard = open_guard(allow_http, allow_host, ca_file)
    found = asyncio.run(_check_client(client_id.strip(), user_pool.strip(), env, guard))
    return _told(CheckKind.CLIENT, found, json=json)


async def _check_client(client_id: str, pool_id: str, env: str, guard: "Guard") -> "list[Finding]":
    from bot.checks.client import check_client  # noqa: PLC0415

    async with open_tools(env) as (api, where, _):
        return await check_client(client_id, pool_id or None, where, api, guard)


def _read_jwks_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_READ + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "not a path"
        raise ConfigError(NO_JWKS_FILE.format(path=path, why=why)) from None
    if len(raw) > MOST_READ:
        raise ConfigError(JWKS_TOO_LARGE.format(path=path))
    return raw


def _check_batch(path: Path) -> int:
    """Print an answer a line; return 2 when a line could not be done."""
    from datetime import UTC, datetime  # noqa: PLC0415

    from rich.console import Console  # noqa: PLC0415
    from rich.progress import track  # noqa: PLC0415

    from bot.checks.token_batch import check_token_batch  # noqa: PLC0415

    code = 0
    answers = check_token_batch(path, now=datetime.now(UTC))
    hidden = not sys.stderr.isatty() or sys.stdout.isatty()
    for answer in track(answers, "Checking", disable=hidden, console=Console(stderr=True)):
        if "error" in answer:
            code = 2
            print(f"{answer['id']}: {answer['error']}", file=sys.stderr)
        print_json(answer)
    return code


def _told(kind: "CheckKind", findings: "list[Finding]", *, json: bool) -> int:
    """Print the answer, and return the exit code."""
    from bot.cli_ladder import as_answer, exit_code, show_check  # noqa: PLC0415

    if json:
        print_json(as_answer(findings))
    else:
        show_check(kind, findings)
    return exit_code(findings)
