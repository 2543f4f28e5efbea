"""The form of a channel's settings: drawn with what is set, and what was changed read back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.asking import MEANINGS
from bot.channel_settings import NOBODY, NUMBERS, Setting, all_spelled, spelled
from bot.configuring import LABELS, Page, shown_value
from bot.errors import UserError
from bot.hours import ALWAYS, DAY_MINUTES, DAYS, Hours, clock, hours_of, times_of, zone_of
from bot.records import Mode
from bot.verbs import Form
from handlers.elements import context, section
from handlers.inputs import (
    MOST_OPTIONS,
    modal,
    number_input,
    select_input,
    several_input,
    text_input,
    ticked,
    time_input,
    written,
)

TITLE = "Settings of a channel"
READING = "Reading what is set…"
LEAD = "How I behave in <#{channel}>. What you empty goes back to the default."
MIDNIGHT = "00:00"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS_FIELD, FROM_FIELD, TO_FIELD, ZONE_FIELD = "days", "from", "to", "zone"
DAYS_HINT = "None: somebody always works. Outside these hours a ticket says when people are back."
ZONE_HINT = "As in Europe/Berlin. Reminders count working minutes there."
THRESHOLD_HINT = "Unasked, I reply from this score on, from 0.5 to 1; the default is {default}."
HINTS = {
    Setting.REMIND: "Minutes, counted in working hours; the default is {default}.",
    Setting.STALE: "Days without a word; the default is {default}.",
    Setting.CLOSE: "Days after the asker was asked once more; the default is {default}.",
    Setting.QUIET: "Minutes in which I link to an answer, not repeat it; the default is {default}.",
}
GROUP_HINT = "Mentioned once, on each new ticket. The default is {default}."
NO_GROUPS = "Slack does not list your user groups: give the id, as in S0123ABCD, or nobody."
MORE_GROUPS = "Another one can be said: config group @handle."
GONE = "{group} (Slack knows it no more)"
BEGIN = "Say when work begins, or pick no days."
END = "Say when work ends."
TIMERS = "A ticket goes by the minutes and days that are set when its timer begins."


def waiting_form(target: str) -> View:
    """Return the modal while what it shows is looked for: a trigger dies in three seconds."""
    return modal(Form.CONFIG, target, title=TITLE, submit="", blocks=[section(READING)])


def config_view(page: Page) -> dict[str, Any]:
    """Return the form, with what is set."""
    channel, now = page.place.channel, page.settings
    target = json.dumps({"channel": channel, "shown": all_spelled(now)})
    mode = select_input("mode", "Mode", [(m.value, _mode(m)) for m in Mode], initial=now.mode.value)
    blocks: list[Block] = [
        section(LEAD.format(channel=channel)),
        mode,
        _number(page, Setting.THRESHOLD, THRESHOLD_HINT),
        _group(page),
        *_hours(now.hours),
        *(_number(page, setting, hint) for setting, hint in HINTS.items()),
        context(TIMERS),
    ]
    view: dict[str, Any] = modal(
        Form.CONFIG, target, title=TITLE, submit="Save", blocks=blocks
    ).to_dict()
    return view


def _mode(mode: Mode) -> str:
    return f"{mode.value}: {MEANINGS[mode]}"


def _number(page: Page, setting: Setting, hint: str) -> Block:
    span = NUMBERS[setting]
    return number_input(
        setting.value,
        LABELS[setting],
        hint=hint.format(default=spelled(page.defaults, setting)),
        initial=getattr(page.settings, setting.value),
        least=span.least,
        most=span.most,
    )


def _group(page: Page) -> Block:
    """Return a select of the groups; one that is gone stays what it is until another is picked."""
    name, label, chosen = Setting.GROUP.value, LABELS[Setting.GROUP], page.settings.group
    default = shown_value(page.defaults, Setting.GROUP, page.groups).strip("`")
    hint = GROUP_HINT.format(default=default)
    if page.groups is None:
        return text_input(name, label, hint=NO_GROUPS, initial=chosen or NOBODY, optional=True)
    options = [(one.id, f"@{one.handle}") for one in page.groups]
    if chosen and chosen not in dict(options):
        options.insert(0, (chosen, GONE.format(group=chosen)))
    options.sort(key=lambda one: one[0] != chosen)
    options.insert(0, (NOBODY, NOBODY))
    more = f" {MORE_GROUPS}" if len(options) > MOST_OPTIONS else ""
    return select_input(name, label, options, hint=hint + more, initial=chosen or NOBODY)


def _hours(hours: Hours | None) -> list[Block]:
    days = list(zip(DAYS, WEEKDAYS, strict=True))
    picked = [DAYS[day] for day in hours.days] if hours else []
    begin = clock(hours.opens) if hours else ""
    end = clock(hours.closes % DAY_MINUTES) if hours else ""
    zone = hours.zone if hours else ""
    return [
        several_input(DAYS_FIELD, LABELS[Setting.HOURS], days, hint=DAYS_HINT, initial=picked),
        time_input(FROM_FIELD, "From", initial=begin),
        time_input(TO_FIELD, "To", initial=end),
        text_input(ZONE_FIELD, "Time zone", hint=ZONE_HINT, initial=zone, optional=True),
    ]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written into the form: the rest stays as it is, whoever changed it meanwhile."""

    channel: str
    changed: dict[Setting, str]  # what is another than the form showed
    wrong: dict[str, str]  # what is wrong with hours, by input


def written_in(view: Mapping[str, Any]) -> Written:
    """Return what was written."""
    told = json.loads(view["private_metadata"])
    now = {setting: written(view, setting.value) for setting in Setting}
    hours, wrong = _hours_in(view)
    now[Setting.HOURS] = hours or told["shown"][Setting.HOURS]
    changed = {setting: text for setting, text in now.items() if text != told["shown"][setting]}
    return Written(told["channel"], changed, wrong)


def _hours_in(view: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Return the hours as they are spelled, or nothing and what is wrong, by input."""
    days = ticked(view, DAYS_FIELD)
    if not days:
        return ALWAYS, {}
    begin, end, zone = (written(view, name) for name in (FROM_FIELD, TO_FIELD, ZONE_FIELD))
    end = "24:00" if end == MIDNIGHT else end
    wrong = {}
    if not begin:
        wrong[FROM_FIELD] = BEGIN
    if not end:
        wrong[TO_FIELD] = END
    try:
        zone = zone_of(zone)
    except UserError as error:
        wrong[ZONE_FIELD] = str(error)
    try:
        times_of(f"{begin or MIDNIGHT}-{end or '24:00'}")
    except UserError as error:
        wrong[TO_FIELD] = str(error)
    if wrong:
        return "", wrong
    return str(hours_of(f"{','.join(days)} {begin}-{end} {zone}")), {}
