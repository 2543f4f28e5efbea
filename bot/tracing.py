"""One name for a request, in every line that is logged about it: ack, work and post.

It is kept with the work, so lines after a restart have it too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from secrets import token_hex

from structlog.contextvars import bound_contextvars, get_contextvars


@dataclass(slots=True)
class Taken:
    """What became of a request before it was acknowledged."""

    kept: list[str] = field(default_factory=list)  # the work that it started


_taken: ContextVar[Taken | None] = ContextVar("taken", default=None)


@contextmanager
def tracing(request: str) -> Iterator[Taken]:
    """Name the request in every line logged until the end, and in what is started meanwhile."""
    taken = Taken()
    token = _taken.set(taken)
    try:
        with bound_contextvars(request=request):
            yield taken
    finally:
        _taken.reset(token)


def note_kept(work: str) -> None:
    """Note with the request that is being taken, if one is, that it started work."""
    if taken := _taken.get():
        taken.kept.append(work)


def current_request() -> str:
    """Return the name of the request that is being dealt with, nothing if there is none."""
    return str(get_contextvars().get("request") or "")


def fresh_request() -> str:
    """Return a name for a request that came without one."""
    return token_hex(6)


def reference() -> str:
    """Return what a person can be told, to find the lines about what went wrong."""
    return current_request() or fresh_request()
