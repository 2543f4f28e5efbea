"""Mode `shadow` in the page: staff see what would be said, edit it, and it appears in the thread."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from bot.playground.real_bot import real_bot
from tests.page_lab import PageLab, page_lab
from tests.test_page_chromium import browser, done, pytestmark, visit
from tests.test_page_people import Watching

__all__ = ["browser", "pytestmark"]
ERROR = "Error translating external user id: 404 - Not Found"
QUESTION = "how do we bring our own identity provider, is auth0 fine?"


@pytest.fixture
def real(tmp_path: Path) -> Iterator[PageLab]:
    with page_lab(real_bot, tmp_path) as lab:
        yield lab


def card(sam: Watching, text: str) -> Locator:
    return sam.page.locator("main article").filter(has_text=text)


@pytest.mark.parametrize(("shown", "width"), [("light", 1280), ("dark", 1280), ("phone", 390)])
def test_staff_decide_what_is_said(browser: Browser, real: PageLab, shown: str, width: int) -> None:
    ana, sam = (
        Watching(
            name,
            visit(browser, real, person=f"U0{name.upper()}", width=width, dark=shown == "dark"),
            f"shadow-{shown}",
        )
        for name in ("ana", "sam")
    )
    box = sam.page.get_by_label("Message #support")
    box.fill("/anon config mode shadow")
    box.press("Enter")
    expect(sam.page.locator("main")).to_contain_text("shadow")
    for user, text in (("ana", ERROR), ("bo", QUESTION)):
        real.say("support", user, text)
    sam.open("staff")
    error, question = card(sam, ERROR), card(sam, QUESTION)
    expect(error).to_contain_text("I would have replied in the thread")
    expect(question).to_contain_text("Discard")
    sam.picture("1-cards")
    error.scroll_into_view_if_needed()
    sam.picture("2-card")
    sam.press(question, "Discard")
    expect(question).to_contain_text("discarded it: nothing was said")
    sam.press(error, "Edit")
    words = sam.dialog.get_by_label("The answer")
    expect(words).to_have_value(re.compile(r"^\*\*"))
    sam.picture("3-form")
    words.fill("Relink *user-42* in the sandbox, then <!channel> is happy.")
    sam.press(sam.dialog, "Send")
    expect(sam.dialog).to_have_count(0)
    expect(error).to_contain_text("sent it, in other words")
    sam.picture("4-decided")
    ana.open_thread()
    expect(ana.answer(1)).to_contain_text("Relink user-42 in the sandbox")
    expect(ana.answer(1)).to_contain_text("in the words of @sam (staff)")
    ana.picture("5-thread")
    ana.press(ana.answer(1), "Solved")
    expect(ana.answer(1)).to_contain_text("Solved, says @ana")
    expect(ana.answer(1)).to_contain_text("Relink user-42")
    expect(ana.page.locator("main")).not_to_contain_text("discarded")
    for one in (ana, sam):
        done(one.page)
