"""People in the page: who asks, two of staff, and who reads along and then has the same error."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bot.playground.real_bot import real_bot
from tests.page_lab import PageLab, page_lab
from tests.test_page_checks import picture
from tests.test_page_chromium import browser, done, pytestmark, visit

__all__ = ["browser", "pytestmark"]
PASTE = (
    "caused by SessionStoreFull: no room left (acme-7)\n"
    "Error translating external user id: 500 - Internal Server Error\n"
    "after a restart\n"
    "Error translating external user id: 404 - Not Found"
)
ERROR = "caused by SessionStoreFull: no room left ({id})"
ENTRY = "session-store-full"
CAUSE = "The session store of acme-7 was full"


@dataclass
class Watching:
    """Somebody at the page, on a desk or with a phone."""

    name: str
    page: Page
    shown: str  # how the pictures are named

    def open(self, channel: str) -> None:
        """Look at a channel; on a phone the list of them is behind a button."""
        if (close := self.page.get_by_role("button", name="Close the thread")).is_visible():
            close.click()
        if (menu := self.page.get_by_role("button", name="Channels")).is_visible():
            menu.click()
        name = self.page.locator(".room-name", has_text=re.compile(f"^{channel}$"))
        self.page.locator(".room").filter(has=name).click()
        expect(self.page.get_by_label(f"Message #{channel}")).to_be_visible()

    def open_thread(self) -> None:
        self.page.locator("main").get_by_role("button", name=re.compile(r"\d repl")).first.click()
        expect(self.thread).to_be_visible()

    def press(self, where: Locator, name: str) -> None:
        where.get_by_role("button", name=name, exact=True).click()

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("complementary", name="Thread")

    def answer(self, place: int) -> Locator:
        return self.thread.locator("article").nth(place)

    @property
    def note(self) -> Locator:
        """The message that shows how the ticket stands."""
        return self.thread.locator("article").filter(has_text="asked for a human")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def picture(self, step: str) -> None:
        picture(self.page, f"{self.shown}-{step}-{self.name}")


@pytest.fixture
def real(tmp_path: Path) -> Iterator[PageLab]:
    with page_lab(real_bot, tmp_path) as lab:
        yield lab


@pytest.fixture(params=[("light", 1280), ("dark", 1280), ("phone", 390)], ids=lambda p: p[0])
def people(
    request: pytest.FixtureRequest, browser: Browser, real: PageLab
) -> Iterator[tuple[Watching, ...]]:
    shown, width = request.param
    all_of_them = [
        Watching(
            name,
            visit(browser, real, person=f"U0{name.upper()}", width=width, dark=shown == "dark"),
            shown,
        )
        for name in ("ana", "sam", "bo", "tess")
    ]
    yield tuple(all_of_them)
    for one in all_of_them:
        done(one.page)


def test_from_a_paste_to_a_human_and_back(people: tuple[Watching, ...]) -> None:
    ana, sam, bo, tess = people
    first = wrong_twice(ana, bo)
    escalated(ana)
    claimed_and_answered(ana, sam, bo)
    resolved(ana, sam, bo)
    expect(first).to_contain_text("Not it")
    saved(sam, tess)
    answered_anew(bo)


def wrong_twice(ana: Watching, bo: Watching) -> Locator:
    """Paste, and find two answers wrong; the second one opens the form."""
    box = ana.page.get_by_label("Message #support")
    box.fill(PASTE)
    box.press("Enter")
    if not ana.thread.is_visible():
        ana.open_thread()
    first, second = ana.answer(1), ana.answer(2)
    expect(first).to_contain_text("backend-user-500")
    ana.picture("1-answer")
    ana.press(first, "Not it")
    expect(first).to_contain_text("Not it:")
    expect(second).to_contain_text("backend-user-404")
    bo.open_thread()
    expect(bo.answer(2)).to_contain_text("backend-user-404")
    bo.press(bo.answer(2), "Not it")
    expect(bo.thread).to_contain_text("Only the person who asked can fold")
    expect(bo.answer(2).get_by_role("button", name="Remove")).to_have_count(0)
    bo.picture("2-not-the-asker")
    ana.picture("2-next")
    ana.press(second, "Not it")
    expect(ana.dialog).to_contain_text("Ask a human")
    return first


def escalated(ana: Watching) -> None:
    """Fill the form in; the thread shows the ticket."""
    expect(ana.dialog.get_by_label("What goes wrong")).to_have_value(re.compile("404 - Not Found"))
    ana.picture("3-form")
    ana.dialog.get_by_label("What you tried").fill("A restart, and a new link.")
    ana.dialog.get_by_label("How urgent is it?").select_option("blocked")
    ana.press(ana.dialog, "Ask")
    expect(ana.dialog).to_have_count(0)
    expect(ana.note).to_contain_text("open: nobody has it yet")
    ana.picture("4-ticket")


def claimed_and_answered(ana: Watching, sam: Watching, bo: Watching) -> None:
    """Staff claim the ticket, and reply: all read it in the thread."""
    sam.open("staff")
    card = sam.page.locator("main article").filter(has_text="Ticket 1")
    expect(card).to_contain_text("A restart, and a new link.")
    expect(card).to_contain_text("@support-staff")
    expect(card).to_contain_text("blocked")
    sam.picture("5-card")
    sam.press(card, "Claim")
    expect(card).to_contain_text("Claimed by")
    expect(ana.note).to_contain_text("has it")
    sam.press(card, "Reply")
    sam.dialog.get_by_label("Your reply").fill("I look into it & come back.")
    sam.picture("6-reply")
    sam.press(sam.dialog, "Send")
    expect(sam.dialog).to_have_count(0)
    for one in (ana, bo):
        expect(one.thread).to_contain_text("(staff) says")
        expect(one.thread).to_contain_text("I look into it & come back.")
    ana.picture("7-replied")
    expect(bo.page.locator(".room-name", has_text="staff")).to_have_count(0)


def resolved(ana: Watching, sam: Watching, bo: Watching) -> None:
    """Staff say how it was resolved: the thread shows that."""
    card = sam.page.locator("main article").filter(has_text="Ticket 1")
    sam.press(card, "Resolve")
    sam.dialog.get_by_label("How").fill(CAUSE)
    sam.dialog.get_by_label("The entry that was right").select_option("backend-user-500")
    sam.picture("8-resolve")
    sam.press(sam.dialog, "Resolve")
    expect(sam.dialog).to_have_count(0)
    expect(card).to_contain_text("resolved")
    sam.picture("9-resolved")
    for one in (ana, bo):
        expect(one.note).to_contain_text(CAUSE)
        expect(one.note.get_by_role("button", name="Reopen")).to_be_visible()
    ana.picture("9-resolved")
    bo.picture("9-resolved")


def saved(sam: Watching, tess: Watching) -> None:
    """Staff make an entry of it: one writes it, another approves it."""
    card = sam.page.locator("main article").filter(has_text="Ticket 1")
    sam.press(card, "Save as FAQ")
    form = sam.dialog
    expect(form.get_by_label("Answer")).to_have_value(re.compile("I look into it & come back."))
    expect(form.get_by_label("Errors")).to_have_value(re.compile(re.escape(ERROR)))
    sam.picture("10-draft")
    form.get_by_label("Errors").fill(ERROR)
    form.get_by_label("Questions").fill("")
    form.get_by_label("Title").fill("The session store is full")
    form.get_by_label("Id").fill("frontend-cors")
    form.get_by_label("Answer").fill("Ask for **more room** in the session store.")
    sam.press(form, "Propose")
    expect(form).to_contain_text("in the base already")
    sam.picture("11-refused")
    form.get_by_label("Id").fill(ENTRY)
    sam.press(form, "Propose")
    expect(sam.dialog).to_have_count(0)
    tess.open("staff")
    proposal = tess.page.locator("main article").filter(has_text=ENTRY)
    expect(proposal).to_contain_text("nothing to mend", timeout=90_000)
    tess.picture("12-proposed")
    tess.press(proposal, "Approve")
    expect(proposal).to_contain_text("approved it", timeout=90_000)
    tess.picture("13-live")


def answered_anew(bo: Watching) -> None:
    """Somebody else pastes the same: the new entry answers."""
    bo.open("support")
    box = bo.page.get_by_label("Message #support")
    box.fill(PASTE.replace("acme-7", "globex-3"))
    box.press("Enter")
    threads = bo.page.locator("main").get_by_role("button", name=re.compile(r"\d repl"))
    expect(threads).to_have_count(2)
    threads.last.click()
    expect(bo.answer(1)).to_contain_text(ENTRY)
    expect(bo.answer(1)).to_contain_text("more room in the session store")
    bo.picture("14-answered")
