"""What the app's manifest declares: commands, shortcuts, subscriptions, scopes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.manifest import APP_YAML

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The parts that the workspace obeys; empty events or scopes allow everything."""

    commands: tuple[Json, ...] = (
        {"command": "/anon", "description": "Ask the support bot", "usage_hint": "ask | help"},
    )
    shortcuts: tuple[Json, ...] = ()
    escaping: frozenset[str] = frozenset()  # commands with should_escape
    events: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()


def read_manifest(path: Path = APP_YAML) -> Manifest:
    """Return what the manifest declares, or what allows everything when there is none."""
    if not path.exists():
        return Manifest()
    whole = yaml.safe_load(path.read_text())
    features, settings = whole.get("features", {}), whole.get("settings", {})
    commands = features.get("slash_commands", [])
    events = settings.get("event_subscriptions", {}).get("bot_events", [])
    kept = ("command", "description", "usage_hint")
    return Manifest(
        tuple({k: one.get(k, "") for k in kept} for one in commands),
        tuple(
            {k: one.get(k, "") for k in ("callback_id", "name", "type", "description")}
            for one in features.get("shortcuts", [])
        ),
        frozenset(one["command"] for one in commands if one.get("should_escape")),
        frozenset(events),
        frozenset(whole.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
    )
