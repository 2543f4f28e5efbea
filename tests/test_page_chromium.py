"""The page of the local workspace in Debian's Chromium, against the server that `make run` starts."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from bot.playground.real_bot import real_bot
from tests.page_lab import MANIFEST, Json, PageLab, ScriptedBot, page_lab

CHROMIUM = Path("/usr/bin/chromium")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CORS = (
    "Access to fetch at 'https://svc.sandbox.anon.com/account/api/v1/appIntegration?id=instagram' from origin "
    "'https://link.svc.sandbox.anon.com' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' "
    "header is present on the requested resource."
)
HOSTILE = "<script>document.title='caught'</script> <img src=x onerror=\"document.title='caught'\"> *not bold* & &lt;"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason="/usr/bin/chromium is missing: apt-get install chromium"
    ),
]


expect.set_options(timeout=15_000)  # how long a loaded machine may take, not how long it takes


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGS)
        yield chromium
        chromium.close()


@pytest.fixture
def bot() -> ScriptedBot:
    return ScriptedBot()


@pytest.fixture
def scripted(bot: ScriptedBot, tmp_path: Path) -> Iterator[PageLab]:
    with page_lab(bot.start, tmp_path, MANIFEST) as lab:
        yield lab


@pytest.fixture
def real(tmp_path: Path) -> Iterator[PageLab]:
    with page_lab(real_bot, tmp_path) as lab:
        yield lab


def visit(
    browser: Browser, lab: PageLab, *, person: str = "U0ANA", width: int = 1280, dark: bool = False
) -> Page:
    """Open the page as somebody; whatever it complains about, and whatever it asks of others, fails the test."""
    context = browser.new_context(
        viewport={"width": width, "height": 780}, color_scheme="dark" if dark else "light"
    )
    context.add_init_script(f"localStorage['anon-playground.me'] ??= '{person}'")
    page = context.new_page()
    page.set_default_timeout(10_000)
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(lab.address) else trouble.append(asked.url),
    )
    page.goto(lab.address)
    expect(page.get_by_label("Message #support")).to_be_visible()
    page.trouble = trouble  # type: ignore[attr-defined]
    return page


def done(page: Page) -> None:
    assert page.trouble == []  # type: ignore[attr-defined]
    page.context.close()


def messages(page: Page) -> Locator:
    return page.locator("main article")


def text(words: str) -> Json:
    return {"type": "plain_text", "text": words}


def test_first_visit_shows_three_examples_and_one_click_brings_the_answer(
    browser: Browser, real: PageLab
) -> None:
    page = visit(browser, real)
    expect(page.get_by_text("Slack and Anon are stand-ins")).to_be_visible()
    expect(page.locator(".example")).to_have_count(3)
    page.locator(".example").first.click()
    expect(messages(page)).to_have_count(1)
    thread = page.get_by_role("complementary", name="Thread")
    answer = thread.locator("article").nth(1)
    expect(answer.get_by_text("APP", exact=True)).to_be_visible()
    expect(answer).to_contain_text("frontend-cors")
    expect(answer.get_by_role("button", name=re.compile("Solved"))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("1 reply"))).to_be_visible()
    done(page)


def test_pasted_error_is_answered_in_its_thread_and_thanks_are_not(
    browser: Browser, real: PageLab
) -> None:
    page = visit(browser, real)
    box = page.get_by_label("Message #support")
    box.fill(CORS)
    box.press("Enter")
    expect(page.get_by_role("button", name=re.compile("1 reply"))).to_be_visible()
    box.fill("thanks all!")
    box.press("Enter")
    box.fill("first line")
    box.press("Shift+Enter")
    box.press_sequentially("second line")
    box.press("Enter")
    expect(messages(page)).to_have_count(3)
    expect(messages(page).nth(2)).to_contain_text("first line\nsecond line", use_inner_text=True)
    expect(messages(page).nth(1).get_by_role("button", name=re.compile("repl"))).to_have_count(0)
    done(page)


def test_ephemeral_messages_are_seen_by_their_addressee_alone(
    browser: Browser, scripted: PageLab
) -> None:
    ana, bo = visit(browser, scripted), visit(browser, scripted, person="U0BO")
    warning = [
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "Your message shows a *live* secret."},
        }
    ]
    scripted.bot_says("C0SUPPORT", warning, "a secret", ephemeral_to="U0ANA")
    scripted.say("support", "sam", "the next message")
    for page in (ana, bo):
        expect(messages(page).get_by_text("the next message")).to_be_visible()
    expect(messages(ana).get_by_text("Only visible to you")).to_be_visible()
    expect(messages(ana).first).to_contain_text("Your message shows a live secret.")
    expect(messages(bo)).to_have_count(1)
    ana.get_by_role("radio", name=re.compile("bo")).check(force=True)
    expect(messages(ana)).to_have_count(1)
    for page in (ana, bo):
        done(page)


def test_command_is_completed_by_keyboard(
    browser: Browser, scripted: PageLab, bot: ScriptedBot
) -> None:
    bot.answer = lambda payload: {"text": "said in private"} if "command" in payload else None
    page = visit(browser, scripted)
    box = page.get_by_label("Message #support")
    box.press_sequentially("/an")
    expect(page.get_by_role("option", selected=True)).to_contain_text("/anon")
    box.press("Tab")
    expect(page.get_by_role("option", selected=True)).to_contain_text("/anon ask")
    box.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_contain_text("/anon diagnose")
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    box.press_sequentially("he")
    box.press("Enter")
    expect(box).to_have_value("/anon help")
    box.press("Enter")
    expect(messages(page).get_by_text("said in private")).to_be_visible()
    expect(box).to_have_value("")
    sent = bot.interactions[-1]
    assert (sent["command"], sent["text"], sent["user_id"]) == ("/anon", "help", "U0ANA")
    done(page)


def test_modal_is_filled_refused_and_sent(
    browser: Browser, scripted: PageLab, bot: ScriptedBot
) -> None:
    refused = {"response_action": "errors", "errors": {"token": "This is no token."}}
    held: list[Json] = []

    def answer(payload: Json) -> Json | None:
        if payload.get("type") != "view_submission":
            return None
        held.append(payload["view"]["state"]["values"])
        return refused if len(held) == 1 else None

    bot.answer = answer
    options = [{"text": text(name), "value": name} for name in ("sandbox", "prod")]
    view = {
        "type": "modal",
        "title": text("Verify a token"),
        "submit": text("Verify"),
        "notify_on_close": True,
        "blocks": [
            {
                "type": "input",
                "block_id": "token",
                "label": text("Token"),
                "element": {"type": "plain_text_input", "action_id": "in", "multiline": True},
            },
            {
                "type": "input",
                "block_id": "env",
                "label": text("Environment"),
                "element": {"type": "static_select", "action_id": "in", "options": options},
            },
            {
                "type": "input",
                "block_id": "also",
                "optional": True,
                "label": text("Also"),
                "element": {"type": "checkboxes", "action_id": "in", "options": options},
            },
        ],
    }
    page = visit(browser, scripted)
    scripted.open_modal("U0ANA", view)
    dialog = page.get_by_role("dialog", name="Verify a token")
    dialog.get_by_role("button", name="Verify").click()
    expect(dialog.get_by_role("alert")).to_have_count(2)
    dialog.get_by_label("Token", exact=True).fill("abc\ndef")
    dialog.get_by_label("Environment").select_option("prod")
    dialog.get_by_label("sandbox").check()
    dialog.get_by_role("button", name="Verify").click()
    expect(dialog.get_by_role("alert")).to_have_text("This is no token.")
    dialog.get_by_role("button", name="Verify").click()
    expect(dialog).to_have_count(0)
    assert held[-1]["token"]["in"]["value"] == "abc\ndef"
    assert held[-1]["env"]["in"]["selected_option"]["value"] == "prod"
    assert [one["value"] for one in held[-1]["also"]["in"]["selected_options"]] == ["sandbox"]
    scripted.open_modal("U0ANA", view)
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    done(page)


def test_dark_mode_follows_the_system_and_the_button_is_remembered(
    browser: Browser, scripted: PageLab
) -> None:
    page = visit(browser, scripted, dark=True)
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", "dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Light colours").click()
    page.reload()
    expect(root).to_have_attribute("data-theme", "light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
    done(page)


def test_phone_width_has_drawer_and_sheet_and_no_sideways_scroll(
    browser: Browser, scripted: PageLab
) -> None:
    root = scripted.say("support", "ana", "x" * 400 + "\n```\n" + "y" * 400 + "\n```")
    buttons = [
        {"type": "button", "text": text(f"A button with words {n}"), "action_id": f"b{n}"}
        for n in range(5)
    ]
    scripted.bot_says(
        "C0SUPPORT", [{"type": "actions", "elements": buttons}], "reply", thread_ts=root
    )
    page = visit(browser, scripted, width=360)
    fits = "document.documentElement.scrollWidth <= innerWidth && [...document.querySelectorAll('.scroll')].every(s => s.scrollWidth <= s.clientWidth)"
    expect(messages(page)).to_have_count(1)
    assert page.evaluate(fits)
    page.get_by_role("button", name=re.compile("1 reply")).click()
    sheet = page.get_by_role("complementary", name="Thread")
    expect(sheet.get_by_role("button", name="A button with words 4")).to_be_visible()
    assert sheet.bounding_box()["width"] == 360  # type: ignore[index]
    assert page.evaluate(fits)
    page.get_by_role("button", name="Close the thread").click()
    page.get_by_role("button", name="Channels").click()
    page.get_by_role("button", name=re.compile("general")).click()
    expect(page.get_by_label("Message #general")).to_be_visible()
    assert page.evaluate(fits)
    done(page)


def test_hostile_text_and_unknown_blocks_are_drawn_as_text(
    browser: Browser, scripted: PageLab
) -> None:
    blocks: list[Json] = [
        {"type": "markdown", "text": f"{HOSTILE} [click](javascript:alert(1))"},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "<javascript:alert(1)|here> `a*b*c &amp; d`"},
        },
        {"type": "header", "text": text("__init__ <b>2*3*4</b>")},
        {"type": "context", "elements": []},
        {
            "type": "task_card",
            "task_id": "1",
            "title": "TLS",
            "status": "error",
            "details": "expired",
        },
        {"type": "block_of_tomorrow", "text": text("still readable")},
    ]
    page = visit(browser, scripted)
    scripted.say("support", "eve", HOSTILE)
    scripted.bot_says("C0SUPPORT", blocks, "blocks")
    expect(messages(page)).to_have_count(2)
    expect(messages(page).nth(0)).to_contain_text(HOSTILE)
    drawn = messages(page).nth(1)
    for words in ("<script>", "a*b*c & d", "__init__ <b>2*3*4</b>", "expired", "still readable"):
        expect(drawn).to_contain_text(words)
    assert page.locator("article img, article script, a[href^='javascript:']").count() == 0
    assert "caught" not in page.title()
    done(page)
