"""``anon-support mint``: an example token, for scripts and tests of one's own."""

import asyncio
import getpass
import json as json_text
import os
import sys
from time import time
from typing import TYPE_CHECKING, Annotated

import typer

from bot.batches import print_json
from bot.cli_keys import address, served_at
from bot.cli_options import Json

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.tokens.minting import Minted
    from bot.tokens.wanted import Wanted

PLACE = "command line"
EPILOG = "Example: `anon-support mint --sub user-42 --ttl 10m --claim level:=5`"
EXPIRES = "Expires {moment:%Y-%m-%d %H:%M:%S} UTC"
MUST_FAIL = "Made to fail: `anon-support check token` has to answer {code}, and nothing else."


def mint_command(
    sub: Annotated[
        str | None, typer.Option(help="The appUserId. Default: a fresh example user.")
    ] = None,
    ttl: Annotated[
        str | None, typer.Option(metavar="10m", help="How long it lives, 1 h at most.")
    ] = None,
    key: Annotated[str | None, typer.Option(metavar="KID", help="Default: the newest key.")] = None,
    aud: Annotated[str | None, typer.Option(help="Default: anon-example.")] = None,
    iss: Annotated[str | None, typer.Option(help="Default: the bot's own address.")] = None,
    claim: Annotated[
        list[str] | None,
        typer.Option(metavar="K=V", help="Another claim: K=TEXT, or K:=JSON (level:=5)."),
    ] = None,
    fault: Annotated[
        str | None,
        typer.Option(
            help="expired, not-yet-valid, no-kid, unknown-kid, wrong-key, no-sub, alg-none, hs256."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Mint an example token: the token on stdout, what it says on stderr. Never for prod."""
    from bot.config import read_settings  # noqa: PLC0415 - loads only where it is used
    from bot.tokens.wanted import wanted_of  # noqa: PLC0415

    wanted = wanted_of(sub=sub, ttl=ttl, key=key, aud=aud, iss=iss, claims=claim or (), fault=fault)
    settings = read_settings()
    minted = asyncio.run(_mint(wanted, settings))
    if json:
        print_json(_as_json(minted, settings))
        return
    print(minted.token)
    _explain(minted, settings)


async def _mint(wanted: "Wanted", settings: "Settings") -> "Minted":
    from bot.audit import Audit  # noqa: PLC0415
    from bot.database import open_database  # noqa: PLC0415
    from bot.minting import By, open_minter  # noqa: PLC0415
    from bot.telemetry import configure_logging  # noqa: PLC0415

    configure_logging("ERROR")  # stdout is for the token alone
    async with open_database(settings.store_url) as engine:
        minter = open_minter(settings, Audit(engine), time)
        return await minter.mint(wanted, By("", _account(), PLACE))


def _account() -> str:
    """Return who is at the terminal; in a container a number may have no name."""
    try:
        return getpass.getuser()[:255]
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _as_json(minted: "Minted", settings: "Settings") -> dict[str, object]:
    fault = minted.draft.fault
    return {
        "token": minted.token,
        "header": dict(minted.draft.header),
        "claims": dict(minted.draft.claims),
        **address(settings),
        "finding": fault.finding if fault else None,
    }


def _explain(minted: "Minted", settings: "Settings") -> None:
    """Say on stderr what the token says: a pipe gets the token alone."""
    said = minted.draft
    lines = [
        f"Header: {json_text.dumps(said.header)}",
        f"Claims: {json_text.dumps(said.claims)}",
        EXPIRES.format(moment=minted.expires),
        served_at(settings),
    ]
    if said.fault:
        lines.append(MUST_FAIL.format(code=said.fault.finding))
    print("\n".join(lines), file=sys.stderr)
