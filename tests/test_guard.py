"""The guard: what it lets through, in which order it refuses, and that nothing surprises it."""

import asyncio
import json
import os
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigError
from bot.guard import FetchError, Guard, Limits, Refused
from bot.guard.addresses import is_public, same_address
from bot.guard.unpack import Body
from bot.guard.urls import admit

PUBLIC = "93.184.215.14"
HOSTS = ("jwks.example", "a.b.c.d.example", "8.8.8.8", "[2606:4700::1]")


def resolves_to(*addresses: str):
    async def resolver(host: str, port: int) -> Sequence[str]:
        return addresses

    return resolver


async def refusal(url: str, *addresses: str, **options: object) -> str | None:
    try:
        await Guard(resolver=resolves_to(*(addresses or (PUBLIC,))), **options).judge(url)
    except Refused as error:
        return error.code
    return None


def _cases() -> list[dict]:
    folder = os.environ.get("EVAL_DIR")
    lines = (Path(folder) / "ssrf_urls.jsonl").read_text().splitlines() if folder else []
    return [case for line in lines if (case := json.loads(line))["stage"] != "response"]


@pytest.mark.skipif(not _cases(), reason="EVAL_DIR is not set: the shared cases are not here")
@pytest.mark.parametrize("case", _cases() or [None], ids=lambda case: case and case["id"])
async def test_shared_cases(case: dict) -> None:
    async def resolver(host: str, port: int) -> Sequence[str]:
        assert case["stage"] == "dns", "this one needs no DNS"
        return case["resolves_to"]

    try:
        addresses = await Guard(resolver=resolver).judge(case["url"])
    except Refused:
        assert case["expect"] == "deny"
    else:
        assert case["expect"] == "allow"
        assert addresses == case.get("resolves_to", addresses)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://u:p@127.0.0.1/", "url_bad_scheme"),
        ("https://u:p@127.0.0.1/" + "a" * 3000, "url_has_credentials"),
        ("https://127.0.0.1/" + "a" * 3000, "url_too_long"),
        ("http://127.0.0.1:22/", "private_address"),
        ("http://127.0.0.1:22/\x00", "private_address"),
        ("http://one-label:22/", "url_malformed"),
        ("http://a.example:22/", "http_not_https"),
        ("https://a.example:22/", "url_bad_port"),
        ("https://a.example:80/", "url_bad_port"),
        ("https://a.example:/", "url_bad_port"),
        ("https://a.example:0443/", "url_bad_port"),
        ("https://a.example:-1/", "url_bad_port"),
        ("https://a.example:٤٤٣/", "url_malformed"),
        ("https://a..example/", "url_malformed"),
        ("https://a.example../", "url_malformed"),
        ("https://-a.example/", "url_malformed"),
        ("https://" + "a" * 64 + ".example/", "url_malformed"),
        ("https://" + ".".join(["a" * 60] * 5) + "/", "url_malformed"),
        ("https://134744072/", "url_malformed"),
        ("https://010.8.8.8/", "private_address"),
        ("https://a.example.0x1/", "url_malformed"),
        ("https://a.home.arpa/", "private_address"),
        ("https://1.0.0.127.in-addr.arpa/", "private_address"),
        ("https://[fe80::1%25eth0]/", "private_address"),
        ("https://[::1%lo]/", "private_address"),
        ("https://[2606:4700::1%25eth0]/", "url_malformed"),
        ("https://[::1]:443:443/", "private_address"),
        ("https://a.example?@127.0.0.1/", None),
        ("https://a.example./", None),
        ("https://a.example:8443/", None),
        ("https://a.example/%00%0d%0a", None),
        ("https://a.test/", None),
        ("https://a.invalid/", None),
        ("https://internal.example/", None),
    ],
)
async def test_the_order_of_refusals(url: str, code: str | None) -> None:
    assert await refusal(url) == code


PRIVATE_SPELLINGS = [
    "0",
    "0.0.0.0",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0X7F.1",
    "017700000001",
    "0177.0.0.1",
    "127.0.0.1.",
    "00000000000000000177.1",
    "0x7f.0x0.0x0.0x1",
    "10.1",
    "192.168.257",
    "172.1048577",
    "3232235521",
    "2852039166",
    "0xa9fea9fe",
    "0xA9.0xFE.0xA9.0xFE",
    "169.254.0xa9fe",
    "0251.0376.0251.0376",
    "168.63.129.16",
    "192.0.0.192",
    "100.100.100.200",
    "192.88.99.1",
    "198.19.255.255",
    "239.255.255.250",
    "255.255.255.255",
    "4294967295",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::0001]",
    "[::7f00:1]",
    "[::127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::FFFF:10.0.0.1]",
    "[::ffff:0:7f00:1]",
    "[::ffff:0:8.8.8.8]",
    "[64:ff9b::10.0.0.1]",
    "[64:ff9b::c0a8:1]",
    "[64:ff9b:1::8.8.8.8]",
    "[2002:c0a8:1::]",
    "[2002:808:808::]",
    "[2001:0:808:808::]",
    "[2001::1]",
    "[2001:2::1]",
    "[2001:10::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[100::1]",
    "[5f00::1]",
    "[4000::1]",
    "[fe80::1]",
    "[febf::1]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[ff0e::1]",
    "[2620:4f:8000::1]",
    "[fe80::1%25eth0]",
    "localhost",
    "LOCALHOST",
    "lOcAlHoSt.",
    "a.localhost",
    "localhost.localdomain",
    "a.LOCAL",
    "nas.Lan.",
    "vault.corp",
    "corp",
    "router.home",
    "home",
    "a.home.arpa",
    "arpa",
    "1.ip6.arpa",
    "db.Internal",
    "metadata.google.internal",
    "intranet",
    "abc.onion",
    "kubernetes.default.svc",
    "api.svc.cluster.local",
]
MALFORMED = [
    "one-label",
    "one-label.",
    "1.2.3",
    "1.2.3.4.5",
    "8.8",
    "134744072",
    "0x08080808",
    "256.256.256.256",
    "999999999999",
    "a.b.c.1",
    "a.example.0x1",
    "08.8.8.8",
    "a..example",
    ".a.example",
    "-a.example",
    "a-.example",
    "*.a.example",
    "a.example,127.0.0.1",
    "a.example;127.0.0.1",
    "a.example%2e",
    "[127.0.0.1]",
    "[v1.fe80::a]",
    "[::1",
    "[]",
    "[::g]",
    "[1:2:3]",
    "[::ffff:127.1]",
    "[::1]a.example",
    "[2606:4700::1].com",
    "a\\b.example",
    "ａ.example",
    "a。example",
    "ⓛⓞⓒⓐⓛ.example",
    "bücher.example",
    "a\xad.example",
]
PUBLIC_SPELLINGS = [
    "8.8.8.8",
    "8.8.8.8.",
    "[2606:4700::1]",
    "[::ffff:8.8.8.8]",
    "[::ffff:808:808]",
    "[64:ff9b::8.8.8.8]",
    "a.example",
    "A.Example",
    "a.example.",
    "a.test",
    "a.invalid",
    "localhost.example",
    "corp.example",
    "127.0.0.1.example",
    "xn--bcher-kva.example",
    "xn--e1afmkfd.xn--p1ai",
    "a--b.example",
    "my_tenant.example",
    "_a.example",
    "1a.example",
]


@pytest.mark.parametrize(
    ("host", "code"),
    [
        *((host, "private_address") for host in PRIVATE_SPELLINGS),
        *((host, "url_malformed") for host in MALFORMED),
        *((host, None) for host in PUBLIC_SPELLINGS),
    ],
)
async def test_spellings_of_hosts(host: str, code: str | None) -> None:
    assert await refusal(f"https://{host}/jwks") == code


@pytest.mark.parametrize(
    "url",
    ["", " ", "https", "https//a.example", "://a.example", "//a.example/x", "a.example/x",
     "\thttps://a.example", "gopher://127.0.0.1:70/", "javascript:alert(1)", "wss://a.example",
     "file:///etc/passwd", "data:,x", "view-source:https://a.example", "http+unix://%2Fx"],
)  # fmt: skip
async def test_other_schemes(url: str) -> None:
    assert await refusal(url) == "url_bad_scheme"


@pytest.mark.parametrize(
    "addresses",
    [
        ["::1"],
        ["fe80::1%eth0"],
        ["2606:4700::1%2"],
        ["not an address"],
        [PUBLIC, "192.168.1.1"],
        [f"93.184.215.{n}" for n in range(17)],
        [PUBLIC] * 17,
        ["2001:470:1:1:0:5efe:10.0.0.1"],
        ["64:ff9b::10.0.0.1"],
        ["64:ff9b:1::8.8.8.8"],
        ["2002:808:808::"],
        ["fec0::1"],
        ["100.100.100.200"],
    ],
)
async def test_one_address_that_is_not_public_refuses_all(addresses: list[str]) -> None:
    assert await refusal("https://a.example/", *addresses) == "private_address"


async def test_sixteen_addresses_and_nat64_are_fine() -> None:
    assert await refusal("https://a.example/", *(f"93.184.215.{n}" for n in range(16))) is None
    assert await refusal("https://a.example/", "64:ff9b::8.8.8.8") is None


async def test_no_answer_is_a_finding_of_its_own() -> None:
    async def fails(host: str, port: int) -> Sequence[str]:
        raise OSError("away")

    with pytest.raises(Refused, match="dns_failure"):
        await Guard(resolver=fails).judge("https://a.example/")


async def test_a_name_server_that_is_away_is_not_waited_for() -> None:
    async def never(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    guard = Guard(resolver=never, limits=Limits(lookup=0.05))
    with pytest.raises(Refused, match="dns_failure"):
        await guard.judge("https://a.example/")


async def test_the_systems_own_resolver() -> None:
    guard = Guard(allow_hosts=["localhost:9443"])
    assert {"127.0.0.1", "::1"} & set(await guard.judge("https://localhost:9443/"))


async def test_allowed_hosts_are_meant_exactly() -> None:
    allowed = {"allow_hosts": ["127.0.0.1:9000", "[::1]:9001", "localhost:9002"]}
    assert await refusal("https://127.0.0.1:9000/", **allowed) is None
    assert await refusal("https://[::1]:9001/", **allowed) is None
    assert await refusal("https://[0:0::1]:9001/", **allowed) is None
    assert await refusal("https://LOCALHOST:9002/", "127.0.0.1", **allowed) is None
    assert await refusal("http://127.0.0.1:9000/", **allowed) == "http_not_https"
    assert await refusal("https://127.0.0.1:9001/", **allowed) == "private_address"
    assert await refusal("https://127.1:9000/", **allowed) == "private_address"
    assert await refusal("https://u@127.0.0.1:9000/", **allowed) == "url_has_credentials"


@pytest.mark.parametrize("bad", ["127.0.0.1", ":80", "a.example:", "a.example:x", "a:99999999"])
def test_a_bad_allowed_host_is_named(bad: str) -> None:
    with pytest.raises(ConfigError, match="--allow-host"):
        Guard(allow_hosts=[bad])


def test_a_bad_ca_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text("nothing")
    for name in ("x.pem", "absent.pem"):
        with pytest.raises(ConfigError, match=name):
            Guard(ca_file=tmp_path / name)


async def test_http_where_it_is_allowed() -> None:
    assert await refusal("http://a.example/", allow_http=True) is None
    assert await refusal("http://a.example:80/", allow_http=True) is None
    assert await refusal("http://10.0.0.1/", allow_http=True) == "private_address"


@given(st.integers(0, 2**32 - 1))
def test_every_reading_of_an_ipv4_address_is_judged_alike(number: int) -> None:
    address = IPv4Address(number)
    mapped = IPv6Address(f"::ffff:{address}")
    assert is_public(str(address)) == is_public(str(mapped))
    assert is_public(f"64:ff9b::{address}") == is_public(str(address))
    assert same_address(str(mapped), str(address))
    if not is_public(str(address)):
        a, b, c, d = address.packed
        for spelling in (
            number,
            hex(number),
            f"0{number:o}",
            f"{a}.{number & 0xFFFFFF}",
            f"{a}.{b}.{c * 256 + d}",
            f"0x{a:x}.{b}.0{c:o}.{d}",
            f"[{mapped}]",
        ):
            with pytest.raises(Refused, match="private_address"):
                admit(f"https://{spelling}/", allow_http=False)
    if address.is_private or address.is_multicast:
        assert not is_public(str(address))


@given(st.integers(0, 2**128 - 1))
def test_no_ipv6_address_is_public_that_python_calls_private(number: int) -> None:
    address = IPv6Address(number)
    if address.is_private or address.is_multicast or address.is_link_local:
        assert not is_public(str(address)) or address.ipv4_mapped


@given(st.text() | st.from_regex(r"\A(https?:)?[/\\]{0,3}[][a-z0-9.:@%/?#\\ \u00e9-]{0,40}\Z"))
def test_any_text_is_a_target_or_refused(url: str) -> None:
    try:
        target = admit(url, allow_http=False)
    except Refused:
        return
    assert target.scheme == "https"
    assert target.port in {443, 8443}
    assert admit(target.url, allow_http=False) == target


@given(
    st.sampled_from(HOSTS),
    st.sampled_from('\x00\t\r\n\x7f\u00ad\u200b\u2024\uff0e\\ |<>"`{}^'),
    st.integers(8, 40),
)
def test_one_odd_character_anywhere_is_refused(host: str, odd: str, at: int) -> None:
    url = f"https://{host}/.well-known/jwks.json"
    with pytest.raises(Refused):
        admit(url[:at] + odd + url[at:], allow_http=False)


@given(
    st.lists(st.binary()), st.sampled_from(["", "gzip", "identity", "x-gzip", "br", "gzip, gzip"])
)
def test_a_body_is_read_or_refused(pieces: list[bytes], encoding: str) -> None:
    try:
        body = Body(encoding, most=64, most_unpacked=99)
        for piece in pieces:
            body.take(piece)
        code, length = None, len(body.whole())
    except FetchError as error:
        code, length = error.code, 0
    assert length <= 99
    assert code in {None, "bad_content_encoding", "body_too_large", "decompressed_too_large"}
