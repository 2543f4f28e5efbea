"""`check link`: whether a user has linked an app, under exactly that id, in that environment."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from bot.anon_answers import AnonError, Environment, SessionStatus
from bot.anon_api import AnonApi
from bot.checks.asking_anon import no_answer, refuse_secrets
from bot.checks.finding import Finding, Step, finding
from bot.checks.known_apps import KNOWN_APPS, closest_app
from bot.checks.shown import shown

TRIES = 3  # of a status `unknown`, as Anon's page asks
BETWEEN = 1.0  # seconds between them
Pause = Callable[[float], Awaitable[None]]
_ELSEWHERE = {Environment.SANDBOX: Environment.PROD, Environment.PROD: Environment.SANDBOX}

LINK_AGAIN = "Let the user link the app again (Anon Link); then run this again."
LINK_FIRST = (
    "Let the user link the app first, in this environment; and use the id that stands in `sub` of"
    " the token with which they link, letter for letter."
)

EXACTLY = "use just these, ids are compared letter for letter."


@dataclass(frozen=True, slots=True)
class _Place:
    """Where else a link may be, and what is said when it is there."""

    env: Environment
    app_user_id: str
    app: str
    words: str


async def check_link(
    app_user_id: str,
    app: str,
    env: Environment,
    api: AnonApi,
    *,
    pause: Pause = asyncio.sleep,
) -> list[Finding]:
    """Return how a user's link to an app is; ends within the client's whole time.

    An `unknown` is asked again; after a 404 the other environment, a likelier spelling of the id
    and the app that was probably meant are looked at too, as far as there are keys and time.
    Raises UserError for a secret in place of an id.
    """
    refuse_secrets(app_user_id, app)
    until = api.deadline()
    remarks = _judge_app(app)
    try:
        status = await _settled_status(app_user_id, app, env, api, pause=pause, until=until)
    except AnonError as error:
        return [no_answer(error, Step.LINK), *remarks]
    if status is None:
        found = await _look_elsewhere(app_user_id, app, env, api, until)
        return [_not_linked(app_user_id, app, env, found), *remarks]
    return [_told(status, app_user_id, app, env), *remarks]


async def _settled_status(
    app_user_id: str, app: str, env: Environment, api: AnonApi, *, pause: Pause, until: float
) -> SessionStatus | None:
    """Return the status; `unknown` is normal seconds after linking, so it is asked again."""
    loop = asyncio.get_running_loop()
    status = await api.session_status(env, app_user_id, app, until=until)
    for _ in range(TRIES - 1):
        if status is not SessionStatus.UNKNOWN or until - loop.time() <= BETWEEN:
            break
        await pause(BETWEEN)
        status = await api.session_status(env, app_user_id, app, until=until)
    return status


def _told(status: SessionStatus, app_user_id: str, app: str, env: Environment) -> Finding:
    who = f"{shown(app_user_id)} and {shown(app)} in {env}"
    match status:
        case SessionStatus.ACTIVE:
            return finding("linked", f"The link of {who} is active.")
        case SessionStatus.REVOKED:
            return finding("link_revoked", f"The link of {who} was revoked.", LINK_AGAIN)
        case _:
            seen = (
                f"Anon cannot tell the state of the link of {who}. That is normal for some"
                " seconds after linking."
            )
            return finding("link_unknown", seen, f"Wait a moment and run this again. {LINK_AGAIN}")


def _judge_app(app: str) -> list[Finding]:
    if app in KNOWN_APPS:
        return []
    meant = closest_app(app)
    remedy = (
        f"Did you mean `{meant}`? Ids of apps are lower case, with underscores."
        if meant
        else "That is right for a custom integration; otherwise check its spelling."
    )
    return [finding("app_unknown", f"{shown(app)} is none of the apps that are known.", remedy)]


async def _look_elsewhere(
    app_user_id: str, app: str, env: Environment, api: AnonApi, until: float
) -> list[str]:
    """Return what to say of the places where the link is instead."""
    places = list(_places(app_user_id, app, env, api))
    found = await asyncio.gather(*(_is_active(one, api, until) for one in places))
    return [place.words for place, active in zip(places, found, strict=True) if active]


def _places(app_user_id: str, app: str, env: Environment, api: AnonApi) -> Iterator[_Place]:
    other = _ELSEWHERE.get(env)
    if other and api.has_key(other):
        words = f"It is linked in {other}: use that environment, or link in {env} too."
        yield _Place(other, app_user_id, app, words)
    meant = None if app in KNOWN_APPS else closest_app(app)
    for name in [app, *filter(None, [meant])]:
        for spelling in dict.fromkeys([app_user_id, app_user_id.strip(), app_user_id.lower()]):
            if spelling.strip() and (name, spelling) != (app, app_user_id):
                words = f"It is linked as {shown(spelling)} and {shown(name)}: {EXACTLY}"
                yield _Place(env, spelling, name, words)


async def _is_active(place: _Place, api: AnonApi, until: float) -> bool:
    """Tell whether a link is there; that nobody answers is no reason to say anything."""
    try:
        status = await api.session_status(place.env, place.app_user_id, place.app, until=until)
    except AnonError:
        return False
    return status is SessionStatus.ACTIVE


def _not_linked(app_user_id: str, app: str, env: Environment, found: list[str]) -> Finding:
    seen = f"{shown(app_user_id)} never linked {shown(app)} in {env} under exactly this id."
    return finding("not_linked", seen, " ".join(found or [*_hints(app_user_id), LINK_FIRST]))


def _hints(app_user_id: str) -> Iterator[str]:
    """What an id looks like that may not be the one that was linked."""
    if "@" in app_user_id:
        yield (
            "The id looks like an e-mail address: unless the UserPool's idClaim is `email`, the id"
            " is the token's `sub`."
        )
    if app_user_id != app_user_id.strip():
        yield "The id begins or ends with white space."
    elif app_user_id != app_user_id.lower():
        yield "The id has capital letters: compare them with the id that was linked."
