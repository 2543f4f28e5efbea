"""Server-sent events: what changes in the workspace, for each open page as its person sees it."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

from bot.playground.cast import BOT_USER
from bot.playground.page_values import drawn, sees
from bot.playground.workspace import Change, Kind, Workspace

Json = dict[str, Any]
WAITING = 1_000
ALIVE_SECONDS = 15.0


class Stream:
    """Hands changes to the pages that listen; a page that does not read loses its stream."""

    def __init__(self, workspace: Workspace, host: str) -> None:
        """Listen to the workspace from now on."""
        self._workspace = workspace
        self._host = host
        self._pages: dict[asyncio.Queue[str | None], str] = {}
        self._closed = False
        workspace.listeners.append(self._hear)

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._closed = True
        for queue in list(self._pages):
            self._end(queue)

    def _end(self, queue: asyncio.Queue[str | None]) -> None:
        self._pages.pop(queue, None)
        while queue.full():
            queue.get_nowait()
        queue.put_nowait(None)

    async def listen(self, user: str) -> AsyncIterator[str]:
        """Yield the text of each event for one page, and a comment when nothing happens."""
        queue: asyncio.Queue[str | None] = asyncio.Queue(WAITING)
        self._pages[queue] = user
        try:
            yield ": listening\n\n"
            while not self._closed:
                try:
                    text = await asyncio.wait_for(queue.get(), ALIVE_SECONDS)
                except TimeoutError:
                    yield ": alive\n\n"
                    continue
                if text is None:
                    return
                yield text
        finally:
            self._pages.pop(queue, None)

    def _hear(self, change: Change) -> None:
        for queue, user in list(self._pages.items()):
            for event, data in self._events(change, user):
                if queue.full():
                    self._end(queue)
                    break
                queue.put_nowait(f"event: {event}\ndata: {json.dumps(data)}\n\n")

    def _events(self, change: Change, user: str) -> Iterator[tuple[str, Json]]:
        """Yield what one person's page hears of a change."""
        channel = self._workspace.channels.get(change.channel)
        match change.kind:
            case Kind.VIEW if change.user == user:
                yield "view", {}
            case Kind.NOTICE if change.user == user:
                yield "notice", {"text": change.text}
            case Kind.STATUS if channel is not None and user in channel.members:
                yield "typing", _typing(channel.id, change.thread_ts, change.text)
            case Kind.JOINED | Kind.LEFT if channel is not None:
                yield "members", {"channel": channel.id, "members": sorted(channel.members)}
            case _ if change.message and channel and sees(change.message, channel, user):
                message = change.message
                yield "message", drawn(self._workspace, message, user, self._host)
                if change.kind is Kind.POSTED and change.user == BOT_USER:
                    yield "typing", _typing(channel.id, message.thread_ts, "")
            case _:
                pass


def _typing(channel: str, thread_ts: str | None, text: str) -> Json:
    return {"channel": channel, "thread_ts": thread_ts, "text": text}
