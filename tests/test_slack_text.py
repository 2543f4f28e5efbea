"""What somebody wrote, out of Slack's many shapes of it."""

import pytest

from bot.answering import read_paste
from handlers.answer import read_message
from handlers.text import attachments, mentioned, message_text, storable, without_mention


def rich(*elements):
    return [{"type": "rich_text", "elements": list(elements)}]


def words(text):
    return {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}


def code(text):
    return {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]}


def test_code_keeps_its_characters():
    event = {"text": "smart “quotes”", "blocks": rich(words("it says\n"), code('{"a": "<b> & c"}'))}
    assert read_paste(message_text(event)).text.split("```")[1].strip() == '{"a": "<b> & c"}'


def test_all_leaves_of_rich_text():
    leaves = [
        {"type": "text", "text": "a"},
        {"type": "link", "url": "https://x.dev", "text": "x"},
        {"type": "link", "url": "https://y.dev"},
        {"type": "user", "user_id": "U1"},
        {"type": "channel", "channel_id": "C1"},
        {"type": "broadcast", "range": "here"},
        {"type": "emoji", "name": "mute"},
        {"type": "new thing"},
    ]
    event = {
        "blocks": rich(
            {
                "type": "rich_text_list",
                "elements": [{"type": "rich_text_section", "elements": leaves}],
            }
        )
    }
    assert message_text(event).strip() == "a<https://x.dev|x><https://y.dev><@U1><#C1><!here>:mute:"


def test_forwarded_messages_count_and_previews_do_not():
    event = {
        "text": "see this",
        "attachments": [
            {"is_share": True, "text": "Error 404"},
            {"from_url": "https://x.dev", "text": "a web page"},
            {
                "is_msg_unfurl": True,
                "from_url": "https://x",
                "message_blocks": [{"message": {"blocks": rich(code("boom"))}}],
            },
        ],
    }
    text = message_text(event)
    assert "Error 404" in text
    assert "boom" in text
    assert "web page" not in text


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"text": None, "blocks": None, "attachments": None, "files": None},
        {"text": 5, "blocks": {}, "attachments": "x", "files": [1]},
        {
            "blocks": [
                {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": "x"}]}
            ]
        },
        {"attachments": [{"is_share": True, "message_blocks": [{"message": 1}]}]},
    ],
)
def test_strange_shapes_are_empty(event):
    assert message_text(event).strip() == ""
    assert attachments(event) == ()


def test_deep_nesting_and_length_are_bounded():
    element = words("deep")
    for _ in range(500):
        element = {"type": "rich_text_section", "elements": [element]}
    assert "deep" not in message_text({"blocks": rich(element)})
    assert len(message_text({"text": "x" * 1_000_000})) == 300_000


def test_what_no_database_takes_is_replaced():
    assert storable("a\0b\ud800c") == "a\ufffdb?c"


def test_mentions():
    text = "<@U1> and <@W2|wanda> <@U1|anon> <!here>"
    assert mentioned(text) == {"U1", "W2"}
    assert without_mention(text, "U1") == "and <@W2|wanda>  <!here>"


@pytest.mark.parametrize(
    ("file", "read"),
    [
        ({"id": "F1", "mimetype": "text/plain", "url_private": "u"}, True),
        ({"id": "F1", "mode": "snippet", "mimetype": "", "url_private": "u"}, True),
        ({"id": "F1", "mimetype": "application/json", "url_private": "u"}, True),
        ({"id": "F1", "file_access": "check_file_info"}, True),
        ({"id": "F1", "mimetype": "image/png", "url_private": "u"}, False),
        ({"id": "F1"}, False),
    ],
)
def test_files_that_may_be_text(file, read):
    assert bool(attachments({"files": [file]})) is read


def test_a_message_in_a_channel_a_thread_and_a_direct_message():
    event = {
        "type": "message",
        "channel": "C1",
        "user": "U1",
        "ts": "5.1",
        "text": "hi <@U9> <@U2>",
    }
    message = read_message(event, "T1", "U9")
    assert (message.root, message.explicit, message.mentions_others, message.text) == (
        "5.1",
        True,
        True,
        "hi  <@U2>",
    )
    thread = read_message(
        {**event, "text": "hi", "thread_ts": "4.1", "subtype": "thread_broadcast"}, "T1", "U9"
    )
    assert (thread.root, thread.explicit) == ("4.1", False)
    direct = read_message(
        {**event, "text": "hi", "channel": "D1", "channel_type": "im"}, "T1", "U9"
    )
    assert direct.explicit is True


def test_a_preview_is_no_edit():
    inner = {"type": "message", "user": "U1", "ts": "5.1", "text": "https://x.dev"}
    event = {
        "type": "message",
        "subtype": "message_changed",
        "channel": "C1",
        "message": inner,
        "previous_message": inner,
    }
    assert read_message(event, "T1", "U9") is None
