"""The words after `check …`, as the check that they name."""

import re
from typing import assert_never

from bot.anon_answers import Environment
from bot.checks.ladder import CheckKind
from bot.diagnosis import Address, Planned, SealedToken, read_inputs
from bot.errors import UserError
from bot.redact import redact
from bot.unwrap import unwrap
from bot.verbs import CHECKING, Verb, parse_verb

NOT_AN_ID = (
    "What you gave as an id is a secret (a token or a key), so I asked nobody about it. Replace the"
    " secret if others saw it."
)
ENVIRONMENTS = {"sandbox": Environment.SANDBOX, "prod": Environment.PROD}
ENVIRONMENTS["production"] = Environment.PROD
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def plan_check(text: str) -> Planned | None:
    """Return the check that a text names, which is raw; None if it names none, or not all of it.

    Raises UserError for a secret that stands where an id belongs.
    """
    verb = parse_verb(unwrap(text))
    if not verb.is_whole:
        return None
    match kind := CHECKING[verb.name]:
        case CheckKind.JWKS:
            url = verb.rest.strip("<>`'\"")
            return Planned(kind, address=Address(redact(url).text, url))
        case CheckKind.TOKEN:
            return _token(verb)
        case CheckKind.LINK:
            return _link(verb)
        case CheckKind.CLIENT:
            return _client(verb)
        case _:
            assert_never(kind)


def plan_token(raw: str, url: str, client_id: str, env: Environment | None) -> Planned:
    """Return the check of a token that was filled in."""
    inputs = read_inputs(raw)
    token = inputs.tokens[0] if inputs.tokens else SealedToken(raw)
    address = Address(redact(url).text, url) if url else None
    return Planned(
        CheckKind.TOKEN, token=token, address=address, client_id=client_id or None, env=env
    )


def _token(verb: Verb) -> Planned:
    """Return the check of the token among the words, or of all of them where none is like one."""
    inputs = read_inputs(verb.rest)
    client = _UUID.search(redact(verb.rest).text)
    return Planned(
        CheckKind.TOKEN,
        token=inputs.tokens[0] if inputs.tokens else SealedToken(verb.rest),
        address=inputs.urls[0] if inputs.urls else None,
        client_id=client[0].lower() if client else None,
        env=_env(verb.rest.split()),
    )


def _link(verb: Verb) -> Planned:
    words = _ids(verb)
    return Planned(CheckKind.LINK, app_user_id=words[0], app=words[1], env=_env(words[2:]))


def _client(verb: Verb) -> Planned:
    words = _ids(verb)
    env = _env(words[1:])
    more = [word for word in words[1:] if word.lower() not in ENVIRONMENTS]
    return Planned(CheckKind.CLIENT, client_id=words[0], pool_id=more[0] if more else None, env=env)


def _ids(verb: Verb) -> list[str]:
    if redact(verb.rest).found:
        raise UserError(NOT_AN_ID)
    return [word.strip("`'\"") for word in verb.rest.split()]


def _env(words: list[str]) -> Environment | None:
    named = (ENVIRONMENTS[word.lower()] for word in words if word.lower() in ENVIRONMENTS)
    return next(named, None)
