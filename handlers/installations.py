"""Where the app is installed: slack_sdk's stores on our database, the tokens encrypted."""

from datetime import UTC, datetime
from typing import Any

from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.sqlalchemy import (
    AsyncSQLAlchemyInstallationStore,
    SQLAlchemyInstallationStore,
)
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from sqlalchemy import Table, Text, and_, delete, desc, func, or_, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.database import WRITE
from bot.encryption import Keys, Sealed

SECRETS = (
    "bot_token",
    "bot_refresh_token",
    "user_token",
    "user_refresh_token",
    "incoming_webhook_url",
)


class Installations(AsyncSQLAlchemyInstallationStore):
    """Installations and bots of one app, found by the team's key.

    The key is the team's id, or the organisation's where it has the app in all its teams.
    """

    def __init__(self, client_id: str, engine: AsyncEngine, keys: Keys) -> None:
        super().__init__(client_id, engine.execution_options(**{WRITE: True}))
        self.reading = engine
        self._keys = keys
        for table in (self.bots, self.installations):
            for column in _secrets_of(table):
                column.type = Sealed(keys)

    async def async_save(self, installation: Installation) -> None:
        """Keep the installation and its bot; an organisation's belongs to no team."""
        if installation.is_enterprise_install:
            installation.team_id = None
        await super().async_save(installation)

    async def bot_of(self, key: str) -> Bot | None:
        """Return the team's newest bot, None if there is none; raise WrongKeyError."""
        rows = self.bots.select().where(
            self._is(self.bots, key), self.bots.c.bot_token.is_not(None)
        )
        async with self.reading.connect() as connection:
            found = await connection.execute(rows.order_by(desc(self.bots.c.installed_at)).limit(1))
            row = found.mappings().first()
        return SQLAlchemyInstallationStore.build_bot_entity(row) if row else None

    async def keys(self) -> list[str]:
        """Return the keys of all teams, those that installed last first."""
        key = func.coalesce(self.bots.c.team_id, self.bots.c.enterprise_id)
        rows = select(key).where(self.bots.c.client_id == self.client_id).group_by(key)
        async with self.reading.connect() as connection:
            found = await connection.execute(
                rows.order_by(desc(func.max(self.bots.c.installed_at)))
            )
            return list(found.scalars())

    async def drop(self, key: str) -> None:
        """Delete all that is kept of the team's installations and bots."""
        async with self.engine.begin() as connection:
            for table in (self.bots, self.installations):
                await connection.execute(delete(table).where(self._is(table, key)))

    async def drop_users(self, key: str, users: list[str]) -> None:
        """Delete the installations of users who took their tokens back; the bot stays."""
        table = self.installations
        async with self.engine.begin() as connection:
            mine = delete(table).where(self._is(table, key), table.c.user_id.in_(users))
            await connection.execute(mine)

    async def reseal(self) -> None:
        """Encrypt with the first key what an older one encrypted; raise WrongKeyError."""
        async with self.engine.begin() as connection:
            for table in (self.bots, self.installations):
                await self._reseal(connection, table)

    async def _reseal(self, connection: AsyncConnection, table: Table) -> None:
        columns = _secrets_of(table)
        sealed = [type_coerce(column, Text).label(column.name) for column in columns]
        mine = select(table.c.id, *sealed).where(table.c.client_id == self.client_id)
        for row in (await connection.execute(mine)).mappings().all():
            held = {name: row[name] for name in row if name != "id" and row[name] is not None}
            plain = {name: self._keys.open(value) for name, value in held.items()}
            if not all(self._keys.is_current(value) for value in held.values()):
                await connection.execute(update(table).where(table.c.id == row["id"]).values(plain))

    def _is(self, table: Table, key: str) -> Any:
        column = table.c
        everywhere = and_(column.team_id.is_(None), column.enterprise_id == key)
        return and_(column.client_id == self.client_id, or_(column.team_id == key, everywhere))


class States(AsyncSQLAlchemyOAuthStateStore):
    """What a browser carries to Slack and back, good once and for ten minutes."""

    def __init__(self, expiration_seconds: int, engine: AsyncEngine) -> None:
        super().__init__(expiration_seconds, engine.execution_options(**{WRITE: True}))

    async def async_issue(self, *_: object, **__: object) -> str:
        """Return a new state; those that nobody brought back in time are gone."""
        states = self.oauth_states
        async with self.engine.begin() as connection:
            await connection.execute(delete(states).where(states.c.expire_at <= _now()))
        return await super().async_issue()

    async def async_consume(self, state: str) -> bool:
        """Tell whether the state is good; slack_sdk's own lets two at once have it."""
        states = self.oauth_states
        mine = delete(states).where(states.c.state == state, states.c.expire_at > _now())
        async with self.engine.begin() as connection:
            found = await connection.execute(mine.returning(states.c.id))
            return found.first() is not None


def _secrets_of(table: Table) -> list[Any]:
    return [table.c[name] for name in SECRETS if name in table.c]


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)  # as slack_sdk keeps it
