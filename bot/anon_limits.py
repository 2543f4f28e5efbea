"""How much is asked of Anon's API, and when it is left in peace."""

from dataclasses import dataclass

from bot.anon_answers import AnonError, Problem


@dataclass(frozen=True, slots=True)
class AnonLimits:
    """Seconds, attempts and failures."""

    connect: float = 3.0
    read: float = 4.0
    total: float = 9.0  # of a whole check, retries and waits included
    attempts: int = 3
    wait: float = 0.2  # before the second attempt; then twice as long
    body: int = 1024 * 1024  # bytes
    failures: int = 3  # in a row, until an environment is left in peace
    rest: float = 20.0  # for so long


@dataclass(slots=True)
class Breaker:
    """What is known about an environment's health; times are those of the client's clock."""

    failures: int = 0
    closed_until: float = 0.0  # no call before: it failed several times in a row
    busy_until: float = 0.0  # no call before: it said so (Retry-After)

    def note(self, error: AnonError, now: float, limits: AnonLimits) -> None:
        """Count failures in a row; at the limit, and at each further one, close for a while."""
        self.failures = self.failures + 1 if error.problem is Problem.AWAY else 0
        if self.failures >= limits.failures:
            self.closed_until = now + limits.rest
