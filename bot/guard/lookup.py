"""DNS in threads of its own, so that a slow server of names holds up nothing else."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from threading import BoundedSemaphore, Thread

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

_MOST_AT_ONCE = 16
_free = BoundedSemaphore(_MOST_AT_ONCE)


async def look_up(host: str, port: int) -> Sequence[str]:
    """Return every address of a name, or raise OSError.

    Each look-up has a daemon thread: an executor's threads would keep the process from ending
    until a name server that is away has been waited for.
    """
    if not _free.acquire(blocking=False):
        raise OSError("too many look-ups at once")
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()
    Thread(target=_ask, args=(host, port, loop, answer), daemon=True, name="lookup").start()
    return await answer


def _ask(
    host: str, port: int, loop: asyncio.AbstractEventLoop, answer: asyncio.Future[list[str]]
) -> None:
    found: list[str] | OSError
    try:
        # Bytes: a str would go through Python's IDNA codec, which raises on long labels.
        infos = socket.getaddrinfo(host.encode(), port, type=socket.SOCK_STREAM)
        found = list(dict.fromkeys(str(info[4][0]) for info in infos))
    except OSError as error:
        found = error
    finally:
        _free.release()
    try:
        loop.call_soon_threadsafe(_give, answer, found)
    except RuntimeError:
        return  # the loop has ended: nobody waits any more


def _give(answer: asyncio.Future[list[str]], found: list[str] | OSError) -> None:
    if answer.done():
        return
    if isinstance(found, OSError):
        answer.set_exception(found)
    else:
        answer.set_result(found)
