"""A text is matched once, however often it is delivered."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace

from bot.answering import MATCHES_KEPT, Recently
from bot.asking import Asking


async def test_two_deliveries_of_one_text_share_one_match():
    go_on, asked = Event(), []

    def decide(text, *, explicit):
        asked.append((text, explicit))
        go_on.wait(5)
        return text

    workflows = SimpleNamespace(answerer=SimpleNamespace(decide=decide))
    with ThreadPoolExecutor(2) as threads:
        fields = Asking.__dataclass_fields__
        given = {"workflows": workflows, "matching": threads}
        rest = {name: None for name in fields if name not in {*given, "_deciding"}}
        asking = Asking(**given, **rest)
        tasks = [asyncio.ensure_future(asking.decide("one", explicit=False)) for _ in range(3)]
        await asyncio.sleep(0)
        go_on.set()
        assert await asyncio.gather(*tasks) == ["one"] * 3
        assert asked == [("one", False)]
        await asking.decide("one", explicit=False)
        assert len(asked) == 2


def test_what_was_matched_lately_is_remembered_and_the_oldest_forgotten():
    asked = []
    recently = Recently(lambda text: asked.append(text) or text)
    assert [recently.match("a"), recently.match("a")] == ["a", "a"]
    for number in range(MATCHES_KEPT):
        recently.match(str(number))
    recently.match("a")
    assert asked.count("a") == 2
