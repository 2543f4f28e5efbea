"""What somebody asks for after `/anon`, after a mention or in a direct message, as a value."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz, process


class Name(StrEnum):
    """What the bot can be told to do."""

    ASK = "ask"
    HELP = "help"
    DIAGNOSE = "diagnose"
    MUTE_ME = "mute me"
    UNMUTE_ME = "unmute me"
    FORGET_ME = "forget me"
    CONFIG = "config"
    UNKNOWN = "unknown"


class Form(StrEnum):
    """What is filled in: handlers/forms.py draws each."""

    DIAGNOSE = "form_diagnose"


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb and what came with it; for an unknown one, the verb that may have been meant."""

    name: Name
    rest: str = ""

    @property
    def form(self) -> Form | None:
        """What has to be filled in first, because nothing came with the verb."""
        return None if self.rest or self.name not in VERBS else VERBS[self.name].form


def nothing(rest: str) -> bool:
    """Take no words."""
    return not rest


def anything(_rest: str) -> bool:
    """Take every word, or none."""
    return True


def _mode(rest: str) -> bool:
    """Tell `config`, `config mode`, `config mode auto` from a sentence about a config."""
    words = rest.casefold().split()
    return not words or (words[0] == "mode" and len(words) <= _MODE_WORDS)


@dataclass(frozen=True, slots=True)
class Usage:
    """How a verb is used; what it does not take is a sentence that begins with its name."""

    does: str
    arguments: str = ""
    takes: Callable[[str], bool] = nothing
    form: Form | None = None  # opened where no arguments came


VERBS = {
    Name.ASK: Usage("The best answer, for you alone", "<question or error>", anything),
    Name.DIAGNOSE: Usage(
        "What an error is about; without text, a form to paste it into",
        "[pasted error]",
        anything,
        Form.DIAGNOSE,
    ),
    Name.HELP: Usage("What the bot can do, with examples"),
    Name.CONFIG: Usage("Staff: how the bot behaves in this channel", "mode <mode>", _mode),
    Name.MUTE_ME: Usage("The bot leaves your messages alone"),
    Name.UNMUTE_ME: Usage("The bot answers you again"),
    Name.FORGET_ME: Usage("Deletes what the bot keeps about you"),
}
KNOWN = tuple(name.value for name in VERBS)
_NEAR = 70  # rapidfuzz ratio: "hlep" and "mute" are near, "cors" is not
_MODE_WORDS = 2  # "mode auto"
_WORD = re.compile(r"[a-z]{1,12}(?: me)?")
_LONGEST_FIRST = sorted(VERBS, key=len, reverse=True)


def parse_verb(text: str) -> Verb:
    """Return the verb; what is not one is an ask when it is more than a single plain word."""
    text = text.strip()
    if not text:
        return Verb(Name.HELP)
    for name in _LONGEST_FIRST:
        rest = _after(name, text)
        if rest is not None and VERBS[name].takes(rest):
            return Verb(Name.HELP) if name is Name.ASK and not rest else Verb(name, rest)
    words = " ".join(text.casefold().rstrip("!?. ").split())
    if _WORD.fullmatch(words):
        near = process.extractOne(words, KNOWN, scorer=fuzz.ratio, score_cutoff=_NEAR)
        return Verb(Name.UNKNOWN, near[0] if near else "")
    return Verb(Name.ASK, text)


def _after(name: Name, text: str) -> str | None:
    """Return what follows a verb at the begin of a text, None where another word stands there."""
    words = name.split()
    parts = text.split(maxsplit=len(words))
    said, rest = parts[: len(words)], "".join(parts[len(words) :])
    plain = " ".join(said).casefold()
    if plain == name or (not rest and plain.rstrip("!?.") == name):
        return rest.strip()
    return None
