"""What Anon's API answers: typed, secrets dropped on arrival, unknown members let be."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

NOT_UNDERSTOOD = "it answered in a form that is not the documented one"
TOO_LATE = "it did not answer in time"
NOT_REACHED = "it cannot be reached"
RESTING = "it failed several times in a row just now, so it is left in peace for a moment"
_SECRETS = frozenset({"secret"})  # auth.secret of a service SdkClient


class UnreadableAnswerError(ValueError):
    """An answer is not of the documented form; quotes nothing of it."""


class Environment(StrEnum):
    """Anon's environments; this bot has keys for sandbox and prod at most."""

    LOCAL = "local"
    SANDBOX = "sandbox"
    STAGING = "staging"
    PROD = "prod"


class Problem(StrEnum):
    """Why Anon gave no answer: each is the code of a finding."""

    NO_KEY = "no_key_for_environment"
    UNAUTHORIZED = "anon_unauthorized"
    FORBIDDEN = "anon_forbidden"
    RATE_LIMITED = "anon_rate_limited"
    AWAY = "anon_unavailable"


class AnonError(Exception):
    """Anon gave no answer. `why` is for people to read, and holds neither key nor address."""

    def __init__(
        self, problem: Problem, env: Environment, why: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(f"{problem} ({env}): {why}")
        self.problem = problem
        self.env = env
        self.why = why
        self.retry_after = retry_after  # seconds

    @property
    def is_passing(self) -> bool:
        """Whether the fault may be gone at the next try."""
        return self.problem is Problem.AWAY and self.why not in {NOT_UNDERSTOOD, RESTING}


class SessionStatus(StrEnum):
    """How the link of a user to an app is."""

    ACTIVE = "active"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class ClientKind(StrEnum):
    """What an SdkClient is for."""

    APPLICATION = "application"
    SERVICE = "service"
    UNTOLD = "untold"  # an older API does not say


@dataclass(frozen=True, slots=True)
class SdkClient:
    """An SdkClient; nothing secret is in it."""

    id: str
    kind: ClientKind
    user_pool_id: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class UserPool:
    """A UserPool: hosted by Anon, or with a JWK Set of the customer's."""

    id: str
    hosted: bool
    jwks_uri: str | None = None
    id_claim: str | None = None
    name: str = ""


def read_document(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a body, without the members that are secret."""
    try:
        document = json.loads(body, object_pairs_hook=_without_secrets)
    except (ValueError, RecursionError):
        raise UnreadableAnswerError from None
    if not isinstance(document, dict):
        raise UnreadableAnswerError
    return document


def read_status(document: Mapping[str, Any]) -> SessionStatus:
    """Return the status of a session; a word that is not documented is no status."""
    try:
        return SessionStatus(_text(document, "status"))
    except ValueError:
        raise UnreadableAnswerError from None


def read_sdk_client(document: Mapping[str, Any]) -> SdkClient:
    """Return the SdkClient; `auth` and `kind` may be missing."""
    kind, pool_id = _kind(document)
    return SdkClient(_id(document), kind, pool_id, _text(document, "name"))


def _kind(document: Mapping[str, Any]) -> tuple[ClientKind, str | None]:
    """Return what an SdkClient is for, by `auth`, else by `kind` as it was when it was created."""
    match document:
        case {"auth": {"type": "userPool"} as told}:
            return ClientKind.APPLICATION, _text(told, "userPoolId") or None
        case {"auth": {"type": "apiKey"}} | {"kind": "service"}:
            return ClientKind.SERVICE, None
        case {"kind": {"application": {"userPoolId": str(pool_id)}}} if pool_id:
            return ClientKind.APPLICATION, pool_id
    return ClientKind.UNTOLD, None


def read_user_pool(document: Mapping[str, Any]) -> UserPool:
    """Return the UserPool; without an own JWK Set it is hosted, whether or not it says so."""
    authorization = document.get("authorization")
    own = authorization if isinstance(authorization, dict) else {}
    jwks_uri = _text(own, "jwksUri") or None
    return UserPool(
        _id(document),
        hosted=document.get("hosted") is True or jwks_uri is None,
        jwks_uri=jwks_uri,
        id_claim=_text(own, "idClaim") or None,
        name=_text(document, "name"),
    )


def _without_secrets(members: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in members if name not in _SECRETS}


def _id(document: Mapping[str, Any]) -> str:
    if not (found := _text(document, "id")):
        raise UnreadableAnswerError
    return found


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    return value if isinstance(value, str) else ""
