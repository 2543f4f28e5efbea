"""Working hours: as people write them, and counted by the clocks of a place."""

from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.hours import DAY_MINUTES, Hours, hours_of, zone_of

WEEK = (0, 1, 2, 3, 4)
BERLIN = Hours(WEEK, 9 * 60, 17 * 60, "Europe/Berlin")
HOUR = 3_600
# With summer time at two, at midnight, by half an hour, and without any.
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Beirut", "Australia/Lord_Howe", "Asia/Kolkata"]


def at(text, zone="Europe/Berlin", fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("mon-fri 9:00-17:00 Europe/Berlin", BERLIN),
        ("Mon – Fri  9–17  europe/berlin", BERLIN),
        ("monday to friday 9am to 5pm Europe/Berlin", BERLIN),
        ("mon,tue wed & thu and fri 0900-1700 Europe/Berlin", BERLIN),
        ("fri-mon 22:00-24:00 UTC", Hours((0, 4, 5, 6), 1320, 1440, "UTC")),
        ("daily 12am-12pm utc", Hours(tuple(range(7)), 0, 720, "UTC")),
        ("Always", None),
    ],
)
def test_hours_are_read_as_people_write_them(text, hours):
    assert hours_of(text) == hours


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Say days, times and time zone"),
        ("9-17", "Say days, times and time zone"),
        ("mon-fri 9-17", "Say days, times and time zone"),
        ("mon-fry 9-17 UTC", "I know no days `mon-fry`"),
        ("mo 9-17 UTC", "Say days, times and time zone"),
        ("mon-fri 9-25 UTC", "I know no times `9-25`"),
        ("mon-fri 9:75-17 UTC", "I know no times"),
        ("mon-fri 13pm-17 UTC", "I know no times"),
        ("mon-fri 17:00-9:00 UTC", "has to end later than it begins"),
        ("mon-fri 9-9 UTC", "has to end later than it begins"),
        ("mon-fri 9-17 Berlin", "Did you mean `Europe/Berlin`?"),
        ("mon-fri 9-17 Europe/Berlim", "Did you mean `Europe/Berlin`?"),
        ("mon-fri 9-17 home", "I know no time zone `home`"),
        ("mon-fri 9-17 ../../etc/passwd", "Say days"),
        ("mon-fri 9-17 /etc/passwd", "Say days"),
    ],
)
def test_what_is_wrong_is_named(text, told):
    with pytest.raises(UserError, match=told):
        hours_of(text)


@given(st.text(max_size=300) | st.from_regex(r"[a-z,-]{3,9} [0-9:apm –-]{2,9} \w{2,9}"))
def test_any_text_is_hours_or_refused_in_words(text):
    with suppress(UserError):
        hours = hours_of(text)
        assert hours is None or hours_of(str(hours)) == hours


def spans(first=0, last=DAY_MINUTES):
    begin = st.integers(first, last - 1)
    return begin.flatmap(lambda opens: st.tuples(st.just(opens), st.integers(opens + 1, last)))


def some_hours(first=0):
    days = st.sets(st.integers(0, 6), min_size=1).map(lambda found: tuple(sorted(found)))
    both = st.tuples(days, spans(first), st.sampled_from(ZONES))
    return both.map(lambda made: Hours(made[0], *made[1], made[2]))


# Around both changes of the clocks in 2026 and 2027, and at any other time of those years.
TIMES = st.integers(int(at("2026-01-01")), int(at("2027-12-31"))) | st.sampled_from(
    ["2026-03-27", "2026-10-23", "2026-03-06", "2026-10-30", "2027-04-02"]
).flatmap(lambda day: st.integers(int(at(day)), int(at(day)) + 4 * 86_400))


@given(some_hours())
def test_hours_are_written_as_they_are_read(hours):
    assert hours_of(str(hours)) == hours


@given(some_hours(), TIMES)
def test_people_work_when_they_work_next(hours, now):
    begin = hours.next_open(now)
    assert begin >= now
    assert hours.is_open(begin)
    assert hours.is_open(now) == (begin == now)
    assert begin - now <= 8 * 86_400


@given(some_hours(), TIMES, st.integers(1, 2_000), st.integers(1, 2_000))
def test_minutes_add_up(hours, now, first, then):
    both = hours.after(now, 60 * (first + then))
    assert both == pytest.approx(hours.after(hours.after(now, 60 * first), 60 * then))
    assert both - now >= 60 * (first + then)
    assert hours.after(now, 60 * first) < both


@given(some_hours(first=4 * 60), TIMES, st.integers(1, 600))
def test_working_minutes_are_those_that_the_clocks_there_show(hours, now, minutes):
    """Counted one by one: from four in the morning on no clock is set back or forward."""
    now -= now % 60
    zone, moment, left = ZoneInfo(hours.zone), datetime.fromtimestamp(now, ZoneInfo("UTC")), minutes
    while left and moment.timestamp() - now < 9 * 86_400:
        there = moment.astimezone(zone)
        shown = there.hour * 60 + there.minute
        left -= there.weekday() in hours.days and hours.opens <= shown < hours.closes
        moment += timedelta(minutes=1)
    if not left:
        assert hours.after(now, minutes * 60) == moment.timestamp()


def test_over_a_weekend_in_which_the_clocks_change():
    friday, monday = at("2026-03-27T16:30"), at("2026-03-30T09:00")
    assert BERLIN.after(friday, HOUR) == monday + HOUR / 2
    assert monday - friday == 63.5 * HOUR  # one less than the clocks show
    autumn = at("2026-10-23T16:30")
    assert BERLIN.after(autumn, HOUR) - autumn == 66 * HOUR
    assert BERLIN.next_open(at("2026-03-28T12:00")) == monday
    assert BERLIN.said(monday) == "Mon 09:00 Europe/Berlin"


def test_a_night_in_which_the_clocks_change_is_shorter_or_longer():
    night = Hours((6,), 0, 6 * 60, "Europe/Berlin")
    assert night.after(at("2026-03-29T00:00"), 5 * HOUR) == at("2026-03-29T06:00")
    assert night.after(at("2026-10-25T00:00"), 7 * HOUR) == at("2026-10-25T06:00")
    gap = Hours((6,), 2 * 60 + 10, 2 * 60 + 50, "Europe/Berlin")  # never shown in March
    assert gap.is_open(at("2026-03-29T03:05"))
    assert not gap.is_open(at("2026-03-29T04:30"))
    assert gap.is_open(at("2026-10-25T02:30", fold=0))
    assert gap.is_open(at("2026-10-25T02:30", fold=1))


def test_they_work_from_the_first_second_until_the_last_is_over():
    assert not BERLIN.is_open(at("2026-06-01T08:59:59"))
    assert BERLIN.is_open(at("2026-06-01T09:00"))
    assert BERLIN.is_open(at("2026-06-01T16:59:59"))
    assert not BERLIN.is_open(at("2026-06-01T17:00"))


def test_a_zone_is_found_however_it_is_written():
    assert zone_of("america/new york") == "America/New_York"
    assert zone_of("`UTC`") == "UTC"
