"""Live checks in the page: what is found, mended and found again, as a person sees it."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.page_lab import PageLab, page_lab
from tests.test_page_chromium import browser, done, messages, pytestmark, visit

__all__ = ["browser", "pytestmark"]


@pytest.fixture
def checking(tmp_path: Path) -> Iterator[PageLab]:
    with page_lab(None, tmp_path) as lab:
        yield lab


def test_a_login_page_is_found_mended_and_found_good(browser: Browser, checking: PageLab) -> None:
    page = visit(browser, checking)
    expect(page.locator(".example")).to_have_count(3)
    page.get_by_role("button", name=re.compile("A JWK Set that cannot be read")).click()
    thread = page.get_by_role("complementary", name="Thread")
    answer = thread.locator("article").nth(1)
    expect(answer).to_contain_text("A sign-in page came, not a JWK Set")
    expect(answer).to_contain_text("address · DNS · connection · TLS")
    expect(answer).to_contain_text("userpool-decode-error")
    picture(page, "login-page")
    page.get_by_text("Stand-ins", exact=True).click()
    page.get_by_label("The customer's server serves").select_option("jwks")
    answer.get_by_role("button", name="Run again").click()
    expect(answer).to_contain_text("passed")
    expect(answer).to_contain_text(re.compile("✗ .*→ ✓"))
    picture(page, "mended")
    answer.get_by_role("button", name=re.compile("Solved")).click()
    expect(answer).to_contain_text("Solved, says")
    done(page)


def test_a_user_who_never_linked_links_and_is_found(browser: Browser, checking: PageLab) -> None:
    page = visit(browser, checking)
    page.get_by_role("button", name=re.compile("A user who never linked")).click()
    private = messages(page).filter(has_text="Only you see this")
    expect(private).to_contain_text("never linked")
    thread = page.get_by_role("complementary", name="Thread")
    expect(thread.locator("article").nth(1)).to_contain_text("backend-user-404")
    expect(thread.locator("article").nth(1)).not_to_contain_text("never linked `uber`")
    picture(page, "never-linked")
    page.get_by_text("Stand-ins", exact=True).click()
    linked = page.get_by_label("user-9 has linked uber")
    linked.click()
    expect(linked).to_be_checked()
    private.get_by_role("button", name="Run again").click()
    expect(private).to_contain_text("is active")
    picture(page, "linked")
    private.get_by_role("button", name=re.compile("Solved")).click()
    expect(thread.locator("article").nth(1)).to_contain_text("Solved, says")
    done(page)


def test_a_token_is_verified_in_a_form(browser: Browser, checking: PageLab) -> None:
    page = visit(browser, checking)
    checking.do(lambda: setattr(checking.lab.customer, "serves", "jwks"))
    token, url = checking.do(
        lambda: (checking.lab.customer.token(), checking.lab.customer.jwks_url)
    )
    box = page.get_by_label("Message #support")
    box.fill("/anon check token")
    box.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("The token").fill(token)
    dialog.get_by_label("Address of your JWK Set").fill(url)
    picture(page, "form")
    dialog.get_by_role("button", name="Verify").click()
    expect(dialog).to_contain_text("verifies the signature")
    picture(page, "token")
    assert token not in page.content()
    done(page)


def picture(page: Page, name: str) -> None:
    """Keep what is seen, where somebody asked for pictures."""
    folder = os.environ.get("PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png")
