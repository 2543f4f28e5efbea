"""What somebody asks for after `/anon`, after a mention or in a direct message, as a value."""

import re
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz, process


class Name(StrEnum):
    """What the bot can be told to do."""

    ASK = "ask"
    HELP = "help"
    MUTE_ME = "mute me"
    UNMUTE_ME = "unmute me"
    FORGET_ME = "forget me"
    CONFIG = "config"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb and what came with it; for an unknown one, the verb that may have been meant."""

    name: Name
    rest: str = ""


KNOWN = tuple(name.value for name in Name if name is not Name.UNKNOWN)
_NEAR = 70  # rapidfuzz ratio: "hlep" and "mute" are near, "cors" is not
_MODE_WORDS = 2  # "mode auto"
_WORD = re.compile(r"[a-z]{1,12}(?: me)?")


def parse_verb(text: str) -> Verb:
    """Return the verb; what is not one is an ask when it is more than a single plain word."""
    text = text.strip()
    head, _, rest = text.partition(" ")
    words = " ".join(text.casefold().rstrip("!?. ").split())
    match head.casefold():
        case "":
            return Verb(Name.HELP)
        case "ask":
            return Verb(Name.ASK, rest.strip()) if rest.strip() else Verb(Name.HELP)
        case "config" if _is_config(rest):
            return Verb(Name.CONFIG, rest.strip().casefold())
    if words in KNOWN:
        return Verb(Name(words))
    if _WORD.fullmatch(words):
        near = process.extractOne(words, KNOWN, scorer=fuzz.ratio, score_cutoff=_NEAR)
        return Verb(Name.UNKNOWN, near[0] if near else "")
    return Verb(Name.ASK, text)


def _is_config(rest: str) -> bool:
    """Tell `config`, `config mode`, `config mode auto` from a sentence about a config."""
    words = rest.casefold().split()
    return not words or (words[0] == "mode" and len(words) <= _MODE_WORDS)
