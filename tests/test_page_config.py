"""The settings of a channel in the page: opened, refused at an input, saved, gone by."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bot.playground.real_bot import real_bot
from tests.page_lab import PageLab, page_lab
from tests.test_page_chromium import browser, done, messages, pytestmark, visit
from tests.test_page_people import Watching

__all__ = ["browser", "pytestmark"]


@pytest.fixture
def real(tmp_path: Path) -> Iterator[PageLab]:
    with page_lab(real_bot, tmp_path) as lab:
        yield lab


@pytest.mark.parametrize(("shown", "width"), [("light", 1280), ("dark", 1280), ("phone", 390)])
def test_staff_set_a_channel_in_its_form(
    browser: Browser, real: PageLab, shown: str, width: int
) -> None:
    page = visit(browser, real, person="U0SAM", width=width, dark=shown == "dark")
    sam = Watching("sam", page, f"config-{shown}")
    box = page.get_by_label("Message #support")
    box.fill("/anon config")
    box.press("Enter")
    form = sam.dialog
    expect(form.get_by_label("Mode")).to_have_value("auto")
    expect(form.get_by_label("Threshold")).to_have_value("0.75")
    expect(form.get_by_label("Escalation group")).to_have_value("S0SUPPORT")
    sam.picture("1-form")
    form.get_by_label("Threshold").fill("2")
    for day in ("Monday", "Friday"):
        form.get_by_label(day).check()
    form.get_by_label("From").fill("09:00")
    form.get_by_label("To", exact=True).fill("08:00")
    form.get_by_label("Time zone").fill("Berlin")
    sam.press(form, "Save")
    expect(form).to_contain_text("Did you mean Europe/Berlin?")
    expect(form).to_contain_text("from 0.5 to 1")
    expect(form).to_contain_text("has to end later than it begins")
    expect(form.get_by_label("Friday")).to_be_checked()
    sam.picture("2-wrong")
    form.get_by_label("Threshold").fill("0.8")
    form.get_by_label("To", exact=True).fill("17:00")
    form.get_by_label("Time zone").fill("Europe/Berlin")
    sam.picture("3-hours")
    sam.press(form, "Save")
    expect(form).to_contain_text("Threshold: now 0.8 (was 0.75)")
    expect(form).to_contain_text("now mon,fri 09:00-17:00 Europe/Berlin (was always)")
    sam.picture("4-saved")
    form.get_by_role("button", name="Close").last.click()
    expect(form).to_have_count(0)
    box.fill("@Anon config")
    page.get_by_role("button", name="Send", exact=True).click()
    told = messages(page).filter(has_text="How I behave in")
    expect(told).to_contain_text("0.8 (set by @sam)")
    sam.picture("5-said")
    told.get_by_role("button", name="Change").click()
    expect(form.get_by_label("Threshold")).to_have_value("0.8")
    done(page)
