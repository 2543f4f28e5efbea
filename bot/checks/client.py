"""`check client`: SdkClient, its UserPool and that pool's JWK Set, and whether they correspond."""

import asyncio
import re
from dataclasses import dataclass

from bot.anon_answers import AnonError, ClientKind, Environment, SdkClient, UserPool
from bot.anon_api import AnonApi
from bot.checks.asking_anon import no_answer, refuse_secrets
from bot.checks.finding import Finding, Step, finding
from bot.checks.jwks import Fetched, Pause, fetch_key_set
from bot.checks.shown import shown, shown_url
from bot.guard import Guard

_OTHER = {Environment.SANDBOX: Environment.PROD, Environment.PROD: Environment.SANDBOX}
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

COPY_ID = (
    "Copy the id from where it was created; the id of one environment is unknown in the other."
)
APPLICATION = (
    "Use the id of the application's SdkClient (webAppSdkClient.json) in AnonLink; the service"
    " one belongs to your backend alone."
)
MISMATCH = (
    "Use the SdkClient that was created for that UserPool, or create one for it; then put its id"
    " into your app."
)
HOSTED = "The UserPool is hosted by Anon: it has no JWK Set of yours."
HOSTED_REMEDY = "Its tokens come from POST /org/appUserIdToken, called by your backend."
UNTOLD = "Anon's answer does not say which UserPool the SdkClient belongs to (an older API)."
UNTOLD_REMEDY = "Name the UserPool, to have that looked at too."


@dataclass(frozen=True, slots=True)
class PoolSeen:
    """What was found on the way from an SdkClient to its UserPool, and the pool."""

    findings: tuple[Finding, ...]
    pool: UserPool | None = None


async def check_client(
    client_id: str,
    pool_id: str | None,
    env: Environment,
    api: AnonApi,
    guard: Guard,
    *,
    pause: Pause = asyncio.sleep,
) -> list[Finding]:
    """Return whether SdkClient, UserPool and JWK Set are there and belong together.

    The JWK Set is the one of the SdkClient's own UserPool, looked at as by `check jwks`.
    """
    seen = await look_up_pool(client_id, pool_id, env, api)
    fetched = await fetch_pool_keys(seen, guard, pause=pause)
    return [*seen.findings, *name_keys(seen, guard), *(fetched.findings if fetched else ())]


async def look_up_pool(
    client_id: str, pool_id: str | None, env: Environment, api: AnonApi
) -> PoolSeen:
    """Return what Anon knows of an SdkClient and its UserPool (or the named one).

    Raises UserError for a secret in place of an id.
    """
    refuse_secrets(client_id, pool_id)
    until = api.deadline()
    try:
        client = await api.sdk_client(env, client_id, until=until)
    except AnonError as error:
        return PoolSeen((no_answer(error, Step.CLIENT),))
    if client is None:
        return PoolSeen((await _missing_client(client_id, env, api, until),))
    found = _judge_client(client, pool_id, env)
    goal = client.user_pool_id or pool_id
    if client.kind is ClientKind.SERVICE or goal is None:
        return PoolSeen(tuple(found))
    return await _pool(goal, env, api, until, found)


async def fetch_pool_keys(
    seen: PoolSeen, guard: Guard, *, pause: Pause = asyncio.sleep
) -> Fetched | None:
    """Return what the pool's JWK Set is like, or None where there is none to fetch."""
    if seen.pool is None or seen.pool.hosted or seen.pool.jwks_uri is None:
        return None
    return await fetch_key_set(seen.pool.jwks_uri, guard, pause=pause)


def name_keys(seen: PoolSeen, guard: Guard) -> list[Finding]:
    """Name where the pool's JWK Set is, or that it is Anon's."""
    if seen.pool is None:
        return []
    if seen.pool.hosted or seen.pool.jwks_uri is None:
        return [finding("pool_hosted", HOSTED, HOSTED_REMEDY)]
    uri = seen.pool.jwks_uri
    where = f"at {shown_url(uri)}" if guard.admits(uri) else "at an address that is not public"
    return [finding("pool_jwks", f"The UserPool's JWK Set is {where}.")]


async def _pool(
    pool_id: str, env: Environment, api: AnonApi, until: float, found: list[Finding]
) -> PoolSeen:
    try:
        pool = await api.user_pool(env, pool_id, until=until)
    except AnonError as error:
        return PoolSeen((*found, no_answer(error, Step.POOL)))
    if pool is None:
        detail = f"There is no UserPool {shown(pool_id)} in {env}."
        return PoolSeen((*found, finding("pool_not_found", detail, COPY_ID)))
    good = finding("pool_found", f"The UserPool {shown(pool.id)} is there.")
    return PoolSeen((*found, good), pool)


async def _missing_client(client_id: str, env: Environment, api: AnonApi, until: float) -> Finding:
    """Say that there is no such SdkClient, and where or what it is instead, if that is known."""
    detail, remedy = f"There is no SdkClient {shown(client_id)} in {env}.", COPY_ID
    if not _UUID.fullmatch(client_id):
        remedy = f"An SdkClient id is a UUID, and this is none. {COPY_ID}"
    elif (other := _OTHER.get(env)) and api.has_key(other):
        try:
            elsewhere = await api.sdk_client(other, client_id, until=until)
        except AnonError:
            elsewhere = None
        if elsewhere:
            remedy = f"It is one of {other}: set your environment to that, or create one in {env}."
    return finding("client_not_found", detail, remedy)


def _judge_client(client: SdkClient, pool_id: str | None, env: Environment) -> list[Finding]:
    name = f"The SdkClient {shown(client.id)}"
    match client.kind:
        case ClientKind.SERVICE:
            detail = f"{name} is a service one: it acts for your backend, and has no UserPool."
            return [finding("client_is_service", detail, APPLICATION)]
        case ClientKind.APPLICATION if client.user_pool_id and client.user_pool_id == pool_id:
            return [finding("client_found", f"{name} belongs to that UserPool, in {env}.")]
        case ClientKind.APPLICATION if client.user_pool_id:
            own = shown(client.user_pool_id)
            if pool_id is None:
                return [finding("client_found", f"{name} is an application of UserPool {own}.")]
            detail = f"{name} belongs to UserPool {own}, not to {shown(pool_id)}."
            return [finding("client_pool_mismatch", detail, MISMATCH)]
    good = finding("client_found", f"{name} is there, in {env}.")
    return [good, finding("client_pool_unknown", UNTOLD, "" if pool_id else UNTOLD_REMEDY)]
