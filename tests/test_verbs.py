"""What words after `/anon` or a mention mean."""

import pytest

from bot.verbs import Form, Name, Verb, parse_verb


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("", Verb(Name.HELP)),
        ("help", Verb(Name.HELP)),
        ("Help!", Verb(Name.HELP)),
        ("help me with a CORS error", Verb(Name.ASK, "help me with a CORS error")),
        ("ask how do I", Verb(Name.ASK, "how do I")),
        ("ask", Verb(Name.HELP)),
        ("Mute Me", Verb(Name.MUTE_ME)),
        ("unmute me", Verb(Name.UNMUTE_ME)),
        ("forget me.", Verb(Name.FORGET_ME)),
        ("forget", Verb(Name.UNKNOWN, "forget me")),
        ("hepl", Verb(Name.UNKNOWN, "help")),
        ("cors", Verb(Name.UNKNOWN)),
        ("config", Verb(Name.CONFIG)),
        ("config mode Auto", Verb(Name.CONFIG, "mode Auto")),
        (
            "config HOURS mon to fri 9 am - 5 pm UTC",
            Verb(Name.CONFIG, "HOURS mon to fri 9 am - 5 pm UTC"),
        ),
        ("config remind 30 minutes", Verb(Name.CONFIG, "remind 30 minutes")),
        ("config quiet", Verb(Name.CONFIG, "quiet")),
        ("config mode is what I need", Verb(Name.ASK, "config mode is what I need")),
        ("config close to the end fails", Verb(Name.ASK, "config close to the end fails")),
        ("diagnose", Verb(Name.DIAGNOSE)),
        ("Human!", Verb(Name.ESCALATE)),
        ("ask a human", Verb(Name.ESCALATE)),
        ("ask a human to look", Verb(Name.ASK, "a human to look")),
        ("Diagnose\n```\n404\n```", Verb(Name.DIAGNOSE, "```\n404\n```")),
        ("config of the client is wrong", Verb(Name.ASK, "config of the client is wrong")),
        ("ERR_TUNNEL_CONNECTION_FAILED", Verb(Name.ASK, "ERR_TUNNEL_CONNECTION_FAILED")),
        ("why does this fail", Verb(Name.ASK, "why does this fail")),
        ("x" * 100_000, Verb(Name.ASK, "x" * 100_000)),
    ],
)
def test_a_verb_is_read(text, verb):
    assert parse_verb(text) == verb


def test_a_verb_without_its_arguments_opens_a_form():
    assert parse_verb("diagnose").form is Form.DIAGNOSE
    assert parse_verb("config").form is Form.CONFIG
    assert parse_verb("diagnose 404").form is None
    assert parse_verb("frobnicate").form is None
