"""What a redaction is called, how it is marked, and how randomness is told from words."""

# Lengths, counts and lists of words are what these rules are made of.
# ruff: noqa: S105

import re
from dataclasses import dataclass
from enum import StrEnum

# Stands for text that is already redacted while the rules run: no rule takes it for a secret.
FILL = "\ue0fe"


class Kind(StrEnum):
    """What a secret is, as the marker names it."""

    PRIVATE_KEY = "private_key"
    JWT = "jwt"
    BEARER = "bearer"
    BASIC_AUTH = "basic_auth"
    URL_CREDENTIALS = "url_credentials"
    AWS_KEY = "aws_key"
    GOOGLE_KEY = "google_key"
    AZURE_KEY = "azure_key"
    SLACK_TOKEN = "slack_token"
    GITHUB_TOKEN = "github_token"
    NPM_TOKEN = "npm_token"
    OTHER_TOKEN = "other_token"
    ANON_KEY = "anon_key"
    ORY_KEY = "ory_key"
    NAMED_SECRET = "named_secret"
    COOKIE = "cookie"
    JWK_PRIVATE = "jwk_private"
    ONEPASSWORD_LINK = "onepassword_link"
    SHARE_LINK = "share_link"
    HIGH_ENTROPY = "high_entropy"

    @property
    def marker(self) -> str:
        """The text that stands where the secret was."""
        return f"[redacted {self.value.replace('_', ' ')}]"


@dataclass(frozen=True, slots=True)
class Hit:
    """A span that has to go."""

    start: int
    end: int
    kind: Kind
    live: bool = True  # whole and of a known kind, so that rotating it is worth asking for


MARKER = re.compile(
    r"\[redacted (?:" + "|".join(kind.value.replace("_", " ") for kind in Kind) + r")\]"
)
_WORD = re.compile(r"[A-Z]?[a-z]{4,}")
_TURN = re.compile(r"[a-z](?=[A-Z0-9])|[A-Z](?=[0-9])|[0-9](?=[A-Za-z])|[A-Z](?=[A-Z][a-z])")
_WORDISH = re.compile(
    r"(?:v?\d{1,8}|[a-z]{2,}\d{0,2}|[A-Z]?[a-z]{2,}(?:[A-Z][a-z]+){0,8}|[A-Z]{2,}\d{0,3})"
)
UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
HEX = re.compile(r"(?:0x)?[0-9a-fA-F]+")
_ID_WORD = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}|[0-9a-hjkmnp-tv-z]{26}")
PUBLIC_PREFIX = re.compile(r"pk_(?:live|test)_|phc_|pk-lf-|sb_publishable_")  # made to be public


def is_wordy(value: str) -> bool:
    """True when most of it is words, as in identifiers and prose."""
    return sum(map(len, _WORD.findall(value))) * 2 > len(value)


def is_words(value: str) -> bool:
    """True when each part between separators is a word or a number."""
    parts = [part for part in re.split(r"[-_./:\s]", value) if part]
    return bool(parts) and all(_WORDISH.fullmatch(part) for part in parts)


def looks_random(value: str, least: int = 12) -> bool:
    """True for what a generator made: mixed letters and digits that are not words."""
    if len(value) < least or is_wordy(value) or is_words(value):
        return False
    digits = sum(map(str.isdigit, value))
    lower, upper = any(map(str.islower, value)), any(map(str.isupper, value))
    turns = len(_TURN.findall(value))
    if lower and upper:
        return digits > 0 or (len(value) >= 20 and turns * 5 >= len(value))
    return digits >= 2 and (lower or upper) and turns * 7 >= len(value)


def is_listed(plain: str) -> bool:
    """True when the parts are words, numbers, hashes and ids, as in names that are put together."""
    parts = [part for part in re.split(r"[-_]", plain) if part]
    return len(parts) > 1 and all(
        (len(part) <= 12 and (is_words(part) or not looks_random(part, 6)))
        or HEX.fullmatch(part)
        or _ID_WORD.fullmatch(part)
        for part in parts
    )
