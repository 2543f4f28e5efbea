"""Nothing that we call valid is refused by joserfc, a JOSE library of other people.

300 cases by default; SIGNATURE_FUZZ_CASES=10000 is the long run.
"""

import base64
import json
import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry, deserialize_compact
from token_lab import KIND_OF, b64, jwk, part, private_key, signature

from bot.checks.finding import Severity
from bot.checks.header import ASYMMETRIC, SYMMETRIC
from bot.checks.signature import verify_signature

CASES = int(os.environ.get("SIGNATURE_FUZZ_CASES", "300"))
pytestmark = pytest.mark.filterwarnings(f"ignore::{SecurityWarning.__module__}.SecurityWarning")


class Lenient(JWSRegistry):
    """joserfc without two rules that RFC 7515 does not have.

    It limits the header to 512 bytes, and refuses header members that it does not know, which
    section 4 says to ignore.
    """

    max_header_length = 16_384

    def __init__(self) -> None:
        super().__init__(algorithms=sorted(ASYMMETRIC | SYMMETRIC), strict_check_header=False)


@dataclass(frozen=True)
class Case:
    token: str
    keys: dict[str, Any]


# What joserfc refuses and we take: each with the reason why that is no fault of ours.
def known_exception(case: Case) -> str | None:
    header = json.loads(_decoded(case.token.split(".")[0]))
    named = [key for key in case.keys["keys"] if key.get("kid") == header.get("kid")]
    for excuse in (
        _header_member(header),
        _key_member(named),
        "joserfc tries the first key of a name only; the contract says any of them may verify"
        if len(named) > 1
        else None,
    ):
        if excuse:
            return excuse
    return None


def _header_member(header: Mapping[str, Any]) -> str | None:
    for name, kind in {"typ": str, "cty": str, "jku": str, "jwk": dict, "x5c": list}.items():
        if name in header and not isinstance(header[name], kind):
            return "joserfc checks the type of header members that nobody here reads"
    if not str(header.get("jku", "https://")).startswith(("https://", "http://")):
        return "joserfc checks the type of header members that nobody here reads"
    return None


def _key_member(named: list[dict[str, Any]]) -> str | None:
    for key in named:
        if any(key.get(name, "") is None for name in ("use", "alg", "key_ops")):
            return "a null use, alg or key_ops is as good as none (.NET writes such keys)"
        if "use" in key and set(key.get("key_ops", [])) - {"sign", "verify"}:
            return "use sig beside further key_ops: the contract asks for verify only"
    return None


def _decoded(one: str) -> bytes:
    return base64.urlsafe_b64decode(one + "=" * (-len(one) % 4))


def refused(case: Case) -> str | None:
    """What joserfc says against the token, or None."""
    try:
        keys = KeySet.import_key_set(case.keys)  # type: ignore[arg-type]
        deserialize_compact(case.token, keys, registry=Lenient())
    except (JoseError, ValueError, TypeError, KeyError) as error:
        return type(error).__name__
    return None


def ours(case: Case) -> bool:
    found = verify_signature(case.token, case.keys, allow_symmetric=True)
    return all(one.severity is not Severity.ERROR for one in found)


SECRET = b"a secret that is long enough for each of the three hashes, really"


Take = Callable[..., Any]
FAULTS = ["served kid", "use", "key alg", "key_ops", "null member", "secret", "signing key",
          "served key", "bent key", "kid", "no kid", "alg", "spelling", "signs", "signature",
          "torn", "extra", "fewer members"]  # fmt: skip


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A token and its keys, as they should be but for up to three faults."""
    faults = draw(st.sets(st.sampled_from(FAULTS), max_size=3))

    def take(name: str, usual: Any, *rare: Any) -> Any:
        return draw(st.sampled_from(rare)) if name in faults else usual

    alg = draw(st.sampled_from(sorted(ASYMMETRIC | SYMMETRIC)))
    signing, served = keys_of(take, alg)
    if "fewer members" in faults:
        for name in draw(st.sets(st.sampled_from(["kid", "use", "alg", "key_ops", "x5t"]))):
            served.pop(name)
    extra = draw(st.dictionaries(st.sampled_from(NAMES), EXTRA)) if "extra" in faults else {}
    payload = draw(st.binary(max_size=40) | st.just(b'{"sub":"a"}'))
    token = token_of(take, alg, signing, extra, payload)
    if "torn" in faults:
        token = draw(torn(token))
    others = draw(st.lists(st.sampled_from(OTHERS), max_size=2))
    return Case(token, {"keys": draw(st.permutations([served, *others]))})


NAMES = ["typ", "cty", "jwk", "jku", "x5c", "crit", "b64", "exp", "foo"]
EXTRA = st.sampled_from(
    ["JWT", "https://a.test", "x", None, True, False, 1, ["exp"], ["b64"], [], {"kty": "oct"}]
)
OTHERS = [
    jwk(private_key("rsa", 3), kid="k3"),
    jwk(private_key("P-256", 3), kid="k4", use="enc"),
    jwk(private_key("Ed25519", 3), kid="k1"),
    jwk(private_key("rsa", 4), kid="k1", alg="RS256"),
    {"kty": "AKP", "kid": "k1"},
]


def keys_of(take: Take, alg: str) -> tuple[Any, dict[str, Any]]:
    """What signs, and the JWK that is served for it."""
    members = {
        "kid": take("served kid", "k1", "k2", "K1", "", "k1\n"),
        "use": take("use", "sig", "enc", "SIG"),
        "alg": take("key alg", alg, "RS256", "ES256", "EdDSA", "none"),
        "key_ops": take(
            "key_ops", ["verify"], ["sign", "verify"], ["sign"], [], ["verify", "encrypt"]
        ),
        "x5t": "abc",
    }
    members |= take("null member", {}, {"use": None}, {"alg": None}, {"key_ops": None})
    if alg in SYMMETRIC:
        secret = take("secret", SECRET, SECRET[:20], SECRET[:33])
        return secret, {"kty": "oct", "k": b64(secret), **members}
    kind = KIND_OF[alg]
    signing = private_key(take("signing key", kind, "rsa", "P-256", "Ed448", "rsa-1024"))
    shown = take("served key", signing, private_key(kind, 2))
    return signing, take("bent key", *bent({**jwk(shown), **members}))


def bent(served: dict[str, Any]) -> list[dict[str, Any]]:
    """The key, and with a member cut, turned round or of another kind."""
    name = next(iter({"x", "n"} & served.keys()))
    return [
        served,
        {**served, name: served[name][:-4]},
        {**served, name: served[name] + "="},
        {**served, name: "AAAA" + served[name]},
        {**served, "crv": "P-256"},
        {**served, "e": "Aw"},
    ]


def token_of(take: Take, alg: str, signing: Any, extra: dict[str, Any], payload: bytes) -> str:
    named = take("alg", alg, "none", "RS256", "ES256", "EdDSA", "HS256", "PS512")
    header = {"alg": named, "kid": take("kid", "k1", "k2", "", 1, None), **extra}
    if take("no kid", False, True):
        del header["kid"]
    signing_input = f"{take('spelling', *spelt(header))}.{part(payload)}"
    sign = _signed(signing_input, take("signs", alg, "RS256", "PS256", "HS256"), signing)
    return f"{signing_input}.{b64(take('signature', *turned(sign)))}"


def spelt(header: dict[str, Any]) -> list[str]:
    """The header as JSON, and in other spellings, some of them none."""
    text = json.dumps(header)
    return [
        part(text),
        part(json.dumps(header, indent=1)),
        part(text + " "),
        part(text[:-1] + ',"kid":"k1"}'),
        part("\ufeff" + text),
        part(text) + "=",
        part(text.encode("utf-16")),
        part(text.replace('"k1"', '"\\u006b1"')),
        part([header]),
    ]


def turned(sign: bytes) -> list[bytes]:
    half = len(sign) // 2
    return [sign, sign[:-1], sign + b"\0", b"\0" + sign, sign[half:] + sign[:half], b""]


def torn(token: str) -> st.SearchStrategy[str]:
    """The token with one character more, less or other."""
    return st.builds(
        lambda at, letter, keep: token[:at] + letter + token[at + keep :],
        st.integers(0, len(token) - 1),
        st.sampled_from(
            ["A", "a", "0", "-", "_", "+", "/", "=", ".", " ", "\n", "?", "\u00e9", ""]
        ),
        st.sampled_from([0, 1]),
    )


def _signed(signing_input: str, alg: str, signing: Any) -> bytes:
    try:
        return signature(signing_input, alg, signing)
    except (AttributeError, TypeError, ValueError):  # a key of another kind
        return signature(signing_input, "RS256")


@pytest.mark.skipif(CASES < 1, reason="SIGNATURE_FUZZ_CASES is 0")
def test_nothing_that_we_call_valid_is_refused() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(cases())
    def compare(case: Case) -> None:
        if not ours(case):
            seen["we refuse"] += 1
            return
        seen["we accept"] += 1
        if error := refused(case):
            reason = known_exception(case)
            assert reason, f"joserfc says {error}"
            seen[reason] += 1

    compare()
    print(json.dumps(seen, indent=1))  # noqa: T201 - shown with -s, and when it fails
    assert seen["we accept"] >= CASES // 10
