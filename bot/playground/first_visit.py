"""What the page tells somebody who sees it for the first time."""

from typing import Any

from bot.playground.cast import (
    BOT,
    BOT_ID,
    GROUP_HANDLE,
    GROUP_ID,
    PEOPLE,
    TEAM_ID,
    TEAM_NAME,
)
from bot.playground.manifest import Manifest
from bot.playground.workspace import Workspace
from bot.verbs import VERBS

Json = dict[str, Any]
STAND_INS = (
    "Slack and Anon are stand-ins: everything else is the real bot. "
    "Messages live in memory, so a restart begins an empty workspace."
)
CORS = """\
the connect dialog stays blank and the console says

```
Access to fetch at 'https://svc.sandbox.anon.com/account/api/v1/appIntegration?id=instagram' \
from origin 'https://link.svc.sandbox.anon.com' has been blocked by CORS policy: \
No 'Access-Control-Allow-Origin' header is present on the requested resource. \
If an opaque response serves your needs, set the request's mode to 'no-cors' \
to fetch the resource with CORS disabled.
```"""
LOG = """\
our backend worker fails since this morning, any idea?

```
2026-11-22T09:14:03.118Z INFO  worker  job 8812 started app=instagram
2026-11-22T09:14:03.702Z INFO  worker  opening session for user-42
2026-11-22T09:14:04.377Z ERROR worker  Error translating external user id: 404 - Not Found
    at translateUserId (/srv/app/node_modules/@anon/sdk-typescript/dist/index.js:214:11)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
2026-11-22T09:14:04.379Z WARN  worker  job 8812 failed, attempt 3 of 3
```"""
DECODE = """\
creating our user pool fails:

```
error decoding response body: expected value at line 1 column 1
jwksUri: {url}
```"""
NEVER_LINKED = """\
what is wrong here? the user says that they linked

```
Error translating external user id: 404 - Not Found
appUserId=user-9 app=uber env=sandbox
```"""
EXAMPLES = (
    {"title": "A CORS error in the browser", "text": CORS, "channel": "support"},
    {"title": "A 404 in a server log", "text": LOG, "channel": "support"},
    {
        "title": "A plain question",
        "text": "How do I use my own identity provider?",
        "channel": "support",
    },
)


def examples(jwks_url: str = "") -> list[Json]:
    """Return what can be sent by one click: with checks, where there is a server to check."""
    if not jwks_url:
        return list(EXAMPLES)
    decode = DECODE.format(url=jwks_url)
    checked = [
        {"title": "A JWK Set that cannot be read", "text": decode, "channel": "support"},
        {"title": "A user who never linked", "text": NEVER_LINKED, "channel": "support"},
    ]
    return [*checked, EXAMPLES[-1]]


def state(workspace: Workspace, manifest: Manifest, jwks_url: str = "") -> Json:
    """Return who and what is here, and what can be tried."""
    return {
        "team": {"id": TEAM_ID, "name": TEAM_NAME},
        "users": [
            {
                "id": person.id,
                "name": person.name,
                "real_name": person.real_name,
                "color": person.color,
                "role": person.role,
            }
            for person in PEOPLE
        ],
        "bot": {"id": BOT_ID, "user_id": BOT.id, "name": BOT.name},
        "channels": [
            {
                "id": channel.id,
                "name": channel.name,
                "mode": channel.mode,
                "topic": channel.topic,
                "members": sorted(channel.members),
                "is_im": channel.is_im,
                "is_ext_shared": channel.is_ext_shared,
            }
            for channel in workspace.channels.values()
        ],
        "commands": list(manifest.commands),
        "verbs": [
            {"name": name, "usage": f"{name} {usage.arguments}".strip(), "description": usage.does}
            for name, usage in VERBS.items()
        ],
        "shortcuts": list(manifest.shortcuts),
        "examples": examples(jwks_url),
        "user_groups": [{"id": GROUP_ID, "name": GROUP_HANDLE}],
        "stand_ins": STAND_INS,
    }
