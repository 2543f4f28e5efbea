"""Replicas on PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def replica(settings: Any) -> AsyncIterator[Any]:
    yield settings
