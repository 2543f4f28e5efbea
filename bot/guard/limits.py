"""How much of a stranger's time and bytes is taken: reference/findings.md section 1."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes."""

    lookup: float = 4.0
    connect: float = 3.0
    read: float = 4.0  # between one piece and the next
    total: float = 9.0  # redirects and second looks included
    head: int = 32 * 1024
    body: int = 256 * 1024
    unpacked: int = 1024 * 1024
    page: int = 64 * 1024  # of an answer that is no 200, enough to tell whose page it is
    page_time: float = 1.5
    redirects: int = 5
    addresses: int = 16
