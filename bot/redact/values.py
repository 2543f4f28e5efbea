"""Whether what stands behind a secret's name is a secret, or prose, code or a placeholder."""

# Lengths, counts and lists of words are what these rules are made of.
# ruff: noqa: PLR0911

import re
from dataclasses import dataclass

from bot.redact.kinds import (
    FILL,
    HEX,
    PUBLIC_PREFIX,
    UUID,
    is_listed,
    is_words,
    is_wordy,
    looks_random,
)
from bot.redact.names import Level, is_path, is_placeholder, is_prose, level

_TIGHT = {"=", "%3D", "%3d"}
_SAID = {"is", "was", "are"}
_CALL = re.compile(
    r"[A-Za-z_$][\w$]{0,80}+(?:\(.*|\[.*|(?:\??\.|->|::)"
    r"(?:[A-Za-z_$?.\[\]]{1,200}|[\w$.?\[\]]{1,200}[(\[{].{0,400}))"
)
_CALLED = re.compile(r"([A-Za-z_$][\w$]{0,60}(?:\.[A-Za-z_$][\w$]{0,60}){0,6})\(")
_OBJECT = re.compile(
    r"\{\s{0,9}\\{0,3}[\"']?[A-Za-z_]\w{0,60}\\{0,3}[\"']?\s{0,9}:\s{0,9}[\\\"'\[{]"
)
_PROSE_WORD = re.compile(r"[A-Za-z',.-]{1,30}|\d{1,3}")
_CONSTANT = re.compile(r"[a-z]+(?:[_-][a-z]+){0,8}|[A-Z]+(?:_[A-Z]+){0,8}")
_ODD = re.compile(r"[!@#$%^&*+=~?]")


@dataclass(frozen=True, slots=True)
class Value:
    """What was read behind a name."""

    start: int
    end: int
    text: str
    name: str
    opened: str  # the quote, or nothing
    op: str
    spaced: bool  # blanks between name and value, as in prose, YAML and code
    last: bool  # nothing follows on the line
    phrase: bool  # words are what such a secret is made of
    before: str  # two characters before the name
    after: str  # one behind the value


def is_secret(value: Value, rank: Level) -> bool:
    """True when this value under a name of this rank has to go."""
    if rank is Level.NONE:
        return False
    if FILL in value.text:
        pieces = value.text.split(FILL)
        return rank >= Level.TOKEN and " " not in value.text and any(map(_is_rest, pieces))
    plain = value.text
    if is_placeholder(plain) or (" " in plain and is_placeholder(plain.split(" ")[0])):
        return False
    if _OBJECT.match(plain) or (not value.opened and _is_called(plain)):
        return False  # what is inside has names of its own
    if rank is Level.WEAK:
        return _is_weak_secret(value)
    if not value.opened and _is_code(value):
        return False
    if is_path(plain) and (is_words(plain) or "." in plain[-6:]):
        return False
    return _is_password(value) if rank is Level.PASSWORD else _is_token(value)


def _is_called(plain: str) -> bool:
    """True for a call of a function that has a name, whatever it is called with."""
    call = _CALLED.match(plain)
    return call is not None and not looks_random(call[1].replace(".", "_"), 16)


def _is_rest(piece: str) -> bool:
    return looks_random(piece, 4)


def _is_code(value: Value) -> bool:
    """True for an expression: a call, a member, a variable whose name says the same."""
    plain = value.text
    if value.after in {"(", "["} and plain.isidentifier():
        return True
    if _CALL.fullmatch(plain) and not looks_random(plain, 16):
        return True
    called = value.before.strip()[-1:] in {"(", "{", ","}
    if not (value.spaced or called) or not re.fullmatch(r"[A-Za-z_]+", plain):
        return False
    inner = any(map(str.isupper, plain[1:])) and not plain.isupper()
    return inner or "_" in plain or plain.lower() == value.name.lower() or level(plain) > 0


def _is_password(value: Value) -> bool:
    plain = value.text
    if plain.isdigit():
        return len(plain) >= 4
    if value.opened or (value.op in _TIGHT and not value.spaced):
        words = plain.split()
        prose = len(words) >= 3 and all(_PROSE_WORD.fullmatch(word) for word in words)
        prose = prose or (" " in plain and is_prose(plain))
        return len(plain) >= 3 and (value.phrase or not prose)
    if len(plain) < 3 or is_prose(plain):
        return False
    if value.op in _SAID or not value.op:
        return is_mixed(plain) and not (is_words(plain) and "-" in plain)
    return value.last or is_mixed(plain)


def is_mixed(plain: str) -> bool:
    """True for a password's mixture: capitals inside, letters with digits, odd signs."""
    inner = any(map(str.isupper, plain[1:])) and any(map(str.islower, plain))
    both = any(map(str.isdigit, plain)) and any(map(str.isalpha, plain))
    return len(plain) >= 4 and (inner or both or bool(_ODD.search(plain[:-1])))


def _is_token(value: Value) -> bool:
    plain = value.text
    if " " in plain.strip():
        pieces = plain.split()
        return len(pieces) == 2 and looks_random(pieces[1], 8)
    if len(plain) < 6 or is_prose(plain):
        return False
    if plain.isdigit():
        return value.op != "is"
    if UUID.fullmatch(plain) or HEX.fullmatch(plain):
        return len(plain) >= 8
    if plain.isascii() and plain.isalpha():
        tight = bool(value.opened) or (value.op in _TIGHT and not value.spaced)
        return (tight and len(plain) >= 8 and level(plain) == 0) or looks_random(plain, 20)
    if _CONSTANT.fullmatch(plain) and value.op == ",":
        return False  # one name after another, as in a list of settings
    if _CONSTANT.fullmatch(plain):
        named = bool(value.opened) or not value.spaced
        told = re.search(r"(?i)token|key|code|error|invalid", plain)
        return named and len(plain) >= 16 and not told
    if value.op in _SAID:
        return looks_random(plain, 12)
    return bool(value.opened) or any(map(str.isdigit, plain)) or not is_wordy(plain)


def _is_weak_secret(value: Value) -> bool:
    plain, name = value.text, value.name.lower()
    if " " in plain or UUID.fullmatch(plain) or is_path(plain):
        return False
    in_url = value.before[-1:] in {"?", "&", "#", ";"} or value.op.startswith("%")
    hexed = bool(HEX.fullmatch(plain))
    if is_listed(plain) or PUBLIC_PREFIX.match(plain):
        return False
    if name.endswith(("key", "keys")):
        named = looks_random(plain, 20) and not is_wordy(plain)
        return named and not hexed and not _is_object_key(plain)
    if name == "code" and not in_url:
        return looks_random(plain, 24) and not hexed
    if name in {"salt", "seed"}:
        return looks_random(plain, 16)
    return looks_random(plain, 10 if in_url else 12) or (hexed and len(plain) >= 16)


def _is_object_key(plain: str) -> bool:
    """True for a key in a bucket or a cache: it has a path's or a name's shape."""
    head = re.split(r"[/:]", plain, maxsplit=1)[0]
    return ("/" in plain or ":" in plain) and head.isalpha() and head.islower()
