"""Tokens at rest: encrypted by the first of the operator's keys, readable by each of them."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from bot.errors import ConfigError

WRONG_KEY = (
    "No key in TOKEN_ENCRYPTION_KEYS decrypts the tokens in the database. Put the key that they "
    "were stored with behind the first one; if it is lost, delete the rows of slack_bots and "
    "slack_installations and have each workspace install the app again."
)


class WrongKeyError(ConfigError):
    """What is stored was encrypted with a key that the settings do not hold."""

    def __init__(self) -> None:
        super().__init__(WRONG_KEY)


class Keys:
    """The operator's Fernet keys."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._first = Fernet(keys[0])
        self._all = MultiFernet([Fernet(key) for key in keys])

    def seal(self, text: str) -> str:
        """Return the text encrypted with the first key."""
        return self._first.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return the text; raise WrongKeyError if none of the keys sealed it."""
        try:
            return self._all.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise WrongKeyError from None

    def is_current(self, sealed: str) -> bool:
        """Tell whether the first key sealed it."""
        try:
            self._first.decrypt(sealed.encode())
        except InvalidToken:
            return False
        return True


class Sealed(TypeDecorator[str]):
    """A column whose text is plain in the program and encrypted in the database."""

    impl = Text
    cache_ok = True

    def __init__(self, keys: Keys) -> None:
        super().__init__()
        self.keys = keys

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Encrypt what is written."""
        return None if value is None else self.keys.seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Decrypt what is read."""
        return None if value is None else self.keys.open(value)


def new_key() -> str:
    """Return a new key for TOKEN_ENCRYPTION_KEYS."""
    return Fernet.generate_key().decode()
