"""A JWK Set with private keys from elsewhere, such as the example one that Anon hands out."""

from bot.checks.strict_json import NotJsonError, strict_json
from bot.errors import ConfigError
from bot.tokens.signing_key import SigningKey, UnusableKeyError, has_private_half, signing_key

NOT_JSON = "{name} is not JSON: {why}."
NO_SET = "{name} is no JWK Set: it needs a member `keys` with the keys in an array."
NOTHING_SIGNS = "{name} holds no private key (RSA, EC or Ed25519), so nothing in it can sign."
BAD_KEY = "Key {number} of {name} cannot be taken: {why}. None of its keys was."


def keys_of(raw: bytes, name: str) -> list[SigningKey]:
    """Return every private key of the set, its first one last: that one is to be the newest.

    Public keys beside them are passed over. Nothing of a key is in the error's text.
    """
    try:
        document = strict_json(raw)
    except NotJsonError as error:
        raise ConfigError(NOT_JSON.format(name=name, why=error)) from None
    jwks = document.get("keys") if isinstance(document, dict) else None
    if has_private_half(document):
        jwks = [document]
    if not isinstance(jwks, list):
        raise ConfigError(NO_SET.format(name=name))
    found = [_key(jwk, number, name) for number, jwk in enumerate(jwks, 1) if has_private_half(jwk)]
    if not found:
        raise ConfigError(NOTHING_SIGNS.format(name=name))
    return found[::-1]


def _key(jwk: dict[str, object], number: int, name: str) -> SigningKey:
    try:
        return signing_key(jwk)
    except UnusableKeyError as error:
        raise ConfigError(BAD_KEY.format(number=number, name=name, why=error)) from None
