"""What channels set for themselves, kept: a row for each setting, with who set it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from bot.channel_settings import Setting
from bot.rows import Rows, as_given, given
from bot.tables import channel_settings

KEY = ("team", "channel", "name")
OWN = select(channel_settings).where(given(channel_settings, "team", "channel"))


@dataclass(frozen=True, slots=True)
class Own:
    """A channel's own value of a setting, as it is written, and who set it."""

    value: str
    who: str
    changed: float


class SettingStore:
    """Reads and writes settings of channels; each method is one transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def of(self, team: str, channel: str) -> dict[Setting, Own]:
        """Return what the channel set for itself."""
        known = set(Setting)
        rows = await self._rows.all(OWN, as_given({"team": team, "channel": channel}))
        return {
            Setting(row.name): Own(row.value, row.who, row.changed)
            for row in rows
            if row.name in known  # a later version may have written others
        }

    async def keep(
        self, team: str, channel: str, values: Mapping[Setting, str | None], who: str, now: float
    ) -> None:
        """Keep the values in place of those before; None leaves the channel none of its own."""
        place = {"team": team, "channel": channel}
        async with self._rows.write() as connection:
            for setting, value in values.items():
                row = {**place, "name": setting.value, "value": value, "who": who, "changed": now}
                if value is None:
                    here = (channel_settings.c[name] == row[name] for name in KEY)
                    await connection.execute(delete(channel_settings).where(*here))
                else:
                    await self._rows.upsert(connection, channel_settings, row, KEY)

    async def forget(self, team: str, user: str) -> None:
        """Keep no longer that it was this person who set something."""
        mine = (channel_settings.c.team == team) & (channel_settings.c.who == user)
        async with self._rows.write() as connection:
            await connection.execute(update(channel_settings).where(mine).values(who=""))
