"""The stand-in for Anon's API on a loopback port, and a client of it that never waits long."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn

from bot.anon_answers import Environment
from bot.anon_api import AnonApi, Endpoint
from bot.anon_double import KEYS, AnonDouble, AnonState
from bot.anon_limits import AnonLimits
from bot.guard import Guard
from bot.playground.loop_server import LoopServer

SANDBOX, PROD = Environment.SANDBOX, Environment.PROD
QUICK = AnonLimits(connect=1.0, read=0.3, total=2.0, wait=0.001, rest=60.0)


@dataclass
class AnonLab:
    """The stand-in, where it is, and the client."""

    origin: str
    double: AnonDouble
    api: AnonApi
    pauses: list[float] = field(default_factory=list)

    @property
    def state(self) -> AnonState:
        return self.double.state

    @property
    def guard(self) -> Guard:
        return Guard(allow_http=True, allow_hosts=[self.origin.removeprefix("http://")])

    async def pause(self, seconds: float) -> None:
        """A pause of a check: remembered, not taken."""
        self.pauses.append(seconds)

    def environment(self) -> dict[str, str]:
        """The settings that lead a command line here."""
        return {
            "ANON_API_URL_SANDBOX": f"{self.origin}/sandbox",
            "ANON_API_URL_PROD": f"{self.origin}/prod",
            "ANON_API_KEY_SANDBOX": KEYS["sandbox"],
            "ANON_API_KEY_PROD": KEYS["prod"],
        }


@asynccontextmanager
async def serving(app: object) -> AsyncIterator[str]:
    """Yield the origin of an ASGI application on a loopback port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1
        )
        server = LoopServer(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        await server.accepts.wait()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


@asynccontextmanager
async def open_anon(*envs: Environment, limits: AnonLimits = QUICK) -> AsyncIterator[AnonLab]:
    """Yield the stand-in and a client with keys for the environments (both by default)."""
    double = AnonDouble()
    async with serving(double.app) as origin:
        api = client_for(origin, *envs, limits=limits)
        try:
            yield AnonLab(origin, double, api)
        finally:
            await api.close()


def client_for(origin: str, *envs: Environment, limits: AnonLimits = QUICK) -> AnonApi:
    endpoints = {
        env: Endpoint(f"{origin}/{env.value}", KEYS[env.value]) for env in envs or (SANDBOX, PROD)
    }
    return AnonApi(endpoints, limits=limits)
