"""An example token: what it says, and its signature."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from secrets import token_bytes, token_urlsafe
from typing import Any

import jwt

from bot.tokens.faults import Fault
from bot.tokens.signing_key import SigningKey, another_key
from bot.tokens.wanted import MARKER, Wanted

AUDIENCE = "anon-example"
PAST_SECONDS = 60  # how long ago an expired token expired
UNKNOWN_BYTES = 32  # as long as a thumbprint


@dataclass(frozen=True, slots=True)
class Draft:
    """A token before it is signed: the whole of what it says."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    kid: str  # of the key that signs, whatever the header says
    ttl: int
    fault: Fault | None = None

    @property
    def exp(self) -> int:
        """When it expires, in seconds since 1970."""
        return int(self.claims["exp"])

    @property
    def sub(self) -> str:
        """Whom it is about; nothing without a sub."""
        return str(self.claims.get("sub", ""))


@dataclass(frozen=True, slots=True, repr=False)
class Minted:
    """A token and what it says. It has no repr that shows it."""

    token: str
    draft: Draft

    @property
    def expires(self) -> datetime:
        """When it expires."""
        return datetime.fromtimestamp(self.draft.exp, UTC)


def draft(wanted: Wanted, kid: str, alg: str, *, issuer: str, now: int, nonce: str) -> Draft:
    """Return what the token says; ``nonce`` is its jti, and names a fresh example user."""
    claims = {
        "iss": wanted.iss or issuer,
        "sub": wanted.sub or f"example-user-{nonce[:8]}",
        "aud": wanted.aud or AUDIENCE,
        "iat": now,
        "exp": now + wanted.ttl,
        "jti": nonce,
        MARKER: True,
        **wanted.claims,
    }
    header = {"alg": alg, "kid": kid, "typ": "JWT"}
    return _spoilt(Draft(header, claims, kid, wanted.ttl, wanted.fault), now)


def _spoilt(good: Draft, now: int) -> Draft:
    """Return the draft with its fault, and with no other."""
    header, claims = dict(good.header), dict(good.claims)
    match good.fault:
        case Fault.EXPIRED:
            claims["exp"] = now - PAST_SECONDS
            claims["iat"] = claims["exp"] - good.ttl
        case Fault.NOT_YET_VALID:
            claims["nbf"] = claims["exp"]  # it never becomes valid
        case Fault.NO_SUB:
            del claims["sub"]
        case Fault.NO_KID:
            del header["kid"]
        case Fault.UNKNOWN_KID:
            header["kid"] = token_urlsafe(UNKNOWN_BYTES)
        case Fault.ALG_NONE:
            header["alg"] = "none"
        case Fault.HS256:
            header["alg"] = "HS256"
        case Fault.WRONG_KEY | None:
            pass
    return replace(good, header=header, claims=claims)


def sign(good: Draft, key: SigningKey) -> Minted:
    """Return the draft as a token; where its fault is in the signature, with that."""
    match good.fault:
        case Fault.ALG_NONE:
            return Minted(f"{_part(good.header)}.{_part(good.claims)}.", good)
        case Fault.HS256:
            return _signed(good, token_bytes(32), "HS256")
        case Fault.WRONG_KEY:
            return _signed(good, another_key(key).private, key.alg)
        case _:
            return _signed(good, key.private, key.alg)


def _signed(good: Draft, key: Any, alg: str) -> Minted:
    """Sign the very header of the draft."""
    signing_input = f"{_part(good.header)}.{_part(good.claims)}"
    signature = jwt.get_algorithm_by_name(alg).sign(signing_input.encode(), key)
    return Minted(f"{signing_input}.{_base64url(signature)}", good)


def _part(value: Mapping[str, Any]) -> str:
    return _base64url(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())


def _base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
