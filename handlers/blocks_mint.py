"""An example token as Block Kit: for one person, never in the text of a notification."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from shlex import quote
from typing import Any

from slack_sdk.models.blocks import Block

from bot.reply import MintAnswer, Notice
from handlers.elements import section
from handlers.mrkdwn import escape

SANDBOX = "https://svc.sandbox.anon.com"  # what is to be typed leads to Anon itself
TITLE = "Example token"
HEAD = "*Example appUserIdToken* for `{sub}`. It {ends}. Only you see it; I keep no copy."
MUST_FAIL = ":warning: *Made to fail*: a check has to answer `{finding}`, and nothing else."
TEXT = "An example token for {sub}; it {ends}."
NO_SUB = "nobody"
LOCAL = " (a local address: Anon cannot reach it until `PUBLIC_URL` is set)"
USE = """*Use it*
• JWKS URL: {jwks}{local}
• `appUserId` in your backend: `{sub}`, the very `sub` of the token
• a link URL for this user, with your API key and the id of an SdkClient of the pool below:"""
POOL = "*A UserPool and an SdkClient for this JWKS*, once, in sandbox:"
HOSTED = """*With an Anon-hosted UserPool* this token is of no use: Anon issues the tokens there. \
Ask for one yourself; I never do, for it is a real credential. Without `exp` it lives for six \
months. Never use this call with a UserPool that has a JWKS of yours."""
_UNITS = ((3_600, "hour"), (60, "minute"), (1, "second"))


def mint_answer(answer: MintAnswer) -> tuple[str, list[Block]]:
    """Return the answer's text, which holds no token, and its blocks."""
    sub = _inline(str(answer.claims.get("sub", NO_SUB)))
    names = {"sub": sub, "ends": _ends(answer)}
    jwks = escape(answer.jwks_url)
    local = LOCAL if answer.is_local else ""
    blocks: list[Block] = [
        section(HEAD.format(**names)),
        section(_code(answer.token)),
        *([section(MUST_FAIL.format(finding=answer.finding))] if answer.finding else []),
        section(f"*Header*\n{_code(_json(answer.header))}"),
        section(f"*Claims*\n{_code(_json(answer.claims))}"),
        section(USE.format(jwks=jwks, local=local, sub=sub)),
        section(_code(_link(answer))),
        section(f"{POOL}\n{_code(_pool(answer))}"),
        section(f"{HOSTED}\n{_code(_hosted(answer))}"),
    ]
    return TEXT.format(**names), blocks


def mint_view(said: MintAnswer | Notice) -> dict[str, Any]:
    """Return the modal that shows the token, or what goes on."""
    blocks = mint_answer(said)[1] if isinstance(said, MintAnswer) else [section(said.text)]
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": TITLE},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": [block.to_dict() for block in blocks],
    }


def _ends(answer: MintAnswer) -> str:
    """Say in words when the token expires, or that it has."""
    exp = datetime.fromtimestamp(answer.claims["exp"], UTC)
    verb = "expired" if answer.finding == "expired" else f"expires in {_words(answer.ttl)}"
    return f"{verb} ({exp:%Y-%m-%d %H:%M:%S} UTC)"


def _words(seconds: int) -> str:
    """Return `10 minutes`, `1 hour`, `90 seconds`."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    count = seconds // size
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _link(answer: MintAnswer) -> str:
    return (
        f"curl -G {SANDBOX}/link/url \\\n"
        '  -H "Authorization: Bearer $ANON_API_KEY" \\\n'
        "  --data-urlencode app=instagram \\\n"
        '  --data-urlencode "clientId=$SDK_CLIENT_ID" \\\n'
        "  --data-urlencode redirectUrl=http://localhost:3000/redirect \\\n"
        f"  --data-urlencode appUserIdToken={answer.token}"
    )


def _pool(answer: MintAnswer) -> str:
    pool = {
        "name": "example",
        "description": "Example users",
        "authorization": {"jwksUri": answer.jwks_url},
    }
    kind = {"application": {"userPoolId": "USER_POOL_ID"}}
    client = {"name": "example", "description": "Example app", "kind": kind}
    return "\n".join(
        (
            _post("/org/userPool", quote(json.dumps(pool))),
            "# then, with the id that this answered in place of USER_POOL_ID:",
            _post("/org/sdkClient", quote(json.dumps(client))),
        )
    )


def _hosted(answer: MintAnswer) -> str:
    body = {"appUserId": answer.claims.get("sub", "user-42"), "exp": answer.claims["exp"]}
    return _post("/org/appUserIdToken", quote(json.dumps(body)))


def _post(path: str, body: str) -> str:
    return (
        f"curl -X POST {SANDBOX}{path} \\\n"
        '  -H "Authorization: Bearer $ANON_API_KEY" -H "Content-Type: application/json" \\\n'
        f"  -d {body}"
    )


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False)


def _code(text: str) -> str:
    """Return a code block; a backtick in JSON, which could end it, is escaped as JSON does."""
    safe = escape(text).replace("`", "\\u0060")
    return f"```{safe}```"


def _inline(text: str) -> str:
    return escape(text).replace("`", "'")
