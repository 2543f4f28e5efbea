"""The settings of a channel: set in a form or by words, and gone by."""

from datetime import UTC, datetime, timedelta

import pytest
from dbos import DBOS

from bot.channel_settings import Setting
from tests.slack_lab import SURE_404, SURE_500, UNSURE, running
from tests.test_scenarios_tickets import card, fields, modal, note, press, submit, under_card

HOURS = "mon-fri 9:00-17:00 Europe/Berlin"


async def command(lab, opened, words, user="sam", channel="support"):
    """Run a command; return what its user sees after it."""
    seen = len(lab.private(user))
    lab.interactions.command(channel, user, "/anon", words)
    await opened.settled()
    return "\n".join(f"{m.text} {m.blocks}" for m in lab.private(user)[seen:])


async def mention(lab, opened, words, user="sam", root=None):
    seen = len(lab.private(user))
    lab.people.say("support", user, f"<@U0ANON> {words}", root)
    await opened.settled()
    return "\n".join(m.text for m in lab.private(user)[seen:])


async def own(opened, channel="C0SUPPORT"):
    """Return what a channel set for itself."""
    rows = await opened.rows("channel_settings")
    return {row["name"]: row["value"] for row in rows if row["channel"] == channel}


async def escalated(lab, opened):
    ts = lab.people.say("support", "ana", SURE_404)
    await opened.settled()
    lab.people.say("support", "ana", "<@U0ANON> escalate", ts)
    await opened.settled()
    return ts


def shown(view):
    return str(view.content)


async def test_the_form_shows_what_is_set_and_keeps_what_is_changed(tmp_path):
    async with running(tmp_path) as (lab, opened):
        assert await command(lab, opened, "config") == ""
        assert "Reading what is set" in str(lab.calls("views.open")[0]["view"])
        form = modal(lab, "sam")
        held = fields(form)
        assert (held["mode"], held["threshold"], held["group"]) == ("auto", "0.9", "S0SUPPORT")
        assert (held["remind"], held["stale"], held["close"], held["quiet"]) == (
            "30",
            "3",
            "4",
            "10",
        )
        assert (held["days"], held["from"], held["zone"]) == ("", "", "")
        assert "@support-staff" in shown(form)
        filled = {"mode": "suggest", "days": ["mon", "tue", "fri"], "from": "09:00", "to": "00:00"}
        await submit(lab, opened, "sam", **filled, zone="europe/berlin", group="nobody", quiet="")
        assert await own(opened) == {
            "mode": "suggest",
            "hours": "mon-tue,fri 09:00-24:00 Europe/Berlin",
            "group": "nobody",
        }
        said = shown(modal(lab, "sam"))
        assert "Mode: now `suggest` (was `auto`)" in said
        assert "Escalation group: now `nobody` (was `@support-staff`)" in said
        assert "when its timer began" in said
        lab.workspace.views.clear("U0SAM")
        await command(lab, opened, "config")
        again = fields(modal(lab, "sam"))
        assert (again["mode"], again["group"], again["zone"]) == (
            "suggest",
            "nobody",
            "Europe/Berlin",
        )
        assert "'initial_time': '09:00'" in shown(modal(lab, "sam"))
        assert "'initial_time': '00:00'" in shown(modal(lab, "sam"))
        await submit(lab, opened, "sam", mode="auto", days=[], group="S0SUPPORT")
        assert await own(opened) == {}  # as the defaults: the channel has none of its own


async def test_what_is_wrong_stands_at_its_input_and_nothing_is_lost(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await command(lab, opened, "config")
        given = {
            "threshold": "2",
            "remind": "soon",
            "days": ["mon"],
            "from": "17:00",
            "to": "09:00",
            "zone": "Berlin",
        }
        await submit(lab, opened, "sam", **given)
        errors = modal(lab, "sam").errors
        assert set(errors) == {"to", "zone", "threshold", "remind"}
        assert "from 0.5 to 1" in errors["threshold"]
        assert "later than it begins" in errors["to"]
        assert errors["zone"] == "I know no time zone Berlin. Did you mean Europe/Berlin?"
        assert await own(opened) == {}
        await submit(lab, opened, "sam", threshold="0.8", to="18:00", zone="Europe/Berlin")
        assert set(modal(lab, "sam").errors) == {"remind"}
        await submit(lab, opened, "sam", remind="45")
        kept = {"threshold": "0.8", "remind": "45", "hours": "mon 17:00-18:00 Europe/Berlin"}
        assert await own(opened) == kept


async def test_days_without_times_are_asked_for_them(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await command(lab, opened, "config")
        await submit(lab, opened, "sam", days=["mon"])
        errors = modal(lab, "sam").errors
        assert set(errors) == {"from", "to", "zone"}


async def test_of_two_who_save_at_once_each_keeps_what_they_changed(tmp_path):
    async with running(tmp_path, staff_users=("U0SAM", "U0BO")) as (lab, opened):
        for user in ("sam", "bo"):
            await command(lab, opened, "config", user)
        await submit(lab, opened, "sam", threshold="0.8", remind="45")
        await submit(lab, opened, "bo", threshold="0.95", mode="suggest")
        assert await own(opened) == {"threshold": "0.95", "remind": "45", "mode": "suggest"}
        said = shown(modal(lab, "bo"))
        assert "Threshold: now `0.95` (was `0.8`, set by <@U0SAM>)" in said
        assert "Reminder" not in said
        rows = await opened.rows("channel_settings")
        assert {(row["name"], row["who"]) for row in rows} == {
            ("threshold", "U0BO"),
            ("mode", "U0BO"),
            ("remind", "U0SAM"),
        }
        lab.workspace.views.clear("U0BO")
        assert "set by <@U0SAM>" in await mention(lab, opened, "config", "bo")
        await command(lab, opened, "forget me", "sam")
        assert "U0SAM" not in str(await opened.rows("channel_settings"))


async def test_every_setting_can_be_said_in_a_thread(tmp_path):
    async with running(tmp_path) as (lab, opened):
        ts = lab.people.say("support", "ana", "morning")
        told = await mention(lab, opened, "config", root=ts)
        for name in Setting:
            assert f"`config {name.value} " in told
        assert "`0.9` (the default)" in told
        for words, answer in {
            "mode off": "Mode: now `off` (was `auto`)",
            "threshold 0.8": "Threshold: now `0.8` (was `0.9`)",
            "group nobody": "Escalation group: now `nobody` (was `@support-staff`)",
            "group @support-staff": "now `@support-staff` (was `nobody`)",
            f"hours {HOURS}": "now `mon-fri 09:00-17:00 Europe/Berlin` (was `always`)",
            "remind 45 minutes": "now `45` minutes (was `30` minutes)",
            "stale 2 days": "now `2` days",
            "close 1,5": "now `1.5` days",
            "quiet 0": "now `0` minutes",
        }.items():
            assert answer in await mention(lab, opened, f"config {words}", root=ts)
        assert "as before" in await mention(lab, opened, "config quiet 0", root=ts)
        assert "`1.5` days (set by <@U0SAM>)" in await mention(lab, opened, "config close", root=ts)
        assert "now `4` days (was `1.5` days" in await mention(lab, opened, "config close default")
        assert set(await own(opened)) == {"mode", "threshold", "hours", "remind", "stale", "quiet"}
        assert not lab.replies(ts)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("threshold high", "Say a number from 0.5 to 1, as in `0.8`; `high` is none"),
        ("threshold 1e9", "`1e9` is none"),
        ("threshold nan", "`nan` is none"),
        ("remind 0", "Say a number from 1 to 1440"),
        ("group @night-shift", "I know no user group `@night-shift` here"),
        ("hours mon-fri 9-17 Berlin", "Did you mean `Europe/Berlin`?"),
        ("hours nine to five", "Say days, times and time zone"),
        ("mode loud", "I know no mode `loud`"),
    ],
)
async def test_words_that_mean_nothing_are_told_in_a_line(tmp_path, words, told):
    async with running(tmp_path) as (lab, opened):
        assert told in await mention(lab, opened, f"config {words}")
        assert told in await command(lab, opened, f"config {words}")
        assert await own(opened) == {}


async def test_who_is_not_staff_gets_one_line(tmp_path):
    async with running(tmp_path) as (lab, opened):
        for words in ("config", "config threshold 0.8", "config mode off"):
            for told in (
                await command(lab, opened, words, "ana"),
                await mention(lab, opened, words, "ana"),
            ):
                assert "Only staff can change how I behave here. The mode here is `auto`." in told
        assert lab.calls("views.open") == []
        assert "I always answer here" in await command(lab, opened, "config", "sam", "dm:sam")
        assert await own(opened) == {}


async def test_somebody_who_is_staff_no_more_is_told_at_the_form(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await command(lab, opened, "config")
        staff = opened.bot.desk.workflows.staff
        staff._users = frozenset()
        staff._known = frozenset()
        await submit(lab, opened, "sam", threshold="0.8")
        assert "Only staff" in modal(lab, "sam").errors["mode"]
        assert await own(opened) == {}


async def test_a_higher_threshold_whispers_and_a_lower_one_answers(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await mention(lab, opened, "config threshold 0.99")
        lab.people.say("support", "ana", SURE_500)
        await opened.settled()
        assert "Did you mean one of these?" in lab.private("ana")[-1].text
        lab.people.say("support", "ana", SURE_404)  # begun before it is matched
        await opened.settled()
        assert len(lab.private("ana")) == 2
        assert not [text for text in opened.said() if "backend-user" in text]
        ts = lab.people.say("support", "ana", f"<@U0ANON> {SURE_404}")
        await opened.settled()
        assert "backend-user-404" in lab.replies(ts)[0].text  # an ask is answered as ever
        await mention(lab, opened, "config threshold 0.55")
        ts = lab.people.say("support", "bo", UNSURE)
        await opened.settled()
        assert "backend-user-404" in lab.replies(ts)[0].text


async def test_an_entry_is_repeated_after_the_channels_quiet_window(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await mention(lab, opened, "config quiet 60")
        lab.people.say("support", "ana", SURE_404)
        await opened.settled()
        await opened.turn_back("answers", "created", 50 * 60)
        second = lab.people.say("support", "bo", SURE_404)
        await opened.settled()
        assert "Answered in this channel just before" in lab.replies(second)[0].text
        await mention(lab, opened, "config quiet 0")
        third = lab.people.say("support", "bo", SURE_404)
        await opened.settled()
        assert "Answered in this channel" not in lab.replies(third)[0].text


async def delays():
    """Return in how many minutes the timers of tickets are due."""
    found = await DBOS.list_workflows_async(status="DELAYED")
    return {
        one.workflow_id.rpartition(":")[2]: round(
            (one.delay_until_epoch_ms - one.created_at) / 60_000
        )
        for one in found
    }


async def test_out_of_hours_a_ticket_says_when_people_are_back(tmp_path):
    async with running(tmp_path) as (lab, opened):
        now = datetime.now(UTC)
        back = (now + timedelta(days=2)).replace(hour=9, minute=0, second=0, microsecond=0)
        await mention(lab, opened, f"config hours {back:%a} 9-17 UTC")
        await mention(lab, opened, "config remind 45")
        ts = await escalated(lab, opened)
        told = f"Outside working hours; first answer usually after {back:%a} 09:00 UTC."
        assert told in note(lab, ts).text
        assert told in str(note(lab, ts).blocks)
        minutes = (back - now).total_seconds() / 60 + 45
        assert (await delays())["remind"] == pytest.approx(minutes, abs=2)
        await press(lab, opened, "sam", "ticket_claim")
        assert told in note(lab, ts).text
        await press(lab, opened, "sam", "ticket_reply")
        await submit(lab, opened, "sam", words="I look into it.")
        await press(lab, opened, "sam", "ticket_unclaim")
        assert "Outside" not in note(lab, ts).text


async def test_in_hours_nothing_is_said_of_them(tmp_path):
    async with running(tmp_path, working_hours="daily 0-24 UTC") as (lab, opened):
        ts = await escalated(lab, opened)
        assert "Outside" not in note(lab, ts).text
        assert await delays() == {"remind": 30}
        await command(lab, opened, "config")
        assert fields(modal(lab, "sam"))["zone"] == "UTC"
        await submit(lab, opened, "sam", days=[])
        assert await own(opened) == {"hours": "always"}  # another than the default


async def test_a_ticket_goes_by_what_was_set_when_its_timer_began(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await mention(lab, opened, "config stale 1")
        await escalated(lab, opened)
        await press(lab, opened, "sam", "ticket_need_info")
        await submit(lab, opened, "sam", words="Which app?")
        assert (await delays())["ask stale"] == 24 * 60
        await mention(lab, opened, "config stale 2")
        assert (await delays())["ask stale"] == 24 * 60


async def test_threads_grow_stale_by_the_days_of_their_channel(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await mention(lab, opened, "config stale 5")
        lab.people.say("support", "ana", SURE_404)
        lab.people.say("general", "bo", f"<@U0ANON> {SURE_404}")
        await opened.settled()
        await opened.turn_back("threads", "updated", 4 * 86_400)
        workflows = opened.bot.desk.workflows
        await workflows.age_threads(workflows.clock())
        states = {row["channel"]: row["state"] for row in await opened.rows("threads")}
        assert states == {"C0SUPPORT": "answered", "C0GENERAL": "stale"}


async def test_a_group_that_is_gone_is_told_on_the_card_and_in_the_form(tmp_path):
    async with running(tmp_path) as (lab, opened):
        store = opened.services.store.settings
        await store.keep("T0ACME", "C0SUPPORT", {Setting.GROUP: "S0GONE"}, "U0SAM", 1)
        await escalated(lab, opened)
        shown_card = str(card(opened).blocks)
        assert "Slack knows no user group `S0GONE` any more" in shown_card
        assert "subteam" not in shown_card
        await command(lab, opened, "config")
        assert fields(modal(lab, "sam"))["group"] == "S0GONE"
        assert "S0GONE (Slack knows it no more)" in shown(modal(lab, "sam"))
        await submit(lab, opened, "sam", threshold="0.8")
        assert (await own(opened))["group"] == "S0GONE"


async def test_where_slack_tells_no_groups_the_group_is_mentioned_and_can_be_typed(tmp_path):
    async with running(tmp_path) as (lab, opened):
        lab.faults.add("usergroups.list", error="missing_scope", count=99)
        await command(lab, opened, "config")
        assert "give the id, as in S0123ABCD" in shown(modal(lab, "sam"))
        await submit(lab, opened, "sam", group="the night shift")
        assert "Slack does not tell me" in modal(lab, "sam").errors["group"]
        await submit(lab, opened, "sam", group="s0night1")
        assert (await own(opened))["group"] == "S0NIGHT1"
        await escalated(lab, opened)
        assert "<!subteam^S0NIGHT1>" in str(card(opened).blocks)


async def test_nobody_is_mentioned_where_the_channel_wants_that(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await mention(lab, opened, "config group nobody")
        await escalated(lab, opened)
        assert "subteam" not in str(card(opened).blocks)
        assert ":warning:" not in str(card(opened).blocks)
        assert under_card(opened) == []


async def test_a_group_is_named_as_slack_names_it_in_a_message(tmp_path):
    async with running(tmp_path) as (lab, opened):
        await mention(lab, opened, "config group nobody")
        asking = opened.bot.desk.asking
        said = await asking.command(
            "config group <!subteam^S0SUPPORT|@support-staff>", "T0ACME", "C0SUPPORT", "U0SAM"
        )
        assert said[0].changes[0].after == "`@support-staff`"
        await mention(lab, opened, "config group nobody")
        said = await asking.command(
            "config group <!subteam^S0SUPPORT>", "T0ACME", "C0SUPPORT", "U0SAM"
        )
        assert said[0].changes[0].after == "`@support-staff`"
        assert await own(opened) == {}
