"""Settings of a channel as values: read, spelled, over the defaults; texts under Slack's caps."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering import Decision, Outcome, held_to
from bot.asking import MEANINGS
from bot.channel_settings import (
    EXAMPLES,
    NUMBERS,
    ChannelSettings,
    Setting,
    own_mode,
    read,
    spelled,
    with_own,
)
from bot.config import read_settings
from bot.configuring import LABELS, VALUE_LIMIT, Page, shown_value
from bot.errors import ConfigError, UserError
from bot.hours import available_timezones, hours_of
from bot.playground.block_rules import check_message, check_view
from bot.records import Mode, Place, UserGroup
from bot.reply import ConfigAnswer, ConfigChanged, SettingChange, SettingLine
from bot.rules import defaults_of
from bot.setting_store import Own
from bot.ticket_effects import Waits, waits_of
from handlers.blocks import render
from handlers.config_form import config_view
from handlers.inputs import OPTION_LIMIT
from tests.slack_lab import decision
from tests.test_hours import at

DEFAULTS = ChannelSettings(Mode.MENTION, 0.63, "S1", None, 30, 3, 4, 10)
LONG = "W" * 60


def test_the_words_are_the_fields():
    assert [one.value for one in Setting] == list(ChannelSettings.__dataclass_fields__)
    assert set(EXAMPLES) == set(LABELS) == set(Setting)


@given(st.sampled_from(Setting), st.text(max_size=80) | st.from_regex(r"[0-9.,]{1,6} ?(days|m)"))
def test_what_can_be_read_is_kept_as_it_is_meant(setting, text):
    with suppress(UserError):
        value = read(setting, text)
        settings = with_own(DEFAULTS, {setting: text})
        assert getattr(settings, setting.value) == value
        kept = spelled(settings, setting)
        assert len(kept) <= 200
        assert with_own(DEFAULTS, {setting: kept}) == settings or setting is Setting.GROUP
        if setting in NUMBERS:
            assert NUMBERS[setting].least <= value <= NUMBERS[setting].most


def test_what_another_version_wrote_is_left_out():
    own = {Setting.MODE: "psychic", Setting.HOURS: "mon 9-17 Mars/Olympus", Setting.QUIET: "5"}
    settings = with_own(DEFAULTS, own)
    assert (settings.mode, settings.hours, settings.quiet) == (Mode.MENTION, None, 5)
    assert own_mode("psychic") is None


def test_the_longest_hours_can_be_kept():
    zone = max(available_timezones(), key=len)
    assert len(str(hours_of(f"mon,wed,fri,sun 0:00-24:00 {zone}"))) <= 200


@pytest.mark.parametrize(
    ("score", "reply_from", "outcome", "entry"),
    [
        (0.7, None, Outcome.REPLY, "backend-user-404"),
        (0.7, 0.7, Outcome.REPLY, "backend-user-404"),
        (0.7, 0.71, Outcome.SUGGEST, None),
    ],
)
def test_a_threshold_of_its_own_makes_a_match_sure_or_not(score, reply_from, outcome, entry):
    given_ = decision(Outcome.REPLY, score, "backend-user-404")
    found = held_to(given_, reply_from)
    assert (found.outcome, found.entry) == (outcome, entry)
    unsure = held_to(decision(Outcome.SUGGEST, score, "backend-user-404"), reply_from)
    sure = reply_from is not None and score >= reply_from
    assert unsure.outcome is (Outcome.REPLY if sure else Outcome.SUGGEST)


def test_where_nothing_matches_no_threshold_makes_an_answer():
    silent = Decision(Outcome.SILENT, None, 0.0, (), "", None)
    assert held_to(silent, 0.5) is silent


def test_a_reminder_counts_the_minutes_at_work_and_days_are_days():
    begun = at("2026-10-23T16:50")
    working = with_own(DEFAULTS, {Setting.HOURS: "mon-fri 9-17 Europe/Berlin"})
    day = 86_400
    assert waits_of(DEFAULTS, begun) == Waits(30 * 60, 3 * day, 4 * day)
    monday = at("2026-10-26T09:20")
    assert waits_of(working, begun) == Waits(monday - begun, 3 * day, 4 * day)


def test_the_defaults_are_the_settings():
    given_ = read_settings(_env_file=None, working_hours="mon-fri 9-17 UTC", escalation_group="S2")
    found = defaults_of(given_, 0.63)
    assert (found.threshold, found.group, str(found.hours)) == (
        0.63,
        "S2",
        "mon-fri 09:00-17:00 UTC",
    )
    with pytest.raises(ConfigError, match=r"WORKING_HOURS: .*I know no days"):
        read_settings(_env_file=None, working_hours="mon-fry 9-17 UTC")


def page(count, settings=DEFAULTS):
    groups = tuple(UserGroup(f"S{n:010}", f"{n:03}{LONG}", LONG) for n in range(count))
    own = {setting: Own("x", "U" + LONG, 1) for setting in Setting}
    return Page(Place("T1", "C1", ""), settings, DEFAULTS, own, groups)


def test_the_form_stays_under_slacks_caps():
    hours = hours_of(f"mon,wed,fri,sun 0-24 {max(available_timezones(), key=len)}")
    settings = ChannelSettings(Mode.AUTO, 0.8, "S0000000399", hours, 1440, 365, 365, 1440)
    view = config_view(page(400, settings))
    check_view(view)
    group = next(one for one in view["blocks"] if one.get("block_id") == "group")
    assert len(group["element"]["options"]) == 100
    assert group["element"]["initial_option"]["value"] == "S0000000399"
    assert "config group @handle" in group["hint"]["text"]
    check_view(config_view(page(0)))


def test_a_value_is_shown_short():
    groups = (UserGroup("S1", LONG * 9, LONG),)
    for given_ in (groups, None, ()):
        long = with_own(DEFAULTS, {Setting.GROUP: "S1"})
        assert len(shown_value(long, Setting.GROUP, given_)) <= VALUE_LIMIT + 2


def test_what_is_said_of_settings_stays_under_slacks_caps():
    lines = tuple(
        SettingLine(
            one.value,
            LABELS[one],
            f"`{'W' * VALUE_LIMIT}` minutes",
            f"config {one.value} {EXAMPLES[one]}",
            "U" * 32,
        )
        for one in Setting
    )
    changes = tuple(SettingChange(LABELS[one], "W" * 85, "W" * 85, "U" * 32) for one in Setting)
    for said in (ConfigAnswer("C" * 32, lines), ConfigChanged(changes, timers=True)):
        message = render(said)
        check_message(message.text, message.blocks)
        assert len(message.text) < 3_000
        assert "…" not in str(message.blocks)


def test_what_a_mode_means_fits_into_an_option():
    assert set(MEANINGS) == set(Mode)
    assert (
        max(len(f"{mode.value}: {meaning}") for mode, meaning in MEANINGS.items()) <= OPTION_LIMIT
    )
