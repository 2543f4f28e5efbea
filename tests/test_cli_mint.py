"""The commands `keys`, `mint` and `audit`: what they print, keep and refuse."""

import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest
from test_cli import Ended
from token_lab import jwk, number, private_key

from bot.cli import run_command_line
from bot.config import Settings
from bot.tokens.faults import Fault


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    """Settings of nobody else."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def call(capsys, monkeypatch):
    def run(*words, given=""):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        return Ended(run_command_line([str(word) for word in words]), *capsys.readouterr())

    return run


@pytest.fixture
def key(call):
    """A key that signs."""
    return call("keys", "new", "--alg", "es256", "--json").document["kid"]


def jwks_file(call):
    Path("jwks.json").write_text(call("keys", "jwks").out)
    return "jwks.json"


def judged(call, token):
    answer = call("check", "token", "-", "--jwks", jwks_file(call), "--json", given=token)
    return answer.document["ok"], [one["code"] for one in answer.document["findings"]]


def test_a_minted_token_is_good_and_says_what_was_asked(call, key):
    ended = call(
        "mint", "--sub", "user-42", "--ttl", "90s", "--claim", "n:=5", "--aud", "acme", "--json"
    )
    assert (ended.code, ended.err) == (0, "")
    made = ended.document
    assert made["header"] == {"alg": "ES256", "kid": key, "typ": "JWT"}
    assert made["claims"]["exp"] - made["claims"]["iat"] == 90
    assert {"sub": "user-42", "n": 5, "aud": "acme"}.items() <= made["claims"].items()
    assert made["claims"]["anon_example"] is True
    assert made["jwks_url"] == "http://127.0.0.1:3000/.well-known/jwks.json"
    assert made["jwks_url_is_local"] is True
    assert judged(call, made["token"]) == (True, ["ok"])


def test_a_pipe_gets_the_token_alone(call, key, monkeypatch):
    monkeypatch.setenv("PUBLIC_URL", "https://bot.example.com/anon/")
    ended = call("mint")
    assert ended.code == 0
    assert judged(call, ended.out) == (True, ["ok"])
    assert ended.out.strip() not in ended.err
    assert "https://bot.example.com/anon/.well-known/jwks.json\n" in ended.err
    assert '"iss": "https://bot.example.com/anon"' in ended.err


@pytest.mark.parametrize("fault", Fault)
def test_a_fault_is_labelled_with_what_the_check_says(call, key, fault):
    made = call("mint", "--fault", fault, "--json").document
    assert judged(call, made["token"]) == (False, [made["finding"]])
    assert made["finding"] == fault.finding


def test_the_public_set_and_its_local_address(call, key, monkeypatch):
    [public] = call("keys", "jwks").document["keys"]
    assert set(public) == {"kty", "kid", "use", "alg", "crv", "x", "y"}
    assert "local address" in call("keys", "list").out
    monkeypatch.setenv("PUBLIC_URL", "https://bot.example.com")
    listed = call("keys", "list")
    assert "local" not in listed.out
    assert f"{key}  ES256  signs" in listed.out


def test_the_default_key_is_rsa_and_a_rotation_keeps_the_kind(call):
    first = call("keys", "new", "--json").document
    assert first["alg"] == "RS256"
    call("mint")
    second = call("keys", "rotate", "--json").document
    assert (second["alg"], second["old"]) == ("RS256", first["kid"])
    states = {row["kid"]: row["state"] for row in call("keys", "list", "--json").document["keys"]}
    assert states == {first["kid"]: "retired", second["kid"]: "signs"}


def test_a_token_outlives_the_rotation_of_its_key(call, key):
    token = call("mint", "--ttl", "1h").out
    new = call("keys", "rotate", "--alg", "EdDSA", "--json").document["kid"]
    assert judged(call, token) == (True, ["ok"])
    assert call("mint", "--json").document["header"]["kid"] == new
    assert "is deleted. Its public half is out" in call("keys", "retire", "--at-once", new).out
    assert call("mint").failed(2, "keys new")


def test_a_set_from_elsewhere_is_taken_over(call):
    rsa = private_key("rsa")
    numbers = jwk(rsa, kid="anon-example", d=number(rsa.private_numbers().d))
    Path("example.json").write_text(json.dumps({"keys": [numbers]}))
    Path("example.json").chmod(0o644)
    ended = call("keys", "add", "example.json")
    assert "Added 1: anon-example." in ended.out
    assert "chmod 600" in ended.err
    assert numbers["d"] not in ended.out + ended.err + call("keys", "jwks").out
    assert judged(call, call("mint").out) == (True, ["ok"])
    assert (
        call("keys", "add", "example.json")
        .err.splitlines()[-1]
        .endswith("(anon-support keys list).")
    )
    assert call("keys", "add", "-", given="{}").failed(2, "no JWK Set")
    assert call("keys", "add", "nosuch.json").failed(2, "Cannot read nosuch.json")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--ttl", "0"], "at most 1 h"),
        (["--ttl", "-5m"], "at most 1 h"),
        (["--ttl", "10y"], "at most 1 h"),
        (["--alg", "none"], "--alg"),
        (["--env", "prod"], "--env"),
        (["--sub", "x" * 10_240], "sub is"),
        (["--sub", "a\x1b[31mb"], "sub is"),
        (["--iss", "https://accounts.google.com"], "accounts.google.com"),
        (["--claim", "exp:=1"], "claim exp is set by the bot: use ttl=10m"),
        (["--claim", "anon_example:=false"], "anon_example is set by the bot"),
        (["--fault", "alg_none_at_all"], "alg-none"),
        (["--key", "nosuch"], "no key nosuch"),
        (["surplus"], "surplus"),
    ],
)
def test_bad_words_mint_nothing(call, key, words, why):
    assert call("mint", *words).failed(2, why)
    assert call("audit", "list", "--json").document == {"mints": []}


def test_a_live_secret_is_no_claim(call, key):
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    for words in (["--sub", secret], ["--claim", f"x={secret}"], ["--claim", f'x:=["{secret}"]']):
        ended = call("mint", *words)
        assert ended.failed(2, "looks like a secret (github token)")
        assert secret not in ended.err
    assert call("audit", "list", "--json").document == {"mints": []}


def test_keys_that_others_can_read_mint_nothing(call, key, data):
    (data / "keys" / f"{key}.json").chmod(0o644)
    assert call("mint").failed(2, "chmod 600")
    (data / "keys" / f"{key}.json").unlink()
    assert call("mint").failed(2, f"The file of the key {key} is gone")


def test_bad_keys_commands(call, key):
    assert call("keys", "new", "--alg", "none").failed(2, "RS256, ES256 or EdDSA")
    assert call("keys", "rotate", "nosuch").failed(2, "no key nosuch")
    assert call("keys", "retire", "nosuch").failed(2, "no key nosuch")


def test_nothing_is_minted_where_prod_is_the_default(call, key, monkeypatch):
    monkeypatch.setenv("ANON_DEFAULT_ENV", "prod")
    assert call("mint").failed(2, "never minted for prod")
    for name in ("MINT_USERS", "MINT_CHANNELS"):
        monkeypatch.setenv(name, "X0X")
        assert call("run").failed(2, "ANON_DEFAULT_ENV: Value error, prod cannot go with")
        monkeypatch.delenv(name)


def test_without_a_database_nothing_is_minted(call, key, monkeypatch, tmp_path):
    (tmp_path / "no.db").write_bytes(b"this is no database" * 500)
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'no.db'}")
    assert call("mint").failed(2, "cannot be used")


def test_every_mint_is_in_the_audit_and_no_token_anywhere(call, key, data):
    made = [
        call("mint", "--sub", "=1+1", "--json").document,
        call("mint", "--sub", "x7Zk9QpLm3Vt8YwRb2NcJd5HfGa1", "--json").document,
        call("mint", "--fault", "no-sub", "--ttl", "5m", "--json").document,
    ]
    exported = call("audit", "export", "--json").document["mints"]
    assert [row["jti"] for row in exported] == [one["claims"]["jti"] for one in made]
    assert [row["sub"] for row in exported] == ["=1+1", "[redacted high entropy]", ""]
    assert [(row["kid"], row["ttl"], row["fault"]) for row in exported] == [
        (key, 600, ""),
        (key, 600, ""),
        (key, 300, "no-sub"),
    ]
    assert exported[0]["where"] == "command line"
    table = list(csv.DictReader(io.StringIO(call("audit", "export").out)))
    assert [row["jti"] for row in table] == [row["jti"] for row in exported]
    assert table[0]["sub"] == "'=1+1", "a spreadsheet computes nothing"
    latest = call("audit", "list", "--last", "1").out
    assert made[2]["claims"]["jti"] in latest
    assert latest.count("\n") == 1
    kept = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    for one in made:
        assert one["token"].rpartition(".")[2].encode() not in kept


def test_the_database_refuses_what_the_commands_do_not_offer(call, key, data):
    call("mint")
    with sqlite3.connect(data / "state.db") as connection:
        for sql in ("UPDATE mints SET who = 'x'", "DELETE FROM mints"):
            with pytest.raises(sqlite3.IntegrityError, match="audit of minted tokens"):
                connection.execute(sql)
    connection.close()
    assert len(call("audit", "export", "--json").document["mints"]) == 1
