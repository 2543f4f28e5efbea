"""What may be set for a channel, as people write it and as the bot goes by it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, assert_never

from bot.errors import UserError
from bot.hours import ALWAYS, Hours, hours_of
from bot.records import Mode

NOBODY = "nobody"
DEFAULT = "default"  # said in place of a value: the channel has none of its own any more
MODES = ", ".join(f"`{mode.value}`" for mode in Mode)
NO_MODE = "I know no mode `{mode}`: it is one of {modes}."
NO_NUMBER = "Say a number from {least} to {most}, as in `{example}`; `{value}` is none."
GROUP_LIMIT = 60  # characters of a group's id or handle


class Setting(StrEnum):
    """One of them, by the word after ``config``; the fields of ChannelSettings are called alike."""

    MODE = "mode"
    THRESHOLD = "threshold"
    GROUP = "group"
    HOURS = "hours"
    REMIND = "remind"
    STALE = "stale"
    CLOSE = "close"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Span:
    """Which numbers a setting may be, and what they count."""

    least: float
    most: float
    unit: str = ""


NUMBERS = {
    Setting.THRESHOLD: Span(0.5, 1),
    Setting.REMIND: Span(1, 1_440, "minutes"),
    Setting.STALE: Span(0.1, 365, "days"),
    Setting.CLOSE: Span(0.1, 365, "days"),
    Setting.QUIET: Span(0, 1_440, "minutes"),
}
EXAMPLES = {
    Setting.MODE: "suggest",
    Setting.THRESHOLD: "0.8",
    Setting.GROUP: "@support-staff",
    Setting.HOURS: "mon-fri 9:00-17:00 Europe/Berlin",
    Setting.REMIND: "30",
    Setting.STALE: "3",
    Setting.CLOSE: "4",
    Setting.QUIET: "10",
}
_NUMBER = re.compile(r"(?P<number>[0-9]{1,4}(?:[.,][0-9]{1,4})?)\s?(?:m|min|minutes?|d|days?)?")


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """How the bot behaves in a channel."""

    mode: Mode
    threshold: float  # unasked, it replies from this score on
    group: str  # id of the user group that a new ticket mentions; empty: none
    hours: Hours | None  # when people work; None: always
    remind: float  # minutes of work that a ticket may be unclaimed
    stale: float  # days without a word
    close: float  # days after the asker was asked once more
    quiet: float  # minutes in which an entry is not repeated


def with_own(defaults: ChannelSettings, own: Mapping[Setting, str]) -> ChannelSettings:
    """Return the settings with what the channel has of its own; what reads no more is left out."""
    found = {}
    for setting, text in own.items():
        try:
            found[setting.value] = read(setting, text)
        except UserError:  # written by another version, or for a time zone that is no more
            continue
    return replace(defaults, **found)


def own_mode(text: str | None) -> Mode | None:
    """Return a mode that was kept, None where there is none that this version knows."""
    return Mode(text) if text in set(Mode) else None


def own_threshold(text: str | None) -> float | None:
    """Return a threshold that was kept, None where there is none."""
    return float(text) if text else None


def read(setting: Setting, text: str) -> Any:
    """Return the value that a text means; raise UserError with what is wrong with it."""
    match setting:
        case Setting.MODE:
            return _mode(text)
        case Setting.GROUP:
            name = text.strip()[:GROUP_LIMIT]
            return "" if name.casefold() == NOBODY else name
        case Setting.HOURS:
            return hours_of(text)
        case Setting.THRESHOLD | Setting.REMIND | Setting.STALE | Setting.CLOSE | Setting.QUIET:
            return _number(setting, text)
        case _:
            assert_never(setting)


def spelled(settings: ChannelSettings, setting: Setting) -> str:
    """Return a value as ``read`` reads it."""
    value = getattr(settings, setting.value)
    match setting:
        case Setting.GROUP:
            return value or NOBODY
        case Setting.HOURS:
            return str(value) if value else ALWAYS
        case Setting.MODE:
            return str(value.value)
        case _:
            return f"{value:g}"


def all_spelled(settings: ChannelSettings) -> dict[Setting, str]:
    """Return every value as ``read`` reads it."""
    return {setting: spelled(settings, setting) for setting in Setting}


def _mode(text: str) -> Mode:
    wanted = text.strip().strip("`").casefold()
    if wanted not in set(Mode):
        raise UserError(NO_MODE.format(mode=_quoted(wanted), modes=MODES))
    return Mode(wanted)


def _number(setting: Setting, text: str) -> float:
    span, found = NUMBERS[setting], _NUMBER.fullmatch(text.strip().casefold())
    number = float(found["number"].replace(",", ".")) if found else None
    if number is None or not span.least <= number <= span.most:
        limits = {"least": f"{span.least:g}", "most": f"{span.most:g}"}
        said = {"example": EXAMPLES[setting], "value": _quoted(text)}
        raise UserError(NO_NUMBER.format(**limits, **said))
    return number


def _quoted(text: str) -> str:
    return " ".join(text.replace("`", "'").split())[:40]
