"""Secrets that are told in passing: flags, "password hunter2", `user / password`, posted forms."""

import re
from collections.abc import Iterator

from bot.redact.kinds import FILL, HEX, UUID, Hit, Kind, looks_random
from bot.redact.names import Level, is_placeholder, is_prose, level
from bot.redact.pairs import Name, read
from bot.redact.values import is_mixed, is_secret

_FLAG = re.compile(
    r"(?:(?<!\w)--(?P<flag>[A-Za-z][\w.-]{0,79}+)|\b(?:ENV|ARG|setx)[ \t]{1,4}(?P<var>\w{1,80}+)"
    r"|\blogin[ \t]\S{1,80}\s{1,8}(?P<netrc>password))[ \t]{1,4}(?=[^\s=:,-])"
    r"|\b(?P<said>(?:[Pp]ass(?:word|code|wd|phrase)|PASSWORD|[Pp]wd|[Pp]w)(?=[ \t]))[ \t]{1,4}+"
    r"(?!(?:is|was|for|and|or|to)\b)"
    r"(?:[-\u2013\u2014][ \t]{1,4})?(?=[^\s=:,-])"
)
_BOTH = re.compile(
    r"(?:[Uu]ser(?:name)?|[Ll]ogin|[Ee]mail)[ ]?[/+&|][ ]?(?:[Pp]ass(?:word)?|[Pp]wd?"
    r"|[Pp]w)\s?[:=]\s{0,4}"
    r"[^\s/|,]{1,128}+(?:\s?[/|,:]\s?|\s)([^\s/|,`]{4,256}+)"
)
_LOGIN = re.compile(
    r"\b(?:[Cc]red(?:ential)?s|[Ll]ogin|[Aa]ccount|[Uu]ser)\s?[:=]\s{0,4}[^\s/|,:]{1,128}+\s?[/"
    r"|:]\s?"
    r"([^\s/|,`]{6,256}+)"
)
# SQL, and names of more than one word or in other alphabets.
_QUOTED = re.compile(
    r"(?i:\b(?:identified by|with password|encrypted password))\s{1,4}(?:password\s{1,4})?"
    r"(['\"])([^'\"\n]{3,256})\1"
)
_WORDED = re.compile(
    r"(?i:\b(?:pass phrase|mot de passe|contrase\u00f1a|clave|has\u0142o"
    r"|\u043f\u0430\u0440\u043e\u043b\u044c)"
    r"|\bpass(?:word|wd|code|phrase)?[ ]\([^()\n]{1,40}\))[ \u00a0]{0,2}[:=\uff1a]\s{0,4}"
    r"[\"'`\u201c]?([^\s\"'`\u201d]{4,256})"
)
_RECOVERY = re.compile(
    r"(?i:\b(?:recovery|backup|rescue)[ _-]codes?)\b[^\n]{0,20}?[:=\s]\s{0,4}"
    r"((?:[A-Za-z0-9]{4,12}(?:-[A-Za-z0-9]{4,12}){1,4}|\d{6,12})(?:[,\s]{1,4}|\b)){1,20}"
)
_MERE = re.compile(
    r"\b(?:[Ss]ecret|(?<!nexpected )[Tt]oken|(?:[Aa][Pp][Ii]|[Aa]ccess|[Ss]igning"
    r"|[Pp]rivate)[ _-][Kk]ey)"
    r"[ \t]{1,4}[\"'`]?([A-Za-z0-9+/_=-]{16,512}+)"
)
_FORM_FIELD = re.compile(
    r"name=\"([\w.-]{1,80}+)\"(?:\r?\n[^\n]{1,80}+)?(?:\r?\n){1,3}([^\s]{3,2048}+)"
)
_CONNECTION = re.compile(
    r"\b(?:[Pp]assword|PASSWORD|[Pp]wd|PWD|AccountKey|SharedAccessKey)[ ]?=[ ]?"
    r"([^;\"'\n<>]{3,512}+)(?=;)"
)


def spoken_secrets(text: str) -> Iterator[Hit]:
    """Every value that stands behind the word for it, without a sign between them."""
    yield from _flags(text)
    yield from _said_alone(text)
    yield from _in_forms(text)
    yield from _in_other_words(text)


def _matters(value: str) -> bool:
    return not is_placeholder(value) and bool(value.strip(FILL + " "))


def _flags(text: str) -> Iterator[Hit]:
    """Values behind a flag, or behind a mere blank."""
    for flag in _FLAG.finditer(text):
        name = flag["flag"] or flag["var"] or flag["netrc"] or flag["said"]
        value = read(text, Name(name, "", "", flag.start(), flag.end()))
        if value and is_secret(value, level(name)):
            yield Hit(value.start, value.end, Kind.NAMED_SECRET)
    for both in _BOTH.finditer(text):
        if _matters(both[1]) and not is_prose(both[1]):
            yield Hit(both.start(1), both.end(1), Kind.NAMED_SECRET)


def _said_alone(text: str) -> Iterator[Hit]:
    """Random values that stand right behind the word for them, and `user / password`."""
    for match in _MERE.finditer(text):
        key = match[1]
        hexed = HEX.fullmatch(key) and len(key) >= 24
        if hexed or (looks_random(key, 16) and not (UUID.fullmatch(key) or HEX.fullmatch(key))):
            yield Hit(match.start(1), match.end(1), Kind.NAMED_SECRET)
    for match in _LOGIN.finditer(text):
        apart = match[0].partition(match[1])[0].endswith(("/ ", "| "))
        random = looks_random(match[1], 6) or (apart and is_mixed(match[1]))
        if random and _matters(match[1]) and not UUID.fullmatch(match[1]):
            yield Hit(match.start(1), match.end(1), Kind.NAMED_SECRET)


def _in_forms(text: str) -> Iterator[Hit]:
    """Fields of a posted form, and passwords with blanks in connection strings."""
    for match in _FORM_FIELD.finditer(text):
        if level(match[1]) >= Level.TOKEN and _matters(match[2]):
            yield Hit(match.start(2), match.end(2), Kind.NAMED_SECRET)
    for match in _CONNECTION.finditer(text):
        if _matters(match[1]):
            yield Hit(match.start(1), match.end(1), Kind.NAMED_SECRET)


def _in_other_words(text: str) -> Iterator[Hit]:
    """Passwords in SQL, under names of two words, and codes that let somebody in again."""
    for match in _QUOTED.finditer(text):
        if _matters(match[2]) and not is_prose(match[2]):
            yield Hit(match.start(2), match.end(2), Kind.NAMED_SECRET)
    for match in _WORDED.finditer(text):
        end = match.end(1) - len(match[1]) + len(match[1].rstrip(".,;)"))
        if _matters(match[1]) and is_mixed(match[1]):
            yield Hit(match.start(1), end, Kind.NAMED_SECRET)
    for match in _RECOVERY.finditer(text):
        codes = match[0].rstrip()
        start = match.start() + len(codes) - len(codes.split(":")[-1].split("=")[-1].lstrip())
        if any(map(str.isdigit, codes)):
            yield Hit(start, match.start() + len(codes), Kind.NAMED_SECRET)
