"""The commands `check …` and `diagnose`: what they print, and with which exit code they end."""

import asyncio
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
import typer

from bot import cli_diagnose
from bot.anon_double import CLIENT, SERVICE_CLIENT
from bot.cli_checks import check_commands
from bot.errors import ConfigError, UserError
from tests import token_lab
from tests.anon_lab import AnonLab, open_anon

KEYS = token_lab.jwk_set(token_lab.jwk(token_lab.private_key("rsa")))
TOKEN = token_lab.signed(token_lab.claims(exp=4_000_000_000))
OLD = token_lab.signed(token_lab.claims(exp=1_700_000_000))

app = typer.Typer()
app.add_typer(check_commands, name="check")
app.command("diagnose", epilog=cli_diagnose.EPILOG)(cli_diagnose.diagnose_command)


@dataclass
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        return json.loads(self.out)

    @property
    def codes(self) -> list[str]:
        return [one["code"] for one in self.json["findings"]]


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command line; standard input is bytes."""
    monkeypatch.chdir(tmp_path)
    for name in [one for one in os.environ if one.startswith("ANON_")]:
        monkeypatch.delenv(name)

    def run(*words: str, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(stdin.encode())))
        code = app(list(words), standalone_mode=False)
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return run


@pytest.fixture
def anon(monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[AnonLab]:
    """The stand-in in a thread of its own, for commands that have a loop of theirs."""
    ready, labs, done = threading.Event(), [], asyncio.Event()

    async def serve() -> None:
        async with open_anon() as lab:
            lab.state.jwk_set = KEYS
            labs.append((lab, asyncio.get_running_loop()))
            ready.set()
            await done.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(10)
    lab, loop = labs[0]
    for name, value in lab.environment().items():
        monkeypatch.setenv(name, value)
    yield lab
    loop.call_soon_threadsafe(done.set)
    thread.join(10)


def network(lab: AnonLab) -> list[str]:
    return ["--allow-http", "--allow-host", lab.origin.removeprefix("http://")]


def test_a_good_jwk_set(run: Run, anon: AnonLab) -> None:
    ran = run("check", "jwks", f"{anon.origin}/jwks.json", *network(anon))
    assert ran.code == 0
    assert ran.out.startswith("✓ jwks: passed.")
    assert ran.out.count("✓") == 8


def test_a_bad_jwk_set_is_drawn_as_a_ladder(run: Run, anon: AnonLab) -> None:
    ran = run("check", "jwks", f"{anon.origin}/nothing", *network(anon))
    assert ran.code == 1
    assert ran.out.startswith("✗ jwks: fails at http.")
    assert "→ Check the path" in ran.out
    assert ran.out.count("not reached") == 2


def test_json_is_one_document(run: Run, anon: AnonLab) -> None:
    ran = run("check", "jwks", f"{anon.origin}/nothing", "--json", *network(anon))
    assert ran.json["ok"] is False
    assert ran.codes == ["http_404"]
    assert set(ran.json["findings"][0]) == {"code", "severity", "step", "detail", "remedy"}


def test_without_the_options_for_tests_loopback_is_refused(run: Run, anon: AnonLab) -> None:
    assert run("check", "jwks", f"{anon.origin}/jwks.json", "--json").codes == ["private_address"]


def test_a_bad_allow_host_is_wrong_usage(run: Run) -> None:
    with pytest.raises(ConfigError, match="HOST:PORT"):
        run("check", "jwks", "https://a.dev", "--allow-host", "nonsense")


@pytest.mark.parametrize(
    ("token", "code", "says"), [(TOKEN, 0, "verifies"), (OLD, 1, "expired"), ("x", 1, "not a JWT")]
)
def test_a_token_with_a_file(run: Run, tmp_path: Path, token: str, code: int, says: str) -> None:
    (tmp_path / "jwks.json").write_text(json.dumps(KEYS))
    ran = run("check", "token", "-", "--jwks", "jwks.json", stdin=token)
    assert ran.code == code
    assert says in ran.out
    assert token == "x" or token not in ran.out + ran.err


def test_a_token_with_an_address(run: Run, anon: AnonLab) -> None:
    address = f"{anon.origin}/jwks.json"
    ran = run("check", "token", TOKEN, "--jwks", address, "--json", *network(anon))
    assert ran.json["ok"] is True


def test_a_token_with_its_client(run: Run, anon: AnonLab) -> None:
    ran = run("check", "token", TOKEN, "--client", CLIENT, "--json", *network(anon))
    assert ran.json["ok"] is True
    assert "pool_found" in ran.codes
    stranger = token_lab.signed(kid="other")
    ran = run("check", "token", stranger, "--client", CLIENT, "--json", *network(anon))
    assert "token_not_for_pool" in ran.codes


@pytest.mark.parametrize(
    "words",
    [
        ["check", "token"],
        ["check", "token", "x", "--jwks", "nowhere.json"],
        ["check", "token", "x", "--jwks", "a.json", "--client", "b"],
        ["check", "link", " ", "--app", "uber"],
        ["check", "link", "u", "--app", "uber", "--env", "moon"],
        ["check", "client", ""],
        ["check", "link", "anon_Kd83/kf+29dkWm93kdkWqz82", "--app", "uber"],
    ],
)
def test_wrong_usage_is_said_in_words(run: Run, words: list[str]) -> None:
    with pytest.raises(UserError) as caught:
        run(*words)
    assert "Kd83" not in str(caught.value)


def test_a_batch_goes_on_after_a_bad_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "jwks.json").write_text(json.dumps(KEYS))
    lines = [
        {"id": 1, "token": TOKEN, "jwks_file": "jwks.json"},
        {"id": 2},
        {"id": 3, "token": OLD, "jwks_file": None, "more": 1},
    ]
    (tmp_path / "batch.jsonl").write_text("\n".join(json.dumps(one) for one in lines))
    ran = run("check", "token", "--batch", "batch.jsonl")
    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 2
    assert [one["id"] for one in answers] == [1, 2, 3]
    assert [one.get("ok") for one in answers] == [True, None, False]
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "code", "ok"),
    [
        (["user-42", "--app", "instagram"], 0, True),
        (["user-42", "--app", "instagram", "--env", "prod"], 1, False),
        (["user-42", "--app", "instagram", "--env", "staging"], 2, False),
    ],
)
def test_link(run: Run, anon: AnonLab, words: list[str], code: int, ok: bool) -> None:
    ran = run("check", "link", *words, "--json")
    assert (ran.code, ran.json["ok"]) == (code, ok)


def test_cannot_check_now_is_its_own_answer(run: Run, anon: AnonLab) -> None:
    anon.state.change({"outage": True})
    ran = run("check", "link", "user-42", "--app", "instagram", "--json")
    assert (ran.code, ran.json["ok"]) == (3, None)
    assert ran.err == ""


def test_no_key_is_the_operators_problem(run: Run) -> None:
    ran = run("check", "link", "user-42", "--app", "instagram")
    assert ran.code == 2
    assert ran.out.startswith("? link: cannot be checked now.")
    assert "ANON_API_KEY_SANDBOX" in ran.out


def test_client(run: Run, anon: AnonLab) -> None:
    assert run("check", "client", CLIENT, *network(anon)).code == 0
    ran = run("check", "client", SERVICE_CLIENT, "--json")
    assert (ran.code, ran.codes) == (1, ["client_is_service"])
    assert "Secret" not in ran.out


LINK_ERROR = (
    'Error translating external user id: 404 - Not Found {"appUserId": "%s", "app": "uber"}'
)


def test_diagnose_follows_the_contract(run: Run, anon: AnonLab) -> None:
    ran = run("diagnose", "-", "--json", stdin=LINK_ERROR % "user-9")
    assert ran.code == 1
    assert set(ran.json) == {"match", "inputs", "checks", "verdict"}
    assert ran.json["match"]["entry"] == "backend-user-404"
    assert set(ran.json["inputs"]) == {
        *("urls", "tokens", "sdk_client_ids", "user_pool_ids", "app_user_ids", "app", "env")
    }
    (check,) = ran.json["checks"]
    assert (check["check"], check["state"]) == ("link", "failed")
    assert ran.json["verdict"].startswith("link: fails.")


def test_diagnose_is_green_once_it_is_put_right(run: Run, anon: AnonLab) -> None:
    anon.state.link("user-9", "uber", "active")
    ran = run("diagnose", LINK_ERROR % "user-9")
    assert ran.code == 0
    assert "matched  Error translating external user id: 404" in ran.out


def test_diagnose_when_nothing_can_be_checked(run: Run, anon: AnonLab) -> None:
    anon.state.change({"outage": True})
    ran = run("diagnose", LINK_ERROR % "user-42", "--json")
    assert (ran.code, ran.json["checks"][0]["state"]) == (3, "unavailable")
    ran = run("diagnose", "what a nice day")
    assert ran.code == 1
    assert "Nothing to check" in ran.out


def test_a_diagnosed_token_is_not_echoed(run: Run, anon: AnonLab) -> None:
    for option in ([], ["--json"]):
        ran = run("diagnose", f"clientId={CLIENT} {OLD}", *network(anon), *option)
        assert ran.code == 1
        assert "expired" in ran.out
        assert OLD.rpartition(".")[2] not in ran.out + ran.err


def test_a_terminal_without_marks_gets_letters(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = BytesIO()
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(raw, encoding="ascii"))
    run("check", "token", "x")
    sys.stdout.flush()
    assert raw.getvalue().startswith(b"x token: fails.")
