"""``anon-support audit``: who minted which example token. The tokens are kept nowhere."""

import asyncio
import csv
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.batches import print_json
from bot.cli_options import Json

if TYPE_CHECKING:
    from bot.audit import Audit, Mint

NOTHING = "No token was minted in the last 90 days."
NAMES = {"place": "where"}  # a word that SQL keeps for itself
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

audit_commands = typer.Typer(
    help="Who minted which example token, never the token; kept for 90 days.",
    no_args_is_help=True,
)


@audit_commands.command("list", epilog="Example: `anon-support audit list --last 20`")
def list_mints(
    last: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 50,
    json: Json = False,
) -> None:
    """List the latest mints, newest first."""
    rows = asyncio.run(_latest(last))
    if json:
        print_json({"mints": rows})
        return
    for row in rows:
        fault = f"  fault={row['fault']}" if row["fault"] else ""
        print(
            f"{row['minted']}  {row['who']} in {row['where']}  sub={row['sub']}  "
            f"ttl={row['ttl']}s  kid={row['kid']}  jti={row['jti']}{fault}"
        )
    if not rows:
        print(NOTHING)


@audit_commands.command(epilog="Example: `anon-support audit export > mints.csv`")
def export(json: Json = False) -> None:
    """Write every mint, oldest first, as CSV or with --json as one document."""
    if json:
        print_json({"mints": asyncio.run(_everything())})
    else:
        asyncio.run(_write_csv())


async def _latest(count: int) -> list[dict[str, Any]]:
    async with _open() as audit:
        return [_row(mint) for mint in await audit.latest(count)]


async def _everything() -> list[dict[str, Any]]:
    async with _open() as audit:
        return [_row(mint) async for mint in audit.all()]


async def _write_csv() -> None:
    """Write as it is read: there may be many."""
    from bot.audit import Mint  # noqa: PLC0415 - SQLAlchemy loads only where it is used

    writer = csv.writer(sys.stdout)
    writer.writerow([NAMES.get(field.name, field.name) for field in fields(Mint)])
    async with _open() as audit:
        async for mint in audit.all():
            writer.writerow(_cells(_row(mint).values()))


@asynccontextmanager
async def _open() -> "AsyncIterator[Audit]":
    from bot.audit import Audit  # noqa: PLC0415
    from bot.config import read_settings  # noqa: PLC0415
    from bot.database import open_database  # noqa: PLC0415
    from bot.telemetry import configure_logging  # noqa: PLC0415

    configure_logging("ERROR")
    async with open_database(read_settings().store_url) as engine:
        yield Audit(engine)


def _row(mint: "Mint") -> dict[str, Any]:
    """Return a mint under the names that people use, such as where."""
    moment = datetime.fromtimestamp(mint.minted, UTC)
    when = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    return {NAMES.get(name, name): value for name, value in asdict(mint).items()} | {"minted": when}


def _cells(values: Iterable[Any]) -> list[str]:
    """Return what a spreadsheet shows and never computes."""
    texts = (str(value) for value in values)
    return [f"'{text}" if text.startswith(_FORMULA) else text for text in texts]
