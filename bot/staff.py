"""Who is staff: the configured people and the members of the staff channel."""

from collections.abc import Awaitable, Callable

FRESH_SECONDS = 300

Members = Callable[[str, str], Awaitable[frozenset[str]]]
Home = Callable[[], Awaitable[str]]


class Staff:
    """Answers who is staff; asks for the channel's members every five minutes at most.

    The channel stands in one team, the operator's; who is staff is so in every team.
    """

    def __init__(
        self,
        users: tuple[str, ...],
        channel: str,
        members: Members,
        home: Home,
        clock: Callable[[], float],
    ) -> None:
        self._users = frozenset(users)
        self._channel = channel
        self._members = members
        self.home = home
        self._clock = clock
        self._known: frozenset[str] = frozenset()
        self._asked: float | None = None

    async def ids(self) -> frozenset[str]:
        """Return the staff's user ids."""
        now = self._clock()
        if self._channel and (self._asked is None or now - self._asked > FRESH_SECONDS):
            self._asked = now  # before the call: a channel that cannot be read is not asked twice
            if home := await self.home():
                self._known = await self._members(home, self._channel)
        return self._users | self._known
