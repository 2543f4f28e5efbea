"""A stand-in for Anon's API on loopback, for the playground and for tests; every answer says so.

Environments are folders: base URLs are ``http://127.0.0.1:PORT/sandbox`` and ``…/prod``. It takes
the keys of `KEYS`. Seeded in sandbox:

| user, app | status |
|---|---|
| user-42, instagram | active |
| user-7, linkedin | revoked |
| user-new, instagram | unknown |
| user-foreign, instagram | 403 |

and user-live, amazon: active in prod only. SdkClients of sandbox: 1111… is an application of the
pool aaaa… (whose JWK Set the stand-in serves), 2222… a service with a secret, 3333… an application
of the Anon-hosted pool bbbb…, 4444… one that does not say what it is (older API).

`POST /playground/anon` changes it (`GET` shows it); several words may stand in one body:

    {"link": {"app_user_id": "user-9", "app": "uber", "status": "active", "env": "prod"}}
    {"client": {"id": "…", "kind": "application", "user_pool_id": "…"}}    kind none: taken away
    {"pool": {"id": "…", "jwks_uri": "https://…"}}  {"pool": {"id": "…", "hosted": true}}
    {"jwk_set": {"keys": []}}  {"outage": true}  {"refuse_key": true}  {"latency": 0.5}
    {"rate_limit": 2, "retry_after": 1}  {"reset": true}

A link's status is active, revoked, unknown (with "active_after": n, active from the nth question
on), forbidden (403) or none (404).
"""

from bot.anon_double.app import STAND_IN, AnonDouble
from bot.anon_double.state import (
    CLIENT,
    HOSTED_CLIENT,
    HOSTED_POOL,
    KEYS,
    OLD_CLIENT,
    POOL,
    SECRET,
    SERVICE_CLIENT,
    AnonState,
    BadChangeError,
)

__all__ = [
    "CLIENT",
    "HOSTED_CLIENT",
    "HOSTED_POOL",
    "KEYS",
    "OLD_CLIENT",
    "POOL",
    "SECRET",
    "SERVICE_CLIENT",
    "STAND_IN",
    "AnonDouble",
    "AnonState",
    "BadChangeError",
]
