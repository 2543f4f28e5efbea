"""Who is staff: asked of Slack now and then, and nobody is turned away for its troubles."""

import asyncio

import pytest

from bot.errors import TryLaterError
from bot.staff import Staff


class Channel:
    """A staff channel whose members Slack tells, or not."""

    def __init__(self):
        self.now, self.asked, self.away = 0.0, 0, False
        self.found = frozenset({"U1"})
        self.told = asyncio.Event()
        self.told.set()
        self.staff = Staff(("U9",), "C0STAFF", self.members, self.home, lambda: self.now)

    async def home(self):
        return "T1"

    async def members(self, _team, _channel):
        self.asked += 1
        await self.told.wait()
        if self.away:
            raise TryLaterError
        return self.found


async def test_who_asks_meanwhile_waits_for_the_answer():
    channel = Channel()
    channel.told.clear()
    asking = [asyncio.create_task(channel.staff.ids()) for _ in range(3)]
    await asyncio.sleep(0)
    channel.told.set()
    assert set(await asyncio.gather(*asking)) == {frozenset({"U1", "U9"})}
    assert channel.asked == 1


async def test_a_failure_is_no_answer_and_what_was_known_holds():
    channel = Channel()
    channel.away = True
    for _ in range(2):
        with pytest.raises(TryLaterError):
            await channel.staff.ids()
    channel.away = False
    assert "U1" in await channel.staff.ids()
    channel.now, channel.away, channel.found = 301.0, True, frozenset({"U2"})
    assert "U1" in await channel.staff.ids()
    assert "U1" in await channel.staff.ids()
    assert channel.asked == 4, "not asked again at once"
    channel.now, channel.away = 312.0, False
    assert await channel.staff.ids() == {"U2", "U9"}
    await channel.staff.ids()
    assert channel.asked == 5
