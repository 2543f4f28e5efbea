"""What the stand-in for Anon's API knows, and the words that change it."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.errors import UserError

Json = dict[str, Any]

ENVIRONMENTS = ("sandbox", "prod")
STATUSES = ("active", "revoked", "unknown", "none", "forbidden")
KINDS = ("application", "service", "untold", "none")
KEYS = {"sandbox": "anon_stand_in_key_of_sandbox", "prod": "anon_stand_in_key_of_prod"}

# Seeded; the package's docstring says what each is.
CLIENT = "11111111-1111-4111-8111-111111111111"
SERVICE_CLIENT = "22222222-2222-4222-8222-222222222222"
HOSTED_CLIENT = "33333333-3333-4333-8333-333333333333"
OLD_CLIENT = "44444444-4444-4444-8444-444444444444"
POOL = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
HOSTED_POOL = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
SECRET = "anon_StandInSecretOfAServiceClient0123456789"  # noqa: S105 - opens nothing
ORGANIZATION = "99999999-9999-4999-8999-999999999999"


class BadChangeError(UserError):
    """A change that the stand-in does not understand: its text says what it would."""


@dataclass(slots=True)
class Link:
    """A user's link to an app; unknown becomes active after so many questions, 0 = never."""

    status: str
    active_after: int = 0


@dataclass(frozen=True, slots=True)
class Pool:
    """A UserPool; without an address of its own, the stand-in serves its JWK Set."""

    hosted: bool = False
    jwks_uri: str = ""


@dataclass(frozen=True, slots=True)
class Client:
    """An SdkClient."""

    kind: str
    user_pool_id: str = ""


@dataclass(slots=True)
class World:
    """One environment."""

    links: dict[tuple[str, str], Link] = field(default_factory=dict)
    pools: dict[str, Pool] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)


def _seeded() -> dict[str, World]:
    sandbox = World(
        links={
            ("user-42", "instagram"): Link("active"),
            ("user-7", "linkedin"): Link("revoked"),
            ("user-new", "instagram"): Link("unknown"),
            ("user-foreign", "instagram"): Link("forbidden"),
        },
        pools={POOL: Pool(), HOSTED_POOL: Pool(hosted=True)},
        clients={
            CLIENT: Client("application", POOL),
            SERVICE_CLIENT: Client("service"),
            HOSTED_CLIENT: Client("application", HOSTED_POOL),
            OLD_CLIENT: Client("untold"),
        },
    )
    return {"sandbox": sandbox, "prod": World(links={("user-live", "amazon"): Link("active")})}


@dataclass(slots=True)
class AnonState:
    """Everything that can be changed while the stand-in runs."""

    worlds: dict[str, World] = field(default_factory=_seeded)
    jwk_set: Json = field(default_factory=lambda: {"keys": []})
    outage: bool = False
    refuse_key: bool = False
    rate_limit: int = 0  # so many further requests get 429
    retry_after: float = 1.0  # seconds, as those say
    latency: float = 0.0  # seconds before each answer
    calls: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=1000))
    now: Callable[[], float] = time.time

    def change(self, words: Mapping[str, Any]) -> None:
        """Do what a body of `POST /playground/anon` says, or raise BadChangeError."""
        for word, value in words.items():
            if word not in _CHANGES:
                known = ", ".join(sorted(_CHANGES))
                raise BadChangeError(f"Unknown word {word!r:.40}. Known: {known}.")
            _CHANGES[word](self, value)

    def reset(self) -> None:
        """Be as at the start, but for the JWK Set and the calls that were seen."""
        self.worlds = _seeded()
        self.outage = self.refuse_key = False
        self.rate_limit, self.retry_after, self.latency = 0, 1.0, 0.0

    def link(
        self, app_user_id: str, app: str, status: str, env: str = "sandbox", active_after: int = 0
    ) -> None:
        """Let a user's link be so from now on."""
        links = self.worlds[env].links
        links.pop((app_user_id, app), None)
        if status != "none":
            links[app_user_id, app] = Link(status, active_after)

    def client(
        self, client_id: str, kind: str, user_pool_id: str = "", env: str = "sandbox"
    ) -> None:
        """Let an SdkClient be there, or not (kind `none`)."""
        clients = self.worlds[env].clients
        clients.pop(client_id, None)
        if kind != "none":
            clients[client_id] = Client(kind, user_pool_id)

    def pool(
        self, pool_id: str, env: str = "sandbox", jwks_uri: str = "", *, hosted: bool = False
    ) -> None:
        """Let a UserPool be there."""
        self.worlds[env].pools[pool_id] = Pool(hosted, jwks_uri)


def _link(state: AnonState, value: Any) -> None:
    words = _members(value, "link", ("app_user_id", "app", "status"), ("env", "active_after"))
    _one_of(words["status"], "status", STATUSES)
    state.link(
        str(words["app_user_id"]),
        str(words["app"]),
        words["status"],
        env=_env(words),
        active_after=int(_number(words.get("active_after", 0), "active_after")),
    )


def _client(state: AnonState, value: Any) -> None:
    words = _members(value, "client", ("id", "kind"), ("env", "user_pool_id"))
    _one_of(words["kind"], "kind", KINDS)
    state.client(str(words["id"]), words["kind"], str(words.get("user_pool_id", "")), _env(words))


def _pool(state: AnonState, value: Any) -> None:
    words = _members(value, "pool", ("id",), ("env", "jwks_uri", "hosted"))
    state.pool(
        str(words["id"]),
        _env(words),
        str(words.get("jwks_uri", "")),
        hosted=words.get("hosted") is True,
    )


def _jwk_set(state: AnonState, value: Any) -> None:
    if not isinstance(value, dict):
        raise BadChangeError("jwk_set is an object: the JWK Set to serve.")
    state.jwk_set = value


def _switch(name: str) -> Callable[[AnonState, Any], None]:
    def change(state: AnonState, value: Any) -> None:
        setattr(state, name, _one_of(value, name, (True, False)))

    return change


def _amount(name: str, kind: type) -> Callable[[AnonState, Any], None]:
    def change(state: AnonState, value: Any) -> None:
        setattr(state, name, kind(_number(value, name)))

    return change


def _reset(state: AnonState, value: Any) -> None:
    if _one_of(value, "reset", (True,)):
        state.reset()


_CHANGES: dict[str, Callable[[AnonState, Any], None]] = {
    "link": _link,
    "client": _client,
    "pool": _pool,
    "jwk_set": _jwk_set,
    "outage": _switch("outage"),
    "refuse_key": _switch("refuse_key"),
    "rate_limit": _amount("rate_limit", int),
    "retry_after": _amount("retry_after", float),
    "latency": _amount("latency", float),
    "reset": _reset,
}


def _members(value: Any, word: str, needed: tuple[str, ...], known: tuple[str, ...]) -> Json:
    if not isinstance(value, dict) or not set(needed) <= value.keys() <= {*needed, *known}:
        form = ", ".join([*needed, *(f"{name}?" for name in known)])
        raise BadChangeError(f"{word} is an object with the members {form}.")
    return value


def _env(words: Json) -> str:
    return str(_one_of(words.get("env", "sandbox"), "env", ENVIRONMENTS))


def _one_of(value: Any, name: str, allowed: tuple[Any, ...]) -> Any:
    if not any(value is one or (isinstance(value, str) and value == one) for one in allowed):
        raise BadChangeError(f"{name} is one of {', '.join(map(str, allowed))}.")
    return value


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 3600:
        raise BadChangeError(f"{name} is a number from 0 to 3600.")
    return float(value)
