"""Slack's side of a run: the local workspace's double on loopback, with many people in it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette

from bot.playground.cast import BOT_USER, Channel, Person
from bot.playground.double import SlackDouble
from bot.playground.loop_server import LoopServer
from bot.playground.manifest import read_manifest

PEOPLE = 2_000
CHANNELS = 20


def channel_ids(count: int = CHANNELS) -> list[str]:
    """Return the ids of the channels that the people talk in."""
    return [f"C0K{number}" for number in range(count)]


def user_id(number: int) -> str:
    """Return who says message ``number``; nobody speaks again before everybody has."""
    return f"U0K{number % PEOPLE}"


@asynccontextmanager
async def slack_double(channels: int = CHANNELS) -> AsyncIterator[SlackDouble]:
    """Serve the double; what its people say reaches the bot through a driver, not by itself."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        double = SlackDouble(address_of(listener), read_manifest(), pace=1, ack_seconds=0)
        double.workspace.listeners.clear()
        fill(double, channels)
        async with served(double, listener):
            yield double


@asynccontextmanager
async def served(double: SlackDouble, listener: socket.socket) -> AsyncIterator[None]:
    """Serve the double's Web API on a bound socket while this is open."""
    app = Starlette(routes=double.routes())
    server = LoopServer(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await server.accepts.wait()
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def address_of(listener: socket.socket) -> str:
    """Return the address of a bound socket."""
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"


def fill(double: SlackDouble, channels: int) -> None:
    """Put people and channels into the workspace."""
    people = {user_id(number) for number in range(PEOPLE)}
    for one in people:
        double.workspace.people[one] = Person(one, one.lower(), one, "#777777", "asks")
    for name in channel_ids(channels):
        members = people | {BOT_USER}
        double.workspace.add_channel(Channel(name, name.lower(), "auto", members))
