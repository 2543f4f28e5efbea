"""Every key judged by itself, every body told by its shape, and no text that surprises either."""

import json
from base64 import b64encode, urlsafe_b64encode
from math import prod
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, x25519
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.checks.document import is_html, parse_key_set, read_body
from bot.checks.finding import Finding, Severity, Step, finding, ok_of
from bot.checks.jwks_keys import judge_keys
from bot.checks.key_material import UnreadableKeyError, public_key
from bot.checks.key_roca import is_roca
from bot.checks.look import judge_answer
from bot.checks.reaching import TEXTS
from bot.checks.shown import shown
from bot.checks.strict_json import NotJsonError, strict_json
from bot.guard import Answer
from tests.jwks_lab import b64, ec_jwk, jwks, make_certificate, private_jwk, rsa_jwk, rsa_key

REMARKS = {Severity.OK, Severity.INFO}
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
MEMBERS = st.sampled_from(
    ["kty", "kid", "use", "alg", "n", "e", "x", "y", "crv", "d", "k", "key_ops", "x5c", "oth"]
)
VALUES = JSON | st.sampled_from(
    ["RSA", "EC", "OKP", "oct", "P-256", "Ed25519", "X25519", "secp256k1", "sig", "AQAB", "RS256"]
)
KEYS = st.dictionaries(MEMBERS, VALUES) | st.builds(
    lambda changes: rsa_jwk() | changes, st.dictionaries(MEMBERS, VALUES)
)


def codes(keys: list[Any]) -> set[str]:
    return {one.code for one in judge_keys(keys) if one.severity not in REMARKS}


def okp(key: Any, crv: str, **members: object) -> dict[str, Any]:
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    x = urlsafe_b64encode(raw).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": crv, "kid": "o", "x": x} | members


def curve_jwk(curve: ec.EllipticCurve, name: str) -> dict[str, Any]:
    public = ec.generate_private_key(curve).public_key().public_numbers()
    size = (curve.key_size + 7) // 8
    return {
        "kty": "EC",
        "crv": name,
        "kid": "e",
        "x": b64(public.x, size),
        "y": b64(public.y, size),
    }


GOOD_KEYS = {
    "rsa": rsa_jwk(),
    "rsa 4096": rsa_jwk(bits=4096),
    "rsa without use": {name: value for name, value in rsa_jwk().items() if name != "use"},
    "rsa with leading zero": rsa_jwk(n=b64(int(rsa_key().public_key().public_numbers().n), 257)),
    "P-256": ec_jwk(alg="ES256"),
    "P-384": curve_jwk(ec.SECP384R1(), "P-384"),
    "P-521": curve_jwk(ec.SECP521R1(), "P-521"),
    "Ed25519": okp(ed25519.Ed25519PrivateKey.generate(), "Ed25519", alg="EdDSA"),
    "Ed448": okp(ed448.Ed448PrivateKey.generate(), "Ed448"),
    "key_ops": rsa_jwk(key_ops=["verify"]),
}
ROCA = 65537**200 % prod(p for p in range(3, 168) if all(p % q for q in range(2, p)))
BAD_KEYS: dict[str, tuple[dict[str, Any], str]] = {
    "1024 bits": (rsa_jwk(bits=1024), "weak_key"),
    "e = 1": (rsa_jwk(e="AQ"), "weak_key"),
    "e even": (rsa_jwk(e="Ag"), "invalid_jwk"),
    "e = 0": (rsa_jwk(e="AA"), "invalid_jwk"),
    "e huge": (rsa_jwk(e=b64(2**300 + 1)), "invalid_jwk"),
    "n even": (rsa_jwk(n=b64(2**2047)), "invalid_jwk"),
    "n missing": ({"kty": "RSA", "kid": "a", "e": "AQAB"}, "invalid_jwk"),
    "n number": (rsa_jwk(n=17), "invalid_jwk"),
    "n empty": (rsa_jwk(n=""), "invalid_jwk"),
    "n padded": (rsa_jwk(n=rsa_jwk()["n"] + "=="), "invalid_jwk"),
    "n of 16,384 bits": (rsa_jwk(n=b64(2**16383 + 1)), "invalid_jwk"),
    "n standard base64": (rsa_jwk(n="+/" + rsa_jwk()["n"]), "invalid_jwk"),
    "alg of another type": (rsa_jwk(alg="ES256"), "invalid_jwk"),
    "alg symmetric": (rsa_jwk(alg="HS256"), "invalid_jwk"),
    "alg no string": (rsa_jwk(alg=["RS256"]), "invalid_jwk"),
    "off the curve": (ec_jwk(x=b64(1, 32)), "invalid_jwk"),
    "short coordinate": (ec_jwk(x=b64(1, 31)), "invalid_jwk"),
    "wrong curve": (ec_jwk(crv="P-384"), "invalid_jwk"),
    "no curve": (ec_jwk(crv=None), "invalid_jwk"),
    "odd curve": (ec_jwk(crv="P256"), "invalid_jwk"),
    "Ed25519 too short": ({"kty": "OKP", "crv": "Ed25519", "kid": "o", "x": "AAAA"}, "invalid_jwk"),
    "Ed25519 off the curve": (
        {"kty": "OKP", "crv": "Ed25519", "kid": "o", "x": b64(2 << 248, 32)},
        "invalid_jwk",
    ),
    "kty missing": ({"kid": "a", "n": "AQ", "e": "AQAB"}, "invalid_jwk"),
    "kty number": ({"kty": 1, "kid": "a"}, "invalid_jwk"),
    "use enc": (rsa_jwk(use="enc"), "use_not_sig"),
    "use in capitals": (rsa_jwk(use="SIG"), "use_not_sig"),
    "key_ops sign": (rsa_jwk(key_ops=["sign"]), "use_not_sig"),
    "key_ops text": (rsa_jwk(key_ops="verify"), "use_not_sig"),
    "X25519": (okp(x25519.X25519PrivateKey.generate(), "X25519"), "use_not_sig"),
    "secp256k1": (ec_jwk(crv="secp256k1"), "unsupported_kty"),
    "unknown type": ({"kty": "AKP", "kid": "q"}, "unsupported_kty"),
    "oct": ({"kty": "oct", "kid": "s", "k": "AQ"}, "oct_key_in_jwks"),
    "private": (private_jwk(), "private_key_in_jwks"),
    "private member alone": (rsa_jwk(qi=None), "private_key_in_jwks"),
    "private of unknown type": ({"kty": "X", "kid": "x", "d": "AQ"}, "private_key_in_jwks"),
    "kid missing": (rsa_jwk(None), "jwk_missing_kid"),
    "kid empty": (rsa_jwk(""), "jwk_missing_kid"),
    "kid null": (rsa_jwk() | {"kid": None}, "jwk_kid_not_string"),
    "kid list": (rsa_jwk(["a"]), "jwk_kid_not_string"),
}


@pytest.mark.parametrize("name", GOOD_KEYS)
def test_good_keys(name: str) -> None:
    findings = judge_keys([GOOD_KEYS[name]])
    assert [one.code for one in findings] == ["ok"]


@pytest.mark.parametrize("name", BAD_KEYS)
def test_bad_keys(name: str) -> None:
    key, code = BAD_KEYS[name]
    assert code in codes([key])
    if code not in {"oct_key_in_jwks", "private_key_in_jwks"}:
        assert codes([key]) == {code}


@pytest.mark.parametrize("name", BAD_KEYS)
def test_a_bad_key_beside_a_good_one(name: str) -> None:
    """What can be passed over is; the rest is told all the same."""
    key, code = BAD_KEYS[name]
    found = codes([ec_jwk("good"), key])
    assert (code in found) == (code not in {"use_not_sig", "unsupported_kty"})


def test_roca() -> None:
    assert is_roca(ROCA)
    assert not any(is_roca(rsa_key(number).public_key().public_numbers().n) for number in (0, 1))


def test_a_set_of_thousands_is_judged_in_part() -> None:
    assert len(judge_keys([1] * 10_000)) < 100
    (*_, good) = judge_keys([ec_jwk(str(at)) for at in range(60)])
    assert "Only the first 50 keys were judged" in good.detail


def test_two_keys_of_one_name() -> None:
    assert codes([rsa_jwk(), ec_jwk("a")]) == {"duplicate_kid"}
    assert codes([rsa_jwk(), ec_jwk("A")]) == set()


def test_remarks() -> None:
    found = {one.code for one in judge_keys([rsa_jwk(), ec_jwk(), {"kty": "AKP"}])}
    assert found == {"ok", "two_signing_keys", "unknown_kty_ignored"}


def test_a_certificate_that_contradicts_its_key() -> None:
    made = make_certificate(None, "a.example")
    public = made.key.public_key().public_numbers()
    own = {"kty": "EC", "crv": "P-256", "kid": "e", "x": b64(public.x, 32), "y": b64(public.y, 32)}
    x5c = [b64encode(made.cert.public_bytes(serialization.Encoding.DER)).decode()]
    assert codes([own | {"x5c": x5c}]) == set()
    assert codes([rsa_jwk(x5c=x5c)]) == {"invalid_jwk"}
    assert codes([rsa_jwk(x5c=["MII…"])]) == set()


def test_where_a_secret_is_nothing_is_named() -> None:
    said = str(
        judge_keys(
            [
                private_jwk("first"),
                rsa_jwk("second", bits=1024),
                {"kty": "oct", "k": "abc", "kid": "third"},
            ]
        )
    )
    assert not any(word in said for word in ("first", "second", "third", "abc", private_jwk()["d"]))


@given(st.lists(KEYS | JSON, min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_any_keys_are_judged(keys: list[Any]) -> None:
    findings = judge_keys(keys)
    assert findings
    assert (ok_of(findings) is True) == (findings[-1].code == "ok")


@given(KEYS)
@settings(deadline=None)
def test_any_key_is_read_or_not(key: dict[str, Any]) -> None:
    try:
        public_key(key)
    except UnreadableKeyError as error:
        assert "member" in str(error)  # noqa: PT017


@given(
    JSON | st.lists(KEYS), st.sampled_from(["{}", '{"keys": %s}', "%s", '"%s"', "\ufeff%s", "%s}"])
)
@settings(max_examples=300, deadline=None)
def test_any_body_is_a_key_set_or_something_else(value: Any, shape: str) -> None:
    body = shape.replace("%s", json.dumps(value)).encode()
    keys, wrong = read_body(body)
    assert bool(keys) != bool(wrong)
    assert parse_key_set(body)[0] in (None, {"keys": keys})
    assert judge_answer(Answer("https://a.example/", 200, {}, body)).findings


@given(st.binary(), st.integers(200, 599))
def test_any_bytes_with_any_status(body: bytes, status: int) -> None:
    seen = judge_answer(Answer("https://a.example/", status, {}, body))
    assert not seen.is_good


@given(st.text() | st.from_regex(r'\A[\[\]{}",:0-9eE.+\- \\ntfNa]{0,40}\Z') | JSON.map(json.dumps))
def test_strict_json_takes_no_more_than_json(text: str) -> None:
    try:
        value = strict_json(text)
    except NotJsonError:
        return
    assert json.loads(text) == value


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}',
        '[{"a":{"b":1,"b":2}}]',
        "NaN",
        "[Infinity]",
        "-Infinity",
        "[" * 33 + "]" * 33,
        "1" * 1001,
        "-0." + "1" * 1001,
        "",
        " ",
        "[1,]",
        "{'a':1}",
        "01",
        '"\x01"',
        "\ufeff1",
        "[" * 10**6,
    ],
)
def test_what_parsers_disagree_about_is_not_json(text: str) -> None:
    with pytest.raises(NotJsonError):
        strict_json(text)


def test_what_they_agree_about_is_json() -> None:
    assert strict_json("[" * 32 + "]" * 32)
    assert strict_json("1" * 1000)
    assert strict_json('{"a": "[[[[{{{{\\"[["}') == {"a": '[[[[{{{{"[['}
    assert strict_json(b'"\xc3\xa9"') == "é"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "jwks_not_json"),
        (b"\xef\xbb\xbf{}", "jwks_not_json"),
        (b"-----BEGIN PUBLIC KEY-----\n", "jwks_not_json"),
        (b"\xff", "jwks_not_json"),
        (b"<!doctype html>", "jwks_html"),
        (b'{"a": "-----BEGIN CERTIFICATE-----"}', "jwks_no_keys"),
        (b'{"keys": "x"}', "jwks_no_keys"),
        (b'{"keys": []}', "empty_jwks"),
        (b'{"issuer": "x", "jwks_uri": "y"}', "jwks_is_openid_config"),
        (json.dumps([private_jwk()]).encode(), "jwks_is_single_jwk"),
    ],
)
def test_a_file_has_the_words_for_tokens(raw: bytes, code: str) -> None:
    keys, findings = parse_key_set(raw)
    assert keys is None
    assert [one.code for one in findings] == [code]


def test_a_good_file() -> None:
    assert parse_key_set(jwks()) == ({"keys": [rsa_jwk()]}, [])


def test_html_is_told_in_linear_time() -> None:
    assert is_html(b"\n<!-- a --><!-- b -->\n<HTML lang=en>")
    assert not is_html(b"<!---->" * 10_000)
    assert not is_html(b"<!--" * 10_000)
    assert not is_html(b" " * 100_000)


@given(st.text())
def test_what_is_shown_is_plain_and_short(text: str) -> None:
    out = shown(text)
    assert out[0] == out[-1] == "`"
    assert not set("`<>&\n\u202e") & set(out[1:-1])


def test_every_code_has_its_rank() -> None:
    assert all(finding(code, *words).severity is Severity.ERROR for code, words in TEXTS.items())
    assert finding("http_418", "x") == Finding("http_418", Severity.ERROR, Step.HTTP, "x")
    with pytest.raises(KeyError):
        finding("no_such_code", "x")


def test_ok_of() -> None:
    assert ok_of([finding("ok", "")]) is True
    assert ok_of([finding("anon_unavailable", "")]) is None
    assert ok_of([finding("anon_unavailable", ""), finding("bad_signature", "")]) is False
    assert ok_of([]) is True
