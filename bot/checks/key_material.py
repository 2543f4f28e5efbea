"""The key inside a JWK: read strictly, member by member (RFC 7518 section 6, RFC 8037)."""

import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from bot.checks.key_roca import is_roca

KEY_TYPES = frozenset({"RSA", "EC", "OKP", "oct"})
SMALLEST_RSA = 2048
LARGEST_RSA = 8192  # more only makes verifiers slow; several refuse it
_LARGEST_EXPONENT = 256  # bits: FIPS 186-5 section 5.1
CURVES: dict[str, ec.EllipticCurve] = {
    "P-256": ec.SECP256R1(),
    "P-384": ec.SECP384R1(),
    "P-521": ec.SECP521R1(),
}
EDWARDS_CURVES = frozenset({"Ed25519", "Ed448"})
AGREEMENT_CURVES = frozenset({"X25519", "X448"})
FOREIGN_CURVES = frozenset({"secp256k1"})  # in the registry, but in no algorithm that Anon takes
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")

PublicKey = (
    rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey
)


class UnreadableKeyError(ValueError):
    """Says which member keeps a JWK from being read, and quotes none of it."""

    def __init__(self, member: str, why: str) -> None:
        super().__init__(f"its member `{member}` {why}")


def public_key(jwk: Mapping[str, Any]) -> PublicKey:
    """Return the public key of an RSA, EC or OKP JWK, or raise UnreadableKeyError."""
    match jwk.get("kty"):
        case "RSA":
            return _rsa(jwk)
        case "EC":
            return _ec(jwk)
        case "OKP":
            return _okp(jwk)
        case _:
            raise UnreadableKeyError("kty", "is not one that holds a public key known here")


def weakness(key: PublicKey) -> str | None:
    """Return why a key is not safe to sign with, or None."""
    if not isinstance(key, rsa.RSAPublicKey):
        return None
    if key.key_size < SMALLEST_RSA:
        return f"is an RSA key of {key.key_size} bits; {SMALLEST_RSA} are the least that is safe"
    if is_roca(key.public_numbers().n):
        return "was made by a faulty chip (ROCA, CVE-2017-15361): its private key can be computed"
    return None


def unsafe_exponent(jwk: Mapping[str, Any]) -> bool:
    """Tell whether an RSA key has the exponent 1: every signature is then its own message."""
    try:
        return jwk.get("kty") == "RSA" and _number(jwk, "e") == 1
    except UnreadableKeyError:
        return False


def octets(jwk: Mapping[str, Any], member: str) -> bytes:
    """Return a member's bytes: base64url without padding, or raise UnreadableKeyError."""
    value = jwk.get(member)
    if value is None:
        raise UnreadableKeyError(member, "is missing")
    if not isinstance(value, str):
        raise UnreadableKeyError(member, "is not a string")
    if not _BASE64URL.fullmatch(value) or len(value) % 4 == 1:
        raise UnreadableKeyError(member, "is not base64url without padding")
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))


def _number(jwk: Mapping[str, Any], member: str) -> int:
    return int.from_bytes(octets(jwk, member))


def _rsa(jwk: Mapping[str, Any]) -> rsa.RSAPublicKey:
    modulus, exponent = _number(jwk, "n"), _number(jwk, "e")
    if modulus.bit_length() > LARGEST_RSA:
        why = f"has {modulus.bit_length()} bits; over {LARGEST_RSA} no verifier need try"
        raise UnreadableKeyError("n", why)
    if not exponent % 2 or exponent.bit_length() > _LARGEST_EXPONENT:
        raise UnreadableKeyError("e", "is not an odd number of at most 256 bits")
    if not modulus % 2:
        raise UnreadableKeyError("n", "is an even number, so it is no RSA modulus")
    try:
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        raise UnreadableKeyError("e", "does not go with its `n`") from None


def _ec(jwk: Mapping[str, Any]) -> ec.EllipticCurvePublicKey:
    curve = CURVES.get(_curve(jwk))
    if curve is None:
        raise UnreadableKeyError("crv", f"is none of {', '.join(CURVES)}")
    size = (curve.key_size + 7) // 8
    x, y = (_sized(jwk, member, size) for member in ("x", "y"))
    try:
        numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), curve)
        return numbers.public_key()
    except ValueError:
        raise UnreadableKeyError("x", "and `y` are no point on its curve") from None


def _okp(jwk: Mapping[str, Any]) -> ed25519.Ed25519PublicKey | ed448.Ed448PublicKey:
    match _curve(jwk):
        case "Ed25519":
            x = _sized(jwk, "x", 32)
            if not _on_ed25519(x):
                raise UnreadableKeyError("x", "is no point on its curve")
            return ed25519.Ed25519PublicKey.from_public_bytes(x)
        case "Ed448":
            return ed448.Ed448PublicKey.from_public_bytes(_sized(jwk, "x", 57))
        case _:
            raise UnreadableKeyError("crv", f"is none of {', '.join(sorted(EDWARDS_CURVES))}")


def _curve(jwk: Mapping[str, Any]) -> str:
    curve = jwk.get("crv")
    if not isinstance(curve, str):
        raise UnreadableKeyError("crv", "is missing" if curve is None else "is not a string")
    return curve


def _sized(jwk: Mapping[str, Any], member: str, size: int) -> bytes:
    value = octets(jwk, member)
    if len(value) != size:
        raise UnreadableKeyError(member, f"has {len(value)} bytes; its curve needs {size}")
    return value


def _on_ed25519(encoded: bytes) -> bool:
    """Tell whether a point can be decompressed (RFC 8032 section 5.1.3); OpenSSL does not look."""
    prime = 2**255 - 19
    d = -121665 * pow(121666, -1, prime)
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    square = (y * y - 1) * pow(d * y * y + 1, -1, prime) % prime
    return y < prime and pow(square, (prime - 1) // 2, prime) in (0, 1)
