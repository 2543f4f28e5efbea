"""Every command of the command line, in this process: what it prints, where, and how it ends."""

import asyncio
import io
import json
import os
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
import yaml
from anon_lab import open_anon
from conftest import BREWLINE
from starlette.responses import PlainTextResponse

from bot.anon_double import KEYS
from bot.batches import MAX_LINE, answer_lines
from bot.cli import run_command_line
from bot.cli_kb import SKELETON
from bot.config import Settings, read_settings
from bot.database import open_database
from bot.playground.running import running_workspace
from bot.proposals import Review, Reviewing
from bot.store import Store
from knowledge.entry import load_entries, parse_entry, render_entry

STALLED = "BrewError: grinder stalled, motor current above 900 mA"
SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
LABELLED = [
    {"id": "1", "text": "our grinder hums and nothing happens, help?", "expect": ["grinder-jam"]},
    {"id": "2", "text": "where do we put the water hardness?", "expect": ["water-hardness"]},
    {"id": "3", "text": "lunch at twelve?", "expect": []},
    {"id": "4", "text": "thanks all, works now", "expect": []},
    {"id": "5", "text": "deployed the new release", "expect": []},
    {"id": "6", "text": "or is it E_GRINDER_JAM", "expect": [], "neutral": True},
]


@dataclass
class Ended:
    """How a call ended."""

    code: int
    out: str
    err: str

    @property
    def document(self):
        """The one JSON document on standard output."""
        assert self.out.endswith("\n")
        return json.loads(self.out)

    @property
    def lines(self):
        """The JSON documents on standard output, one a line."""
        return [json.loads(line, parse_constant=pytest.fail) for line in self.out.splitlines()]

    def failed(self, code, text):
        """Whether it ended with one clear line and nothing else."""
        assert (self.code, self.out) == (code, "")
        assert self.err.count("\n") == 1
        assert text in self.err
        assert "Traceback" not in self.err
        return True


def jsonl(*records):
    return b"".join(r if isinstance(r, bytes) else json.dumps(r).encode() + b"\n" for r in records)


@pytest.fixture(autouse=True)
def _apart(tmp_path, monkeypatch, cache_home):
    """Neither settings nor a cache of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_home))
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def call(capfdbinary, monkeypatch):
    """A call of the command line."""

    def run(*words, given=b""):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
        code = run_command_line([str(word) for word in words])
        out, err = capfdbinary.readouterr()
        return Ended(code, out.decode("utf-8", "surrogateescape"), err.decode())

    return run


@pytest.fixture(scope="session")
def kb(tmp_path_factory):
    """The made-up base with a few labelled messages, so that it opens at once."""
    folder = tmp_path_factory.mktemp("kb") / "brewline"
    shutil.copytree(BREWLINE, folder)
    (folder / "labelled").mkdir()
    (folder / "labelled" / "some.jsonl").write_bytes(jsonl(*LABELLED))
    return folder


@pytest.fixture
def own(kb, tmp_path):
    """A copy of that base to write into."""
    return shutil.copytree(kb, tmp_path / "own")


# Words that are no call


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["match"], "Missing argument"),
        (["match", "a", "b"], "unexpected extra argument"),
        (["ask", "x", "--nonsense"], "No such option: --nonsense"),
        (["kb", "nonsense"], "No such command 'nonsense'"),
        (["kb", "show"], "Missing argument"),
        (["playground", "--port", "x"], "Invalid value for '--port'"),
        (["redact"], "Give - to read standard input, or --batch FILE."),
        (["redact", "text"], "Give - to read standard input, or --batch FILE."),
        (["match", "none.jsonl"], "Cannot read none.jsonl: No such file"),
        (["redact", "--batch", "none.jsonl"], "Cannot read none.jsonl: No such file"),
        (["kb", "eval", "none.jsonl"], "none.jsonl"),
        (["ask", "x", "--kb", "none"], "--kb none is not a folder"),
        (["manifest", "--http"], "give --url https://"),
        (
            ["run"],
            "Not set: SLACK_BOT_TOKEN, SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET",
        ),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_code_2(call, words, told):
    if "--kb" not in words and words[:1] == ["match"] and len(words) == 2:
        words = [*words, "--kb", str(BREWLINE)]
    assert call(*words).failed(2, told)


@pytest.mark.parametrize("words", [["--help"], ["kb", "--help"], ["ask", "--help"], ["--version"]])
def test_help_and_version_are_good(call, words):
    ended = call(*words)
    assert (ended.code, ended.err) == (0, "")
    assert "anon-support" in ended.out or "Usage" in ended.out


@pytest.mark.parametrize(
    "words", [["ask", "x"], ["match", os.devnull], ["kb", "list"], ["kb", "lint"]]
)
def test_a_broken_base_is_named_in_one_line(call, tmp_path, words):
    (tmp_path / "a.md").write_text("nothing")
    (tmp_path / "b.md").write_text("nothing either")
    ended = call(*words, "--kb", tmp_path)
    assert ended.failed(2, "a.md")
    assert "b.md" in ended.err


def test_several_bad_settings_are_told_at_once_without_their_values(call, monkeypatch):
    monkeypatch.setenv("PORT", "99999999")
    monkeypatch.setenv("LOG_LEVEL", "hunter2")
    ended = call("run")
    assert ended.failed(2, "PORT")
    assert "LOG_LEVEL" in ended.err
    assert "hunter2" not in ended.err
    assert "99999999" not in ended.err


# ask


def test_ask_prints_the_answer(call, kb):
    ended = call("ask", f"```{STALLED}```", "--kb", kb)
    assert (ended.code, ended.err) == (0, "")
    assert "Switch it off, take the burr out and remove the bean." in ended.out
    assert "grinder-jam" in ended.out


def test_ask_reads_standard_input(call, kb):
    ended = call("ask", "-", "--kb", kb, "--json", given=STALLED.encode() + b"\xff\n")
    assert (ended.code, ended.document["entry"]) == (0, "grinder-jam")


def test_ask_in_json_is_a_match_with_its_answer(call, kb):
    ended = call("ask", STALLED, "--kb", kb, "--json")
    assert ended.err == ""
    assert set(ended.document) == {"decision", "entry", "score", "candidates", "answer"}
    assert ended.document["decision"] == "reply"
    assert ended.document["answer"].startswith("**The grinder of a Brewline machine stalls**")


@pytest.mark.parametrize("text", ["lunch?", "", "\ud800", "<!channel>"])
def test_ask_without_a_sure_answer_offers_a_choice(call, kb, text):
    ended = call("ask", text, "--kb", kb, "--json")
    assert (ended.code, ended.err) == (1, "")
    assert (ended.document["decision"], ended.document["answer"]) == ("suggest", None)
    assert len(ended.document["candidates"]) == 3
    shown = call("ask", text, "--kb", kb)
    assert shown.code == 1
    assert shown.out.startswith("Not sure. Closest entries:\n")
    assert shown.out.count("\n") == 4


# match and redact: batches


def test_match_answers_each_line_in_order_and_ignores_members_it_does_not_know(call, kb, tmp_path):
    records = [
        {"id": "a", "text": STALLED, "expect": ["x"], "zzz": {"y": 1}},
        {"id": 2, "text": "thanks all!"},
        {"text": "no id"},
        {"id": {"any": ["thing"]}, "text": ""},
        {"id": "\ud800", "text": f"\ud800 {STALLED}"},
        {"id": "a", "text": STALLED},
    ]
    (tmp_path / "in.jsonl").write_bytes(jsonl(*records))
    ended = call("match", "in.jsonl", "--kb", kb)
    assert (ended.code, ended.err) == (0, "")
    assert [line["id"] for line in ended.lines] == [record.get("id") for record in records]
    decisions = ["reply", "silent", "silent", "silent", "reply", "reply"]
    assert [line["decision"] for line in ended.lines] == decisions
    for line in ended.lines:
        assert list(line) == ["id", "decision", "entry", "score", "candidates"]
        assert (line["entry"] is not None) == (line["decision"] == "reply")
        scores = [one["score"] for one in line["candidates"]]
        assert line["score"] == scores[0]
        assert scores == sorted(scores, reverse=True)
        assert len(scores) == 3
        assert all(set(one) == {"entry", "score", "why"} for one in line["candidates"])
        assert all(why and isinstance(why, str) for one in line["candidates"] for why in one["why"])


def test_match_explicit_is_never_silent(call, kb):
    given = jsonl({"id": 1, "text": ""}, {"id": 2, "text": "lunch?"}, {"id": 3, "text": STALLED})
    ended = call("match", "-", "--explicit", "--kb", kb, given=given)
    assert [line["decision"] for line in ended.lines] == ["suggest", "suggest", "reply"]


def test_match_redacts_before_it_matches(call, kb):
    ended = call("match", "-", "--kb", kb, given=jsonl({"id": 1, "text": f"{STALLED} {SECRET}"}))
    assert ended.lines[0]["decision"] == "reply"
    assert SECRET not in ended.out


BAD_LINES = [
    (b"{\n", None),
    (b"[1]\n", None),
    (b"null\n", None),
    (b'"text"\n', None),
    (b"\xff\xfe\n", None),
    (b'{"id":NaN,"text":"x"}\n', None),
    (b'{"id":1e999,"text":"x"}\n', None),
    (b"[" * 100_000 + b"\n", None),
    (b'{"id":"b"}\n', "b"),
    (b'{"id":"b","text":null}\n', "b"),
    (b'{"id":"b","text":["x"]}\n', "b"),
]


@pytest.mark.parametrize(("bad", "name"), BAD_LINES, ids=range(len(BAD_LINES)))
@pytest.mark.parametrize("words", [["match", "-"], ["redact", "--batch", "-"]], ids=" ".join)
def test_a_bad_line_costs_that_line_only(call, kb, words, bad, name):
    given = jsonl({"id": "a", "text": "x"}, b"\n", bad, b" \r\n", {"id": "c", "text": "y"})
    base = ["--kb", kb] if words[0] == "match" else []
    ended = call(*words, *base, given=given)
    assert ended.code == 2
    assert [line["id"] for line in ended.lines] == ["a", name, "c"]
    assert set(ended.lines[1]) == {"id", "error"}
    assert ended.err == f"line 3: {ended.lines[1]['error']}\n"


def test_a_line_may_be_too_long(capsys):
    line = b'{"id":1,"text":"' + b"x" * MAX_LINE + b'"}'
    assert answer_lines([line, b'{"id":2}'], lambda record: record) == 2
    ended = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
    assert ended == [{"id": None, "error": "longer than 32 MiB"}, {"id": 2}]


@pytest.mark.parametrize("words", [["match", "-"], ["redact", "--batch", "-"]], ids=" ".join)
def test_an_empty_batch_is_good(call, kb, words):
    base = ["--kb", kb] if words[0] == "match" else []
    assert call(*words, *base) == Ended(0, "", "")


def test_a_last_line_needs_no_end(call):
    ended = call("redact", "--batch", "-", given=b'{"id":1,"text":"a"}\n{"id":2,"text":"b"}')
    assert [line["text"] for line in ended.lines] == ["a", "b"]


def test_redact_batch(call, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(jsonl({"id": 1, "text": f"key {SECRET}!", "kind": "x"}))
    (line,) = call("redact", "--batch", "in.jsonl").lines
    assert list(line) == ["id", "text", "found"]
    assert SECRET not in line["text"]
    assert line["text"].startswith("key [redacted ")
    assert [set(found) for found in line["found"]] == [{"kind"}]


def test_redact_gives_back_every_byte_that_is_no_secret(call):
    given = b"a\xff\r\n\0" + SECRET.encode() + b" \xc3\xa9"
    ended = call("redact", "-", given=given)
    out = ended.out.encode("utf-8", "surrogateescape")
    assert (ended.code, ended.err) == (0, "")
    assert out.startswith(b"a\xff\r\n\0[redacted ")
    assert out.endswith(b"] \xc3\xa9")


# kb


def test_kb_list(call, kb):
    ids = [entry.id for entry in load_entries(kb)]
    assert [line.split()[0] for line in call("kb", "list", "--kb", kb).out.splitlines()] == ids
    listed = call("kb", "list", "--kb", kb, "--json").document
    assert [one["id"] for one in listed] == ids
    assert set(listed[0]) == {"id", "kind", "area", "title"}


def test_kb_list_shows_the_shipped_base_by_default(call, answerer):
    listed = call("kb", "list", "--json").document
    assert [one["id"] for one in listed] == [entry.id for entry in answerer.entries]


def test_kb_show_prints_the_entry_as_a_file(call, kb):
    ended = call("kb", "show", "grinder-jam", "--kb", kb)
    assert (ended.code, ended.err) == (0, "")
    assert parse_entry(ended.out, "x") == load_entries(kb)[0]


def test_kb_show_of_nothing_names_what_is_close(call, kb):
    assert call("kb", "show", "grinder", "--kb", kb).failed(2, "Closest: grinder-jam")


def test_kb_export_of_nothing_says_so(call, monkeypatch, tmp_path):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    ended = call("kb", "export")
    assert (ended.code, ended.out) == (0, "")
    assert "approved no entry" in ended.err


def test_kb_export_prints_what_the_base_does_not_have(call, monkeypatch, tmp_path, kb):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    call("db", "upgrade")
    entry = load_entries(kb)[0]

    async def approve():
        async with open_database(read_settings().store_url) as engine:
            proposals = Store(engine).proposals
            by = Reviewing(Review.PROPOSE, "form", "U1", entry=entry.id, text=render_entry(entry))
            proposal = await proposals.open(1, by, 1.0)
            by = replace(by, review=Review.APPROVE, key="press", user="U2")
            assert await proposals.act(proposal.id, by, 2.0)

    asyncio.run(approve())
    assert f"+++ b/knowledge/entries/{entry.id}.md" in call("kb", "export").out
    assert call("kb", "export", "--kb", kb).out == ""


def test_kb_search(call, kb):
    ended = call("kb", "search", "stuck beans", "--kb", kb)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[0].split()[1] == "grinder-jam"
    found = call("kb", "search", "stuck beans", "--kb", kb, "--json").document
    assert found[0]["entry"] == "grinder-jam"
    assert len(found) == 3


def test_kb_lint_of_a_good_base(call, kb):
    assert call("kb", "lint", "--kb", kb) == Ended(
        0, "3 entries, 4 error strings, 8 phrasings: nothing to mend.\n", ""
    )


def test_kb_lint_warns_of_an_entry_that_nobody_read_for_long(call, own):
    path = own / "water-hardness.md"
    path.write_text(path.read_text().replace("\nkind:", "\nreviewed: 2024-02-03\nkind:"))
    ended = call("kb", "lint", "--kb", own)
    assert (ended.code, ended.out[-18:]) == (0, ": nothing to mend.\n"[-18:])
    assert ended.err.startswith(
        "warning: water-hardness: was last reviewed on 2024-02-03, over 180"
    )
    assert ended.err.count("\n") == 1


def test_kb_lint_of_a_base_to_mend(call, own):
    with (own / "labelled" / "some.jsonl").open("ab") as file:
        file.write(jsonl({"id": "9", "text": "x", "expect": ["gone"]}))
    (own / "water-hardness.md").write_text(
        (own / "water-hardness.md").read_text().replace("Open Settings", "See `grinder-gone`")
    )
    ended = call("kb", "lint", "--kb", own)
    assert ended.code == 1
    assert [line.split(":")[0] for line in ended.out.splitlines()] == ["water-hardness", "labelled"]


def test_kb_new_writes_an_entry_that_can_be_read_and_never_writes_over_one(call, own):
    ended = call("kb", "new", "milk-foam", "--kb", own)
    assert (ended.code, ended.err) == (0, "")
    path = own / "milk-foam.md"
    assert str(path) in ended.out
    assert path.read_text() == SKELETON.format(name="milk-foam")
    assert parse_entry(path.read_text(), "x").id == "milk-foam"
    path.write_text("mine")
    assert call("kb", "new", "milk-foam", "--kb", own).failed(2, "exists already")
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    "name",
    [
        "../up",
        "Upper",
        "a b",
        "a/b",
        "",
        "x" * 65,
        "a\nb: c",
        "-",
        "a #b",
        "'a'",
        "a\narea: backend",
    ],
)
def test_kb_new_refuses_what_is_no_id(call, own, name):
    before = sorted(own.rglob("*"))
    assert call("kb", "new", "--kb", own, "--", name).failed(2, "cannot be an id")
    assert sorted(own.rglob("*")) == before
    assert list(own.parent.iterdir()) == [own]


def test_kb_new_needs_its_folder(call, tmp_path):
    assert call("kb", "new", "a", "--kb", tmp_path / "none").failed(2, "Cannot write")


def test_kb_eval(call, kb, tmp_path):
    missed = {"id": "missed", "text": "zzz qqq", "expect": ["grinder-jam"]}
    wrong = {"id": "wrong", "text": f"{STALLED} ", "expect": ["water-hardness"]}
    (tmp_path / "m.jsonl").write_bytes(jsonl(*LABELLED, missed, wrong))
    ended = call("kb", "eval", "m.jsonl", "--kb", kb, "--json", "--curve", "curve.png")
    assert (ended.code, ended.err) == (0, "")
    found = ended.document
    assert (found["messages"], found["positives"]) == (7, 4)
    assert found["wrong"] == ["wrong"]
    assert "missed" in found["missed"]
    assert found["right"] == found["replies"] - 1
    assert found["precision"] == pytest.approx(found["right"] / found["replies"], abs=1e-4)
    assert found["recall"] == pytest.approx(found["right"] / 4, abs=1e-4)
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
    shown = call("kb", "eval", "m.jsonl", "--kb", kb)
    assert [line.split()[0] for line in shown.out.splitlines()] == list(found)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "holds no message that counts"),
        (jsonl({**LABELLED[0], "neutral": True}), "holds no message that counts"),
        (jsonl(LABELLED[0], b"{\n"), "m.jsonl:2: not a labelled message"),
        (b"\xff\xfe\x00", "m.jsonl:1: not a labelled message"),
    ],
)
def test_kb_eval_of_nothing(call, kb, tmp_path, content, told):
    (tmp_path / "m.jsonl").write_bytes(content)
    assert call("kb", "eval", "m.jsonl", "--kb", kb).failed(2, told)


# manifest


def test_the_manifest_is_for_socket_mode_as_it_stands(call):
    whole = yaml.safe_load(call("manifest").out)
    assert whole["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in whole["settings"]["event_subscriptions"]


@pytest.mark.parametrize("from_setting", [True, False])
@pytest.mark.parametrize("url", ["https://bot.example.com", "https://bot.example.com/"])
def test_the_manifest_for_http_leads_everything_to_one_address(
    call, monkeypatch, url, from_setting
):
    words = ["manifest", "--http", *([] if from_setting else ["--url", url])]
    monkeypatch.setenv("PUBLIC_URL", url if from_setting else "https://other.example.com")
    ended = call(*words)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("# Slack app manifest")
    whole = yaml.safe_load(ended.out)
    address = "https://bot.example.com/slack/events"
    settings = whole["settings"]
    assert settings["socket_mode_enabled"] is False
    assert settings["event_subscriptions"]["request_url"] == address
    assert settings["interactivity"]["request_url"] == address
    assert [one["url"] for one in whole["features"]["slash_commands"]] == [address]
    plain = yaml.safe_load(call("manifest").out)
    way_back = "https://bot.example.com/slack/oauth_redirect"
    assert whole["oauth_config"] == {**plain["oauth_config"], "redirect_urls": [way_back]}


@pytest.mark.parametrize(
    "url", ["http://bot.example.com", "bot.example.com", "https://", "https:///x", "https://a b"]
)
def test_slack_sends_to_https_alone(call, url):
    assert call("manifest", "--http", "--url", url).failed(2, "https")


# doctor


@asynccontextmanager
async def nobody(settings):
    yield PlainTextResponse("")


@pytest.fixture
async def lab(tmp_path):
    async with running_workspace(nobody, data_dir=tmp_path) as lab:
        yield lab


@pytest.fixture
def examined(call, monkeypatch, kb):
    """What the doctor says under the given settings, of a base that opens at once."""
    monkeypatch.setattr("bot.answering.SHIPPED", kb)

    async def examine(**settings):
        for name, value in settings.items():
            monkeypatch.setenv(name.upper(), str(value))
        ended = await asyncio.to_thread(call, "doctor", "--json")
        parts = {part["part"]: part for part in ended.document["parts"]}
        assert ended.document["ok"] == (ended.code == 0)
        assert ended.err == ""
        return ended.code, parts

    return examine


SOCKET_MODE = {"slack_bot_token": "xoxb-x", "slack_app_token": "xapp-x"}


async def test_all_is_well(examined, lab):
    code, parts = await examined(
        slack_bot_token=lab.bot_token, slack_app_token="xapp-x", slack_api_url=f"{lab.host}/api"
    )
    assert code == 0
    assert {name for name, part in parts.items() if part["state"] != "good"} == {"anon"}
    assert list(parts) == ["configuration", "slack", "anon", "store", "knowledge base"]
    assert parts["anon"]["state"] == "skipped"
    assert "Socket Mode" in parts["configuration"]["text"]
    assert parts["slack"]["text"].startswith("connected as ")
    assert parts["knowledge base"]["text"] == "3 entries"


@pytest.mark.parametrize(
    ("change", "state", "says"),
    [
        ({}, "good", "sandbox: the key is accepted; prod: the key is accepted"),
        ({"refuse_key": True}, "bad", "copy ANON_API_KEY_SANDBOX again"),
        ({"rate_limit": 9, "retry_after": 60}, "away", "sandbox: cannot be asked now"),
    ],
)
async def test_the_doctor_asks_anon(examined, change, state, says):
    async with open_anon() as anon:
        anon.state.change(change)
        code, parts = await examined(**anon.environment())
    assert code == 2  # Slack is not configured
    assert (parts["anon"]["state"], says in parts["anon"]["text"]) == (state, True)
    assert not any(key in str(parts) for key in KEYS.values())


async def test_http_is_well_too(examined, lab):
    code, parts = await examined(
        slack_bot_token=lab.bot_token,
        slack_signing_secret="s",
        slack_api_url=f"{lab.host}/api/",
        port=4321,
    )
    assert code == 0
    assert "HTTP on port 4321" in parts["configuration"]["text"]


async def test_a_token_that_slack_refuses(examined, lab):
    code, parts = await examined(**SOCKET_MODE, slack_api_url=f"{lab.host}/api/")
    assert (code, parts["slack"]["state"]) == (2, "bad")
    assert "invalid_auth" in parts["slack"]["text"]
    assert "SLACK_BOT_TOKEN" in parts["slack"]["text"]
    assert "xoxb-x" not in parts["slack"]["text"]


async def test_slack_is_away(examined):
    code, parts = await examined(**SOCKET_MODE, slack_api_url="http://127.0.0.1:9/api/")
    assert (code, parts["slack"]["state"]) == (3, "away")


async def test_nothing_is_set(examined):
    code, parts = await examined()
    assert code == 2
    assert {part: seen["state"] for part, seen in parts.items()} == {
        "configuration": "bad",
        "slack": "skipped",
        "anon": "skipped",
        "store": "good",
        "knowledge base": "good",
    }
    assert "SLACK_BOT_TOKEN" in parts["configuration"]["text"]


async def test_bad_settings(examined):
    code, parts = await examined(port="hunter2", retention_days="0")
    assert code == 2
    assert "PORT" in parts["configuration"]["text"]
    assert "RETENTION_DAYS" in parts["configuration"]["text"]
    assert "hunter2" not in parts["configuration"]["text"]
    assert parts["knowledge base"]["state"] == "good"


@pytest.mark.parametrize(
    "setting",
    [
        {"data_dir": "/dev/null/x"},
        {"database_url": "sqlite+aiosqlite:////dev/null/x.db"},
    ],
    ids=str,
)
async def test_a_store_that_cannot_be_opened(examined, setting):
    code, parts = await examined(**setting)
    assert (code, parts["store"]["state"]) == (2, "bad")


async def test_a_base_that_cannot_be_used(examined, monkeypatch, tmp_path):
    monkeypatch.setattr("bot.answering.SHIPPED", tmp_path)
    code, parts = await examined()
    assert (code, parts["knowledge base"]["state"]) == (2, "bad")
    assert "has no entries" in parts["knowledge base"]["text"]


def test_the_doctor_says_a_line_a_part(call, answerer):
    ended = call("doctor")
    assert (ended.code, ended.err) == (2, "")
    assert [line.split()[0] for line in ended.out.splitlines()] == [
        "bad",
        "skipped",
        "skipped",
        "good",
        "good",
    ]
    assert ended.out.endswith(f" {len(answerer.entries)} entries\n")
