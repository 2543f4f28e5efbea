"""The App Home in the page: one's checks run again from it, and what staff see besides."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.page_lab import PageLab, page_lab
from tests.test_page_checks import picture
from tests.test_page_chromium import browser, done, pytestmark, visit

__all__ = ["browser", "pytestmark"]
ERROR = "Error: MongoServerError: connection pool cleared while {what}, topology is closed"
UNLINKED = (
    "Error translating external user id: 404 - Not Found appUserId=user-9 app=uber env=sandbox"
)
MISSED = ("anybody seen this? `{}`", "```\nworker {}\n```", "our import stops with {}")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[PageLab]:
    with page_lab(None, tmp_path) as lab:
        yield lab


def send(page: Page, text: str) -> None:
    box = page.get_by_label(re.compile("^Message #"))
    box.fill(text)
    box.press("Enter")


def open_home(page: Page) -> None:
    page.locator(".room").filter(has_text="Anon").last.click()
    page.get_by_role("tab", name="Home").click()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_checks_run_again_from_the_home(browser: Browser, home: PageLab, dark: bool) -> None:
    page = visit(browser, home, dark=dark)
    shade = "dark" if dark else "light"
    url = home.do(lambda: home.lab.customer.jwks_url)
    send(page, f"/anon check jwks {url}")
    expect(page.locator("main")).to_contain_text("A sign-in page came")
    send(page, UNLINKED)
    expect(page.locator("main")).to_contain_text("never linked")
    open_home(page)
    line = page.locator(".home").get_by_text(re.compile("check jwks"))
    expect(line).to_be_visible()
    picture(page, f"home-{shade}-before")
    home.do(lambda: setattr(home.lab.customer, "serves", "jwks"))
    page.locator(".home").get_by_role("button", name="Run again").last.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("can be used")
    picture(page, f"home-{shade}-modal")
    dialog.get_by_role("button", name="Close").first.click()
    expect(dialog).to_have_count(0)
    expect(page.locator(".home")).to_contain_text("The JWK Set can be used")
    newest = page.locator(".home").get_by_text(re.compile("^check (jwks|link)$")).first
    expect(newest).to_have_text("check jwks")
    picture(page, f"home-{shade}-after")
    done(page)


def test_staff_see_misses_as_groups_and_entries_by_votes(browser: Browser, home: PageLab) -> None:
    page = visit(browser, home, person="U0BO")
    for number, said in enumerate(MISSED):
        send(page, said.format(ERROR.format(what=f"job {number} ran")))
        expect(page.locator("main")).to_contain_text(f"job {number} ran")
    done(page)
    page = visit(browser, home)
    send(page, UNLINKED)
    thread = page.get_by_role("complementary", name="Thread")
    thread.get_by_role("button", name="Not it").first.click()
    expect(thread).to_contain_text("no further entry")
    done(page)
    for dark in (False, True):
        page = visit(browser, home, person="U0SAM", dark=dark)
        open_home(page)
        shown = page.locator(".home")
        expect(shown).to_contain_text("in 3 forms, such as")
        expect(shown).to_contain_text("MongoServerError: connection pool cleared while job")
        expect(shown).to_contain_text("not it 1")
        picture(page, f"staff-home-{'dark' if dark else 'light'}")
        done(page)
