"""Where one person watches checks run: a command's answers, a message only they see, a modal."""

import asyncio
import time
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.reply import Notice, Said
from handlers.blocks import diagnosis_view
from handlers.messenger import SlackMessenger
from handlers.respond import Respond

USES = 4  # of a response_url, which Slack takes five times; one is left for a failure
DIAGNOSE = "Diagnose with Anon"
ACK_READ_SECONDS = 0.3
LOADING = Notice("Checking… The outcome follows here, in some seconds.")


class CommandScreen:
    """Says at once that something runs, then the outcome: a command's answer cannot be edited."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond
        self._begun: tuple[Said, ...] | None = None

    async def __call__(self, *said: Said, last: bool) -> None:
        """Show in place of what was shown before, the outcome where it is the last."""
        if last:
            shown = self._begun or ()
            await self._respond(*(one for one in said if one not in shown))
        elif self._begun is None:
            self._begun = said[:-1]
            await self._respond(*self._begun, LOADING)


class ReplacedScreen:
    """Edits the message that was pressed, as often as Slack lets it be."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond
        self._left = USES

    async def __call__(self, *said: Said, last: bool) -> None:
        """Show in place of what was shown before, the outcome where it is the last."""
        if last or self._left > 1:
            self._left -= 1
            await self._respond(*said, replace=True)


class ViewScreen:
    """Edits a modal."""

    def __init__(
        self, messenger: SlackMessenger, team: str, view_id: str, target: str, title: str = DIAGNOSE
    ) -> None:
        self._messenger = messenger
        self._team = team
        self._view_id = view_id
        self._target = target
        self._title = title

    async def __call__(self, *said: Said, last: bool) -> None:  # noqa: ARG002 - all are alike here
        """Show in place of what was shown before, the outcome where it is the last."""
        view = diagnosis_view(said, self._target, self._title)
        await self._messenger.update_view(self._team, self._view_id, view)


class FormScreen:
    """Shows in place of a form what comes of it: the ack itself when that is there in time.

    A modal that is updated before Slack has read the ack would be put back by it.
    """

    def __init__(
        self, ack: AsyncAck, messenger: SlackMessenger, team: str, view: dict[str, Any]
    ) -> None:
        self._ack = ack
        self._title = view["title"]["text"]
        self._view = ViewScreen(messenger, team, view["id"], "", self._title)
        self._acked: float | None = None

    async def __call__(self, *said: Said, last: bool) -> None:
        """Show in place of what was shown before, the outcome where it is the last."""
        if self._acked is not None:
            await asyncio.sleep(self._acked + ACK_READ_SECONDS - time.monotonic())
            await self._view(*said, last=last)
            return
        self._acked = time.monotonic()
        view = diagnosis_view(said, "", self._title)
        await self._ack(response_action="update", view=view)
