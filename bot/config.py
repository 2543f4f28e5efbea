"""Settings: read once from the environment or ``.env``, checked together, passed down."""

import re
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import ConfigError, UserError
from bot.hours import ALWAYS, hours_of

NO_DATABASE = "give postgresql://USER:PASSWORD@HOST/NAME, or sqlite+aiosqlite:///FILE"
NO_MINT_IN_PROD = (
    "prod cannot go with MINT_USERS or MINT_CHANNELS: example tokens are never minted for prod. "
    "Leave the two out, or run another bot for sandbox"
)
MAKE_KEY = "anon-support encryption-key"
FERNET_BYTES = 32
SLACK_API_URL = "https://slack.com/api/"
DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
}
Ids = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """Every setting of the bot, under the environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = SLACK_API_URL
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    token_encryption_keys: SecretStr | None = None

    support_channels: Ids = ()
    check_channels: Ids = ()
    staff_channel: str = ""
    staff_users: Ids = ()
    escalation_group: str = ""
    mint_users: Ids = ()
    mint_channels: Ids = ()

    anon_api_key_sandbox: SecretStr | None = None
    anon_api_key_prod: SecretStr | None = None
    anon_api_url_sandbox: str = "https://svc.sandbox.anon.com"
    anon_api_url_prod: str = "https://svc.prod.anon.com"
    anon_default_env: Literal["sandbox", "prod"] = "sandbox"
    join_seconds: float = Field(default=5, ge=0, le=60)  # what follows a message so soon joins it
    hold_seconds: float = Field(default=5, ge=0, le=60)  # an unsure answer waits for the rest
    post_seconds: float = Field(default=1, ge=0, le=60)  # between two posts into a channel

    # Defaults of what a channel may set for itself.
    quiet_minutes: float = Field(default=10, ge=0)  # an entry is not repeated in a channel so soon
    remind_minutes: float = Field(default=30, gt=0)  # a ticket that nobody claimed for so long
    stale_days: float = Field(default=3, gt=0)  # a thread or ticket that waits so long is stale

    close_days: float = Field(default=4, gt=0)  # after an asker was asked once more
    working_hours: str = ALWAYS  # or as in "mon-fri 9:00-17:00 Europe/Berlin"

    retention_days: int = Field(default=90, ge=1, le=3650)
    database_url: str = ""
    data_dir: Path = Field(default_factory=lambda: user_data_path("anon-support-bot"))
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=1, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    public_url: str = ""

    @field_validator(
        "support_channels",
        "check_channels",
        "staff_users",
        "mint_users",
        "mint_channels",
        mode="before",
    )
    @classmethod
    def _split_ids(cls, value: object) -> object:
        """Comma-separated ids become a tuple."""
        return _split(value) if isinstance(value, str) else value

    @field_validator(
        "slack_bot_token",
        "slack_app_token",
        "slack_signing_secret",
        "slack_client_id",
        "slack_client_secret",
        "token_encryption_keys",
        mode="before",
    )
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        """An empty variable, as ``.env.example`` has them, counts as not set."""
        return None if value == "" else value

    @field_validator("token_encryption_keys")
    @classmethod
    def _keys_are_fernet_keys(cls, value: SecretStr | None) -> SecretStr | None:
        for number, key in enumerate(_split(value.get_secret_value() if value else ""), start=1):
            if not _is_fernet_key(key):
                raise ValueError(f"key {number} is no Fernet key; make one with: {MAKE_KEY}")
        return value

    @field_validator("anon_api_key_sandbox", "anon_api_key_prod", mode="before")
    @classmethod
    def _a_key_fits_into_a_header(cls, value: object) -> object:
        """An empty key counts as not set; one with white space inside was not copied well."""
        if not isinstance(value, str):
            return value
        key = value.strip()
        if not re.fullmatch(r"[!-~]*", key):
            raise ValueError("it holds white space or characters that no key has; copy it again")
        return key or None

    @field_validator("anon_api_url_sandbox", "anon_api_url_prod")
    @classmethod
    def _keys_travel_over_tls(cls, value: str) -> str:
        """The API key goes to this address: https, or the machine itself."""
        parts = urlsplit(value)
        safe = parts.scheme == "https" or (
            parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
        )
        if not safe or not parts.hostname or parts.username or parts.query or parts.fragment:
            raise ValueError("it has to be an https:// address, or http:// on this machine")
        return value

    @field_validator("working_hours")
    @classmethod
    def _hours_can_be_read(cls, value: str) -> str:
        try:
            hours_of(value)
        except UserError as error:
            raise ValueError(str(error)) from None
        return value

    @field_validator("anon_default_env")
    @classmethod
    def _mints_nothing_for_prod(cls, value: str, info: ValidationInfo) -> str:
        if value == "prod" and (info.data.get("mint_users") or info.data.get("mint_channels")):
            raise ValueError(NO_MINT_IN_PROD)
        return value

    @field_validator("database_url")
    @classmethod
    def _names_a_database_that_we_speak(cls, value: str) -> str:
        # Imported here: the settings are read by commands that open no database.
        from sqlalchemy.engine import make_url  # noqa: PLC0415
        from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

        try:
            backend = make_url(value).get_backend_name() if value else "sqlite"
        except ArgumentError:
            backend = ""
        if backend not in {"sqlite", "postgresql"}:
            raise ValueError(NO_DATABASE)
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _slack_api_url_ends_with_slash(self) -> "Settings":
        if not self.slack_api_url.endswith("/"):
            object.__setattr__(self, "slack_api_url", self.slack_api_url + "/")
        return self

    @property
    def own_url(self) -> str:
        """Where the bot is reached: ``PUBLIC_URL``, or an address of this machine."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::", ""} else self.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def jwks_url(self) -> str:
        """Where the bot serves the public halves of its example keys."""
        return f"{self.own_url}/.well-known/jwks.json"

    @property
    def keys_folder(self) -> Path:
        """Where the example keys are kept."""
        return self.data_dir / "keys"

    @property
    def by_oauth(self) -> bool:
        """Whether workspaces install the app themselves, each with a token of its own."""
        return bool(self.slack_client_id or self.slack_client_secret)

    @property
    def encryption_keys(self) -> tuple[str, ...]:
        """The keys for tokens at rest: the first encrypts, all decrypt."""
        keys = self.token_encryption_keys
        return _split(keys.get_secret_value()) if keys else ()

    @property
    def store_url(self) -> str:
        """The state's SQLAlchemy address: ``DATABASE_URL``, or a SQLite file in ``DATA_DIR``."""
        given = self.database_url or f"sqlite:///{self.data_dir / 'state.db'}"
        scheme, _, rest = given.partition("://")
        return f"{DRIVERS.get(scheme, scheme)}://{rest}"


def _split(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _is_fernet_key(key: str) -> bool:
    try:
        return len(urlsafe_b64decode(key.encode("ascii"))) == FERNET_BYTES
    except ValueError:
        return False


def read_settings(**overrides: object) -> Settings:
    """Return the settings, or raise ConfigError naming every bad one and never a value."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc']).upper()}: {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        )
        raise ConfigError(f"Bad settings: {problems}") from None
