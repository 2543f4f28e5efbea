"""What staff set for a channel, in a form or by words: checked, kept, and told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from bot.channel_settings import (
    DEFAULT,
    EXAMPLES,
    NOBODY,
    NUMBERS,
    ChannelSettings,
    Setting,
    read,
    spelled,
    with_own,
)
from bot.errors import UserError
from bot.records import Mode, Place, UserGroup
from bot.reply import (
    ConfigAnswer,
    ConfigChanged,
    Notice,
    Said,
    SettingChange,
    SettingLine,
    shorten_line,
)
from bot.rules import Rules
from bot.setting_store import Own
from bot.workflows import Workflows

STAFF_ONLY = "Only staff can change how I behave here. The mode here is `{mode}`."
NO_CHANNEL = "A direct message has no mode and no settings: I always answer here."
NO_GROUP = "I know no user group `{group}` here; give one as in `config group @support-staff`."
NO_STAFF = (
    "Mode `shadow` shows answers to staff first: set STAFF_CHANNEL and invite me there before."
)
NO_GROUPS = "Slack does not tell me the user groups here, so give its id, as in `S0123ABCD`."
KEPT = "{label} here: {value}, as before."
LABELS = {
    Setting.MODE: "Mode",
    Setting.THRESHOLD: "Threshold",
    Setting.GROUP: "Escalation group",
    Setting.HOURS: "Working hours",
    Setting.REMIND: "Reminder of an unclaimed ticket after",
    Setting.STALE: "Threads and tickets are stale after",
    Setting.CLOSE: "Stale tickets are closed after",
    Setting.QUIET: "Quiet window of an entry",
}
GROUP_ID = re.compile(r"S[A-Z0-9]{5,15}")
VALUE_LIMIT = 70  # characters of a value in what is said
OF_TIMERS = frozenset({Setting.HOURS, Setting.REMIND, Setting.STALE, Setting.CLOSE})
log = structlog.get_logger(__name__)


class BadSettingsError(Exception):
    """What is wrong with settings, by the name of each, or of its part in the form."""

    def __init__(self, found: Mapping[str, str]) -> None:
        super().__init__("; ".join(found.values()))
        self.found = {str(name): text for name, text in found.items()}


@dataclass(frozen=True, slots=True)
class Page:
    """What a form shows."""

    place: Place
    settings: ChannelSettings
    defaults: ChannelSettings
    own: Mapping[Setting, Own]
    groups: tuple[UserGroup, ...] | None  # None: Slack does not tell them


@dataclass(frozen=True)
class Configuring:
    """Reads and changes the settings of channels, for staff."""

    workflows: Workflows

    @property
    def rules(self) -> Rules:
        """How the bot behaves in each channel."""
        return self.workflows.rules

    async def admit(self, place: Place, user: str) -> None:
        """Raise UserError, with the reason, where the person may not change anything."""
        if place.channel.startswith("D"):
            raise UserError(NO_CHANNEL)
        if user not in await self.workflows.staff.ids():
            mode = (await self.rules.of(place.team, place.channel)).mode
            raise UserError(STAFF_ONLY.format(mode=mode.value))

    async def page(self, place: Place, *, groups: bool = True) -> Page:
        """Return all that a form shows; without ``groups`` Slack is not asked for them."""
        own = await self.rules.store.of(place.team, place.channel)
        defaults = self.rules.default(place.channel)
        settings = self.rules.given(place.channel, own)
        return Page(place, settings, defaults, own, await self.groups() if groups else None)

    async def groups(self) -> tuple[UserGroup, ...] | None:
        """Return the user groups of the team in which the staff channel is."""
        home = await self.workflows.staff.home()
        return await self.workflows.messenger.groups(home) if home else None

    async def say(self, words: str, place: Place, user: str) -> Said:
        """Do what the words after ``config`` say; without any, show what is set."""
        await self.admit(place, user)
        name, _, value = words.strip().partition(" ")
        if not name:
            return await self.shown(place)
        setting = Setting(name.casefold())
        if not value.strip():
            return await self.shown(place, setting)
        try:
            changed = await self.save(place, user, {setting: value})
        except BadSettingsError as error:
            raise UserError(error.found[setting.value]) from None
        if changed.changes:
            return changed
        page = await self.page(place)
        shown = shown_value(page.settings, setting, page.groups)
        return Notice(KEPT.format(label=LABELS[setting], value=shown))

    async def shown(self, place: Place, only: Setting | None = None) -> ConfigAnswer:
        """Return what is set, and how each is changed."""
        page = await self.page(place)
        return ConfigAnswer(
            place.channel,
            tuple(
                SettingLine(
                    setting.value,
                    LABELS[setting],
                    shown_value(page.settings, setting, page.groups),
                    f"config {setting.value} {EXAMPLES[setting]}",
                    page.own[setting].who if setting in page.own else None,
                )
                for setting in Setting
                if only in {None, setting}
            ),
        )

    async def save(
        self,
        place: Place,
        user: str,
        written: Mapping[Setting, str],
        wrong: Mapping[str, str] | None = None,
    ) -> ConfigChanged:
        """Keep what was written and return what is another than before.

        Nothing is kept where anything is wrong, by now or known before: BadSettingsError says
        what. What is as the default is no value of the channel's own: it follows the default.
        """
        await self.admit(place, user)
        before = await self.page(place, groups=Setting.GROUP in written)
        wrong = {**(wrong or {}), **await self._unshown(written, before)}
        kept = {
            setting: None if value == spelled(before.defaults, setting) else value
            for setting, value in _checked(written, before, wrong).items()
            if value != spelled(before.settings, setting)
        }
        now = self.workflows.clock()
        await self.rules.store.keep(place.team, place.channel, kept, user, now)
        for setting, value in kept.items():
            log.info(
                "channel_configured",
                team=place.team,
                channel=place.channel,
                user=user,
                setting=setting.value,
                value=value or DEFAULT,
            )
        after = replace(await self.page(place, groups=False), groups=before.groups)
        changes = tuple(_change(setting, before, after, user) for setting in kept)
        return ConfigChanged(changes, timers=not OF_TIMERS.isdisjoint(kept))

    async def _unshown(self, written: Mapping[Setting, str], before: Page) -> dict[str, str]:
        """Say what is wrong with a change to mode `shadow`: that nobody would see the answers."""
        wanted = written.get(Setting.MODE, "").strip().strip("`").casefold()
        if wanted != Mode.SHADOW or before.settings.mode is Mode.SHADOW:
            return {}
        place = await self.workflows.staff_place()
        if place and await self.workflows.messenger.is_in(place.team, place.channel):
            return {}
        return {Setting.MODE.value: NO_STAFF}


def _checked(
    written: Mapping[Setting, str], page: Page, wrong: Mapping[str, str]
) -> dict[Setting, str]:
    """Return the values as they are kept; raise BadSettingsError."""
    found: dict[Setting, str] = {}
    told = dict(wrong)
    for setting, text in written.items():
        try:
            found[setting] = _canonical(setting, text, page)
        except UserError as error:
            told[setting.value] = str(error)
    if told:
        raise BadSettingsError(told)
    return found


def _canonical(setting: Setting, text: str, page: Page) -> str:
    """Return what was written as it is kept."""
    text = text.strip()
    if not text or text.casefold() == DEFAULT:
        return spelled(page.defaults, setting)
    if setting is Setting.GROUP and text.casefold() != NOBODY:
        text = _group(text, page)
    read(setting, text)
    return spelled(with_own(page.settings, {setting: text}), setting)


def _group(text: str, page: Page) -> str:
    """Return the id of the user group that is meant by its id or handle."""
    name = text.strip("`<>!^").removeprefix("@").casefold()
    if page.groups is None:
        if GROUP_ID.fullmatch(name.upper()):
            return name.upper()
        raise UserError(NO_GROUPS)
    for group in page.groups:
        if name in {group.id.casefold(), group.handle.casefold()}:
            return group.id
    raise UserError(NO_GROUP.format(group=" ".join(text.replace("`", "'").split())[:40]))


def _change(setting: Setting, before: Page, after: Page, user: str) -> SettingChange:
    own = before.own.get(setting)
    return SettingChange(
        LABELS[setting],
        shown_value(before.settings, setting, before.groups),
        shown_value(after.settings, setting, after.groups),
        own.who if own and own.who != user else "",
    )


def shown_value(
    settings: ChannelSettings, setting: Setting, groups: tuple[UserGroup, ...] | None
) -> str:
    """Return a value as people read it."""
    text = shorten_line(spelled(settings, setting), VALUE_LIMIT)
    if setting is Setting.GROUP and settings.group:
        handles = {one.id: f"@{one.handle}" for one in groups or ()}
        text = shorten_line(handles.get(settings.group, text), VALUE_LIMIT)
    unit = NUMBERS[setting].unit if setting in NUMBERS else ""
    return f"`{text}` {unit}".strip()
