"""Which example keys there are, as a value: who signs, and what is still served until when."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.errors import ConfigError, UserError
from bot.tokens.signing_key import Jwk, SigningKey, public_jwk, thumbprint

MOST_KEYS = 32
BROKEN = "{path} holds no list of keys: restore it from a backup, or move the folder away."
FULL = f"There are {MOST_KEYS} keys already: retire one first (anon-support keys list)."
SAME_KEY = "The key {kid}, or another of that name, is there already (anon-support keys list)."
NO_SUCH_KEY = "There is no key {kid} that signs. anon-support keys list shows those that do."
NO_KEY = "There is no example key that signs. Make one: anon-support keys new"


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of a key beside its private half."""

    public: Jwk
    created: float
    retired: float | None = None  # since then it signs nothing
    last_exp: int = 0  # when the last token that it signed expires; 0: it signed none

    @property
    def kid(self) -> str:
        """The name that tokens give to it."""
        return str(self.public["kid"])

    @property
    def file(self) -> str:
        """The name of the file with its private half: kids from elsewhere may be anything."""
        return f"{thumbprint(self.public)}.json"

    def is_served(self, now: float) -> bool:
        """Tell whether somebody may still have to verify a token of this key."""
        return self.retired is None or now < self.last_exp


@dataclass(frozen=True, slots=True)
class Ring:
    """All keys, oldest first."""

    keys: tuple[Held, ...] = field(default=())

    def served(self, now: float) -> tuple[Held, ...]:
        """Return those whose public half is in the JWK Set."""
        return tuple(held for held in self.keys if held.is_served(now))

    def signing(self) -> tuple[Held, ...]:
        """Return those that sign."""
        return tuple(held for held in self.keys if held.retired is None)

    def chosen(self, kid: str = "") -> Held:
        """Return the key that signs under this name, without one the newest; or UserError."""
        for held in reversed(self.signing()):
            if kid in {"", held.kid}:
                return held
        raise UserError(NO_SUCH_KEY.format(kid=kid) if kid else NO_KEY)

    def with_key(self, key: SigningKey, now: float) -> "Ring":
        """Return the ring with one more key, which is the newest; expired ones are left out."""
        kept, new = self.served(now), Held(public_jwk(key), now)
        if any(new.kid == held.kid or new.file == held.file for held in kept):
            raise ConfigError(SAME_KEY.format(kid=key.kid))
        if len(kept) >= MOST_KEYS:
            raise ConfigError(FULL)
        return Ring((*kept, new))

    def without(self, kid: str, now: float, *, at_once: bool = False) -> "Ring":
        """Return the ring in which this key signs no more, and if ``at_once`` is not served."""
        gone = self.chosen(kid)
        last = 0 if at_once else gone.last_exp
        retired = replace(gone, retired=now, last_exp=last)
        kept = (retired if held is gone else held for held in self.keys)
        return Ring(Ring(tuple(kept)).served(now))

    def promised(self, kid: str, exp: int) -> "Ring":
        """Return the ring that remembers a token of this key which expires then."""
        held = self.chosen(kid)
        if exp <= held.last_exp:
            return self
        later = replace(held, last_exp=exp)
        return Ring(tuple(later if one is held else one for one in self.keys))


_RING = TypeAdapter(Ring)


def dump_ring(ring: Ring) -> bytes:
    """Return the ring as JSON; it holds public halves only."""
    return _RING.dump_json(ring, indent=1)


def load_ring(raw: bytes | None, path: Any) -> Ring:
    """Return the ring that ``dump_ring`` wrote; nothing written yet is an empty one."""
    if raw is None:
        return Ring()
    try:
        ring = _RING.validate_json(raw)
        [held.file for held in ring.keys]
    except (ValidationError, KeyError):
        raise ConfigError(BROKEN.format(path=path)) from None
    return ring


def jwk_set(ring: Ring, now: float) -> bytes:
    """Return the JWK Set that is served now: public members only, newest key first."""
    keys = [held.public for held in reversed(ring.served(now))]
    return json.dumps({"keys": keys}, separators=(",", ":")).encode()
