"""Who is staff: the configured people and the members of the staff channel."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.errors import TryLaterError

FRESH_SECONDS = 300
AGAIN_SECONDS = 10  # after Slack did not tell

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
        self._asking = asyncio.Lock()

    async def ids(self) -> frozenset[str]:
        """Return the staff's user ids; raise TryLaterError while Slack has never told them.

        Who asks meanwhile waits for the answer: an empty one would turn staff away.
        """
        async with self._asking:
            now = self._clock()
            if self._channel and (self._asked is None or now - self._asked > FRESH_SECONDS):
                await self._ask(now)
        return self._users | self._known

    async def _ask(self, now: float) -> None:
        """Ask anew; where that fails, what was known before holds a little longer."""
        try:
            if home := await self.home():
                self._known = await self._members(home, self._channel)
        except TryLaterError:
            if self._asked is None:
                raise
            now += AGAIN_SECONDS - FRESH_SECONDS
        self._asked = now
