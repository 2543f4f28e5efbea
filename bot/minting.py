"""Mints an example token: the key serves it, the audit knows it, then it is signed."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from bot.audit import Audit, Mint
from bot.config import Settings
from bot.errors import UserError
from bot.redact import redact
from bot.tokens.key_folder import KeyFolder
from bot.tokens.minting import Draft, Minted, draft, sign
from bot.tokens.wanted import Wanted

NEVER_PROD = (
    "Example tokens are never minted for prod, and ANON_DEFAULT_ENV is prod here. "
    "Mint with a bot whose environment is sandbox."
)
CARRIED = (
    "{name} looks like a secret ({kind}), and whoever holds the token could read it. "
    "Leave it out; if others saw it, replace it."
)
MOST_AN_HOUR = 20
SUB_LIMIT = 1_024  # what the table takes
TOO_MANY = f"That was {MOST_AN_HOUR} tokens in an hour, which is the most. Wait a while."


@dataclass(frozen=True, slots=True)
class By:
    """Who mints, and where."""

    team: str
    who: str
    place: str


@dataclass(frozen=True)
class Minter:
    """The keys, the audit, and the address under which the public halves are served."""

    settings: Settings
    keys: KeyFolder
    audit: Audit
    clock: Callable[[], float]

    async def mint(self, wanted: Wanted, by: By, limit: int | None = None) -> Minted:
        """Return the token; it is in the audit, and its key is served until it has expired.

        UserError: nothing was minted, and why. ``limit`` is for one person in an hour.
        """
        if self.settings.anon_default_env == "prod":
            raise UserError(NEVER_PROD)
        refuse_secrets(wanted)
        now = int(self.clock())
        key = await asyncio.to_thread(self.keys.signer, wanted.key, now + wanted.ttl)
        said = draft(
            wanted, key.kid, key.alg, issuer=self.settings.own_url, now=now, nonce=uuid4().hex
        )
        if not await self.audit.record(_row(said, by, float(now)), limit):
            raise UserError(TOO_MANY)
        return await asyncio.to_thread(sign, said, key)


def refuse_secrets(wanted: Wanted) -> None:
    """Raise UserError if a token would carry a live secret: whoever holds it could read that."""
    values = {"sub": wanted.sub, "aud": wanted.aud, "iss": wanted.iss}
    values |= {name: json.dumps(value) for name, value in wanted.claims.items()}
    for name, value in values.items():
        for found in redact(value).found:
            if found.live:
                kind = found.kind.replace("_", " ")
                raise UserError(CARRIED.format(name=name, kind=kind))


def open_minter(settings: Settings, audit: Audit, clock: Callable[[], float]) -> Minter:
    """Return the minter of these settings; whether there is a key shows at the first token."""
    return Minter(settings, KeyFolder(settings.keys_folder, clock), audit, clock)


def _row(said: Draft, by: By, now: float) -> Mint:
    """Return what is kept of a token; a sub that looks like a secret is not."""
    return Mint(
        minted=now,
        team=by.team,
        who=by.who,
        place=by.place,
        sub=redact(said.sub).text[:SUB_LIMIT],
        jti=str(said.claims["jti"]),
        kid=said.kid,
        ttl=said.ttl,
        fault=said.fault.value if said.fault else "",
    )
