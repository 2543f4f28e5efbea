"""Checks on somebody's App Home, and running them again from there."""

import pytest

from tests.checks_lab import assert_nowhere, checks_lab, entries_with_checks, offers, words
from tests.slack_lab import SURE_500

AGAIN = "home_run_again"


@pytest.fixture
async def lab(tmp_path):
    async with entries_with_checks(), checks_lab(tmp_path) as found:
        found.customer.serves = "html"
        yield found


async def home(lab, user="ana"):
    lab.lab.people.open_home(user)
    await lab.opened.settled()
    return lab.lab.workspace.views.homes[f"U0{user.upper()}"]


async def press(lab, view, user="ana"):
    lab.lab.interactions.click_view(user, view.id, AGAIN)
    await lab.opened.settled()


async def test_what_one_person_saw_runs_again_in_a_modal(lab):
    await lab.command(f"check jwks {lab.url}")
    before = await home(lab)
    assert "*check jwks*" in words(before)
    assert ":x:" in words(before)
    lab.customer.serves = "jwks"
    await press(lab, before)
    assert "can be used" in words(lab.modal())
    after = lab.lab.workspace.views.homes["U0ANA"]
    assert ":white_check_mark: *check jwks*" in words(after)
    assert words(after).count(AGAIN) == 1
    assert not offers(await home(lab, "bo"), AGAIN)


async def test_a_token_is_asked_for_again_and_kept_nowhere(lab, tmp_path):
    first, second = lab.customer.token(), lab.customer.token()
    await lab.command(f"check token {first} {lab.url}")
    lab.customer.serves = "jwks"
    await press(lab, await home(lab))
    assert lab.modal().content["callback_id"] == "form_token_again"
    await lab.submit(token=second)
    assert "verifies the signature" in words(lab.modal())
    assert ":white_check_mark: *check token*" in words(await home(lab))
    assert_nowhere(lab, tmp_path, first, second)


async def test_what_all_can_see_runs_again_where_it_stands(lab):
    ts = await lab.say(f"{SURE_500} {lab.url}")
    (reply,) = lab.lab.replies(ts)
    assert ":x:" in words(reply)
    shown = await home(lab)
    assert f"p{reply.ts.replace('.', '')}" in words(shown)
    lab.customer.serves = "jwks"
    await press(lab, shown)
    assert "in the thread" in words(lab.modal())
    (reply,) = lab.lab.replies(ts)
    assert "jwks: passed" in words(reply)
    assert ":white_check_mark: *check jwks*" in words(await home(lab))
    assert not offers(await home(lab, "bo"), AGAIN)


async def test_nobody_runs_what_another_saw_alone(lab):
    await lab.command(f"check jwks {lab.url}")
    await lab.command(f"check jwks {lab.url}", user="bo")
    view = await home(lab, "bo")
    (mine, theirs) = [row["id"] for row in await lab.runs()]
    text = words(view)
    assert theirs in text
    assert mine not in text
    for block in view.content["blocks"]:
        if block.get("accessory"):
            block["accessory"]["value"] = mine
    await press(lab, view, "bo")
    assert "no longer have these checks" in words(lab.modal("bo"))
    assert len(await lab.runs()) == 2


async def test_a_press_that_came_too_late_is_told_by_direct_message(lab):
    await lab.command(f"check jwks {lab.url}")
    view = await home(lab)
    lab.lab.workspace.views.new_trigger = lambda *_: "gone"
    await press(lab, view)
    assert "too little time" in lab.opened.said("D0ANA")[-1]
    assert len(await lab.runs()) == 1
