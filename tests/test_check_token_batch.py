"""`check token --batch`: one answer a line, bad lines in their place, and no token anywhere."""

import json
import logging
import os
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from token_lab import ABSENT, NOW, claims, codes, jwk, jwk_set, part, private_key, signed

from bot.checks.finding import ok_of
from bot.checks.signature import verify_signature
from bot.checks.token import KeySet, check_token
from bot.checks.token_batch import check_token_batch
from bot.errors import UserError

TOKEN = signed()
SET = jwk_set(jwk(private_key("rsa")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "set.json").write_text(json.dumps(SET))
    return tmp_path


def answers(folder: Path, lines: Iterable[object]) -> list[dict[str, Any]]:
    batch = folder / "batch.jsonl"
    texts = (line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    batch.write_bytes(b"\n".join(texts))
    return list(check_token_batch(batch, now=NOW))


def test_a_line_in_is_a_line_out(folder: Path) -> None:
    told = answers(
        folder,
        [
            {"id": "a", "token": TOKEN, "jwks_file": "keys/set.json", "note": "ignored"},
            {"id": 2, "token": TOKEN, "jwks_file": None},
            {"id": "c", "token": TOKEN},
            {"id": "d", "token": "", "jwks_file": str(folder / "keys" / "set.json")},
        ],
    )
    assert [(one["id"], one["ok"]) for one in told] == [
        ("a", True),
        (2, True),
        ("c", True),
        ("d", False),
    ]
    assert [[each["code"] for each in one["findings"]] for one in told] == [
        ["ok"],
        ["signature_not_checked"],
        ["signature_not_checked"],
        ["not_a_jwt"],
    ]
    assert set(told[3]["findings"][0]) == {"code", "severity", "step", "detail", "remedy"}
    assert json.loads(json.dumps(told)) == told


BAD = [
    b"not json",
    b"[]",
    b'"text"',
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"id":1,"token":' + b"9" * 5_000 + b"}",
    b"{}",
    {"token": TOKEN},
    {"id": 1},
    {"id": 1, "token": None},
    {"id": 1, "token": [TOKEN]},
    {"id": 1, "token": TOKEN, "jwks_file": 1},
    {"id": 1, "token": TOKEN, "jwks_file": "keys"},
    {"id": 1, "token": TOKEN, "jwks_file": "keys/none.json"},
    {"id": 1, "token": TOKEN, "jwks_file": "a\0b"},
    {"id": 1, "token": TOKEN, "jwks_file": "a" * 5_000},
    {"id": 1, "token": TOKEN, "jwks_file": "/dev/zero"},
    {"id": 1, "token": "a" * (1 << 20)},
]


@pytest.mark.parametrize("line", BAD, ids=range(len(BAD)))
def test_a_bad_line_stands_in_its_place_and_the_rest_goes_on(folder: Path, line: object) -> None:
    good = {"id": "good", "token": TOKEN, "jwks_file": "keys/set.json"}
    told = answers(folder, [good, line, good])
    assert [set(one) for one in told] == [
        {"id", "ok", "findings"},
        {"id", "error"},
        {"id", "ok", "findings"},
    ]
    assert told[1]["id"] in {None, 1}
    assert TOKEN not in told[1]["error"]
    assert "\n" not in told[1]["error"]


def test_a_key_file_over_a_mebibyte_is_not_read(folder: Path) -> None:
    (folder / "big.json").write_text(" " * (1 << 20) + "{}")
    (told,) = answers(folder, [{"id": 1, "token": TOKEN, "jwks_file": "big.json"}])
    assert told == {"id": 1, "error": "jwks_file is larger than 1 MiB."}


def test_blank_lines_carriage_returns_and_a_byte_order_mark_are_passed_over(folder: Path) -> None:
    line = json.dumps({"id": 1, "token": TOKEN}).encode()
    (folder / "batch.jsonl").write_bytes(b"\xef\xbb\xbf" + line + b"\r\n\r\n  \n" + line + b"\r\n")
    told = list(check_token_batch(folder / "batch.jsonl", now=NOW))
    assert [one["ok"] for one in told] == [True, True]


def test_an_id_that_no_encoding_holds_is_handed_back(folder: Path) -> None:
    (told,) = answers(folder, [b'{"id":"\\ud800","token":""}'])
    assert json.loads(json.dumps(told))["id"] == "\ud800"


def test_a_file_that_cannot_be_read_is_told_by_name(folder: Path) -> None:
    with pytest.raises(UserError, match=r"none\.jsonl cannot be read: No such file"):
        list(check_token_batch(folder / "none.jsonl", now=NOW))
    with pytest.raises(UserError, match="cannot be read"):
        list(check_token_batch(folder, now=NOW))


def test_an_empty_file_has_no_answers(folder: Path) -> None:
    assert answers(folder, []) == []


# What is secret in a token must not come out anywhere: not its parts, not its claims.
SECRET_SUB = "ana-7348-do-not-show"
LEAKY = [
    signed(claims(sub=SECRET_SUB)),
    signed(claims(sub=SECRET_SUB, exp=1, iat=9e9, nbf="soon"), alg="PS256"),
    signed(claims(sub=[SECRET_SUB], exp=SECRET_SUB, nbf={SECRET_SUB: 1}, iat=[SECRET_SUB])),
    signed(claims(sub=SECRET_SUB), kid="k9"),
    signed(claims(sub=SECRET_SUB), crit=["b64"], b64=False),
    signed(f'{{"sub":"{SECRET_SUB}",'),
    signed(f'{{"sub":"{SECRET_SUB}","sub":1}}'),
    signed(f'["{SECRET_SUB}"]'),
    f"{part(SECRET_SUB)}.{part(SECRET_SUB)}.{part(SECRET_SUB)}",
    f"{part({'alg': 'RS256', 'kid': 'k1', 'jwk': SECRET_SUB})}.{part(claims(sub=SECRET_SUB))}.AAAA",
    f"Bearer {signed(claims(sub=SECRET_SUB))[:-20]}",
    f"anon_{SECRET_SUB}/+=",
    f"ory_st_{SECRET_SUB}",
    SECRET_SUB,
    f"{SECRET_SUB}\ud800",
]


@pytest.mark.parametrize("raw", LEAKY, ids=range(len(LEAKY)))
def test_the_token_comes_out_nowhere(raw: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = repr(
        [check_token(raw, key_set, now=NOW) for key_set in (None, KeySet(SET), KeySet(None))]
    )
    told += repr(verify_signature(raw, SET)) + caplog.text
    assert SECRET_SUB not in told
    for piece in raw.removeprefix("Bearer ").split("."):
        assert len(piece) < 12 or piece[:12] not in told


def test_a_failure_inside_shows_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("inside")

    monkeypatch.setattr("bot.checks.token.judge_claims", fail)
    raw = LEAKY[0]
    try:
        check_token(raw, None, now=NOW)
    except RuntimeError as error:
        told = "".join(traceback.format_exception(error))
        assert raw not in told
        assert SECRET_SUB not in told


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
HEADERS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("alg", "kid", "crit", "b64", "typ", "jwk"), JSON)
)
CLAIMS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("sub", "exp", "nbf", "iat", "iss", "aud"), JSON)
)
MEMBERS = ("kty", "kid", "use", "key_ops", "alg", "n", "e", "crv", "x", "y", "d", "k", "x5c")
KEYS = st.lists(
    st.fixed_dictionaries(
        {"kty": st.sampled_from(["RSA", "EC", "OKP", "oct", "AKP"]) | JSON},
        optional=dict.fromkeys(MEMBERS[1:], JSON),
    )
    | JSON,
    max_size=4,
)


@given(
    HEADERS | JSON,
    CLAIMS | JSON,
    st.binary(max_size=80),
    st.dictionaries(st.just("keys"), KEYS | JSON),
)
def test_any_header_claims_and_keys_are_judged(
    header: object, payload: object, sign: bytes, keys: dict[str, Any]
) -> None:
    token = f"{part(header)}.{part(payload)}.{part(sign)}"
    found = check_token(token, KeySet(keys), now=NOW)
    verify_signature(token, keys, allow_symmetric=True)
    assert ok_of(found) is False
    json.dumps([one.detail for one in found]).encode()


@given(JSON.filter(lambda kid: kid != "k1"), st.lists(JSON, max_size=3))
def test_any_kid_is_looked_up(kid: object, kids: list[object]) -> None:
    keys = [jwk(private_key("rsa"), kid=one) for one in kids]
    token = f"{part({'alg': 'RS256', 'kid': kid})}.{TOKEN.split('.', 1)[1]}"
    assert codes(check_token(token, KeySet({"keys": keys}), now=NOW))


def test_absent_claims_are_absent() -> None:
    assert "sub" not in claims(sub=ABSENT)


def test_shared_batch_runs_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = os.environ.get("EVAL_DIR")
    if not folder:
        pytest.skip("EVAL_DIR is not set: the shared batch was not read from elsewhere")
    batch = Path(folder, "tokens.jsonl").absolute()
    monkeypatch.chdir(tmp_path)
    assert all("ok" in one for one in check_token_batch(batch, now=NOW))
