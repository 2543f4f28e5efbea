"""Live checks in Slack: each surface, who may, how often, and what is never shown or kept."""

import pytest

from bot.anon_double import CLIENT
from bot.metrics import CHECKS
from tests.checks_lab import (
    NOT_LINKED,
    assert_nowhere,
    checks_lab,
    entries_with_checks,
    offers,
    words,
)
from tests.slack_lab import SURE_500

LINK = "check link user-42 instagram"


@pytest.fixture
async def checks(tmp_path):
    async with entries_with_checks(), checks_lab(tmp_path) as lab:
        yield lab


# In a channel


async def test_an_answer_carries_the_checks_that_its_entry_names(checks):
    ts = await checks.say(f"{SURE_500} {checks.url}")
    (reply,) = checks.lab.replies(ts)
    assert "login_page" in words(reply)
    assert "fails at http" in reply.text
    assert offers(reply, "run_again")
    posted = [one for one in checks.lab.calls("chat.postMessage") if one.get("thread_ts") == ts]
    assert len(posted) == 1
    assert "Checking" in str(posted[0])  # at once, before anything was found
    (run,) = await checks.runs()
    assert (run["state"], run["posted"]) == ("failed", reply.ts)


async def test_run_again_edits_the_message_and_keeps_what_was(checks):
    ts = await checks.say(f"{SURE_500} {checks.url}")
    (reply,) = checks.lab.replies(ts)
    checks.customer.serves = "jwks"
    await checks.click(reply, "run_again", user="bo")
    (reply,) = checks.lab.replies(ts)
    assert "passed" in reply.text
    assert ":x: <!date^" in words(reply)
    assert "→ :white_check_mark: <!date^" in words(reply)
    await checks.click(reply, "answer_solved")
    (reply,) = checks.lab.replies(ts)
    assert "Solved, says <@U0ANA>" in words(reply)
    assert ":white_check_mark:" in words(reply)
    assert [run["state"] for run in await checks.runs()] == ["failed", "passed"]


async def test_what_is_found_about_a_user_is_shown_to_the_asker_alone_where_others_see(checks):
    ts = await checks.say(NOT_LINKED, channel="support")
    (reply,) = checks.lab.replies(ts)
    assert "user-9" not in words(reply)
    assert not offers(reply, "run_again")
    (private,) = checks.lab.private("ana")
    assert "not_linked" in words(private)
    checks.anon.link("user-9", "uber", "active")
    await checks.click(private, "run_again")
    (private,) = checks.lab.private("ana")
    assert "The link of `user-9` and `uber` in sandbox is active" in words(private)
    await checks.click(private, "checks_solved")
    assert "Solved, says <@U0ANA>" in words(checks.lab.replies(ts)[0])
    assert "Solved, says <@U0ANA>" in words(checks.lab.private("ana")[0])
    assert checks.lab.private("bo") == []


async def test_in_a_channel_of_our_own_the_link_is_shown_in_the_thread(checks):
    ts = await checks.say(f"<@U0ANON> {NOT_LINKED}", channel="general")
    (reply,) = checks.lab.replies(ts)
    assert "not_linked" in words(reply)
    checks.anon.link("user-9", "uber", "active")
    await checks.click(reply, "run_again")
    (reply,) = checks.lab.replies(ts)
    assert "is active" in reply.text
    assert "→ :white_check_mark:" in words(reply)
    assert offers(reply, "answer_solved")


async def test_a_folded_answer_stays_folded_whatever_the_checks_find(checks):
    ts = await checks.say(f"{SURE_500} {checks.url}")
    (reply,) = checks.lab.replies(ts)
    await checks.click(reply, "answer_not_it")
    await checks.click(checks.lab.replies(ts)[1], "ask_human")
    run = (await checks.runs())[0]
    assert run["posted"] == reply.ts
    assert "Not it" in checks.lab.replies(ts)[0].text


async def test_an_outage_is_no_verdict(checks):
    checks.anon.outage = True
    ts = await checks.say(f"<@U0ANON> {NOT_LINKED}", channel="general")
    (reply,) = checks.lab.replies(ts)
    assert "cannot be checked now" in reply.text
    assert "not_linked" not in words(reply)


async def test_run_checks_asks_for_what_the_message_lacked(checks):
    ts = await checks.say(SURE_500)
    (reply,) = checks.lab.replies(ts)
    await checks.click(reply, "run_checks", user="bo")
    await checks.submit("bo", paste="no idea")
    assert "nothing to check" in str(checks.modal("bo").errors)
    await checks.submit("bo", paste=checks.url)
    assert checks.lab.workspace.views.modals("U0BO") == []
    (reply,) = checks.lab.replies(ts)
    assert "login_page" in words(reply)


async def test_a_later_piece_brings_its_checks_into_the_answer(tmp_path):
    async with entries_with_checks(), checks_lab(tmp_path, join_seconds=30) as checks:
        ts = await checks.say(SURE_500)
        await checks.say(f"our keys are at {checks.url}")
        (reply,) = checks.lab.replies(ts)
        assert "login_page" in words(reply)
        await checks.say("nothing more to say")
        assert len(checks.lab.replies(ts)) == 1


async def test_what_is_picked_or_comes_next_carries_its_checks_too(checks):
    text = f"some error about the user id {checks.url}"
    ts = await checks.say(f"<@U0ANON> {text}", channel="general")
    (choices,) = checks.lab.replies(ts)
    await checks.click(choices, "choices_pick_1")  # backend-user-500
    (reply,) = checks.lab.replies(ts)
    assert "backend-user-500" in reply.text
    assert "login_page" in words(reply)
    ts = await checks.say(text, user="bo")
    await checks.click(checks.lab.private("bo")[0], "choices_pick_1", user="bo")
    (reply,) = checks.lab.replies(ts)
    assert "login_page" in words(reply)


async def test_not_it_brings_the_next_answer_with_its_checks(checks):
    ts = await checks.say(f"<@U0ANON> {NOT_LINKED} {checks.url}", channel="general")
    await checks.click(checks.lab.replies(ts)[0], "answer_not_it")
    second = checks.lab.replies(ts)[1]
    assert "backend-user-500" in second.text
    assert "login_page" in words(second)


async def test_the_same_answer_again_is_short_and_still_carries_the_checks(checks):
    await checks.say(SURE_500)
    ts = await checks.say(f"{SURE_500} {checks.url}", user="bo")
    (short,) = checks.lab.replies(ts)
    assert "login_page" in words(short)
    assert "markdown" not in {block["type"] for block in short.blocks}
    assert offers(short, "run_again")


async def test_a_solved_thread_that_is_reopened_shows_its_checks(checks):
    ts = await checks.say(f"{SURE_500} {checks.url}")
    await checks.click(checks.lab.replies(ts)[0], "answer_solved")
    await checks.click(checks.lab.replies(ts)[0], "answer_reopen")
    (reply,) = checks.lab.replies(ts)
    assert "login_page" in words(reply)
    assert offers(reply, "run_again")


# Asked by mention


async def test_a_mention_checks_in_the_thread(checks):
    root = await checks.say("our keys", user="bo", channel="general")
    ts = await checks.say(f"<@U0ANON> check jwks <{checks.url}>", channel="general", root=root)
    (ladder,) = checks.lab.replies(root)
    assert "login_page" in words(ladder)
    checks.customer.serves = "jwks"
    await checks.click(ladder, "run_again", user="bo")
    (ladder,) = checks.lab.replies(root)
    assert ":white_check_mark:" in ladder.text
    assert ts != root
    await checks.click(ladder, "answer_solved")
    assert "Solved, says <@U0ANA>" in words(checks.lab.replies(root)[0])


async def test_a_mention_that_asks_about_a_user_is_answered_in_private_where_others_see(checks):
    ts = await checks.say("<@U0ANON> check link user-9 uber", channel="support")
    assert checks.lab.replies(ts) == []
    assert "not_linked" in words(checks.lab.private("ana")[0])


async def test_diagnose_in_a_thread_is_about_what_was_said_there(checks):
    root = await checks.say(f"these keys fail us {checks.url}", user="bo", channel="general")
    await checks.say("they did yesterday too", user="bo", channel="general", root=root)
    await checks.say("<@U0ANON> diagnose", channel="general", root=root)
    (ladder,) = checks.lab.replies(root)
    assert "login_page" in words(ladder)


async def test_a_direct_message_checks_too(checks):
    await checks.say(f"check jwks {checks.url}", channel="dm:ana")
    messages = list(checks.lab.workspace.said("D0ANA"))
    assert "login_page" in words(messages[-1])
    await checks.say("check jwks", channel="dm:ana")
    assert "Say what to check" in list(checks.lab.workspace.said("D0ANA"))[-1].text


async def test_a_token_in_a_mention_is_warned_of_checked_and_asked_for_again(checks, tmp_path):
    token = checks.customer.token()
    checks.customer.serves = "jwks"
    ts = await checks.say(f"<@U0ANON> check token {token} {checks.url}", channel="general")
    (ladder,) = checks.lab.replies(ts)
    assert "verifies the signature" in words(ladder)
    assert any("shows a secret" in one.text for one in checks.lab.private("ana"))
    checks.customer.serves = "other_key"
    await checks.click(ladder, "run_again")
    await checks.submit(token=token)
    (ladder,) = checks.lab.replies(ts)
    assert "bad_signature" in words(ladder)
    assert_nowhere(checks, tmp_path, token)


# Asked after a command


COMMANDS = [
    ("check jwks {url}", "login_page"),
    ("check jwks http://10.0.0.1/jwks.json", "private_address"),
    ("check jwks ftp://acme.dev/jwks.json", "url_bad_scheme"),
    ("check link user-42 instagram", "is active"),
    ("check link user-42 instagram prod", "not_linked"),
    (f"check client {CLIENT}", "is an application of UserPool"),
    ("check token whatever", "not_a_jwt"),
    ("check token whatever", "opens a form that keeps it private"),
    ("check link user-42", "Say what to check"),
    ("check", "I answer questions"),
    ("diagnose {url}", "login_page"),
    ("diagnose nothing like it", "I know no entry"),
]


async def test_what_a_command_checks(checks):
    for text, expected in COMMANDS:
        assert expected in await checks.command(text.format(url=checks.url)), text


async def test_a_command_says_at_once_that_it_checks_and_then_what_it_found(checks):
    await checks.command(f"check jwks {checks.url}")
    first, second = checks.lab.private("ana")
    assert "Checking" in first.text
    assert "login page" in words(second) or "login_page" in words(second)
    checks.customer.serves = "jwks"
    await checks.click(second, "run_again")
    assert len(checks.lab.private("ana")) == 2
    assert ":white_check_mark:" in checks.lab.private("ana")[1].text
    await checks.click(second, "run_again", user="ana")
    assert "→ :white_check_mark:" in words(checks.lab.private("ana")[1])


async def test_harmless_checks_are_shared_once(checks):
    await checks.command(f"check jwks {checks.url}")
    private = checks.lab.private("ana")[-1]
    for _ in range(2):
        await checks.click(private, "share_checks")
    (shared,) = checks.opened.said("C0GENERAL")
    assert "fails at http" in shared
    await checks.command("check link user-42 instagram")
    assert not offers(checks.lab.private("ana")[-1], "share_checks")


async def test_a_file_is_diagnosed_with_all_its_checks(checks):
    content = f"some log\n{checks.url}\n"
    checks.lab.people.file("general", "ana", "log.txt", content, text="<@U0ANON> diagnose")
    await checks.opened.settled()
    assert any("fails at http" in text for text in checks.opened.said("C0GENERAL"))


# Forms and shortcuts


async def test_verify_a_token_answers_in_the_modal(checks, tmp_path):
    token = checks.customer.token()
    checks.customer.serves = "jwks"
    checks.lab.interactions.shortcut("ana", "verify_a_token")
    await checks.opened.settled()
    await checks.submit(token=token, jwks_url=checks.url)
    assert "verifies the signature" in words(checks.modal())
    assert_nowhere(checks, tmp_path, token)


async def test_a_private_run_asks_for_its_token_again_in_a_modal(checks, tmp_path):
    token = checks.customer.token()
    await checks.command(f"check token {token} {checks.url}")
    await checks.click(checks.lab.private("ana")[-1], "run_again")
    assert checks.modal().content["callback_id"] == "form_token_again"
    checks.customer.serves = "jwks"
    await checks.submit(token=f"Bearer {token}")
    assert "verifies the signature" in words(checks.modal())
    assert_nowhere(checks, tmp_path, token)


async def test_check_token_opens_the_form_and_staff_may_name_an_sdk_client(checks):
    checks.customer.serves = "jwks"
    for user, expected in (("ana", "Only staff can use an SdkClient"), ("sam", "pool_found")):
        checks.lab.interactions.shortcut(user, "verify_a_token")
        await checks.opened.settled()
        await checks.submit(user, token=checks.customer.token(), sdk_client=CLIENT)
        modal = checks.modal(user)
        assert expected in f"{modal.errors} {words(modal)}"
    assert await checks.command("check token") == ""
    assert checks.modal().content["callback_id"] == "form_verify_token"


async def test_the_shortcut_diagnoses_and_posts_what_all_may_see(checks):
    ts = await checks.say(f"look {SURE_500} {checks.url} {NOT_LINKED}", channel="general")
    checks.lab.interactions.shortcut("bo", "diagnose_with_anon", "general", ts)
    await checks.opened.settled()
    modal = checks.modal("bo")
    assert "login_page" in words(modal)
    assert "not_linked" in words(modal)
    checks.anon.link("user-9", "uber", "active")
    await checks.click_view("run_again", "bo")
    assert "is active" in words(checks.modal("bo"))
    assert ":x: <!date^" in words(checks.modal("bo"))
    await checks.click_view("post_to_thread", "bo")
    (reply,) = checks.lab.replies(ts)
    assert "login_page" in words(reply)
    assert offers(reply, "run_again")


async def test_what_is_posted_where_others_see_leaves_the_user_out(checks):
    ts = await checks.say(f"hello {checks.url} appUserId=user-9 app=uber", channel="support")
    checks.lab.interactions.shortcut("ana", "diagnose_with_anon", "support", ts)
    await checks.opened.settled()
    assert "not_linked" in words(checks.modal())
    await checks.click_view("post_to_thread")
    (reply,) = checks.lab.replies(ts)
    assert "login_page" in words(reply)
    assert "user-9" not in words(reply)


# Who may, and how often


@pytest.mark.parametrize(
    ("open_channels", "user", "texts", "allowed"),
    [
        ((), "ana", (LINK, f"check client {CLIENT}", f"check token x.y.z {CLIENT}"), False),
        ((), "ana", ("check jwks {url}", "check token x.y.z"), True),
        ((), "sam", (LINK,), True),
        (("C0GENERAL",), "ana", (LINK,), True),
    ],
)
async def test_who_may_check_what(tmp_path, open_channels, user, texts, allowed):
    async with checks_lab(tmp_path, check_channels=open_channels) as checks:
        for text in texts:
            said = await checks.command(text.format(url=checks.url), user=user)
            assert ("are for staff" not in said) is allowed
            mention = await checks.say(f"<@U0ANON> {text.format(url=checks.url)}", "general", user)
            assert bool(checks.lab.replies(mention)) is allowed
        assert bool(checks.anon.calls) is (allowed and LINK in texts)


async def test_the_clicker_is_checked_not_the_poster(tmp_path):
    async with entries_with_checks(), checks_lab(tmp_path, check_channels=()) as checks:
        ts = await checks.say("<@U0ANON> check link user-9 uber", channel="general", user="sam")
        (ladder,) = checks.lab.replies(ts)
        asked = len(checks.anon.calls)
        await checks.click(ladder, "run_again", user="ana")
        assert "are for staff" in checks.lab.private("ana")[-1].text
        assert len(checks.anon.calls) == asked
        await checks.click(ladder, "run_again", user="sam")
        assert len(checks.anon.calls) > asked


async def test_a_diagnosis_runs_what_its_asker_may_and_says_what_not(tmp_path):
    async with checks_lab(tmp_path, check_channels=()) as checks:
        token = checks.customer.token()
        text = f"diagnose clientId: {CLIENT} {token} {checks.url} appUserId=user-9 app=uber"
        checks.customer.serves = "jwks"
        ts = await checks.say(f"<@U0ANON> {text}", channel="general")
        (ladder,) = checks.lab.replies(ts)
        private = await checks.command(text)
        for shown in (words(ladder), private):
            assert "Passed: jwks, token" in shown
            assert "for staff" in shown
            assert "user-9" not in shown
        assert not checks.anon.calls


async def test_an_unasked_answer_says_nothing_of_what_its_asker_may_not_check(tmp_path):
    async with entries_with_checks(), checks_lab(tmp_path, check_channels=()) as checks:
        ts = await checks.say(NOT_LINKED, channel="support")
        assert "backend-user-404" in checks.lab.replies(ts)[0].text
        assert checks.lab.private("ana") == []
        assert not checks.anon.calls


async def test_a_form_says_at_its_field_why_a_run_is_refused(tmp_path):
    async with entries_with_checks(), checks_lab(tmp_path, check_channels=()) as checks:
        ts = await checks.say(f"{SURE_500}")
        await checks.click(checks.lab.replies(ts)[0], "run_checks")
        await checks.submit(paste="appUserId=user-9 app=uber")
        assert "are for staff" in str(checks.modal().errors)


async def test_the_inputs_are_looked_up_not_read_off_the_button(checks):
    await checks.command(f"check jwks {checks.url}", user="ana")
    run = (await checks.runs())[0]["id"]
    await checks.command("check jwks http://10.0.0.1/jwks.json", user="bo")
    message = checks.lab.private("bo")[-1]
    for block in message.blocks:  # bo presses with the name of ana's run
        for element in block.get("elements", ()):
            if element.get("action_id") == "run_again":
                element["value"] = run
    await checks.click(message, "run_again", user="bo")
    assert "no longer have these checks" in checks.lab.private("bo")[-1].text


async def test_too_many_checks_are_refused_with_a_word(checks):
    for _ in range(20):
        await checks.command("check jwks http://10.0.0.1/jwks.json")
    assert "That is many checks" in await checks.command(f"check jwks {checks.url}")
    assert "private_address" in await checks.command(
        "check jwks http://10.0.0.1/jwks.json", user="bo"
    )
    ts = await checks.say(f"{SURE_500} {checks.url}")
    (reply,) = checks.lab.replies(ts)
    assert "backend-user-500" in reply.text  # the answer comes, without checks
    assert "login_page" not in words(reply)


# What is kept


async def test_forget_me_deletes_the_runs(checks):
    await checks.command(f"check jwks {checks.url}")
    await checks.say(f"{SURE_500} {checks.url}")
    assert len(await checks.runs()) == 2
    await checks.command("forget me")
    assert await checks.opened.rows("check_runs") == []


async def test_checks_are_counted_by_code(checks):
    counter = CHECKS.labels("jwks", "login_page")
    before = counter._value.get()
    await checks.command(f"check jwks {checks.url}")
    assert counter._value.get() == before + 1
