"""`check token`: which codes stand against which token, and in which words."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from token_lab import (
    ABSENT,
    CLAIMS,
    KIND_OF,
    NOW,
    SECONDS,
    b64,
    claims,
    codes,
    jwk,
    jwk_set,
    part,
    private_key,
    signed,
)

from bot.checks.finding import finding, ok_of
from bot.checks.token import KeySet, check_token, key_set_of, served_key_set
from bot.checks.token_batch import check_token_batch


def rsa_jwk(**members: object) -> dict[str, Any]:
    return jwk(private_key("rsa"), **members)


SET = jwk_set(rsa_jwk())
OTHER = private_key("rsa", 2)


def check(token: str, jwk_set_: dict[str, Any] | None = SET) -> set[str]:
    key_set = None if jwk_set_ is None else KeySet(jwk_set_)
    return codes(check_token(token, key_set, now=NOW))


def shared_cases() -> list[dict[str, Any]]:
    folder = os.environ.get("EVAL_DIR")
    if not folder:
        return []
    lines = Path(folder, "tokens.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines if line]


def test_shared_cases(record_property: Any) -> None:
    cases = {case["id"]: case for case in shared_cases()}
    if not cases:
        pytest.skip("EVAL_DIR is not set: the shared tokens were not checked")
    wrong: dict[str, list[str]] = {"certain": [], "doubtful": []}
    answers = list(check_token_batch(Path(os.environ["EVAL_DIR"], "tokens.jsonl"), now=NOW))
    for answer in answers:
        case = cases[answer["id"]]
        expected = case["expect"]["ok"], set(case["expect"]["codes"])
        if (answer["ok"], counted(answer)) != expected:
            kind = "doubtful" if case.get("doubtful") else "certain"
            wrong[kind].append(f"{answer['id']}: {sorted(counted(answer))} not {expected}")
    record_property("doubtful", sum(bool(case.get("doubtful")) for case in cases.values()))
    assert [answer["id"] for answer in answers] == list(cases)
    assert wrong == {"certain": [], "doubtful": []}


def counted(answer: dict[str, Any]) -> set[str]:
    told = {one["code"] for one in answer["findings"] if one["severity"] not in {"ok", "info"}}
    return told | {
        one["code"] for one in answer["findings"] if one["code"] == "signature_not_checked"
    }


@pytest.mark.parametrize(
    "alg",
    ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"],
)
def test_every_algorithm(alg: str) -> None:
    keys = jwk_set(jwk(private_key(KIND_OF[alg]), use="sig", alg=alg))
    found = check_token(signed(alg=alg), KeySet(keys), now=NOW)
    assert ok_of(found)
    assert [one.code for one in found] == ["ok"]
    other = jwk_set(jwk(private_key(KIND_OF[alg], 2)))
    assert check(signed(alg=alg), other) == {"bad_signature"}


def test_ed448_is_edwards_too() -> None:
    key = private_key("Ed448")
    assert check(signed(alg="EdDSA", key=key), jwk_set(jwk(key))) == set()


GOOD = {
    "use and key_ops": (signed(), jwk_set(rsa_jwk(use="sig", key_ops=["verify"], alg="RS256"))),
    "members that are null": (signed(), {"keys": [{**rsa_jwk(), "alg": None, "use": None}]}),
    "unknown members": (signed(), jwk_set(rsa_jwk(x5t="a", nbf=1, foo={"a": []}))),
    "another key of unknown kty": (signed(), jwk_set(rsa_jwk(), {"kty": "AKP", "kid": "k2"})),
    "another key that is broken": (signed(), jwk_set({"kty": "RSA", "kid": "k2"}, rsa_jwk())),
    "another key that is weak": (
        signed(),
        jwk_set(jwk(private_key("rsa-1024"), kid="k2"), rsa_jwk()),
    ),
    "another key for encryption": (signed(), jwk_set(rsa_jwk(use="enc", kid="k2"), rsa_jwk())),
    "another key without kid": (signed(), jwk_set(rsa_jwk(kid=None), rsa_jwk())),
    "not an object among the keys": (signed(), {"keys": [1, None, "k1", rsa_jwk()]}),
    "a kid of many alphabets": (signed(kid="\u043a\u00e9\u2603"), jwk_set(rsa_jwk(kid="\u043a\u00e9\u2603"))),
    "keys in the header": (signed(jwk=jwk(OTHER), jku="https://evil.test", x5c=["AA=="], x5u="x"), SET),
    "no typ": (signed(typ=None), SET),
    "typ at+jwt": (signed(typ="at+jwt", cty="x"), SET),
    "b64 true": (signed(b64=True), SET),
    "broken numbers": (signed(claims(exp=SECONDS + 0.5, iat=SECONDS - 0.5)), SET),
    "nbf now": (signed(claims(nbf=SECONDS, iat=SECONDS)), SET),
    "times before 1970": (signed(claims(iat=-5, nbf=-1e300)), SET),
    "aud a list": (signed(claims(aud=["a", "b"])), SET),
    "iss null": (signed(claims(iss=None, aud=None)), SET),
    "white space in JSON": (signed(json.dumps(CLAIMS, indent=2)), SET),
    "claims of one's own": (signed(claims(sdkClientId="x", deep=[[[{}]]])), SET),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_what_is_good(name: str) -> None:
    token, keys = GOOD[name]
    assert check(token, keys) == set()


RS_HEAD = part({"alg": "RS256", "kid": "k1"})
BODY = part(CLAIMS)
H, P, S = signed().split(".")
TWICE = '{"alg":"RS256","alg":"none","kid":"k1"}'

FORM = {
    "two parts": (f"{H}.{P}", "malformed"),
    "one part": (H, "malformed"),
    "four parts": (f"{H}.{P}.{S}.{S}", "malformed"),
    "no header": (f".{P}.{S}", "malformed"),
    "no payload": (f"{H}..{S}", "malformed"),
    "header is a list": (f"{part([])}.{P}.{S}", "malformed"),
    "header is no JSON": (f"{part('{alg:RS256}')}.{P}.{S}", "malformed"),
    "header is not UTF-8": (f"{b64(bytes([123, 34, 255, 34, 125]))}.{P}.{S}", "malformed"),
    "header holds a member twice": (
        f"{part(TWICE)}.{P}.{S}",
        "malformed",
    ),
    "payload is text": (signed("hello"), "malformed"),
    "payload is a list": (signed([CLAIMS]), "malformed"),
    "payload is null": (signed(None), "malformed"),
    "payload holds a claim twice": (signed('{"sub":"a","sub":"b"}'), "malformed"),
    "payload holds NaN": (signed('{"sub":"a","exp":NaN}'), "malformed"),
    "payload is not UTF-8": (signed(b'{"sub":"\xe9"}'), "malformed"),
    "payload is not base64": (f"{H}.*{P[1:]}.{S}", "malformed"),
    "signature is not base64": (f"{H}.{P}.%%%", "malformed"),
    "both alphabets in one part": (f"{H}.{P}.ab+_", "malformed"),
    "unused bits of the payload": (f"{H}.{P[:-2]}{'_' * (2 + -len(P) % 4)}.{S}", "malformed"),
    "padding": (".".join(one + "=" * (-len(one) % 4) for one in (H, P, S)), "not_base64url"),
    "standard base64": (f"{H}.{P}.{'ab+/' * 86}", "not_base64url"),
    "JWE": (f"{part({'alg': 'dir', 'enc': 'A256GCM'})}..{S[:16]}.{S[:90]}.{S[:22]}", "encrypted_token"),
    "JWE with a key": (f"{H}.{S}.{S[:16]}.{S[:90]}.{S[:22]}", "encrypted_token"),
    "JSON serialization": (json.dumps({"protected": H, "payload": P, "signature": S}), "malformed"),
    "over 16 KiB": (signed(claims(pad="a" * 13_000)), "malformed"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORM)
def test_form_is_reported_alone(name: str) -> None:
    token, code = FORM[name]
    found = check_token(token, KeySet({"keys": []}), now=NOW)
    assert [one.code for one in found] == [code]
    assert [one.code for one in check_token(token, None, now=NOW)] == [code]


def unsigned(**header: object) -> str:
    return f"{part(header)}.{BODY}."


OCT = {"kty": "oct", "k": b64(b"s" * 64), "kid": "k1"}

HEADER = {
    "none": (unsigned(alg="none", kid="k1"), SET, {"alg_none"}),
    "nOnE, signed": (signed(alg="nOnE", signs="RS256"), SET, {"alg_none"}),
    "none, unknown kid": (unsigned(alg="None", kid="k9"), SET, {"alg_none", "kid_not_in_jwks"}),
    "HS256": (signed(alg="HS256", key=b"s" * 64), SET, {"symmetric_alg"}),
    "HS256 by the public key": (
        signed(alg="HS256", key=SET["keys"][0]["n"].encode()),
        SET,
        {"symmetric_alg"},
    ),
    "HS512 with its secret served": (
        signed(alg="HS512", key=b"s" * 64),
        jwk_set(OCT),
        {"symmetric_alg", "oct_key_in_jwks"},
    ),
    "RS1": (signed(alg="RS1", signs="RS256"), SET, {"unsupported_alg"}),
    "lower case": (signed(alg="rs256", signs="RS256"), SET, {"unsupported_alg"}),
    "with a space": (signed(alg="RS256 ", signs="RS256"), SET, {"unsupported_alg"}),
    "a number": (signed(alg=256, signs="RS256"), SET, {"unsupported_alg"}),
    "a list": (signed(alg=["RS256"], signs="RS256"), SET, {"unsupported_alg"}),
    "ES256K": (
        signed(alg="ES256K", key=private_key("secp256k1")),
        jwk_set(jwk(private_key("secp256k1"))),
        {"unsupported_alg"},
    ),
    "no alg": (signed(alg=None, signs="RS256"), SET, {"missing_alg"}),
    "no header members": (f"e30.{BODY}.{S}", SET, {"missing_alg", "missing_kid"}),
    "crit": (signed(crit=["exp"], exp=1), SET, {"unsupported_crit"}),
    "crit empty": (signed(crit=[]), SET, {"unsupported_crit"}),
    "crit no list": (signed(crit="b64"), SET, {"unsupported_crit"}),
    "b64 false": (signed(crit=["b64"], b64=False), SET, {"unsupported_crit"}),
    "b64 false without crit": (signed(b64=False), SET, {"unsupported_crit"}),
    "no signature": (f"{RS_HEAD}.{BODY}.", SET, {"missing_signature"}),
    "no signature, HS256": (
        unsigned(alg="HS256", kid="k1"),
        SET,
        {"symmetric_alg", "missing_signature"},
    ),
    "no kid": (signed(kid=None), SET, {"missing_kid"}),
    "kid empty": (signed(kid=""), SET, {"missing_kid"}),
    "kid a number": (signed(kid=1), jwk_set(rsa_jwk(kid=1)), {"kid_not_string"}),
    "kid null": (f"{part({'alg': 'RS256', 'kid': None})}.{BODY}.{S}", SET, {"kid_not_string"}),
    "no kid, wrong signature": (signed(kid=None, key=OTHER), SET, {"missing_kid"}),
    "no kid anywhere": (signed(kid=None), jwk_set(rsa_jwk(kid=None)), {"missing_kid"}),
    "weak key is told though": (
        unsigned(alg="none", kid="k1"),
        jwk_set(jwk(private_key("rsa-1024"))),
        {"alg_none", "weak_key"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HEADER)
def test_header(name: str) -> None:
    token, keys, expected = HEADER[name]
    assert check(token, keys) == expected


LOOKUP = {
    "not there": (signed(kid="k9"), SET, {"kid_not_in_jwks"}),
    "in another case": (signed(kid="K1"), SET, {"kid_not_in_jwks"}),
    "with a space": (signed(kid="k1 "), SET, {"kid_not_in_jwks"}),
    "composed otherwise": (signed(kid="e\u0301"), jwk_set(rsa_jwk(kid="\u00e9")), {"kid_not_in_jwks"}),
    "a number in the set": (signed(kid="1"), jwk_set(rsa_jwk(kid=1)), {"kid_not_in_jwks"}),
    "keys without kid": (signed(), jwk_set(rsa_jwk(kid=None)), {"jwk_missing_kid"}),
    "one key without kid": (
        signed(),
        jwk_set(rsa_jwk(kid="k2"), rsa_jwk(kid=None)),
        {"jwk_missing_kid"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LOOKUP)
def test_lookup(name: str) -> None:
    token, keys, expected = LOOKUP[name]
    assert check(token, keys) == expected


P256 = jwk(private_key("P-256"))
KEY = {
    "alg of the key": (signed(), jwk_set(rsa_jwk(alg="RS512")), {"alg_mismatch"}),
    "alg for encryption": (signed(), jwk_set(rsa_jwk(alg="RSA-OAEP")), {"alg_mismatch"}),
    "kty": (signed(), jwk_set(P256), {"alg_mismatch"}),
    "kty the other way": (signed(alg="ES256"), SET, {"alg_mismatch"}),
    "curve": (
        signed(alg="ES256"),
        jwk_set(jwk(private_key("P-384"))),
        {"alg_mismatch"},
    ),
    "secp256k1": (signed(alg="ES256"), jwk_set(jwk(private_key("secp256k1"))), {"alg_mismatch"}),
    "X25519": (
        signed(alg="EdDSA"),
        jwk_set({**jwk(private_key("Ed25519")), "crv": "X25519"}),
        {"alg_mismatch"},
    ),
    "a secret": (signed(), jwk_set(OCT), {"alg_mismatch", "oct_key_in_jwks"}),
    "kty unknown": (signed(), jwk_set({"kty": "AKP", "kid": "k1"}), {"unsupported_kty"}),
    "kty missing": (signed(), jwk_set(rsa_jwk(kty=None)), {"invalid_jwk"}),
    "kty a list": (signed(), jwk_set(rsa_jwk(kty=["RSA"])), {"invalid_jwk"}),
    "use enc": (signed(), jwk_set(rsa_jwk(use="enc")), {"use_not_sig"}),
    "use enc, wrong signature": (
        signed(key=OTHER),
        jwk_set(rsa_jwk(use="enc")),
        {"use_not_sig", "bad_signature"},
    ),
    "key_ops sign": (signed(), jwk_set(rsa_jwk(key_ops=["sign"])), {"use_not_sig"}),
    "key_ops empty": (signed(), jwk_set(rsa_jwk(key_ops=[])), {"use_not_sig"}),
    "1024 bits": (
        signed(key=private_key("rsa-1024")),
        jwk_set(jwk(private_key("rsa-1024"))),
        {"weak_key"},
    ),
    "1024 bits, wrong signature": (
        signed(),
        jwk_set(jwk(private_key("rsa-1024"))),
        {"weak_key", "bad_signature"},
    ),
    "no e": (signed(), jwk_set(rsa_jwk(e=None)), {"invalid_jwk"}),
    "n a number": (signed(), jwk_set(rsa_jwk(n=12345)), {"invalid_jwk"}),
    "n with padding": (signed(), jwk_set(rsa_jwk(n=SET["keys"][0]["n"] + "==")), {"invalid_jwk"}),
    "no y": (signed(alg="ES256"), jwk_set({**P256, "y": None}), {"invalid_jwk"}),
    "off the curve": (signed(alg="ES256"), jwk_set({**P256, "y": P256["x"]}), {"invalid_jwk"}),
    "unknown curve": (signed(alg="ES256"), jwk_set({**P256, "crv": "P256"}), {"invalid_jwk"}),
}  # fmt: skip


@pytest.mark.parametrize("name", KEY)
def test_named_key(name: str) -> None:
    token, keys, expected = KEY[name]
    assert check(token, keys) == expected


PRIVATE = rsa_jwk(d=b64(b"d" * 256))
OF_SET = {
    "private": (signed(), jwk_set(PRIVATE), {"private_key_in_jwks"}),
    "private, and kid not there": (
        signed(kid="k9"),
        jwk_set(PRIVATE),
        {"private_key_in_jwks", "kid_not_in_jwks"},
    ),
    "a secret beside": (signed(), jwk_set(rsa_jwk(), {**OCT, "kid": "s"}), {"oct_key_in_jwks"}),
    "another kid twice": (
        signed(),
        jwk_set(rsa_jwk(), {**P256, "kid": "e"}, {**P256, "kid": "e"}),
        {"duplicate_kid"},
    ),
    "one of two verifies": (signed(), jwk_set(jwk(OTHER), rsa_jwk()), {"duplicate_kid"}),
    "one of two fits": (signed(), jwk_set(P256, rsa_jwk()), {"duplicate_kid"}),
    "none of two verifies": (
        signed(key=private_key("rsa", 3)),
        jwk_set(jwk(OTHER), P256),
        {"duplicate_kid", "bad_signature"},
    ),
    "none of two fits": (
        signed(),
        jwk_set(P256, {**P256, "alg": "ES256"}),
        {"duplicate_kid", "alg_mismatch"},
    ),
    "told without a kid in the token": (
        signed(kid=None),
        jwk_set(PRIVATE),
        {"missing_kid", "private_key_in_jwks"},
    ),
}


@pytest.mark.parametrize("name", OF_SET)
def test_set(name: str) -> None:
    token, keys, expected = OF_SET[name]
    assert check(token, keys) == expected


SIGNATURE = {
    "changed payload": f"{H}.{part(claims(sub='eve'))}.{S}",
    "changed header": f"{part({'alg': 'RS256', 'kid': 'k1'})}.{P}.{S}",
    "by another key": signed(key=OTHER),
    "by the key in the header": signed(key=OTHER, jwk=jwk(OTHER)),
    "by another algorithm": signed(signs="PS256"),
    "of another length": f"{H}.{P}.{S[:-8]}",
    "unused bits": f"{H}.{P}.{S[:-1]}{chr(ord(S[-1]) + 1)}",
}


@pytest.mark.parametrize("name", SIGNATURE)
def test_bad_signature(name: str) -> None:
    assert check(SIGNATURE[name]) == {"bad_signature"}


TIMES = {
    "exp now": (claims(exp=SECONDS), {"expired"}),
    "exp past": (claims(exp=SECONDS - 1), {"expired"}),
    "exp zero": (claims(exp=0), {"expired"}),
    "exp far back": (claims(exp=-1e300), {"expired"}),
    "exp further back": (claims(exp=-(10**900)), {"expired"}),
    "nbf to come": (claims(nbf=SECONDS + 1), {"not_yet_valid"}),
    "iat to come": (claims(iat=SECONDS + 1), {"iat_in_future"}),
    "milliseconds": (
        claims(exp=SECONDS * 1000, iat=SECONDS * 1000, nbf=SECONDS * 1000),
        {"time_in_milliseconds"},
    ),
    "milliseconds, long past": (claims(exp=10**12), {"time_in_milliseconds"}),
    "endless": ('{"sub":"a","iss":"a","aud":"a","iat":1,"exp":1e999}', {"time_in_milliseconds"}),
    "10^11 is seconds": (claims(exp=10**11), set()),
    "exp text": (claims(exp=str(SECONDS + 9)), {"claim_wrong_type"}),
    "exp true": (claims(exp=True), {"claim_wrong_type"}),
    "exp null": (claims(exp=None), {"claim_wrong_type"}),
    "exp a list": (claims(exp=[1]), {"claim_wrong_type"}),
    "nbf text": (claims(nbf="1"), {"claim_wrong_type"}),
    "iat an object": (claims(iat={}), {"claim_wrong_type"}),
    "no exp": (claims(exp=ABSENT), {"missing_exp"}),
    "sub absent": (claims(sub=ABSENT), {"missing_sub"}),
    "sub null": (claims(sub=None), {"missing_sub"}),
    "sub empty": (claims(sub=""), {"missing_sub"}),
    "sub blank": (claims(sub=" \t"), {"missing_sub"}),
    "sub a number": (claims(sub=7348), {"claim_wrong_type"}),
    "sub a list": (claims(sub=["a"]), {"claim_wrong_type"}),
    "no iss": (claims(iss=ABSENT), {"missing_iss"}),
    "no aud": (claims(aud=ABSENT), {"missing_aud"}),
    "no iat": (claims(iat=ABSENT), {"missing_iat"}),
    "nothing": ({}, {"missing_sub", "missing_exp", "missing_iss", "missing_aud", "missing_iat"}),
}


@pytest.mark.parametrize("name", TIMES)
def test_claims(name: str) -> None:
    payload, expected = TIMES[name]
    assert check(signed(payload)) == expected
    assert check(signed(payload, kid=None)) == {"missing_kid", *expected}
    assert check(signed(payload), None) == {"signature_not_checked", *expected}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"keys":[]}', "empty_jwks"),
        ("keys", "jwks_not_json"),
        ("", "jwks_not_json"),
        ('\ufeff{"keys":[]}', "jwks_not_json"),
        ("-----BEGIN PUBLIC KEY-----\nAA\n-----END PUBLIC KEY-----", "jwks_not_json"),
        ("<!doctype html><html></html>", "jwks_html"),
        ('{"issuer":"https://a.test","jwks_uri":"https://a.test/j"}', "jwks_is_openid_config"),
        (json.dumps(rsa_jwk()), "jwks_is_single_jwk"),
        (json.dumps([rsa_jwk()]), "jwks_is_single_jwk"),
        ("{}", "jwks_no_keys"),
        ('{"keys":{}}', "jwks_no_keys"),
        (json.dumps(json.dumps(SET)), "jwks_no_keys"),
    ],
)
def test_document_that_is_no_set_ends_the_lookup(text: str, code: str) -> None:
    found = check_token(signed(claims(exp=1), kid=1), key_set_of(text.encode()), now=NOW)
    assert codes(found) == {code, "kid_not_string", "expired"}
    assert codes(check_token(signed(), key_set_of(text.encode()), now=NOW)) == {code}


def test_findings_on_the_way_to_the_set_are_handed_on() -> None:
    key_set = KeySet(None, (finding("login_page", "A sign-in page."),))
    assert codes(check_token(signed(), key_set, now=NOW)) == {"login_page"}


def test_what_an_address_serves_is_told_up_to_the_body() -> None:
    warned = [
        finding("content_type_not_json", "text/plain"),
        finding("weak_key", "Key 2 of 2 is weak."),
    ]
    date = "Sun, 22 Nov 2026 11:00:00 GMT"
    served = served_key_set(warned, [rsa_jwk(), 1], date)
    assert served.server_date == NOW - timedelta(hours=1)
    found = check_token(signed(claims(nbf=SECONDS + 60)), served, now=NOW)
    assert codes(found) == {"content_type_not_json", "not_yet_valid"}
    unusable = served_key_set([finding("empty_body", "Nothing.")], [], "soon")
    assert unusable == KeySet(None, (finding("empty_body", "Nothing."),))
    assert codes(check_token(signed(), unusable, now=NOW)) == {"empty_body"}
    for date in (None, "", "soon", "Sun, 99 Nov 2026 11:00:00 GMT", "9" * 5_000, "\0"):
        assert served_key_set([], [rsa_jwk()], date).server_date is None


def test_without_keys_all_else_is_still_looked_at() -> None:
    found = check_token(signed(), None, now=NOW)
    assert [one.code for one in found] == ["signature_not_checked"]
    assert ok_of(found)


def test_the_order_is_that_of_the_ladder() -> None:
    token = signed(claims(exp=1, sub=ABSENT), key=OTHER)
    keys = jwk_set(rsa_jwk(use="enc"), rsa_jwk(d="AQ", kid="k2"))
    found = check_token(token, KeySet(keys), now=NOW)
    assert [(one.step, one.code) for one in found] == [
        ("keys", "private_key_in_jwks"),
        ("key", "use_not_sig"),
        ("signature", "bad_signature"),
        ("claims", "missing_sub"),
        ("claims", "expired"),
    ]


def detail(token: str, code: str, keys: dict[str, Any] = SET, **more: Any) -> str:
    found = check_token(token, KeySet(keys, **more), now=NOW)
    return next(one.detail for one in found if one.code == code)


def test_words_for_times() -> None:
    assert detail(signed(claims(exp=SECONDS - 3 * 3600 - 5)), "expired") == (
        "It expired 3 h ago (2026-11-22 08:59:55 UTC)."
    )
    assert "expired less than 1 s ago" in detail(signed(claims(exp=SECONDS)), "expired")
    assert "nbf is 2 min to come" in detail(signed(claims(nbf=SECONDS + 150)), "not_yet_valid")
    assert "2 d ago" in detail(signed(claims(exp=SECONDS - 2 * 86_400 - 1)), "expired")


def test_a_clock_that_differs_is_told_with_a_time_that_does_not_fit() -> None:
    token = signed(claims(nbf=SECONDS + 150))
    behind = detail(token, "not_yet_valid", server_date=NOW - timedelta(minutes=3))
    assert behind.endswith("The clock of the JWKS's host is 3 min behind ours.")
    ahead = detail(token, "not_yet_valid", server_date=NOW + timedelta(minutes=3))
    assert ahead.endswith("is 3 min ahead of ours.")
    assert "clock" not in detail(token, "not_yet_valid", server_date=NOW + timedelta(seconds=2))
    good = check_token(signed(), KeySet(SET, server_date=NOW - timedelta(hours=3)), now=NOW)
    assert [one.code for one in good] == ["ok"]


def test_words_for_kids() -> None:
    keys = jwk_set(rsa_jwk(kid="b"), rsa_jwk(kid="c"))
    assert detail(signed(kid="a"), "kid_not_in_jwks", keys) == "kid `a` is not among `b`, `c`."
    assert "case or white space" in detail(signed(kid="B "), "kid_not_in_jwks", keys)
    assert "a string" in detail(signed(kid="1"), "kid_not_in_jwks", jwk_set(rsa_jwk(kid=1)))
    assert "`x`, …" in detail(
        signed(), "kid_not_in_jwks", jwk_set(*[rsa_jwk(kid="x") for _ in range(20)])
    )
    private = jwk_set({**PRIVATE, "kid": "b"})
    assert "`b`" not in detail(signed(), "kid_not_in_jwks", private)


def test_words_for_signatures() -> None:
    raw = signed(alg="ES256").rpartition(".")[0]
    der = private_key("P-256").sign(raw.encode(), ec.ECDSA(hashes.SHA256()))
    assert "ASN.1" in detail(f"{raw}.{b64(der)}", "bad_signature", jwk_set(P256))
    both = jwk_set(rsa_jwk(), jwk(OTHER, kid="k2"))
    assert "kid names the wrong one" in detail(signed(key=OTHER), "bad_signature", both)
    assert "bits that belong to no byte" in detail(SIGNATURE["unused bits"], "bad_signature")


def test_names_that_strangers_chose_are_made_harmless() -> None:
    kid = "<!channel>`\n\u202e" + "x" * 500
    told = detail(signed(kid=kid), "kid_not_in_jwks")
    assert "<!channel>" not in told
    assert "\u202e" not in told
    assert len(told) < 250


def test_every_finding_says_what_to_do() -> None:
    tables = [*HEADER.values(), *LOOKUP.values(), *KEY.values(), *OF_SET.values()]
    for token, keys, _ in tables:
        for one in check_token(token, KeySet(keys), now=NOW):
            assert one.detail
            assert one.remedy or one.severity == "ok"
