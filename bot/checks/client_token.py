"""`check token --client`: a token against the keys of its SdkClient's UserPool."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bot.anon_answers import Environment
from bot.anon_api import AnonApi
from bot.checks.client import fetch_pool_keys, look_up_pool, name_keys
from bot.checks.finding import Finding, Step, finding
from bot.checks.jwks import Pause
from bot.checks.token import check_token, served_key_set
from bot.guard import Guard

_NOT_BY_THE_POOL = frozenset({"kid_not_in_jwks", "jwk_missing_kid", "bad_signature"})
DETAIL = "The token was not signed with a key of the JWK Set of this SdkClient's UserPool."
REMEDY = (
    "Sign it with a key of that JWK Set, or use the SdkClient of the UserPool whose JWK Set does"
    " hold the key."
)


async def check_token_of_client(
    raw: str,
    client_id: str,
    env: Environment,
    *,
    api: AnonApi,
    guard: Guard,
    now: datetime,
    pause: Pause = asyncio.sleep,
) -> list[Finding]:
    """Return what stands against a pasted token, held against its SdkClient's UserPool.

    Where the pool's keys cannot be had, the findings say why, and the token alone is judged.
    """
    seen = await look_up_pool(client_id, None, env, api)
    fetched = await fetch_pool_keys(seen, guard, pause=pause)
    key_set = served_key_set(fetched.findings, fetched.keys, fetched.date) if fetched else None
    found = check_token(raw, key_set, now=now)
    return [*seen.findings, *name_keys(seen, guard), *found, *_foreign(found)]


def _foreign(found: Sequence[Finding]) -> list[Finding]:
    """Say once, at the step that shows it, that the token is another UserPool's."""
    steps = [Step(one.step) for one in found if one.code in _NOT_BY_THE_POOL]
    return [finding("token_not_for_pool", DETAIL, REMEDY, step=step) for step in steps[:1]]
