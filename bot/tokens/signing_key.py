"""A key that can sign: made here or read from a JWK. Only its public half is ever shown."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any, assert_never

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms
from jwt.exceptions import PyJWTError

from bot.checks.header import ASYMMETRIC
from bot.checks.key_material import PublicKey, UnreadableKeyError, octets, public_key, weakness
from bot.checks.named_key import judge_named_key

Jwk = dict[str, Any]
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
RSA_BITS = 2048
KID_LIMIT = 256
ALGORITHMS = get_default_algorithms()
# What makes a key the one it is (RFC 7638 section 3.2, RFC 8037 section 2).
NEEDED = {"RSA": ("e", "n"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
_USUAL = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "EdDSA"}
NO_PRIVATE_HALF = "it has no private half (`d`), so it cannot sign"
NO_FIT = "its private members do not go with its public ones"
NOT_FOR_SIGNING = "its `use` or `key_ops` do not let it sign"
NO_ALGORITHM = "its `alg` and type are none that tokens are signed with"
BAD_KID = f"its `kid` is no printable text of at most {KID_LIMIT} characters"


class Algorithm(StrEnum):
    """What a new key signs with."""

    RS256 = "RS256"
    ES256 = "ES256"
    EDDSA = "EdDSA"


class UnusableKeyError(ValueError):
    """Says why a JWK cannot sign here, and quotes none of it."""


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """A private key under its name. It has no repr that shows it."""

    kid: str
    alg: str
    private: PrivateKey


def new_key(algorithm: Algorithm) -> SigningKey:
    """Return a fresh key; its kid is its RFC 7638 thumbprint."""
    private: PrivateKey
    match algorithm:
        case Algorithm.RS256:
            private = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
        case Algorithm.ES256:
            private = ec.generate_private_key(ec.SECP256R1())
        case Algorithm.EDDSA:
            private = ed25519.Ed25519PrivateKey.generate()
        case _:
            assert_never(algorithm)
    return SigningKey(thumbprint(_bare(private.public_key(), algorithm)), algorithm, private)


def another_key(key: SigningKey) -> SigningKey:
    """Return a fresh key of the same kind that claims to be this one."""
    private: PrivateKey
    match key.private:
        case rsa.RSAPrivateKey():
            private = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
        case ec.EllipticCurvePrivateKey():
            private = ec.generate_private_key(key.private.curve)
        case _:
            private = ed25519.Ed25519PrivateKey.generate()
    return SigningKey(key.kid, key.alg, private)


def public_jwk(key: SigningKey) -> Jwk:
    """Return the public half as a JWK for signatures."""
    members = _bare(key.private.public_key(), key.alg)
    return {"kty": members["kty"], "kid": key.kid, "use": "sig", "alg": key.alg} | members


def private_jwk(key: SigningKey) -> Jwk:
    """Return the whole key as a JWK, for the one file that holds it."""
    return _bare(key.private, key.alg) | {"kid": key.kid, "use": "sig", "alg": key.alg}


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """Return the SHA-256 thumbprint of a key (RFC 7638), in base64url."""
    needed = {name: jwk[name] for name in (*NEEDED[jwk["kty"]], "kty")}
    text = json.dumps(needed, sort_keys=True, separators=(",", ":"))
    return urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b"=").decode()


def signing_key(jwk: Mapping[str, Any]) -> SigningKey:
    """Return the key that a private JWK holds, or raise UnusableKeyError."""
    public = _public(jwk)
    alg = _algorithm(jwk)
    private = _private(jwk, alg)
    stated = thumbprint(_bare(public, alg))
    if thumbprint(_bare(private.public_key(), alg)) != stated:
        raise UnusableKeyError(NO_FIT)
    return SigningKey(_kid(jwk) or stated, alg, private)


def has_private_half(jwk: object) -> bool:
    """Tell whether a JWK may be one that signs."""
    return isinstance(jwk, dict) and jwk.get("kty") in NEEDED and "d" in jwk


def _algorithm(jwk: Mapping[str, Any]) -> str:
    """Return what the key signs with: its own `alg`, else the usual one of its type."""
    usual = "RS256" if jwk.get("kty") == "RSA" else _USUAL.get(str(jwk.get("crv")), "")
    alg = jwk.get("alg") or usual
    if not isinstance(alg, str) or alg not in ASYMMETRIC or jwk.get("crv") == "Ed448":
        raise UnusableKeyError(NO_ALGORITHM)
    signs = jwk.get("key_ops", ["sign"])
    if jwk.get("use", "sig") != "sig" or not isinstance(signs, list) or "sign" not in signs:
        raise UnusableKeyError(NOT_FOR_SIGNING)
    bare = {name: value for name, value in jwk.items() if name != "key_ops"}
    if judge_named_key(bare, alg).key is None:
        raise UnusableKeyError(NO_ALGORITHM)
    return alg


def _public(jwk: Mapping[str, Any]) -> PublicKey:
    try:
        key = public_key(jwk)
    except UnreadableKeyError as error:
        raise UnusableKeyError(str(error)) from None
    if weak := weakness(key):
        raise UnusableKeyError(f"it {weak}")
    return key


def _private(jwk: Mapping[str, Any], alg: str) -> PrivateKey:
    """Read the private members strictly; PyJWT's own texts print whole keys."""
    if jwk.get("d") is None:
        raise UnusableKeyError(NO_PRIVATE_HALF)
    try:
        for member in ("d", "p", "q", "dp", "dq", "qi"):
            if member in jwk:
                octets(jwk, member)
        private: PrivateKey = ALGORITHMS[alg].from_jwk(dict(jwk))
    except UnreadableKeyError as error:
        raise UnusableKeyError(str(error)) from None
    except (PyJWTError, ValueError, KeyError, TypeError):
        raise UnusableKeyError(NO_FIT) from None
    return private


def _kid(jwk: Mapping[str, Any]) -> str:
    kid = jwk.get("kid", "")
    if not isinstance(kid, str) or len(kid) > KID_LIMIT or not (kid.isprintable() or kid == ""):
        raise UnusableKeyError(BAD_KID)
    return kid


def _bare(key: Any, alg: str) -> Jwk:
    """Return what a key is made of, and nothing about its use."""
    made: Jwk = ALGORITHMS[alg].to_jwk(key, as_dict=True)
    made.pop("key_ops", None)
    return made
