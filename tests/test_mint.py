"""Example tokens: what is asked for, what they say, and that others agree with our checks."""

import json
import re
from datetime import UTC, datetime

import pytest
from joserfc import jwt as joserfc_jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import KeySet
from token_lab import codes

from bot.checks.token import check_token, key_set_of
from bot.errors import UserError
from bot.tokens.faults import Fault
from bot.tokens.issuers import PROVIDERS, provider_of
from bot.tokens.minting import AUDIENCE, draft, sign
from bot.tokens.signing_key import Algorithm, new_key, public_jwk
from bot.tokens.wanted import CLAIMS_LIMIT, LONGEST, Wanted, wanted_of

# RFC 9864 wants Ed25519 in place of EdDSA, which verifiers know.
pytestmark = pytest.mark.filterwarnings(f"ignore::{SecurityWarning.__module__}.SecurityWarning")
NOW = 1_795_000_000
NONCE = "0123456789abcdef0123456789abcdef"
ISSUER = "https://bot.example.com"
KEYS = {algorithm: new_key(algorithm) for algorithm in Algorithm}
SET = {"keys": [public_jwk(key) for key in KEYS.values()]}


def mint(wanted=None, algorithm=Algorithm.RS256):
    key = KEYS[algorithm]
    said = draft(wanted or Wanted(), key.kid, key.alg, issuer=ISSUER, now=NOW, nonce=NONCE)
    return sign(said, key)


def judged(minted, after=0):
    key_set = key_set_of(json.dumps(SET).encode())
    return check_token(minted.token, key_set, now=datetime.fromtimestamp(NOW + after, UTC))


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_token_verifies_with_joserfc_and_is_good_for_our_check(algorithm):
    wanted = wanted_of(sub="user-42", ttl="90s", claims=["role=admin", "level:=5", "on:=true"])
    minted = mint(wanted, algorithm)
    read = joserfc_jwt.decode(minted.token, KeySet.import_key_set(SET), algorithms=[algorithm])
    assert read.claims == {
        "iss": ISSUER,
        "sub": "user-42",
        "aud": AUDIENCE,
        "iat": NOW,
        "exp": NOW + 90,
        "jti": NONCE,
        "anon_example": True,
        "role": "admin",
        "level": 5,
        "on": True,
    }
    assert read.header == {"alg": algorithm, "kid": KEYS[algorithm].kid, "typ": "JWT"}
    assert [one.code for one in judged(minted)] == ["ok"]
    assert codes(judged(minted, 90)) == {"expired"}
    assert (dict(minted.draft.header), dict(minted.draft.claims)) == (read.header, read.claims)


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize("fault", Fault)
def test_a_fault_gives_its_finding_and_no_other(fault, algorithm):
    minted = mint(Wanted(fault=fault), algorithm)
    assert [one.code for one in judged(minted)] == [fault.finding]
    assert [one.code for one in judged(minted, 599)] == [fault.finding]


@pytest.mark.parametrize(
    "fault", sorted(set(Fault) - {Fault.NO_KID})
)  # joserfc takes one without kid
def test_joserfc_refuses_a_faulty_token_too(fault):
    minted, keys = mint(Wanted(fault=fault)), KeySet.import_key_set(SET)
    with pytest.raises(JoseError):
        read_by_joserfc(minted.token, keys)


def read_by_joserfc(token, keys):
    read = joserfc_jwt.decode(token, keys, algorithms=list(Algorithm))
    joserfc_jwt.JWTClaimsRegistry(now=NOW, sub={"essential": True}).validate(read.claims)


def test_the_usual_token_is_about_a_fresh_user_for_ten_minutes():
    claims = mint().draft.claims
    assert claims["sub"] == "example-user-01234567"
    assert claims["exp"] - claims["iat"] == 600


def test_nothing_shows_a_token_by_chance():
    minted = mint()
    assert minted.token not in repr(minted)
    assert minted.token.split(".")[2] not in f"{minted} {minted!r}"


def test_an_own_issuer_and_audience_are_taken():
    claims = mint(wanted_of(iss="https://id.acme.dev/", aud="acme")).draft.claims
    assert (claims["iss"], claims["aud"]) == ("https://id.acme.dev/", "acme")


@pytest.mark.parametrize(
    ("ttl", "seconds"), [("1", 1), ("90s", 90), ("10m", 600), ("1h", 3600), (" 5 MIN ", 300)]
)
def test_times_to_live(ttl, seconds):
    assert wanted_of(ttl=ttl).ttl == seconds


TTL = "at most 1 h"
SHADOW = "set by the bot"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        *(({"ttl": ttl}, TTL) for ttl in ("0", "0s", "-5m", "10y", "87600h", "61m", "3601")),
        *(({"ttl": ttl}, TTL) for ttl in ("", "soon", "1e3", "1.5h", "٣m", "9" * 99, "5m\n5m")),
        ({"sub": ""}, "sub is 1 to 255"),
        ({"sub": " "}, "sub is 1 to 255"),
        ({"sub": "x" * 10_240}, "sub is 1 to 255"),
        *(({"sub": f"a{bad}b"}, "control") for bad in "\0\n\x1b\x7f\u200b\u202e\ud800\ufeff"),
        ({"aud": "a\tb"}, "aud is"),
        ({"key": ""}, "key is"),
        ({"iss": ""}, "iss is 1 to 255"),
        ({"iss": "https://a b"}, "iss is"),
        ({"iss": "https://аuth0.com"}, "iss is"),
        ({"fault": "broken"}, "expired, not-yet-valid"),
        ({"fault": ""}, "expired, not-yet-valid"),
        ({"fault": "no-sub", "sub": "x"}, "cannot be given together"),
        ({"claims": ["role"]}, "NAME=TEXT"),
        ({"claims": ["=x"]}, "A claim's name"),
        ({"claims": [":=5"]}, "A claim's name"),
        ({"claims": ["a b=x"]}, "A claim's name"),
        ({"claims": ["r\0=x"]}, "A claim's name"),
        ({"claims": ["a=1", "a=2"]}, "given twice"),
        *(({"claims": [f"{name}=1"]}, SHADOW) for name in ("sub", "iss", "aud", "exp", "nbf")),
        *(({"claims": [f"{name}:=1"]}, SHADOW) for name in ("iat", "jti", "anon_example", "EXP")),
        ({"claims": ["a:=nope"]}, "no JSON"),
        ({"claims": ["a:=NaN"]}, "no JSON"),
        ({"claims": ["a:=1e999"]}, "no JSON"),
        ({"claims": ['a:={"b":1,"b":2}']}, "two members"),
        ({"claims": ["a:=" + "[" * 40 + "]" * 40]}, "nested"),
        ({"claims": ['a:="\\u202e"']}, "control"),
        ({"claims": ["a:=" + '"\\ud800"']}, "control"),
        ({"claims": ["a=x\ny"]}, "control"),
        ({"claims": ["a=" + "x" * 1_025]}, "at most"),
        ({"claims": [f"c{n}=x" for n in range(CLAIMS_LIMIT + 1)]}, "at most"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_bad_words_are_one_clear_line(words, why):
    with pytest.raises(UserError, match=re.escape(why)) as refused:
        wanted_of(**words)
    text = str(refused.value)
    assert len(text) < 200
    assert text.isprintable()


def test_the_longest_token_is_one_that_the_check_takes():
    claims = [f"c{n}={'x' * 500}" for n in range(CLAIMS_LIMIT)]
    wanted = wanted_of(sub="é" * 255, ttl=f"{LONGEST}", claims=claims)
    assert [one.code for one in judged(mint(wanted))] == ["ok"]


@pytest.mark.parametrize(
    "issuer",
    [
        "https://accounts.google.com",
        "accounts.google.com",
        "HTTPS://ACCOUNTS.GOOGLE.COM./",
        "https:accounts.google.com",
        "https:\\\\accounts.google.com\\x",
        "//accounts.google.com",
        "https://accounts.google.com:443/",
        "accounts.google.com:443",
        "https://user@accounts.google.com",
        "https://accounts%2Egoogle.com",
        "https://acme.eu.auth0.com/",
        "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc",
        "https://login.microsoftonline.com/72f988bf/v2.0",
        "https://sts.windows.net/72f988bf/",
        "https://dev-1.okta.com/oauth2/default",
        "https://clerk.acme.clerk.accounts.dev",
        "https://api.stytch.com/v1",
        "https://svc.prod.anon.com",
        "anon.com",
        *(f"https://{name}" for name in sorted(PROVIDERS)),
    ],
)
def test_a_real_provider_is_never_the_issuer(issuer):
    with pytest.raises(UserError, match="real provider"):
        wanted_of(iss=issuer)


@pytest.mark.parametrize(
    "issuer", ["https://notauth0.com", "https://anon.com.evil.test", "urn:x:y", "https://acme.dev"]
)
def test_an_issuer_of_nobody_is_free(issuer):
    assert provider_of(issuer) == ""
    assert wanted_of(iss=issuer).iss == issuer
