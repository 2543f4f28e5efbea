"""Waits for what shows up in its own time."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
LOOK_SECONDS = 0.1


async def shown(look: Callable[[], T], seconds: float) -> T:
    """Return what ``look`` finds first, or its last nothing when the time is over."""
    until = time.monotonic() + seconds
    found = look()
    while not found and time.monotonic() < until:
        await asyncio.sleep(LOOK_SECONDS)
        found = look()
    return found
