"""What somebody asks for after `/anon`, after a mention or in a direct message, as a value."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz, process

from bot.channel_settings import Setting
from bot.checks.ladder import CheckKind
from bot.periods import days_of


class Name(StrEnum):
    """What the bot can be told to do."""

    ASK = "ask"
    HELP = "help"
    DIAGNOSE = "diagnose"
    CHECK_JWKS = "check jwks"
    CHECK_TOKEN = "check token"  # noqa: S105 - a verb
    CHECK_LINK = "check link"
    CHECK_CLIENT = "check client"
    MINT = "mint"
    KEYS = "keys"
    ESCALATE = "escalate"
    STATS = "stats"
    MUTE_ME = "mute me"
    UNMUTE_ME = "unmute me"
    FORGET_ME = "forget me"
    CONFIG = "config"
    UNKNOWN = "unknown"


class Form(StrEnum):
    """What is filled in: handlers/forms.py draws each."""

    DIAGNOSE = "form_diagnose"
    VERIFY_TOKEN = "form_verify_token"  # noqa: S105 - a form
    TOKEN_AGAIN = "form_token_again"  # noqa: S105 - a form
    RUN_CHECKS = "form_run_checks"
    MINT = "form_mint"
    ESCALATE = "form_escalate"
    CONFIG = "form_config"


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb and what came with it; for an unknown one, the verb that may have been meant."""

    name: Name
    rest: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether all came that a check needs."""
        least = {Name.CHECK_LINK: 2}.get(self.name, 1)
        return self.name in CHECKING and len(self.rest.split()) >= least

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


def _setting(rest: str) -> bool:
    """Tell `config`, `config mode`, `config mode auto` from a sentence about a config."""
    name, *value = rest.split(maxsplit=_MOST_WORDS) or [""]
    if name.casefold() not in set(Setting):
        return not name
    return len(value) <= _VALUE_WORDS.get(Setting(name.casefold()), 1)


def _address(rest: str) -> bool:
    """Tell an address, or none, from the words of a sentence about one."""
    return not rest or (len(rest.split()) == 1 and bool(re.search(r"[./:]", rest)))


def _user_and_app(rest: str) -> bool:
    """Tell `user-42 instagram prod`, and less than that, from a sentence."""
    return len(rest.split()) <= 3


def _client(rest: str) -> bool:
    """Tell an SdkClient's id, a UserPool's and an environment from a sentence."""
    words = rest.split()
    return not words or (len(words) <= 3 and bool(re.search(r"\d", words[0])))


def _options(rest: str) -> bool:
    """Tell `mint`, `mint sub=user-42 ttl=10m` and a single word from a sentence."""
    words = rest.split()
    return len(words) <= 1 or "=" in words[0]


def _period(rest: str) -> bool:
    """Tell `stats` and `stats 7d` from a sentence about statistics."""
    return not rest or days_of(rest) is not None


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
        "What an error is about, and every check that it allows; without text, a form",
        "[pasted error]",
        anything,
        Form.DIAGNOSE,
    ),
    Name.CHECK_JWKS: Usage("Whether Anon can use your JWK Set", "<address>", _address),
    Name.CHECK_TOKEN: Usage(
        "Header, key, signature and claims of a token, in a form that keeps it private",
        "",
        anything,
        Form.VERIFY_TOKEN,
    ),
    Name.CHECK_LINK: Usage(
        "Whether a user has linked an app", "<appUserId> <app> [env]", _user_and_app
    ),
    Name.CHECK_CLIENT: Usage(
        "Whether SdkClient, UserPool and JWK Set fit", "<sdkClientId> [userPoolId] [env]", _client
    ),
    Name.MINT: Usage(
        "An example token, for you alone; without options, a form",
        "[sub=] [ttl=10m] [aud=] [iss=] [claim=K=V] [fault=]",
        _options,
        Form.MINT,
    ),
    Name.KEYS: Usage("The keys of example tokens, and the JWKS URL"),
    Name.ESCALATE: Usage(
        "A human, with all that the bot found; without text, a form",
        "[what goes wrong]",
        anything,
        Form.ESCALATE,
    ),
    Name.HELP: Usage("What the bot can do, with examples"),
    Name.CONFIG: Usage(
        "Staff: how the bot behaves in this channel; without a setting, a form",
        "[setting] [value]",
        _setting,
        Form.CONFIG,
    ),
    Name.STATS: Usage("Staff: figures of the last days, with a picture", "[7d]", _period),
    Name.MUTE_ME: Usage("The bot leaves your messages alone"),
    Name.UNMUTE_ME: Usage("The bot answers you again"),
    Name.FORGET_ME: Usage("Deletes what the bot keeps about you"),
}
CHECKING = {
    Name.CHECK_JWKS: CheckKind.JWKS,
    Name.CHECK_TOKEN: CheckKind.TOKEN,
    Name.CHECK_LINK: CheckKind.LINK,
    Name.CHECK_CLIENT: CheckKind.CLIENT,
}
KNOWN = tuple(name.value for name in VERBS)
_HUMAN = frozenset({"human", "a human", "ask a human", "ask human"})  # as the button is called
_NEAR = 70  # rapidfuzz ratio: "hlep" and "mute" are near, "cors" is not
_VALUE_WORDS = {  # of settings whose value may have several
    Setting.HOURS: 12,  # "mon, tue and fri 9:00 - 17:00 Europe/Berlin"
    **dict.fromkeys((Setting.REMIND, Setting.STALE, Setting.CLOSE, Setting.QUIET), 2),  # "30 min"
}
_MOST_WORDS = 14  # more are not counted
_WORD = re.compile(r"[a-z]{1,12}(?: me)?")
_LONGEST_FIRST = sorted(VERBS, key=len, reverse=True)


def parse_verb(text: str) -> Verb:
    """Return the verb; what is not one is an ask when it is more than a single plain word."""
    text = text.strip()
    if not text:
        return Verb(Name.HELP)
    if text.rstrip(".!").casefold() in _HUMAN:
        return Verb(Name.ESCALATE)
    for name in _LONGEST_FIRST:
        rest = _after(name, text)
        if rest is not None and VERBS[name].takes(rest):
            return Verb(Name.HELP) if name is Name.ASK and not rest else Verb(name, rest)
    words = " ".join(text.casefold().rstrip("!?. ").split())
    if words == "check":
        return Verb(Name.HELP)
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
