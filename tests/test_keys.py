"""The example keys on disk: made, taken over, rotated, and refused when others can read them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448
from joserfc.jwk import import_key
from jwt.algorithms import get_default_algorithms
from token_lab import private_key

from bot.checks.keys import PRIVATE_MEMBERS
from bot.errors import ConfigError, UserError
from bot.tokens.imported import keys_of
from bot.tokens.key_folder import KeyFolder
from bot.tokens.ring import MOST_KEYS, jwk_set
from bot.tokens.signing_key import Algorithm, new_key, private_jwk

RSA = private_key("rsa")


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def folder(tmp_path, clock):
    return KeyFolder(tmp_path / "keys", clock)


def make(_like):
    return new_key(Algorithm.ES256)


def served(folder, clock):
    return json.loads(jwk_set(folder.ring(), clock.now))["keys"]


def kids(folder, clock):
    return [key["kid"] for key in served(folder, clock)]


def files(folder):
    return sorted(path.name for path in folder.folder.iterdir() if path.name != ".lock")


def as_jwk(key, maker, /, **members):
    made = get_default_algorithms()[maker].to_jwk(key, as_dict=True)
    made.pop("key_ops", None)
    whole = {**made, **members}
    return {name: value for name, value in whole.items() if value is not None}


def as_set(*jwks):
    return json.dumps({"keys": jwks}).encode()


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_new_key_is_for_its_owner_alone_and_named_by_its_thumbprint(folder, clock, algorithm):
    key = new_key(algorithm)
    folder.add([key])
    assert (folder.folder.stat().st_mode & 0o777) == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.folder.iterdir()} == {0o600}
    [public] = served(folder, clock)
    assert public["kid"] == import_key(public).thumbprint()
    assert (public["use"], public["alg"]) == ("sig", algorithm)
    assert PRIVATE_MEMBERS.isdisjoint(public)
    assert "private" not in repr(key)
    assert folder.signer("", 0).alg == algorithm


def test_what_is_listed_holds_no_private_member(folder):
    folder.add(keys_of(as_set(as_jwk(RSA, "RS256", kid="anon-1")), "set.json"))
    listed = json.loads((folder.folder / "ring.json").read_text())["keys"]
    assert PRIVATE_MEMBERS.isdisjoint(listed[0]["public"])


def test_the_newest_key_signs_and_others_by_name(folder):
    first, second = new_key(Algorithm.ES256), new_key(Algorithm.EDDSA)
    for key in (first, second):
        folder.add([key])
    assert folder.signer("", 0).kid == second.kid
    assert folder.signer(first.kid, 0).kid == first.kid
    with pytest.raises(UserError, match="no key nosuch"):
        folder.signer("nosuch", 0)


def test_without_a_key_the_way_to_one_is_told(folder):
    with pytest.raises(UserError, match="anon-support keys new"):
        folder.signer("", 0)
    assert not folder.folder.exists()


def test_rotation_serves_the_old_key_until_its_last_token_has_expired(folder, clock):
    old = new_key(Algorithm.ES256)
    folder.add([old])
    for seconds in (300, 60):
        folder.signer("", int(clock.now) + seconds)
    new = folder.rotate("", make)
    assert kids(folder, clock) == [new.kid, old.kid]
    assert folder.signer("", 0).kid == new.kid
    assert files(folder) == sorted([f"{new.kid}.json", "ring.json"]), "the old one signs no more"
    with pytest.raises(UserError, match="no key"):
        folder.signer(old.kid, 0)
    clock.now += 299
    assert kids(folder, clock) == [new.kid, old.kid]
    clock.now += 1
    assert kids(folder, clock) == [new.kid]
    newest = folder.rotate("", make)
    assert kids(folder, clock) == [newest.kid], "the one between signed nothing"


def test_a_retired_key_is_served_while_needed_or_gone_at_once(folder, clock):
    first, second = new_key(Algorithm.ES256), new_key(Algorithm.ES256)
    folder.add([first, second])
    for key in (first, second):
        folder.signer(key.kid, int(clock.now) + 60)
    folder.retire(first.kid)
    folder.retire(second.kid, at_once=True)
    assert kids(folder, clock) == [first.kid]
    assert files(folder) == ["ring.json"]


def test_another_process_is_seen_at_once(folder, clock, tmp_path):
    other = KeyFolder(tmp_path / "keys", clock)
    assert kids(folder, clock) == []
    other.add([new_key(Algorithm.ES256)])
    assert kids(folder, clock) == kids(other, clock) != []
    other.rotate("", make)
    assert folder.signer("", 5).kid == other.signer("", 5).kid


ROTATE = """
import sys
from pathlib import Path
from bot.tokens.key_folder import KeyFolder
from bot.tokens.signing_key import Algorithm, new_key
for _ in range(5):
    KeyFolder(Path(sys.argv[1]), lambda: 1.0).rotate("", lambda _: new_key(Algorithm.ES256))
"""


def test_two_processes_that_rotate_at_once_leave_one_key(folder, clock):
    folder.add([new_key(Algorithm.ES256)])
    root = Path(__file__).parents[1]
    command = [sys.executable, "-c", ROTATE, str(folder.folder)]
    both = [subprocess.Popen(command, cwd=root) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    [kid] = kids(folder, clock)
    assert folder.signer("", 5).kid == kid
    assert files(folder) == sorted([f"{kid}.json", "ring.json"])


@pytest.mark.parametrize(
    ("name", "mode"), [("ring.json", 0o644), ("KEY", 0o640), ("KEY", 0o604), ("", 0o750)]
)
def test_what_others_can_read_is_refused(folder, name, mode):
    key = new_key(Algorithm.ES256)
    folder.add([key])
    path = folder.folder / name.replace("KEY", f"{key.kid}.json")
    path.chmod(mode)
    with pytest.raises(ConfigError, match="chmod") as refused:
        folder.signer("", 0)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_key_that_vanished_is_named_and_can_be_rotated(folder, clock):
    key = new_key(Algorithm.ES256)
    folder.add([key])
    (folder.folder / f"{key.kid}.json").unlink()
    with pytest.raises(ConfigError, match=f"{key.kid} is gone"):
        folder.signer("", 0)
    new = folder.rotate(key.kid, make)
    assert folder.signer("", 0).kid == new.kid


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"{", "not JSON"), (b"[]", "kty"), (b'{"kty": "RSA"}', "`n` is missing")],
)
def test_a_broken_key_file_is_told_without_its_content(folder, content, why):
    key = new_key(Algorithm.ES256)
    folder.add([key])
    (folder.folder / f"{key.kid}.json").write_bytes(content)
    with pytest.raises(ConfigError, match=why):
        folder.signer("", 0)


def test_another_key_in_the_file_is_refused(folder):
    key, other = new_key(Algorithm.ES256), new_key(Algorithm.ES256)
    folder.add([key])
    (folder.folder / f"{key.kid}.json").write_text(json.dumps(private_jwk(other)))
    with pytest.raises(ConfigError, match="another one"):
        folder.signer("", 0)


@pytest.mark.parametrize("content", [b"", b"{}{", b'{"keys": [{"public": {}, "created": 1}]}'])
def test_a_broken_list_is_refused(folder, content):
    folder.add([new_key(Algorithm.ES256)])
    (folder.folder / "ring.json").write_bytes(content)
    with pytest.raises(ConfigError, match="holds no list of keys"):
        folder.ring()


def test_a_failed_write_leaves_nothing_half_written(folder):
    folder.folder.mkdir(mode=0o700)
    blocked = folder.folder / "ring.json"
    blocked.mkdir(mode=0o700)
    with pytest.raises(ConfigError):
        folder.add([new_key(Algorithm.ES256)])
    blocked.rmdir()
    key = new_key(Algorithm.ES256)
    folder.add([key])
    (folder.folder / "ring.json").unlink()
    blocked.mkdir(mode=0o700)
    folder._seen = (None, folder._seen[1])
    with pytest.raises(ConfigError):
        folder.rotate("", make)
    assert files(folder) == sorted([f"{key.kid}.json", "ring.json"])


def test_a_folder_that_cannot_be_made_is_told(tmp_path, clock):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        KeyFolder(tmp_path / "file" / "keys", clock).add([new_key(Algorithm.ES256)])


def test_there_is_an_end_to_keys(folder):
    folder.add([new_key(Algorithm.EDDSA) for _ in range(MOST_KEYS)])
    with pytest.raises(ConfigError, match="retire one first"):
        folder.add([new_key(Algorithm.EDDSA)])


# Keys from elsewhere


def test_a_set_of_anons_kind_is_taken_over_and_its_first_key_is_the_newest(folder, clock):
    curve = ec.generate_private_key(ec.SECP384R1())
    raw = as_set(
        as_jwk(RSA, "RS256", kid="anon/example 1", use="sig", alg="RS256"),
        as_jwk(curve, "ES384", kid="second"),
        as_jwk(RSA.public_key(), "RS256", kid="public only"),
    )
    folder.add(keys_of(raw, "set.json"))
    assert kids(folder, clock) == ["anon/example 1", "second"]
    assert folder.signer("", 0).kid == "anon/example 1"
    assert folder.signer("second", 0).alg == "ES384"
    assert all(PRIVATE_MEMBERS.isdisjoint(key) for key in served(folder, clock))


@pytest.mark.parametrize(
    "jwk",
    [
        as_jwk(RSA, "RS256"),
        as_jwk(RSA, "RS256", alg="PS512"),
        as_jwk(private_key("Ed25519"), "EdDSA"),
        as_jwk(private_key("P-521"), "ES512", key_ops=["sign"]),
    ],
    ids=["RS256", "PS512", "EdDSA", "ES512"],
)
def test_keys_of_every_kind_that_signs_are_taken(jwk):
    [key] = keys_of(json.dumps(jwk).encode(), "key.json")
    assert key.kid == import_key(jwk).thumbprint()
    assert as_jwk(key.private, key.alg)["d"] == jwk["d"]


OTHER_D = as_jwk(private_key("P-256"), "ES256")["d"]
OTHER_OKP = as_jwk(new_key(Algorithm.EDDSA).private, "EdDSA")["d"]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"{", "not JSON"),
        (b"[]", "no JWK Set"),
        (b'{"keys": {}}', "no JWK Set"),
        (b'{"keys": []}', "no private key"),
        (as_set({"kty": "oct", "k": "AA", "d": "AA"}), "no private key"),
        (as_set(as_jwk(RSA.public_key(), "RS256")), "no private key"),
        (as_set(as_jwk(private_key("rsa-1024"), "RS256")), "1024 bits"),
        (as_set(as_jwk(private_key("secp256k1"), "ES256")), "`crv` is none of"),
        (as_set(as_jwk(ed448.Ed448PrivateKey.generate(), "EdDSA")), "none that tokens"),
        (as_set(as_jwk(RSA, "RS256", use="enc")), "do not let it sign"),
        (as_set(as_jwk(RSA, "RS256", key_ops=["verify"])), "do not let it sign"),
        (as_set(as_jwk(RSA, "RS256", alg="ES256")), "none that tokens"),
        (as_set(as_jwk(RSA, "RS256", alg="none")), "none that tokens"),
        (as_set(as_jwk(RSA, "RS256", alg=7)), "none that tokens"),
        (as_set(as_jwk(RSA, "RS256", d="AQAB")), "do not go with"),
        (as_set(as_jwk(RSA, "RS256", p="a+b=")), "`p` is not base64url"),
        (as_set(as_jwk(RSA, "RS256", kid=7)), "`kid`"),
        (as_set(as_jwk(RSA, "RS256", kid="a\nb")), "`kid`"),
        (as_set(as_jwk(ec.generate_private_key(ec.SECP256R1()), "ES256", d=OTHER_D)), "go with"),
        (as_set(as_jwk(private_key("Ed25519"), "EdDSA", d=OTHER_OKP)), "do not go with"),
        (as_set(as_jwk(RSA, "RS256"), as_jwk(RSA, "RS256", d=None) | {"d": None}), "Key 2 of"),
    ],
    ids=range(21),
)
def test_a_set_that_cannot_sign_is_refused_in_words_that_show_nothing(raw, why):
    with pytest.raises(ConfigError, match=why) as refused:
        keys_of(raw, "set.json")
    assert len(str(refused.value)) < 200
    assert "\n" not in str(refused.value)
    assert OTHER_D not in str(refused.value)


@pytest.mark.parametrize("again", [{"kid": "a"}, {"kid": "b"}])
def test_the_same_key_or_name_twice_adds_nothing(folder, clock, again):
    folder.add(keys_of(as_set(as_jwk(RSA, "RS256", kid="a")), "x"))
    other = as_jwk(new_key(Algorithm.ES256).private, "ES256", kid="c")
    both = keys_of(as_set(other, as_jwk(RSA, "RS256", **again)), "x")
    with pytest.raises(ConfigError, match="there already"):
        folder.add(both)
    assert kids(folder, clock) == ["a"]
