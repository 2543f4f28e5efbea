"""When people work, and how much of that lies between two times. Pure: values in, values out.

What a clock shows twice, or never, when summer time begins or ends is read as widely as it can be:
from the first moment at which work may begin to the last at which it may end.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from rapidfuzz import fuzz, process

from bot.errors import UserError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = "always"
DAY_MINUTES = 24 * 60
LONGEST = 200  # characters of hours that are read
EXAMPLE = "mon-fri 9:00-17:00 Europe/Berlin"
NO_HOURS = f"Say days, times and time zone, as in `{EXAMPLE}`, or `{ALWAYS}`."
NO_DAYS = "I know no days `{days}`: they are `mon` to `sun`, as in `mon-fri` or `mon,wed`."
NO_TIMES = "I know no times `{times}`: say them as in `9:00-17:00`, up to `24:00`."
NO_SPAN = "The day has to end later than it begins: `{times}` does not."
NO_ZONE = "I know no time zone `{zone}`; they are named as in `Europe/Berlin` or `UTC`."
NEAR_ZONE = "I know no time zone `{zone}`. Did you mean `{near}`?"
_NEAR = 70  # rapidfuzz ratio: "Berlin" and "Europe/Berlin" are near, "home" is not
_WHOLE = re.compile(
    r"(?P<days>[a-z,&\s–-]{3,80}?)\s{1,3}(?P<times>\d.{1,30}?)\s{1,3}(?P<zone>[A-Za-z]\S{0,50})",
    re.IGNORECASE,
)
_TIME = r"(\d{1,2})(?::?(\d{2}))?\s?(am|pm)?"
_TIMES = re.compile(rf"{_TIME}\s?(?:-|–|to)\s?{_TIME}", re.IGNORECASE)
_FULL_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Hours:
    """The same hours on some days of each week, by the clocks of a place."""

    days: tuple[int, ...]  # 0 is Monday
    opens: int  # minutes after midnight
    closes: int  # later than ``opens``; 1440 is midnight
    zone: str

    def __str__(self) -> str:
        """Return the hours as ``hours_of`` reads them."""
        return f"{_shown_days(self.days)} {clock(self.opens)}-{clock(self.closes)} {self.zone}"

    def is_open(self, now: float) -> bool:
        """Tell whether people work then."""
        return self.next_open(now) == now

    def next_open(self, now: float) -> float:
        """Return when people work next: then already, if they do."""
        return max(now, next(self._spans(now))[0])

    def after(self, begun: float, seconds: float) -> float:
        """Return when people will have worked so long."""
        now = begun
        for start, end in self._spans(begun):
            now = max(now, start)
            if seconds <= end - now:
                return now + seconds
            seconds -= max(0.0, end - now)
            now = max(now, end)
        raise AssertionError("weeks do not end")

    def said(self, at: float) -> str:
        """Return a moment as the clocks there show it: ``Mon 09:00 Europe/Berlin``."""
        return f"{datetime.fromtimestamp(at, ZoneInfo(self.zone)):%a %H:%M} {self.zone}"

    def _spans(self, now: float) -> Iterator[tuple[float, float]]:
        """Yield the working times that are not over then, the first one first."""
        zone = ZoneInfo(self.zone)
        day = datetime.fromtimestamp(now, zone).date() - timedelta(days=1)
        while True:
            if day.weekday() in self.days:
                start = min(_moments(day, self.opens, zone))
                end = max(_moments(day, self.closes, zone))
                if end > now:
                    yield start, end
            day += timedelta(days=1)


def _moments(day: date, minutes: int, zone: ZoneInfo) -> list[float]:
    """Return when the clocks show that: one moment, or two where they are set back or forward."""
    shown = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minutes)
    return [shown.replace(fold=fold).timestamp() for fold in (0, 1)]


def clock(minutes: int) -> str:
    """Return minutes after midnight as clocks show them."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def hours_of(text: str) -> Hours | None:
    """Return the hours that a text names, None for ``always``; raise UserError for others."""
    text = " ".join(text[:LONGEST].split())
    if text.casefold() == ALWAYS:
        return None
    found = _WHOLE.fullmatch(text)
    if found is None:
        raise UserError(NO_HOURS)
    opens, closes = times_of(found["times"])
    return Hours(days_of(found["days"]), opens, closes, zone_of(found["zone"]))


def days_of(text: str) -> tuple[int, ...]:
    """Return the days of a week that a text names: ``mon-fri``, ``mon, wed & fri``, ``daily``."""
    joined = re.sub(r"\s?(?:-|–|\bto\b)\s?", "-", text.casefold().strip())
    found: set[int] = set()
    for part in re.split(r"(?:,|&|\band\b|\s)+", joined):
        first, dash, last = part.partition("-")
        if part == "daily":
            found.update(range(7))
        elif _day(first) is None or (dash and _day(last) is None):
            raise UserError(NO_DAYS.format(days=_quoted(text)))
        else:
            begin = _day(first) or 0
            length = ((_day(last) or 0) - begin) % 7 if dash else 0
            found.update((begin + step) % 7 for step in range(length + 1))
    return tuple(sorted(found))


def _day(word: str) -> int | None:
    """Return which day of a week a word of at least three letters begins."""
    known = (place for place, name in enumerate(_FULL_DAYS) if name.startswith(word))
    return next(known, None) if len(word) >= 3 else None


def times_of(text: str) -> tuple[int, int]:
    """Return begin and end in minutes after midnight: ``9:00-17:00``, ``9-17``, ``9am to 5pm``."""
    found = _TIMES.fullmatch(text.strip())
    both = found.groups() if found else ()
    opens, closes = (_minutes(*both[:3]), _minutes(*both[3:])) if found else (None, None)
    if opens is None or closes is None:
        raise UserError(NO_TIMES.format(times=_quoted(text)))
    if opens >= closes:
        raise UserError(NO_SPAN.format(times=_quoted(text)))
    return opens, closes


def _minutes(hour: str, minute: str | None, half: str | None) -> int | None:
    count = int(hour)
    if half:
        if not 1 <= count <= 12:
            return None
        count = count % 12 + (12 if half.casefold() == "pm" else 0)
    whole = count * 60 + int(minute or 0)
    return whole if int(minute or 0) < 60 and whole <= DAY_MINUTES else None


@lru_cache(1)
def _zones() -> dict[str, str]:
    """Return every time zone by its name in small letters."""
    return {name.casefold(): name for name in available_timezones()}


def zone_of(text: str) -> str:
    """Return a time zone by its name, however that is written."""
    name = text.strip().strip("`")
    known = _zones().get(name.casefold().replace(" ", "_"))
    if known:
        return known
    words = [
        one for one in _zones().values() if one.rpartition("/")[2].casefold() == name.casefold()
    ]
    near = words[:1] or [
        one
        for one, *_ in process.extract(
            name, _zones().values(), scorer=fuzz.ratio, limit=1, score_cutoff=_NEAR
        )
    ]
    if near:
        raise UserError(NEAR_ZONE.format(zone=_quoted(name), near=near[0]))
    raise UserError(NO_ZONE.format(zone=_quoted(name)))


def _quoted(text: str) -> str:
    return " ".join(text.replace("`", "'").split())[:60]


def _shown_days(days: tuple[int, ...]) -> str:
    """Return the days, those that follow one another as a span."""
    spans: list[list[int]] = []
    for day in days:
        if spans and spans[-1][1] == day - 1:
            spans[-1][1] = day
        else:
            spans.append([day, day])
    return ",".join(
        DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}" for first, last in spans
    )
