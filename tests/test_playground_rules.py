"""Pure parts of the double: Slack's caps, and what it makes of typed text."""

import pytest

from bot.playground.block_rules import check_message, check_view, problems
from bot.playground.form_values import fill, gaps
from bot.playground.refusal import SlackError
from bot.playground.typed import rich_text, slack_text


def plain(text):
    return {"type": "plain_text", "text": text}


def mrkdwn(text):
    return {"type": "mrkdwn", "text": text}


def button(**more):
    return {"type": "button", "text": plain("Go"), "action_id": "go", **more}


def actions(*elements):
    return {"type": "actions", "elements": list(elements)}


def modal(**more):
    return {"type": "modal", "title": plain("Title"), "blocks": [{"type": "divider"}], **more}


GOOD = [
    {"type": "section", "text": mrkdwn("x" * 3000)},
    {"type": "section", "fields": [mrkdwn("x" * 2000)] * 10},
    {"type": "header", "text": plain("x" * 150)},
    actions(button(value="v" * 2000), button(action_id="b", text=plain("x" * 75))),
    actions(
        {
            "type": "static_select",
            "action_id": "s",
            "options": [{"text": plain(str(n)), "value": str(n)} for n in range(100)],
        }
    ),
    {
        "type": "context",
        "elements": [mrkdwn("x"), {"type": "image", "image_url": "u", "alt_text": "a"}],
    },
    {"type": "markdown", "text": "x" * 12_000},
    {"type": "alert", "text": mrkdwn("x" * 200)},
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "f",
                "positive_button": {"text": plain("Good"), "value": "+"},
                "negative_button": {"text": plain("Bad"), "value": "-"},
            },
            {"type": "icon_button", "icon": "trash", "text": plain("Delete"), "action_id": "d"},
        ],
    },
    {"type": "rich_text", "elements": []}
    | {"elements": [{"type": "rich_text_section", "elements": []}]},
    {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 20] * 100},
]
BAD = [
    {"type": "section", "text": mrkdwn("x" * 3001)},
    {"type": "section", "text": mrkdwn("")},
    {"type": "section"},
    {"type": "section", "fields": [mrkdwn("x")] * 11},
    {"type": "section", "fields": [mrkdwn("x" * 2001)]},
    {"type": "header", "text": mrkdwn("x")},
    {"type": "header", "text": plain("x" * 151)},
    actions(),
    actions(*[button(action_id=str(n)) for n in range(26)]),
    actions(button(text=plain("x" * 76))),
    actions(button(text=mrkdwn("x"))),
    actions(button(value="v" * 2001)),
    actions(button(action_id="a" * 256)),
    actions(button(style="green")),
    actions(button(), button()),
    actions(button(confirm={"title": plain("x" * 101), "text": mrkdwn("x")})),
    actions({"type": "icon_button", "icon": "trash", "text": plain("x")}),
    actions({"type": "static_select", "action_id": "s", "options": []}),
    actions({"type": "overflow", "options": [{"text": plain("x"), "value": "v"}] * 6}),
    actions({"type": "overflow", "options": [{"text": plain("x"), "value": "v" * 151}]}),
    {"type": "context", "elements": [mrkdwn("x")] * 11},
    {"type": "context", "elements": [button()]},
    {"type": "image", "image_url": "u"},
    {"type": "markdown", "text": "x" * 12_001},
    {"type": "alert", "text": mrkdwn("x" * 201)},
    {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 21]},
    {"type": "divider", "block_id": "b" * 256},
    {"type": "text", "text": "x"},
    "no block",
]


@pytest.mark.parametrize("block", GOOD, ids=lambda block: block["type"])
def test_slack_takes(block):
    assert problems([block]) == []


@pytest.mark.parametrize("block", BAD, ids=range(len(BAD)))
def test_slack_refuses(block):
    assert problems([block])


def test_what_is_wrong_across_blocks():
    divider = {"type": "divider"}
    assert problems([divider] * 50) == []
    assert problems([divider] * 51)
    assert problems([{**divider, "block_id": "b"}] * 2)
    assert problems([{"type": "markdown", "text": "x" * 6001}] * 2)


def test_a_problem_names_its_place():
    [problem] = problems([{"type": "divider"}, {"type": "section", "text": mrkdwn("x" * 3001)}])
    assert problem == "must be less than 3001 characters [json-pointer:/blocks/1/text/text]"


@pytest.mark.parametrize(
    ("text", "blocks", "code"),
    [
        ("", None, "no_text"),
        ("x" * 40_001, None, "msg_too_long"),
        ("x", [{"type": "section", "text": mrkdwn("x" * 3000)}] * 5, "msg_blocks_too_long"),
        ("x", [{"type": "nonsense"}], "invalid_blocks"),
    ],
)
def test_messages_that_slack_refuses(text, blocks, code):
    with pytest.raises(SlackError, match=code):
        check_message(text, blocks)


INPUT = {
    "type": "input",
    "block_id": "b",
    "label": plain("L"),
    "element": {"type": "plain_text_input", "action_id": "a", "initial_value": "start"},
}


@pytest.mark.parametrize(
    "view",
    [
        modal(title=plain("x" * 25)),
        modal(close=plain("x" * 25)),
        modal(private_metadata="x" * 3001),
        modal(callback_id="x" * 256),
        modal(blocks=[{"type": "divider"}] * 101),
        modal(blocks=[INPUT]),
        modal(blocks=[{"type": "markdown", "text": "x"}]),
        {"type": "modal", "blocks": []},
        {"type": "home", "blocks": []},
        "no view",
    ],
)
def test_views_that_slack_refuses(view):
    with pytest.raises(SlackError, match="invalid_arguments"):
        check_view(view)


def test_views_that_slack_takes():
    check_view(modal(blocks=[{"type": "divider"}] * 100, submit=plain("Go")))
    check_view(modal(blocks=[INPUT], submit=plain("Go"), private_metadata="x" * 3000))


def nobody(name):
    return {"anon": "U0ANON", "U0ANON": "U0ANON", "bo": "U0BO"}.get(name.lower()) or (
        "U0ANON" if name == "U0ANON" else None
    )


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("<!channel> hi", "&lt;!channel&gt; hi"),
        ("@here hi", "<!here> hi"),
        ("@Anon help", "<@U0ANON> help"),
        ("<@U0ANON> help", "<@U0ANON> help"),
        ("ask @bo, please", "ask <@U0BO>, please"),
        ("npm i @anon/sdk", "npm i @anon/sdk"),
        ("`@anon`", "`@anon`"),
        ("see https://a.dev/x?a=1&b=2.", "see <https://a.dev/x?a=1&amp;b=2>."),
        ("(https://a.dev/x)", "(<https://a.dev/x>)"),
        (
            "go to svc.sandbox.anon.com now",
            "go to <http://svc.sandbox.anon.com|svc.sandbox.anon.com> now",
        ),
        ("index.js and package.json", "index.js and package.json"),
        ("mail a.b@acme.com", "mail <mailto:a.b@acme.com|a.b@acme.com>"),
        ("x ```at https://a.dev``` y", "x ```at <https://a.dev>``` y"),
        ("```\n<x>\n```", "```&lt;x&gt;```"),
        ("`a<b`", "`a&lt;b`"),
    ],
)
def test_what_slack_makes_of_typed_text(typed, text):
    assert slack_text(typed, nobody) == text


def test_a_code_fence_becomes_a_preformatted_element():
    block = rich_text("look @anon:\n```\nError: 404\n```\nthanks `x`", "b", nobody)
    kinds = [element["type"] for element in block["elements"]]
    assert kinds == ["rich_text_section", "rich_text_preformatted", "rich_text_section"]
    assert block["elements"][1]["elements"] == [{"type": "text", "text": "Error: 404"}]
    assert {"type": "user", "user_id": "U0ANON"} in block["elements"][0]["elements"]
    assert {"type": "text", "text": "x", "style": {"code": True}} in block["elements"][2][
        "elements"
    ]


def test_text_of_the_hostile_kind_is_read_in_time():
    for text in ("x" * 100_000, "a." * 50_000, "`" * 100_001, "@" * 100_000, "http://" * 15_000):
        slack_text(text, nobody)
        rich_text(text, "b", nobody)


def test_what_a_form_holds():
    select = {
        "type": "input",
        "block_id": "s",
        "label": plain("S"),
        "optional": True,
        "element": {
            "type": "static_select",
            "action_id": "s",
            "options": [{"text": plain("One"), "value": "1"}],
        },
    }
    values = fill([INPUT, select], {}, {"s": {"s": "1"}})
    assert values["b"]["a"] == {"type": "plain_text_input", "value": "start"}
    assert values["s"]["s"]["selected_option"]["value"] == "1"
    assert gaps([INPUT, select], fill([INPUT, select], {}, {"b": {"a": ""}})) == {
        "b": "Please complete this required field."
    }
