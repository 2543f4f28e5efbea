"""Minting on the page, in Debian's Chromium: who may sees a token, and nobody and nothing else does."""

import json
import logging
import os
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from test_page_chromium import CHROMIUM, browser, done, messages, visit

from bot.checks.token import check_token, key_set_of
from bot.playground.real_bot import real_bot
from bot.tokens.key_folder import KeyFolder
from bot.tokens.ring import jwk_set
from bot.tokens.signing_key import Algorithm, new_key
from tests.page_lab import page_lab

__all__ = ["browser"]
TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
QUESTION = "Anon's example credentials have one example user. How do I generate another token?"
PICTURES = os.environ.get("PICTURES_DIR")  # where to put screenshots, for whoever wants to look
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason="/usr/bin/chromium is missing: apt-get install chromium"
    ),
]


def command(page: Page, text: str) -> None:
    box = page.get_by_label("Message #support")
    box.fill(text)
    box.press("Enter")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


def test_mint_is_for_those_who_may_and_for_their_eyes_alone(
    browser: Browser, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog
) -> None:
    keys = KeyFolder(tmp_path / "keys", time.time)
    keys.add([new_key(Algorithm.RS256)])
    with page_lab(real_bot, tmp_path) as lab:
        caplog.set_level(logging.DEBUG)
        ana, bo, sam = (visit(browser, lab, person=f"U0{name}") for name in ("ANA", "BO", "SAM"))
        command(ana, "/anon mint sub=user-42 ttl=10m")
        answer = messages(ana).filter(has_text="Example appUserIdToken")
        expect(answer).to_be_visible()
        expect(answer).to_contain_text("It expires in 10 minutes")
        token = TOKEN.search(answer.inner_text())[0]
        now = datetime.now(UTC)
        found = check_token(token, key_set_of(jwk_set(keys.ring(), time.time())), now=now)
        assert [one.code for one in found] == ["ok"]
        answer.get_by_text("Example appUserIdToken").scroll_into_view_if_needed()
        picture(ana, "mint-allowed")
        command(bo, "/anon mint sub=user-42 ttl=10m")
        expect(messages(bo).filter(has_text="You may not mint here")).to_be_visible()
        picture(bo, "mint-refused")
        for other in (bo, sam):
            assert token not in other.content()
        command(ana, "/anon mint")
        form = ana.get_by_role("dialog")
        form.get_by_label("How long it lives").fill("2h")
        form.get_by_role("button", name="Mint").click()
        expect(form).to_contain_text("at most 1 h")
        form.get_by_label("How long it lives").fill("1h")
        picture(ana, "mint-form")
        form.get_by_role("button", name="Mint").click()
        expect(form).to_contain_text("It expires in 1 hour")
        second = TOKEN.search(form.inner_text())[0]
        picture(ana, "mint-form-answer")
        form.get_by_role("button", name="Close").last.click()
        expect(form).to_have_count(0)
        command(ana, QUESTION)
        for page, buttons in ((ana, 1), (bo, 0)):
            page.get_by_role("button", name=re.compile("1 reply")).click()
            thread = page.get_by_role("complementary", name="Thread")
            expect(thread.get_by_role("button", name="Solved")).to_be_visible()
            expect(thread.get_by_role("button", name="Mint a token")).to_have_count(buttons)
        picture(ana, "mint-offered")
        kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        said = json.dumps(
            [m.blocks for m in lab.lab.workspace.said("C0SUPPORT") if not m.ephemeral_to]
        )
        for page in (ana, bo, sam):
            done(page)
    logged = "".join(capsys.readouterr())
    for one in (token, second):
        signature = one.rpartition(".")[2]
        assert signature.encode() not in kept
        assert signature not in logged + said
