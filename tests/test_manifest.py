"""app.yaml: Slack's public schema, real scopes, and the table of listeners, both ways."""

import inspect
import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from bot.playground.block_rules import check_view
from bot.verbs import Form
from handlers import LISTENERS, Kind, ids
from handlers.forms import FORMS, form_view

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "app.yaml").read_text()
MANIFEST = yaml.safe_load(TEXT)
SCOPES = MANIFEST["oauth_config"]["scopes"]["bot"]
EVENTS = MANIFEST["settings"]["event_subscriptions"]["bot_events"]

# Bot scopes that exist (docs.slack.dev/reference/scopes), among those a bot like this might want.
REAL_SCOPES = frozenset(
    [
        "app_mentions:read",
        "assistant:write",
        "bookmarks:read",
        "bookmarks:write",
        "calls:read",
        "calls:write",
        "canvases:read",
        "canvases:write",
        "channels:history",
        "channels:join",
        "channels:manage",
        "channels:read",
        "chat:write",
        "chat:write.customize",
        "chat:write.public",
        "commands",
        "conversations.connect:manage",
        "conversations.connect:read",
        "conversations.connect:write",
        "dnd:read",
        "emoji:read",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "groups:write",
        "im:history",
        "im:read",
        "im:write",
        "incoming-webhook",
        "links:read",
        "links:write",
        "lists:read",
        "lists:write",
        "metadata.message:read",
        "mpim:history",
        "mpim:read",
        "mpim:write",
        "pins:read",
        "pins:write",
        "reactions:read",
        "reactions:write",
        "reminders:read",
        "reminders:write",
        "remote_files:read",
        "remote_files:share",
        "remote_files:write",
        "search:read",
        "team:read",
        "usergroups:read",
        "usergroups:write",
        "users.profile:read",
        "users:read",
        "users:read.email",
        "users:write",
        "workflow.steps:execute",
    ]
)

# event -> the scope that lets it be delivered
EVENT_SCOPES = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "reaction_added": {"reactions:read"},
    "app_uninstalled": set(),
    "tokens_revoked": set(),
}
# Web API method that the code calls -> the scopes for it (none: any token)
METHOD_SCOPES = {
    "auth_test": set(),
    "chat_delete": {"chat:write"},
    "chat_getPermalink": set(),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history", "im:history"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_members": {"channels:read", "groups:read"},
    "conversations_open": {"im:write"},
    "conversations_replies": {"channels:history", "groups:history", "im:history"},
    "files_info": {"files:read"},
    "files_upload_v2": {"files:write"},
    "usergroups_list": {"usergroups:read"},
    "users_info": {"users:read"},
    "views_open": set(),
    "views_push": set(),
    "views_publish": set(),
    "views_update": set(),
}


def test_the_first_line_says_what_it_is():
    assert TEXT.startswith("# Slack app manifest")


def test_slacks_public_schema():
    schema = json.loads((Path(__file__).parent / "data" / "manifest.schema.2.0.0.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(MANIFEST, schema)


def test_every_scope_is_real_needed_and_explained():
    assert set(SCOPES) <= REAL_SCOPES
    needed = {"commands"}.union(*EVENT_SCOPES.values(), *METHOD_SCOPES.values())
    assert set(SCOPES) == needed
    assert sorted(SCOPES) == SCOPES
    lines = [
        line
        for line in TEXT.splitlines()
        if line.strip().removeprefix("- ").split(" #")[0] in SCOPES
    ]
    assert len(lines) == len(SCOPES)
    assert all(re.search(r" # \S", line) for line in lines)


def test_the_code_calls_no_method_without_its_scope():
    code = "".join(
        path.read_text() for folder in ("bot", "handlers") for path in (ROOT / folder).glob("*.py")
    )
    called = set(re.findall(r"\b(?:client|web|posting)\.([a-z]+_\w+)\(", code))
    assert called - {"send_dict"} == set(METHOD_SCOPES)  # that one answers at a response_url


def names(kind):
    return {listener.name for listener in LISTENERS if listener.kind is kind}


def test_events_agree_with_the_table():
    assert {event.partition(".")[0] for event in EVENTS} == names(Kind.EVENT)
    assert set(EVENTS) == set(EVENT_SCOPES)


def test_commands_and_shortcuts_agree_with_the_table():
    features = MANIFEST["features"]
    assert {one["command"] for one in features["slash_commands"]} == names(Kind.COMMAND)
    assert {one["callback_id"] for one in features["shortcuts"]} == names(Kind.SHORTCUT)
    assert "agent_view" in features
    assert "assistant_view" not in features


def test_every_action_of_the_table_is_on_some_button():
    blocks = "".join(path.read_text() for path in (ROOT / "handlers").glob("blocks*.py"))
    constants = (ROOT / "handlers" / "ids.py").read_text()
    for name in names(Kind.ACTION):
        constant = re.search(rf'^([A-Z_]+) = "{name}"', constants, re.MULTILINE)
        assert constant, name
        assert f"ids.{constant[1]}" in blocks, name


STAFFS_FORMS = {
    ids.REPLY_VIEW,
    ids.NEED_INFO_VIEW,
    ids.RESOLVE_VIEW,
    ids.PROPOSAL_VIEW,
    ids.SHADOW_VIEW,
}


def test_every_form_has_a_modal_and_a_listener():
    assert set(FORMS) == set(Form) == names(Kind.VIEW) - STAFFS_FORMS
    for form in Form:
        view = form_view(form, "C0SUPPORT")
        check_view(view)
        assert view["callback_id"] == form


@pytest.mark.parametrize("listener", LISTENERS, ids=lambda listener: listener.name)
def test_each_listener_is_short(listener):
    lines = inspect.getsource(listener.function).splitlines()
    body = lines[
        next(n for n, line in enumerate(lines) if line.rstrip().endswith("-> None:")) + 1 :
    ]
    assert len(body) <= 15
