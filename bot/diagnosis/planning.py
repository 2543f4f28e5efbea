"""Which checks a paste allows, and which ones its entry asks for but it lacks the inputs of."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.anon_answers import Environment
from bot.checks.ladder import CheckKind
from bot.diagnosis.inputs import Address, Inputs, SealedToken
from knowledge.entry import Check

MOST_CHECKS = 6
_MOST_OF_A_KIND = 2
_ORDER = (CheckKind.CLIENT, CheckKind.JWKS, CheckKind.TOKEN, CheckKind.LINK)
_OF_ANON = re.compile(r"(?:.+\.)?anon\.com", re.IGNORECASE)
_LIKE_JWKS = re.compile(
    r"jwks|/\.well-known/|/certs?\b|/keys\b|\.jwk\b|openid|jwk_?set", re.IGNORECASE
)
_ELSEWHERE = re.compile(  # hosts that serve pages to read, not keys
    r"(?:docs?\..+|(?:.+\.)?(?:slack|stackoverflow|npmjs|youtube|notion|loom|imgur)\.com|.+\.slack\.com)",
    re.IGNORECASE,
)

AN_ADDRESS = "the address of a JWK Set"
A_TOKEN = "a token"  # noqa: S105 - words
A_CLIENT = "an SdkClient id"
A_USER = "an appUserId"
AN_APP = "the app's id"


@dataclass(frozen=True, slots=True)
class Planned:
    """A check and what it looks at; with something missing it cannot be run."""

    kind: CheckKind
    address: Address | None = None
    token: SealedToken | None = None
    client_id: str | None = None
    pool_id: str | None = None
    app_user_id: str | None = None
    app: str | None = None
    env: Environment | None = None
    missing: tuple[str, ...] = ()

    @property
    def about(self) -> str:
        """What it looks at, in words that hold no secret."""
        match self.kind:
            case CheckKind.JWKS:
                return self.address.shown if self.address else ""
            case CheckKind.TOKEN:
                return f"kid {self.token.kid}" if self.token and self.token.kid else ""
            case CheckKind.CLIENT:
                return self.client_id or ""
            case CheckKind.LINK:
                return ", ".join(filter(None, [self.app_user_id, self.app]))


def plan(inputs: Inputs, named: Sequence[Check] = (), *, every: bool = True) -> tuple[Planned, ...]:
    """Return the checks to run: those that an entry names first, in its order.

    With `every`, also those that the paste allows and the entry does not name. A named one whose
    inputs are not in the paste says what is missing.
    """
    kinds = list(dict.fromkeys(CheckKind(one.check.value) for one in named))
    more = [kind for kind in _ORDER if kind not in kinds] if every else []
    wanted = [one for kind in kinds for one in _of_kind(kind, inputs, asked=True)]
    allowed = [one for kind in more for one in _of_kind(kind, inputs, asked=False)]
    return tuple([*wanted, *(one for one in allowed if not one.missing)][:MOST_CHECKS])


def _of_kind(kind: CheckKind, inputs: Inputs, *, asked: bool) -> Sequence[Planned]:
    return list(_PLANNERS[kind](inputs, asked))[:_MOST_OF_A_KIND]


def _jwks(inputs: Inputs, asked: bool) -> Iterator[Planned]:
    addresses = key_addresses(inputs, certain=not asked)
    yield from (Planned(CheckKind.JWKS, address=one) for one in addresses)
    if not addresses:
        yield Planned(CheckKind.JWKS, missing=(AN_ADDRESS,))


def _token(inputs: Inputs, asked: bool) -> Iterator[Planned]:
    """Yield a check of each token, with the keys of its SdkClient's pool or of an address."""
    del asked
    client = next(iter(inputs.sdk_client_ids), None)
    address = next(iter(key_addresses(inputs, certain=True)), None)
    for one in inputs.tokens:
        yield Planned(CheckKind.TOKEN, token=one, client_id=client, address=address, env=inputs.env)
    if not inputs.tokens:
        yield Planned(CheckKind.TOKEN, missing=(A_TOKEN,))


def _link(inputs: Inputs, asked: bool) -> Iterator[Planned]:
    del asked
    missing = [] if inputs.app_user_ids else [A_USER]
    missing += [] if inputs.app else [AN_APP]
    for user in inputs.app_user_ids or (None,):
        yield Planned(
            CheckKind.LINK,
            app_user_id=user,
            app=inputs.app,
            env=inputs.env,
            missing=tuple(missing),
        )


def _client(inputs: Inputs, asked: bool) -> Iterator[Planned]:
    del asked
    pool = next(iter(inputs.user_pool_ids), None)
    for one in inputs.sdk_client_ids:
        yield Planned(CheckKind.CLIENT, client_id=one, pool_id=pool, env=inputs.env)
    if not inputs.sdk_client_ids:
        yield Planned(CheckKind.CLIENT, missing=(A_CLIENT,))


_PLANNERS = {
    CheckKind.JWKS: _jwks,
    CheckKind.TOKEN: _token,
    CheckKind.LINK: _link,
    CheckKind.CLIENT: _client,
}


def key_addresses(inputs: Inputs, *, certain: bool) -> Sequence[Address]:
    """Return the addresses that look like a JWK Set's; unless certain, else any that may be."""
    foreign = [one for one in inputs.urls if not _OF_ANON.fullmatch(_host(one))]
    likely = [one for one in foreign if _LIKE_JWKS.search(one.shown)]
    if likely or certain:
        return likely
    return [one for one in foreign if not _ELSEWHERE.fullmatch(_host(one))]


def _host(address: Address) -> str:
    try:
        return urlsplit(address.value).hostname or ""
    except ValueError:
        return ""
