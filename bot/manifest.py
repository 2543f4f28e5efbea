"""The Slack app's manifest, filled in for one deployment."""

import re
from pathlib import Path

import yaml

from bot.errors import ConfigError

HERE = Path(__file__).parent
# A wheel has it beside this module, the repository at its top.
APP_YAML = HERE / "app.yaml" if (HERE / "app.yaml").is_file() else HERE.parent / "app.yaml"
EVENTS_PATH = "/slack/events"
INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"
NEEDS_URL = "Slack needs an address to send events to: give --url https://… or set PUBLIC_URL."
NEEDS_HTTPS = "Slack sends events to https addresses only: give --url https://…"

_HTTPS = re.compile(r"https://[^\s/?#]+(?:/[^\s?#]*)?")


def bot_scopes() -> list[str]:
    """Return the scopes that the bot asks for."""
    whole = yaml.safe_load(APP_YAML.read_text(encoding="utf-8"))
    return [str(scope) for scope in whole["oauth_config"]["scopes"]["bot"]]


def redirect_address(url: str) -> str:
    """Return where Slack sends a browser back to after an installation."""
    return url.rstrip("/") + REDIRECT_PATH


def filled_manifest(url: str, *, http: bool) -> str:
    """Return app.yaml for Socket Mode as it stands, or for HTTP with every address filled in."""
    text = APP_YAML.read_text(encoding="utf-8")
    if not http:
        return text
    if not url:
        raise ConfigError(NEEDS_URL)
    if not _HTTPS.fullmatch(url):
        raise ConfigError(NEEDS_HTTPS)
    whole = yaml.safe_load(text)
    address = url.rstrip("/") + EVENTS_PATH
    whole["oauth_config"]["redirect_urls"] = [redirect_address(url)]
    settings = whole["settings"]
    settings["socket_mode_enabled"] = False
    settings["event_subscriptions"]["request_url"] = address
    settings["interactivity"]["request_url"] = address
    for command in whole["features"]["slash_commands"]:
        command["url"] = address
    comment = text.splitlines()[0]
    return f"{comment}\n{yaml.safe_dump(whole, sort_keys=False, allow_unicode=True)}"
