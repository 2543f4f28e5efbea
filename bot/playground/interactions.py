"""What people press, call and fill in: commands, buttons, shortcuts, modals."""

from typing import Any

from bot.playground import envelopes
from bot.playground.answers import answered_command, answered_modal
from bot.playground.cast import Channel, Person
from bot.playground.form_values import chosen, fill, gaps, holders, state_of, unknown_fields
from bot.playground.people import FORBIDDEN, NOT_FOUND, TYPED_CHARS, Room
from bot.playground.refusal import RefusedError, SlackError
from bot.playground.sender import Answer, EventSender
from bot.playground.slack_values import message_object
from bot.playground.typed import command_text, escape
from bot.playground.views import OpenView
from bot.playground.workspace import Change, Kind, Message, Workspace

Json = dict[str, Any]
WARNING = "Anon is not responding: the press did not reach it in time."


class Interactions:
    """Sends what people press to the bot; each method returns before the bot has answered."""

    def __init__(
        self, workspace: Workspace, sender: EventSender, host: str, escaping: frozenset[str]
    ) -> None:
        """Send through this sender; ``escaping`` are the commands that get ids for names."""
        self._workspace = workspace
        self._sender = sender
        self._host = host
        self._room = Room(workspace)
        self._escaping = escaping

    def _respond_at(self, person: Person, channel: Channel, ts: str | None = None) -> str:
        path = self._workspace.views.new_response_url(person.id, channel.id, ts)
        return f"{self._host}{path}"

    def command(self, channel: str, user: str, command: str, text: str = "") -> None:
        """Run a slash command. It works for every member, and never in a thread."""
        person = self._room.person(user)
        place = self._room.channel(channel, person)
        if len(text) > TYPED_CHARS:
            raise RefusedError(f"Slack takes at most {TYPED_CHARS} characters after a command.")
        name = command if command.startswith("/") else f"/{command}"
        named = command_text(text, self._room.mentioned) if name in self._escaping else escape(text)
        form = envelopes.command(
            person,
            place,
            name,
            named,
            trigger_id=self._workspace.views.new_trigger(person.id),
            response_url=self._respond_at(person, place),
        )
        self._sender.start(self._run_command(form))

    async def _run_command(self, form: Json) -> None:
        answered_command(
            self._workspace,
            await self._sender.command(form),
            user=form["user_id"],
            channel=form["channel_id"],
            command=form["command"],
        )

    def click(
        self,
        channel: str,
        user: str,
        ts: str,
        action_id: str,
        block_id: str = "",
        *,
        value: Any = None,
        values: Json | None = None,
    ) -> None:
        """Press an element of a message; ``value`` picks an option, ``values`` fill inputs."""
        person = self._room.person(user)
        place = self._room.channel(channel, person)
        message = self._room.message(place, person, ts)
        block, element = _find(message.blocks, action_id, block_id)
        _may_press(element, person)
        payload = envelopes.message_action(
            person,
            place,
            message,
            self._shown(message),
            self._action(block, element, value),
            state={"values": fill(message.blocks, {}, values or {})},
            trigger_id=self._workspace.views.new_trigger(person.id),
            response_url=self._respond_at(person, place, message.ts),
        )
        self._sender.start(self._press(payload, person))

    def click_view(
        self,
        user: str,
        view_id: str,
        action_id: str,
        block_id: str = "",
        *,
        value: Any = None,
        values: Json | None = None,
    ) -> None:
        """Press an element of a modal or of the App Home."""
        person = self._room.person(user)
        view = self._view(person, view_id)
        blocks = view.content["blocks"]
        block, element = _find(blocks, action_id, block_id)
        given = dict(values or {})
        if "button" not in element["type"]:
            given[block["block_id"]] = {element["action_id"]: value}
        view.values = fill(blocks, view.values, given)
        trigger_id = self._workspace.views.new_trigger(person.id, view.id)
        action = self._action(block, element, value)
        payload = envelopes.view_action(person, view, action, trigger_id)
        self._sender.start(self._press(payload, person))

    async def _press(self, payload: Json, person: Person) -> None:
        self._warn(await self._sender.interaction(payload), person)

    def _warn(self, answer: Answer, person: Person) -> None:
        if not answer.ok:
            self._workspace.tell(Change(Kind.NOTICE, person.id, text=WARNING))

    def _action(self, block: Json, element: Json, value: Any) -> Json:
        """Return the ``actions`` member of a press."""
        action = {
            "type": element["type"],
            "action_id": element.get("action_id", ""),
            "block_id": block["block_id"],
            "action_ts": self._workspace.new_ts(),
        }
        if element["type"] == "feedback_buttons":
            sides = [element["positive_button"], element["negative_button"]]
            picked = [side for side in sides if value in (side["value"], side["text"]["text"])]
            if not picked:
                names = ", ".join(side["value"] for side in sides)
                raise RefusedError(f"Say which one in `value`: {names}.")
            return {**action, "value": picked[0]["value"], "text": picked[0]["text"]}
        if "button" in element["type"] and element["type"] != "radio_buttons":
            kept: Json = {k: element[k] for k in ("text", "value", "style", "url") if k in element}
            return {**kept, **action}
        if element.get("options") and chosen(element, value) is None:
            names = ", ".join(str(option.get("value")) for option in element["options"])
            raise RefusedError(f"Say which option in `value`: {names}.")
        return {**action, **state_of(element, value)}

    def _shown(self, message: Message) -> Json:
        return message_object(self._workspace, message, self._host)

    def shortcut(
        self, user: str, callback_id: str, channel: str | None = None, ts: str | None = None
    ) -> None:
        """Call a shortcut: on a message when ``ts`` is given, else a global one."""
        person = self._room.person(user)
        trigger_id = self._workspace.views.new_trigger(person.id)
        action_ts = self._workspace.new_ts()
        if ts is None:
            payload = envelopes.shortcut(
                person, callback_id, trigger_id=trigger_id, action_ts=action_ts
            )
            self._sender.start(self._press(payload, person))
            return
        place = self._room.channel(channel or "", person)
        message = self._room.message(place, person, ts)
        if message.ephemeral_to is not None:
            raise RefusedError("A message that only one person sees has no shortcuts.")
        payload = envelopes.message_shortcut(
            person,
            place,
            self._shown(message),
            callback_id,
            trigger_id=trigger_id,
            action_ts=action_ts,
            response_url=self._respond_at(person, place, message.ts),
        )
        self._sender.start(self._press(payload, person))

    def submit(self, user: str, view_id: str, values: Json | None = None) -> None:
        """Submit a modal, or refuse as Slack's own form does when a field is missing."""
        person = self._room.person(user)
        view = self._view(person, view_id)
        blocks = view.content["blocks"]
        strange = unknown_fields(blocks, values or {})
        if strange:
            raise RefusedError(f"The modal has no such field: {', '.join(strange)}.")
        view.values = fill(blocks, view.values, values or {})
        view.errors = gaps(blocks, view.values)
        view.notice = ""
        if view.errors:
            self._workspace.tell(Change(Kind.VIEW, person.id))
            raise RefusedError("The modal is not complete.", errors=view.errors)
        trigger_id = self._workspace.views.new_trigger(person.id, view.id)
        payload = envelopes.view_submission(person, view, trigger_id)
        self._sender.start(self._submit(payload, view))

    async def _submit(self, payload: Json, view: OpenView) -> None:
        answered_modal(self._workspace, await self._sender.interaction(payload), view)

    def close(self, user: str, view_id: str) -> None:
        """Close a modal; the bot hears of it if the modal asked for that."""
        person = self._room.person(user)
        view = self._view(person, view_id)
        self._workspace.views.close(view)
        self._workspace.tell(Change(Kind.VIEW, person.id))
        if view.content.get("notify_on_close"):
            payload = envelopes.view_closed(person, view)
            self._sender.start(self._press(payload, person))

    def _view(self, person: Person, view_id: str) -> OpenView:
        try:
            view = self._workspace.views.find(view_id)
        except SlackError:
            view = None
        if view is None or view.user != person.id:
            text = f"{person.name} has no open view {view_id!r}. Read the views again."
            raise RefusedError(text, NOT_FOUND)
        return view


def _find(blocks: list[Json], action_id: str, block_id: str) -> tuple[Json, Json]:
    """Return the block and the element that a person presses."""
    held = list(holders(blocks))
    for block, element in held:
        if element.get("action_id") == action_id and block_id in ("", block["block_id"]):
            return block, element
    names = ", ".join(str(element.get("action_id")) for _, element in held) or "none"
    raise RefusedError(f"There is no {action_id!r} to press. There are: {names}.", NOT_FOUND)


def _may_press(element: Json, person: Person) -> None:
    seen_by = element.get("visible_to_user_ids")
    if seen_by and person.id not in seen_by:
        raise RefusedError(f"{person.name} does not see that button.", FORBIDDEN)
