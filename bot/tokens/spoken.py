"""What somebody says after `mint` in Slack: `sub=user-42 ttl=10m claim=role=admin`."""

import shlex

from rapidfuzz import fuzz, process

from bot.errors import UserError
from bot.tokens.wanted import Wanted, wanted_of

OPTIONS = ("sub", "ttl", "aud", "iss", "claim", "fault", "key")
NOT_AN_OPTION = "An option is NAME=VALUE, with quotes around a value with spaces. {known}"
UNKNOWN = "There is no option `{name}`.{meant} {known}"
MEANT = " Did you mean `{name}`?"
KNOWN = f"Options: {', '.join(OPTIONS)}."
ALG = "The algorithm is that of the key. For a token that nobody signed: fault=alg-none."
ENV = "Example tokens are for sandbox. There are none for prod, ever."
TWICE = "The option {name} is given twice."
OPEN_QUOTE = "A quotation mark is not closed."
_SHOWN = 24  # characters of an unknown option
_NEAR = 60


def wanted_from(text: str) -> Wanted:
    """Return what the words ask for; UserError says what is wrong with them."""
    options: dict[str, str] = {}
    claims: list[str] = []
    for word in _words(text):
        name, equals, value = word.partition("=")
        name = name.strip().casefold()
        if not equals:
            raise UserError(NOT_AN_OPTION.format(known=KNOWN))
        if name == "claim":
            claims.append(value)
        elif name in options:
            raise UserError(TWICE.format(name=name))
        elif _is_option(name, value):
            options[name] = value
    return wanted_of(claims=claims, **options)


def _is_option(name: str, value: str) -> bool:
    """Tell whether it says something about the token; refuse what nobody may choose."""
    if name in OPTIONS:
        return True
    if name == "alg":
        raise UserError(ALG)
    if name == "env":
        if value.strip().casefold() == "sandbox":
            return False
        raise UserError(ENV)
    near = process.extractOne(name, OPTIONS, scorer=fuzz.ratio, score_cutoff=_NEAR)
    meant = MEANT.format(name=near[0]) if near else ""
    shown = "".join(letter for letter in name[:_SHOWN] if letter.isalnum() or letter in "-_.")
    raise UserError(UNKNOWN.format(name=shown or "=", meant=meant, known=KNOWN))


def _words(text: str) -> list[str]:
    """Split at spaces; quotes hold a value together, and a backslash is only itself."""
    reader = shlex.shlex(text, posix=True, punctuation_chars=False)
    reader.whitespace_split, reader.commenters, reader.escape = True, "", ""
    try:
        return list(reader)
    except ValueError:
        raise UserError(OPEN_QUOTE) from None
