"""Troubles on demand: the next calls of a Web API method are slow, limited or broken."""

import asyncio
from dataclasses import dataclass

TOO_MANY = 429


@dataclass(slots=True)
class Fault:
    """What the next ``count`` calls of a method get; status 200 with a delay is slowness alone."""

    status: int
    count: int
    retry_after: int = 1
    delay: float = 0.0
    error: str = ""


class Faults:
    """The troubles that wait, by method; ``*`` stands for every method."""

    def __init__(self) -> None:
        """Start with none."""
        self._waiting: dict[str, list[Fault]] = {}

    def add(
        self,
        method: str,
        *,
        status: int = TOO_MANY,
        count: int = 1,
        retry_after: int = 1,
        delay: float = 0.0,
        error: str = "",
    ) -> None:
        """Let the next ``count`` calls of the method go wrong."""
        fault = Fault(status, count, retry_after, delay, error)
        self._waiting.setdefault(method, []).append(fault)

    def clear(self) -> None:
        """Let everything work again."""
        self._waiting.clear()

    async def take(self, method: str) -> Fault | None:
        """Return the trouble of this call after its delay, or None when it goes well."""
        for key in (method, "*"):
            queue = self._waiting.get(key, [])
            if queue:
                fault = queue[0]
                fault.count -= 1
                if fault.count <= 0:
                    queue.pop(0)
                await asyncio.sleep(fault.delay)
                return fault
        return None
