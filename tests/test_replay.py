"""`replay`: what it would have said on an export, agreeing with `match`; broken parts are told."""

import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.replay import compare, disagreements
from bot.cli import run_command_line
from bot.exports import read_export
from handlers.text import message_text

URL = "https://acme.slack.com/archives/C1/p1"
SURE = "Error translating external user id: 404 - Not Found"


def message(ts, text, **more):
    return {"type": "message", "user": "U1", "ts": ts, "text": text, **more}


DAY = [
    message("1.1", SURE, expect=["backend-user-404"]),
    message("1.2", "in the thread", thread_ts="1.1"),
    message("1.3", "lunch?", expect=[]),
    message("1.4", SURE, expect=["frontend-cors"]),
    message("1.5", SURE, expect=["backend-user-404"], neutral=True),
    message("1.6", "joined", subtype="channel_join"),
    message("1.7", SURE, bot_id="B1"),
    message("1.8", f"a root &lt;with&gt; replies {SURE}", thread_ts="1.8"),
    {"type": "message", "text": "nobody"},
    "rubbish",
]


@pytest.fixture
def export(tmp_path):
    folder = tmp_path / "export"
    (folder / "support").mkdir(parents=True)
    (folder / "support" / "2026-11-01.json").write_text(json.dumps(DAY))
    (folder / "support" / "2026-11-02.json").write_text("[{")
    (folder / "support" / "2026-11-03.json").write_text('{"no": "list"}')
    (folder / "users.json").write_text("[{}]")
    return folder


def run(capsys, *arguments):
    code = run_command_line(["replay", *map(str, arguments)])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_an_export_with_broken_parts_is_replayed_and_agrees_with_match(
    export, tmp_path, capsys, kind
):
    source = export
    if kind == "zip":
        source = tmp_path / "export.zip"
        with zipfile.ZipFile(source, "w") as packed:
            for file in export.rglob("*.json"):
                packed.write(file, file.relative_to(export).as_posix())
    out, curve = tmp_path / "decisions.jsonl", tmp_path / "curve.png"
    code, shown, told = run(capsys, source, "--json", "--decisions", out, "--curve", curve)
    found = json.loads(shown)
    assert code == 2
    assert "support/2026-11-02.json: not JSON from line 1 on" in told
    assert "support/2026-11-03.json: not a list" in told
    assert (found["messages"], found["reply"]) == (5, 4)
    assert found["labelled"]["messages"] == 3
    assert found["labelled"]["replies"] == 2
    assert found["labelled"]["precision"] == 0.5
    assert found["labelled"]["wrong"] == ["support:1.4"]
    assert curve.read_bytes().startswith(b"\x89PNG")
    texts = {
        f"support:{one['ts']}": one["text"] for one in DAY if isinstance(one, dict) and "ts" in one
    }
    decided = [json.loads(line) for line in out.read_text().splitlines()]
    lines = tmp_path / "lines.jsonl"
    lines.write_text(
        "".join(json.dumps({"id": d["id"], "text": texts[d["id"]]}) + "\n" for d in decided)
    )
    assert run_command_line(["match", str(lines)]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == decided


def test_a_made_export_comes_to_what_match_and_eval_say(tmp_path):
    found = compare(tmp_path, 420, tmp_path / "curve.png")
    assert disagreements(found) == []
    assert found["replay"]["messages"] == 420
    assert found["replay"]["labelled"]["messages"] > 250
    assert found["replay"]["labelled"]["precision"] > 0.9
    assert "general/2026-10-31.json: not JSON" in found["told"]
    assert max(one["forms"] for one in found["replay"]["top_misses"]) > 1
    assert (tmp_path / "curve.png").stat().st_size > 1000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
KEYS = ("type", "subtype", "user", "bot_id", "ts", "thread_ts", "text", "expect", "blocks")
RECORD = st.dictionaries(st.sampled_from(KEYS), JSON | st.sampled_from(["message", "1.1"]))


@given(st.lists(RECORD | JSON, max_size=4), st.binary(max_size=60))
def test_whatever_stands_in_an_export_is_read_or_told(records, rubbish):
    with TemporaryDirectory() as folder:
        channel = Path(folder) / "support"
        channel.mkdir()
        good = message("9.9", "hello")
        (channel / "1.json").write_text(json.dumps([*records, good]))
        (channel / "2.json").write_bytes(rubbish)
        (channel / "3.jsonl").write_bytes(rubbish)
        told = []
        heard = read_export(Path(folder), message_text, told.append)
        assert "support:9.9" in [one.id for one in heard]
        assert all(line.startswith("support/2.json") for line in told)
        read_export(channel / "3.jsonl", message_text, told.append)


def test_json_lines_and_the_table(tmp_path, capsys):
    lines = tmp_path / "m.jsonl"
    lines.write_text(json.dumps({"id": "a", "text": SURE}) + "\nrubbish\n")
    code, shown, told = run(capsys, lines, "--curve", tmp_path / "c.png")
    assert code == 2
    assert "m.jsonl, line 2: not a JSON object" in told
    assert "backend-user-404" in shown
    assert (tmp_path / "c.png").stat().st_size > 1000


def test_what_cannot_be_read_is_one_line(tmp_path, capsys):
    assert run(capsys, tmp_path / "none")[0] == 2
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 not a zip")
    code, _, told = run(capsys, broken)
    assert (code, told.count("\n")) == (2, 1)
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    assert "no message" in run(capsys, empty)[2]
