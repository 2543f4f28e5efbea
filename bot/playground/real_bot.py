"""The unchanged bot, opened as ``anon-support run`` opens it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp

from bot.app import create_asgi
from bot.config import Settings
from bot.guard import Guard
from bot.services import open_services


@asynccontextmanager
async def real_bot(settings: Settings, guard: Guard | None = None) -> AsyncIterator[ASGIApp]:
    """Yield the bot's application while its services are open."""
    async with open_services(settings, guard=guard) as services:
        app = create_asgi(services)
        async with app.router.lifespan_context(app):
            yield app
