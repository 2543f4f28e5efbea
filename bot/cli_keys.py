"""``anon-support keys``: the example keys, on disk, and the public set."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.batches import print_json
from bot.cli_options import MOST_READ, Json
from bot.errors import ConfigError

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.tokens.key_folder import KeyFolder
    from bot.tokens.ring import Held
    from bot.tokens.signing_key import Algorithm, SigningKey

BAD_ALG = "--alg is RS256, ES256 or EdDSA."
NO_FILE = "Cannot read {path}: {why}. Give a file with a JWK Set that holds private keys."
OTHERS_READ = "{path} can be read by others on this machine: chmod 600 it, or delete it now."
MADE = "Made the {alg} key {kid}. It signs from now on; its private half is in {folder}"
ROTATED = "{kid} ({alg}) signs from now on. {old} stays in the set while tokens of it live."
RETIRED = "{kid} signs no more, and its private half is deleted. {served}"
STILL_SERVED = "Its public half is served until {until}, when its last token expires."
NOT_SERVED = "Its public half is out of the set."
ADDED = "Added {count}: {kids}. Only public members ever leave. The newest is {newest}."
SERVED_AT = "The public set: {url}{local}"
LOCAL = " (a local address: set PUBLIC_URL for Anon to reach it)"

keys_commands = typer.Typer(
    help="The keys that sign example tokens; only public halves ever leave.",
    no_args_is_help=True,
)
Alg = Annotated[str, typer.Option(metavar="RS256|ES256|EdDSA", help="What the key signs with.")]


@keys_commands.command(epilog="Example: `anon-support keys new --alg ES256`")
def new(alg: Alg = "RS256", json: Json = False) -> None:
    """Make a key; the newest key signs where none is named."""
    from bot.tokens.signing_key import new_key  # noqa: PLC0415 - loads only where it is used

    settings, folder = _open()
    key = new_key(_algorithm(alg))
    folder.add([key])
    if json:
        print_json({"kid": key.kid, "alg": key.alg, **address(settings)})
        return
    print(MADE.format(alg=key.alg, kid=key.kid, folder=folder.folder))
    print(served_at(settings))


@keys_commands.command("list", epilog="Example: `anon-support keys list --json`")
def list_keys(json: Json = False) -> None:
    """List the keys, the newest last: which sign, and which are served until when."""
    settings, folder = _open()
    now = time()
    rows = [_row(held, now) for held in folder.ring().served(now)]
    if json:
        print_json({"keys": rows, **address(settings)})
        return
    for row in rows:
        print(f"{row['kid']}  {row['alg']:<6} {row['state']:<8} {_line(row)}")
    print(served_at(settings) if rows else "There is no key. Make one: anon-support keys new")


@keys_commands.command(epilog="Example: `anon-support keys jwks > jwks.json`")
def jwks() -> None:
    """Print the public set, as the bot serves it."""
    from bot.tokens.ring import NO_KEY, jwk_set  # noqa: PLC0415

    _, folder = _open()
    ring, now = folder.ring(), time()
    if not ring.served(now):
        raise ConfigError(NO_KEY)
    print(jwk_set(ring, now).decode())


@keys_commands.command(epilog="Example: `anon-support keys rotate`")
def rotate(
    kid: Annotated[str, typer.Argument(metavar="[KID]", help="Default: the newest.")] = "",
    alg: Annotated[
        str, typer.Option(metavar="RS256|ES256|EdDSA", help="Default: as the old one.")
    ] = "",
    json: Json = False,
) -> None:
    """Let a new key sign; the old public half is served until its last token has expired."""
    settings, folder = _open()
    wanted = _algorithm(alg) if alg else None
    replaced: list[str] = []  # known under the lock alone: another process may rotate too

    def successor(old: "Held") -> "SigningKey":
        replaced.append(old.kid)
        return _made(wanted, str(old.public["alg"]))

    key = folder.rotate(kid, successor)
    if json:
        print_json({"kid": key.kid, "alg": key.alg, "old": replaced[0], **address(settings)})
    else:
        print(ROTATED.format(kid=key.kid, alg=key.alg, old=replaced[0]))


@keys_commands.command(
    epilog="Example: `anon-support keys retire NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs`"
)
def retire(
    kid: Annotated[str, typer.Argument(metavar="KID")],
    at_once: Annotated[
        bool, typer.Option("--at-once", help="Serve it no more: its tokens fail from now on.")
    ] = False,
) -> None:
    """Let a key sign no more, and delete its private half."""
    _, folder = _open()
    held = folder.retire(kid, at_once=at_once)
    still = not at_once and held.last_exp > time()
    served = STILL_SERVED.format(until=_moment(held.last_exp)) if still else NOT_SERVED
    print(RETIRED.format(kid=held.kid, served=served))


@keys_commands.command(epilog="Example: `anon-support keys add example-jwks.json`")
def add(
    file: Annotated[str, typer.Argument(help="A JWK Set with private keys, or - to read it.")],
    json: Json = False,
) -> None:
    """Take keys over, such as Anon's example JWK Set; all of them or none."""
    from bot.tokens.imported import keys_of  # noqa: PLC0415

    _, folder = _open()
    keys = keys_of(_read(file), "Standard input" if file == "-" else file)
    folder.add(keys)
    kids = [key.kid for key in keys]
    if json:
        print_json({"kids": kids, "newest": kids[-1]})
    else:
        print(ADDED.format(count=len(kids), kids=", ".join(kids), newest=kids[-1]))


def served_at(settings: "Settings") -> str:
    """Say where the public set is served, and whether only this machine can see it."""
    local = "" if settings.public_url else LOCAL
    return SERVED_AT.format(url=settings.jwks_url, local=local)


def address(settings: "Settings") -> dict[str, object]:
    """Return the same as members of a JSON document."""
    return {"jwks_url": settings.jwks_url, "jwks_url_is_local": not settings.public_url}


def _open() -> "tuple[Settings, KeyFolder]":
    from bot.config import read_settings  # noqa: PLC0415
    from bot.tokens.key_folder import KeyFolder  # noqa: PLC0415

    settings = read_settings()
    return settings, KeyFolder(settings.keys_folder, time)


def _algorithm(text: str) -> "Algorithm":
    from bot.tokens.signing_key import Algorithm  # noqa: PLC0415

    for algorithm in Algorithm:
        if text.strip().casefold() == algorithm.casefold():
            return algorithm
    raise ConfigError(BAD_ALG)


def _made(wanted: "Algorithm | None", like: str) -> "SigningKey":
    """Return a new key: of the algorithm that was given, else like the old one if we make such."""
    from bot.tokens.signing_key import Algorithm, new_key  # noqa: PLC0415

    known = Algorithm(like) if like in set(Algorithm) else Algorithm.RS256
    return new_key(wanted or known)


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read(MOST_READ)
    path = Path(file)
    try:
        with path.open("rb") as opened:
            raw = opened.read(MOST_READ)
        shared = path.stat().st_mode & 0o077
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "not a path"
        raise ConfigError(NO_FILE.format(path=path, why=why)) from None
    if shared:
        print(OTHERS_READ.format(path=path), file=sys.stderr)
    return raw


def _row(held: "Held", now: float) -> dict[str, Any]:
    return {
        "kid": held.kid,
        "alg": held.public["alg"],
        "state": "signs" if held.retired is None else "retired",
        "created": _moment(held.created),
        "last_token_expires": _moment(held.last_exp) if held.last_exp > now else None,
    }


def _line(row: dict[str, Any]) -> str:
    last = row["last_token_expires"]
    return f"made {row['created']}" + (f", last token expires {last}" if last else "")


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
