"""The /playground/* addresses: what the page and scripts read and do."""

import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.anon_double import BadChangeError
from bot.playground import page_values
from bot.playground.customer import SERVES
from bot.playground.double import SlackDouble
from bot.playground.first_visit import state
from bot.playground.page_body import Body
from bot.playground.refusal import RefusedError
from bot.playground.web_api import slack_json

Json = dict[str, Any]
Deed = Callable[[SlackDouble, Body], Json]
NO_CUSTOMER = "No customer's server runs beside this workspace."


def _say(double: SlackDouble, body: Body) -> Json:
    thread_ts = body.text("thread_ts", optional=True) or None
    ts = double.people.say(body.text("channel"), body.text("user"), body.text("text"), thread_ts)
    return {"ts": ts}


def _file(double: SlackDouble, body: Body) -> Json:
    ts = double.people.file(
        body.text("channel"),
        body.text("user"),
        body.text("name"),
        body.text("content"),
        text=body.text("text", optional=True),
        thread_ts=body.text("thread_ts", optional=True) or None,
    )
    return {"ts": ts}


def _edit(double: SlackDouble, body: Body) -> Json:
    double.people.edit(body.text("channel"), body.text("user"), body.text("ts"), body.text("text"))
    return {"ok": True}


def _delete(double: SlackDouble, body: Body) -> Json:
    double.people.delete(body.text("channel"), body.text("user"), body.text("ts"))
    return {"ok": True}


def _react(double: SlackDouble, body: Body) -> Json:
    double.people.react(
        body.text("channel"),
        body.text("user"),
        body.text("ts"),
        body.text("name"),
        remove=body.flag("remove"),
    )
    return {"ok": True}


def _join(double: SlackDouble, body: Body) -> Json:
    inviter = body.text("inviter", optional=True)
    double.people.join(body.text("channel"), body.text("user"), inviter)
    return {"ok": True}


def _leave(double: SlackDouble, body: Body) -> Json:
    double.people.leave(body.text("channel"), body.text("user"))
    return {"ok": True}


def _home(double: SlackDouble, body: Body) -> Json:
    person = double.people.room.person(body.text("user"))
    double.at_home.add(person.id)
    double.people.open_home(person.id, body.text("tab", optional=True) or "home")
    return {"ok": True}


def _command(double: SlackDouble, body: Body) -> Json:
    double.interactions.command(
        body.text("channel"),
        body.text("user"),
        body.text("command"),
        body.text("text", optional=True),
    )
    return {"ok": True}


def _click(double: SlackDouble, body: Body) -> Json:
    action = (body.text("action_id"), body.text("block_id", optional=True))
    filled = {"value": body.picked(), "values": body.fields("values")}
    if body.members.get("view_id"):
        double.interactions.click_view(body.text("user"), body.text("view_id"), *action, **filled)
    else:
        place = (body.text("channel"), body.text("user"), body.text("ts"))
        double.interactions.click(*place, *action, **filled)
    return {"ok": True}


def _shortcut(double: SlackDouble, body: Body) -> Json:
    double.interactions.shortcut(
        body.text("user"),
        body.text("callback_id"),
        body.text("channel", optional=True) or None,
        body.text("ts", optional=True) or None,
    )
    return {"ok": True}


def _submit(double: SlackDouble, body: Body) -> Json:
    double.interactions.submit(body.text("user"), body.text("view_id"), body.fields("values"))
    return {"ok": True}


def _close(double: SlackDouble, body: Body) -> Json:
    double.interactions.close(body.text("user"), body.text("view_id"))
    return {"ok": True}


def _fault(double: SlackDouble, body: Body) -> Json:
    double.faults.add(
        body.text("method"),
        status=int(body.number("status", 429)),
        count=int(body.number("count", 1)),
        retry_after=int(body.number("retry_after", 1)),
        delay=body.number("delay", 0),
        error=body.text("error", optional=True),
    )
    return {"ok": True}


def _anon(double: SlackDouble, body: Body) -> Json:
    """Change the stand-in for Anon's API: link a user, begin an outage."""
    try:
        double.anon.state.change(body.members)
    except BadChangeError as error:
        raise RefusedError(str(error)) from None
    double.give_customer(double.customer)  # a reset takes it away
    return {"ok": True, "state": double.anon.shown()}


def _customer(double: SlackDouble, body: Body) -> Json:
    """Let the customer's server serve something else."""
    serves = body.text("serves")
    if double.customer is None:
        raise RefusedError(NO_CUSTOMER, 404)
    if serves not in SERVES:
        raise RefusedError(f"`serves` is one of {', '.join(SERVES)}.")
    double.customer.serves = serves
    return {"ok": True, **double.customer.shown()}


DEEDS: dict[str, Deed] = {
    "say": _say,
    "file": _file,
    "edit": _edit,
    "delete": _delete,
    "react": _react,
    "join": _join,
    "leave": _leave,
    "home": _home,
    "command": _command,
    "click": _click,
    "shortcut": _shortcut,
    "submit": _submit,
    "close": _close,
    "fault": _fault,
    "anon": _anon,
    "customer": _customer,
}


def page_routes(double: SlackDouble) -> list[Route]:
    """Return the addresses of the page's own interface."""

    async def do(request: Request) -> Response:
        return await _refusable(lambda body: _deed(double, request, body), request)

    async def look(request: Request) -> Response:
        reader = READERS.get(request.path_params["what"])
        return await _refusable(lambda _body: _read(double, request, reader), request)

    async def listen(request: Request) -> Response:
        try:
            person = double.people.room.person(request.query_params.get("user", ""))
        except RefusedError as refused:
            return _refusal(refused)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        events = double.stream.listen(person.id)
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)

    return [
        Route("/playground/stream", listen, methods=["GET"]),
        Route("/playground/{what}", look, methods=["GET"]),
        Route("/playground/{deed}", do, methods=["POST"]),
    ]


async def _refusable(run: Callable[[bytes], Json], request: Request) -> Response:
    try:
        return slack_json(run(await request.body()))
    except RefusedError as refused:
        return _refusal(refused)


def _refusal(refused: RefusedError) -> Response:
    return slack_json({"error": str(refused), **refused.details}, refused.status)


def _deed(double: SlackDouble, request: Request, body: bytes) -> Json:
    deed = DEEDS.get(request.path_params["deed"])
    if deed is None:
        raise RefusedError(f"There is no such address. Use one of: {', '.join(DEEDS)}.", 404)
    try:
        members = json.loads(body or b"{}")
    except ValueError:
        raise RefusedError("The body must be JSON.") from None
    if not isinstance(members, dict):
        raise RefusedError("The body must be a JSON object.")
    return deed(double, Body(members))


Reader = Callable[[SlackDouble, Body], Json]


def _messages(double: SlackDouble, query: Body) -> Json:
    user = query.text("user", optional=True)
    channel = double.people.room.channel(query.text("channel"))
    person = double.people.room.person(user).id if user else None
    return page_values.messages(double.workspace, channel, person, double.host)


def _views(double: SlackDouble, query: Body) -> Json:
    person = double.people.room.person(query.text("user"))
    if person.id not in double.at_home:  # looking for the first time is opening the App Home
        double.at_home.add(person.id)
        double.people.open_home(person.id)
    return page_values.views(double.workspace, person.id)


def _state(double: SlackDouble, _query: Body) -> Json:
    jwks_url = double.customer.jwks_url if double.customer else ""
    return state(double.workspace, double.manifest, jwks_url)


def _anon_state(double: SlackDouble, _query: Body) -> Json:
    return {"ok": True, "state": double.anon.shown()}


def _customer_state(double: SlackDouble, _query: Body) -> Json:
    """Return what the customer's server serves; nothing where none runs."""
    return double.customer.shown() if double.customer else {}


READERS: dict[str, Reader] = {
    "messages": _messages,
    "views": _views,
    "state": _state,
    "anon": _anon_state,
    "customer": _customer_state,
}


def _read(double: SlackDouble, request: Request, reader: Reader | None) -> Json:
    if reader is None:
        raise RefusedError(f"There is no such address. Use one of: {', '.join(READERS)}.", 404)
    return reader(double, Body(dict(request.query_params)))
