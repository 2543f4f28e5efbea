"""Attached files: from Slack's hosts alone, bounded, text alone."""

import pytest

from bot.hearing import Attachment
from handlers.files import FILE_LIMIT, SlackFiles, as_text
from handlers.teams import OneTeam


def files(api_url: str) -> SlackFiles:
    return SlackFiles(OneTeam("xoxb-x", api_url), api_url)


@pytest.mark.parametrize(
    ("url", "slack"),
    [
        ("https://files.slack.com/files-pri/T1-F1/download/a.txt", True),
        ("http://files.slack.com/a", False),
        ("https://files.slack.com:8443/a", False),
        ("https://files.slack.com.evil.example/a", False),
        ("https://evil.example/files.slack.com", False),
        ("https://x@files.slack.com/a", False),
        ("https://files.slack.com@evil.example/a", False),
        ("https://slack.com/a", False),
        ("http://127.0.0.1:4000/a", False),
        ("http://[::1/a", False),
        ("", False),
        ("file:///etc/passwd", False),
    ],
)
def test_the_token_goes_to_slacks_file_hosts_alone(url, slack):
    assert files("https://slack.com/api/")._is_slack(url) is slack


def test_a_double_serves_on_its_own_host():
    double = files("http://127.0.0.1:4000/api/")
    assert double._is_slack("http://127.0.0.1:4000/files-pri/x")
    assert not double._is_slack("http://127.0.0.1:4001/files-pri/x")
    assert not double._is_slack("https://127.0.0.1:4000/files-pri/x")


async def test_what_is_too_large_or_elsewhere_is_not_fetched():
    strange = Attachment("F1", "a.txt", "https://evil.example/a", 5)
    large = Attachment("F2", "a.txt", "https://files.slack.com/a", FILE_LIMIT + 1)
    assert await files("https://slack.com/api/").read("T1", (strange, large)) == ""


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfhello", "hello"),
        ("é".encode(), "é"),
        (b"a\0b", ""),
        (b"\xff\xfe", ""),
        (b"x" * (FILE_LIMIT + 1), ""),
        (b"", ""),
    ],
)
def test_only_text_is_text(data, text):
    assert as_text(data) == text
