"""The Web API: one table of methods, the token, the troubles on demand, Slack's answers."""

import hmac
import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.playground import chat_methods as chat
from bot.playground import read_methods as read
from bot.playground import view_methods as views
from bot.playground.faults import TOO_MANY, Fault, Faults
from bot.playground.refusal import SlackError
from bot.playground.web_call import Call, read_arguments
from bot.playground.workspace import Workspace

Json = dict[str, Any]
Method = Callable[[Call], Json]
OK = 200
APP_SCOPE = "connections:write"

# Every method: what runs it, and any one of the scopes that Slack asks for it ("" = none).
METHODS: dict[str, tuple[Method, str]] = {
    "assistant.threads.setStatus": (chat.set_status, "chat:write assistant:write"),
    "auth.test": (read.auth_test, ""),
    "blocks.validate": (chat.validate_blocks, ""),
    "bots.info": (read.bots_info, "users:read"),
    "chat.delete": (chat.delete, "chat:write"),
    "chat.getPermalink": (chat.permalink, ""),
    "chat.postEphemeral": (chat.post_ephemeral, "chat:write"),
    "chat.postMessage": (chat.post_message, "chat:write"),
    "chat.update": (chat.update, "chat:write"),
    "conversations.history": (read.conversations_history, "channels:history groups:history"),
    "conversations.info": (read.conversations_info, "channels:read groups:read im:read"),
    "conversations.join": (read.conversations_join, "channels:join"),
    "conversations.list": (read.conversations_list, "channels:read groups:read im:read"),
    "conversations.members": (read.conversations_members, "channels:read groups:read im:read"),
    "conversations.open": (read.conversations_open, "im:write"),
    "conversations.replies": (
        read.conversations_replies,
        "channels:history groups:history im:history",
    ),
    "files.completeUploadExternal": (views.complete_upload, "files:write"),
    "files.getUploadURLExternal": (views.upload_url, "files:write"),
    "files.info": (views.files_info, "files:read"),
    "reactions.add": (chat.add_reaction, "reactions:write"),
    "reactions.get": (chat.get_reactions, "reactions:read"),
    "reactions.remove": (chat.remove_reaction, "reactions:write"),
    "team.info": (read.team_info, "team:read"),
    "usergroups.list": (read.usergroups_list, "usergroups:read"),
    "usergroups.users.list": (read.usergroups_users, "usergroups:read"),
    "users.info": (read.users_info, "users:read"),
    "users.list": (read.users_list, "users:read"),
    "views.open": (views.views_open, ""),
    "views.publish": (views.views_publish, ""),
    "views.push": (views.views_push, ""),
    "views.update": (views.views_update, ""),
}


def slack_json(content: Json, status: int = OK, headers: dict[str, str] | None = None) -> Response:
    """Return JSON in ASCII: what people pasted may hold characters that UTF-8 cannot."""
    body = json.dumps(content).encode("ascii")
    return Response(body, status, headers, media_type="application/json")


class WebApi:
    """Answers the bot's calls as Slack would."""

    def __init__(
        self, workspace: Workspace, faults: Faults, host: str, tokens: dict[str, frozenset[str]]
    ) -> None:
        """Take the tokens with their scopes; an empty set of scopes allows everything."""
        self._workspace = workspace
        self._faults = faults
        self._host = host
        self._tokens = tokens
        self.app_methods: dict[str, Method] = {}  # those that want the app's token

    def routes(self) -> list[Route]:
        """Return the Web API, uploads and the private addresses of files."""
        return [
            Route("/api/{method}", self._answer, methods=["GET", "POST"]),
            Route("/upload/v1/{file_id}", self._upload, methods=["POST"]),
            Route("/files-pri/{key}/{rest:path}", self._file, methods=["GET"]),
        ]

    async def _answer(self, request: Request) -> Response:
        method = request.path_params["method"]
        fault = await self._faults.take(method)
        if fault is not None and fault.status != OK:
            return _broken(fault)
        try:
            answer = self._run(method, request, await request.body(), fault)
        except SlackError as error:
            return slack_json({"ok": False, "error": error.code, **error.details})
        return slack_json({"ok": True, **answer})

    def _run(self, method: str, request: Request, body: bytes, fault: Fault | None) -> Json:
        if fault is not None and fault.error:
            raise SlackError(fault.error)
        content_type = request.headers.get("content-type", "")
        arguments = read_arguments(request.query_params, content_type, body)
        token = _bearer(request) or str(arguments.pop("token", ""))
        arguments.pop("token", None)
        scopes = self._scopes(token)
        self._workspace.calls.append((method, arguments))
        call = Call(self._workspace, self._host, arguments)
        if method in self.app_methods:
            if APP_SCOPE not in scopes:
                raise SlackError("not_allowed_token_type")
            return self.app_methods[method](call)
        if method not in METHODS:
            raise SlackError("unknown_method", req_method=method)
        run, needed = METHODS[method]
        if needed and scopes and not scopes & set(needed.split()):
            raise SlackError("missing_scope", needed=needed, provided=",".join(sorted(scopes)))
        return run(call)

    def _scopes(self, token: str) -> frozenset[str]:
        """Return what a token may do, or raise ``not_authed`` or ``invalid_auth``."""
        if not token:
            raise SlackError("not_authed")
        for known, scopes in self._tokens.items():
            if hmac.compare_digest(known.encode(), token.encode()):
                return scopes
        raise SlackError("invalid_auth")

    async def _upload(self, request: Request) -> Response:
        """Keep the bytes of a file that ``files.getUploadURLExternal`` announced."""
        file = self._workspace.files.by_id.get(request.path_params["file_id"])
        if file is None or file.content is not None:
            return PlainTextResponse("no such upload", 404)
        file.content = await request.body()
        return PlainTextResponse(f"OK - {len(file.content)}")

    async def _file(self, request: Request) -> Response:
        """Give a file to the bot; without its token Slack sends people to the login page."""
        try:
            self._scopes(_bearer(request))
            file = self._workspace.files.get(request.path_params["key"].rsplit("-", 1)[-1])
        except SlackError:
            return RedirectResponse("/", 302)
        return Response(file.content or b"", media_type="application/octet-stream")


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _broken(fault: Fault) -> Response:
    """Return the answer of a server that limits or fails."""
    if fault.status == TOO_MANY:
        headers = {"Retry-After": str(fault.retry_after)}
        return slack_json({"ok": False, "error": "ratelimited"}, TOO_MANY, headers)
    return PlainTextResponse("upstream trouble", fault.status)
