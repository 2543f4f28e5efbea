"""`Which code wins` (findings.md section 2), rule by rule, each with every code that it names."""

import itertools
import json

import pytest
from token_lab import ABSENT, NOW, SECONDS, claims, codes, jwk, jwk_set, part, private_key, signed

from bot.checks.token import KeySet, check_token, key_set_of

RSA = jwk(private_key("rsa"), alg="RS256")
OTHER = jwk(private_key("rsa", 2))
EC = jwk(private_key("P-256"))
H, P, S = signed().split(".")


def headed(**header: object) -> str:
    """A token with this header, and a signature that was not made for it."""
    return f"{part({'kid': 'k1', **header})}.{P}.{S}"


# Rule 5: no signature check with these, so neither bad_signature nor alg_mismatch besides.
UNCHECKED = {
    "alg_none": headed(alg="NONE"),
    "symmetric_alg": headed(alg="HS384"),
    "missing_alg": headed(typ="JWT"),
    "unsupported_alg": headed(alg="RS257"),
    "unsupported_crit": headed(alg="RS256", crit=["b64"]),
    "missing_signature": f"{part({'alg': 'RS256', 'kid': 'k1'})}.{P}.",
}
# What a set says whatever the header is; k1 is the key that the token names.
SETS = {
    "as it should be": (jwk_set(RSA), set()),
    "another alg": (jwk_set({**RSA, "alg": "RS512"}), set()),
    "another kty": (jwk_set(EC), set()),
    "no such kid": (jwk_set({**RSA, "kid": "k9"}), {"kid_not_in_jwks"}),
    "keys without kid": (jwk_set(jwk(private_key("rsa"), kid=None)), {"jwk_missing_kid"}),
    "unknown kty": (jwk_set({"kty": "AKP", "kid": "k1"}), {"unsupported_kty"}),
    "for encryption": (jwk_set({**RSA, "use": "enc"}), {"use_not_sig"}),
    "weak": (jwk_set(jwk(private_key("rsa-1024"))), {"weak_key"}),
    "unreadable": (jwk_set({"kty": "RSA", "kid": "k1", "e": "AQAB"}), {"invalid_jwk"}),
    "private": (jwk_set({**RSA, "d": "AQAB"}), {"private_key_in_jwks"}),
    "a secret beside": (jwk_set(RSA, {"kty": "oct", "k": "AQAB", "kid": "s"}), {"oct_key_in_jwks"}),
    "twice": (jwk_set(RSA, OTHER), {"duplicate_kid"}),
    "another twice": (
        jwk_set(RSA, {**OTHER, "kid": "x"}, {**EC, "kid": "x"}),
        {"duplicate_kid"},
    ),
    "all of the set": (
        jwk_set({**RSA, "kid": "x", "d": "AQ"}, {**EC, "kid": "x"}, {"kty": "oct", "k": "AQ"}),
        {"private_key_in_jwks", "oct_key_in_jwks", "duplicate_kid", "jwk_missing_kid"},
    ),
}


def check(token: str, keys: dict) -> set[str]:
    return codes(check_token(token, KeySet(keys), now=NOW))


@pytest.mark.parametrize(("code", "name"), [*itertools.product(UNCHECKED, SETS)])
def test_rule_5_the_key_is_looked_up_though_nothing_is_verified(code: str, name: str) -> None:
    keys, of_set = SETS[name]
    assert check(UNCHECKED[code], keys) == {code, *of_set}


NO_LOOK_UP = {
    "missing_kid": [signed(kid=None), signed(kid="")],
    "kid_not_string": [signed(kid=7), signed(kid=True), signed(kid=["k1"])],
}
OF_WHOLE_SET = {"private_key_in_jwks", "oct_key_in_jwks", "duplicate_kid"}


@pytest.mark.parametrize(("code", "name"), [*itertools.product(NO_LOOK_UP, SETS)])
def test_rule_4_without_a_kid_there_is_no_look_up(code: str, name: str) -> None:
    keys, of_set = SETS[name]
    for token in NO_LOOK_UP[code]:
        assert check(token, keys) == {code, *(of_set & OF_WHOLE_SET)}


DOCUMENTS = {
    "empty_jwks": '{"keys": []}',
    "jwks_not_json": "{keys: []}",
    "jwks_html": "<html>",
    "jwks_is_openid_config": '{"issuer": "https://a.test", "jwks_uri": "https://a.test/k"}',
    "jwks_is_single_jwk": json.dumps(RSA),
    "jwks_no_keys": '{"error": "x"}',
}


@pytest.mark.parametrize(
    ("code", "head"), [*itertools.product(DOCUMENTS, [*UNCHECKED, *NO_LOOK_UP])]
)
def test_rule_6_a_broken_document_ends_the_look_up(code: str, head: str) -> None:
    token = UNCHECKED[head] if head in UNCHECKED else NO_LOOK_UP[head][0]
    key_set = key_set_of(DOCUMENTS[code].encode())
    assert codes(check_token(token, key_set, now=NOW)) == {code, head}
    assert codes(check_token(signed(), key_set, now=NOW)) == {code}


ALONE = {
    "not_a_jwt": "7348",
    "malformed": f"{H}.{P}",
    "not_base64url": f"{H}=.{P}.{S}",
    "encrypted_token": f"{part({'alg': 'dir', 'enc': 'A128GCM'})}..{S[:16]}.{S[:40]}.{S[:22]}",
}


@pytest.mark.parametrize("code", ALONE)
def test_rule_2_form_is_told_alone(code: str) -> None:
    for key_set in (None, KeySet(SETS["all of the set"][0]), key_set_of(b"<html>")):
        assert codes(check_token(ALONE[code], key_set, now=NOW)) == {code}


CLAIMS = {
    "expired": claims(exp=SECONDS - 1),
    "not_yet_valid": claims(nbf=SECONDS + 9),
    "iat_in_future": claims(iat=SECONDS + 9),
    "time_in_milliseconds": claims(exp=SECONDS * 1000),
    "claim_wrong_type": claims(sub=7),
    "missing_sub": claims(sub=" "),
    "missing_exp": claims(exp=ABSENT),
    "missing_iss": claims(iss=ABSENT),
    "missing_aud": claims(aud=ABSENT),
    "missing_iat": claims(iat=ABSENT),
}


@pytest.mark.parametrize("code", CLAIMS)
def test_rule_3_claims_are_judged_whatever_became_of_the_signature(code: str) -> None:
    payload = CLAIMS[code]
    assert check(signed(payload), jwk_set(RSA)) == {code}
    assert check(signed(payload, kid=None), jwk_set(RSA)) == {code, "missing_kid"}
    assert check(signed(payload, kid="k9"), jwk_set(RSA)) == {code, "kid_not_in_jwks"}
    assert check(signed(payload), jwk_set(OTHER)) == {code, "bad_signature"}
    assert check(signed(payload, alg="nOne", signs="RS256"), jwk_set(RSA)) == {code, "alg_none"}
    broken = key_set_of(b"<html>")
    assert codes(check_token(signed(payload), broken, now=NOW)) == {code, "jwks_html"}
    alone = codes(check_token(signed(payload), None, now=NOW))
    assert alone == {code, "signature_not_checked"}


def test_rule_3_each_time_is_judged_by_itself() -> None:
    token = signed(claims(exp=1, nbf=SECONDS * 1000, iat="now", sub=None, aud=ABSENT))
    expected = {"expired", "time_in_milliseconds", "claim_wrong_type", "missing_sub", "missing_aud"}
    assert check(token, jwk_set(RSA)) == expected


NO_CHECK = {
    "alg_mismatch": [{**RSA, "alg": "PS256"}, EC, {**RSA, "alg": "RSA-OAEP"}],
    "invalid_jwk": [{**RSA, "n": "AQ=="}, {**RSA, "n": None}, {"kid": "k1"}],
    "unsupported_kty": [{"kty": "AKP", "kid": "k1"}, {"kty": "rsa", "kid": "k1"}],
}
CHECK = {
    "use_not_sig": [{**RSA, "use": "enc"}, {**RSA, "key_ops": ["sign"]}],
    "weak_key": [jwk(private_key("rsa-1024"))],
}


@pytest.mark.parametrize("code", [*NO_CHECK, *CHECK])
def test_rule_8_what_keeps_a_signature_from_being_checked(code: str) -> None:
    forged = signed(key=private_key("rsa", 3))
    for key in NO_CHECK.get(code, []):
        assert check(forged, jwk_set(key)) == {code}
    for key in CHECK.get(code, []):
        assert check(forged, jwk_set(key)) == {code, "bad_signature"}


def test_rule_8_one_of_the_like_named_keys_is_enough() -> None:
    for first, second in itertools.permutations([RSA, OTHER]):
        assert check(signed(), jwk_set(first, second)) == {"duplicate_kid"}
    assert check(signed(key=private_key("rsa", 3)), jwk_set(RSA, OTHER)) == {
        *("duplicate_kid", "bad_signature")
    }


def test_rule_7_faults_of_other_keys_are_not_told() -> None:
    others = [
        {"kty": "AKP", "kid": "a"},
        {**OTHER, "use": "enc", "kid": "b"},
        {"kty": "RSA", "kid": "c"},
        {**jwk(private_key("rsa-1024")), "kid": "d"},
        {**EC, "alg": "RS256", "kid": "e"},
    ]
    assert check(signed(), jwk_set(*others, RSA)) == set()


@pytest.mark.parametrize(
    "header", [{"jwk": OTHER}, {"jku": "https://a.test/k"}, {"x5u": "https://a.test/c"}]
)
def test_rule_9_keys_of_the_header_are_never_used(header: dict) -> None:
    token = signed(key=private_key("rsa", 2), **header)
    assert check(token, jwk_set(RSA)) == {"bad_signature"}


def test_rule_10_nothing_that_was_pasted_is_echoed() -> None:
    pasted = [*UNCHECKED.values(), *ALONE.values(), signed(claims(exp="tomorrow-s3cret"))]
    for raw in [*pasted, "anon_" + "aB3/x+" * 10, "ory_st_" + "aB3x" * 8]:
        for key_set in (None, KeySet(jwk_set(OTHER)), KeySet(SETS["all of the set"][0])):
            told = str(check_token(raw, key_set, now=NOW))
            pieces = [piece for piece in raw.split(".") if len(piece) > 8]
            assert not any(piece in told for piece in pieces)
            assert "s3cret" not in told
            assert "ana-7348" not in told
