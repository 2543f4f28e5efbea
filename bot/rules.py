"""How the bot behaves in each channel: what the channel set for itself, else the defaults."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.channel_settings import ChannelSettings, Setting, with_own
from bot.config import Settings
from bot.hours import hours_of
from bot.records import Mode
from bot.setting_store import Own, SettingStore


@dataclass(frozen=True, slots=True)
class Rules:
    """Knows the settings of every channel."""

    store: SettingStore
    defaults: ChannelSettings
    support_channels: tuple[str, ...] = ()

    def default(self, channel: str) -> ChannelSettings:
        """Return the settings of a channel that nobody configured."""
        mode = Mode.AUTO if channel in self.support_channels else self.defaults.mode
        return replace(self.defaults, mode=mode)

    async def of(self, team: str, channel: str) -> ChannelSettings:
        """Return the settings of a channel."""
        return self.given(channel, await self.store.of(team, channel))

    def given(self, channel: str, own: Mapping[Setting, Own]) -> ChannelSettings:
        """Return the settings of a channel that set these for itself."""
        return with_own(self.default(channel), {name: one.value for name, one in own.items()})


def defaults_of(settings: Settings, reply_from: float) -> ChannelSettings:
    """Return how the bot behaves where nothing else is said; ``reply_from`` is the matcher's."""
    return ChannelSettings(
        mode=Mode.MENTION,
        threshold=reply_from,
        group=settings.escalation_group,
        hours=hours_of(settings.working_hours),
        remind=settings.remind_minutes,
        stale=settings.stale_days,
        close=settings.close_days,
        quiet=settings.quiet_minutes,
    )
