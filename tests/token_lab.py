"""Keys made on the fly and tokens signed with them, as a careless issuer could make them."""

import base64
import functools
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from jwt.algorithms import get_default_algorithms

from bot.checks.finding import Finding

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
CLAIMS = {
    "sub": "ana-7348",
    "iss": "urn:example:issuer",
    "aud": "urn:example:audience",
    "iat": SECONDS - 60,
    "exp": SECONDS + 3600,
}
KIND_OF = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "rsa"),
    "ES256": "P-256",
    "ES384": "P-384",
    "ES512": "P-521",
    "EdDSA": "Ed25519",
}
_ALGORITHMS = get_default_algorithms()
_CURVES = {
    "P-256": ec.SECP256R1,
    "P-384": ec.SECP384R1,
    "P-521": ec.SECP521R1,
    "secp256k1": ec.SECP256K1,
}


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8 or 1, "big"))


def part(value: object) -> str:
    """A part of a token: bytes and text as they are, anything else as JSON."""
    if isinstance(value, bytes):
        return b64(value)
    return b64((value if isinstance(value, str) else json.dumps(value)).encode())


@functools.cache
def private_key(kind: str, copy: int = 0) -> Any:
    """A private key of the kind, the same one for the same copy during the whole test run."""
    match kind:
        case "rsa":
            return rsa.generate_private_key(65537, 2048)
        case "rsa-1024":
            return rsa.generate_private_key(65537, 1024)
        case "Ed25519":
            return ed25519.Ed25519PrivateKey.generate()
        case "Ed448":
            return ed448.Ed448PrivateKey.generate()
    return ec.generate_private_key(_CURVES[kind]())


def jwk(key: Any, **members: object) -> dict[str, Any]:
    """The public JWK of the key with kid k1; members are added, or taken out where None."""
    public = key if isinstance(key, rsa.RSAPublicKey) else key.public_key()
    bare = _ALGORITHMS[_family(public)].to_jwk(public, as_dict=True)
    bare.pop("key_ops", None)
    whole = {**bare, "kid": "k1", **members}
    return {name: value for name, value in whole.items() if value is not None}


def _family(public: Any) -> str:
    if isinstance(public, rsa.RSAPublicKey):
        return "RS256"
    return "ES256" if isinstance(public, ec.EllipticCurvePublicKey) else "EdDSA"


def jwk_set(*keys: Mapping[str, Any]) -> dict[str, Any]:
    return {"keys": list(keys)}


def signed(
    payload: object = CLAIMS, *, alg: str = "RS256", key: Any = None, signs: str = "", **header: Any
) -> str:
    """A token by the key (or the usual one of the algorithm); None takes a header member out.

    signs: the algorithm that is really used, when the header tells another one.
    """
    named = {"alg": alg, "typ": "JWT", "kid": "k1", **header}
    head = {name: value for name, value in named.items() if value is not None}
    signing_input = f"{part(head)}.{part(payload)}"
    return f"{signing_input}.{b64(signature(signing_input, signs or alg, key))}"


def signature(signing_input: str, alg: str, key: Any = None) -> bytes:
    maker = key if key is not None else private_key(KIND_OF[alg])
    return _ALGORITHMS[alg].sign(signing_input.encode(), maker)


def claims(**changes: object) -> dict[str, Any]:
    """The usual claims, changed; ABSENT takes one out."""
    return {name: value for name, value in {**CLAIMS, **changes}.items() if value is not ABSENT}


ABSENT = object()


def codes(findings: Iterable[Finding]) -> set[str]:
    """Codes without ok and info ones, but with signature_not_checked: what the contract counts."""
    return {
        one.code
        for one in findings
        if one.severity not in {"ok", "info"} or one.code == "signature_not_checked"
    }
