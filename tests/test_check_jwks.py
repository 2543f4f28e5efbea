"""`check jwks` against servers that do everything that findings.md names."""

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path

import httpcore
import pytest

from bot.checks.finding import Finding, Severity, Step, ok_of, usual_steps
from bot.checks.jwks import check_jwks
from bot.guard import Guard, Limits
from tests.jwks_lab import (
    BEHAVIOURS,
    GOOD,
    NAME,
    Authorities,
    bad_tls,
    hangs,
    http,
    jwks,
    listening,
    make_authorities,
    open_blocking_tls,
    open_lab,
    private_jwk,
    raw,
    redirects,
    rsa_jwk,
    says,
)

QUICK = Limits(lookup=0.5, connect=0.5, read=0.3, total=1.4, page_time=0.2)
REMARKS = {Severity.OK, Severity.INFO}


async def at_once(_seconds: float) -> None:
    await asyncio.sleep(0)


def codes(findings: Sequence[Finding]) -> set[str]:
    return {one.code for one in findings if one.severity not in REMARKS}


def guard_for(*hosts: str, **options: object) -> Guard:
    return Guard(**{"allow_hosts": hosts, "limits": QUICK} | options)


async def check(url: str, guard: Guard) -> list[Finding]:
    """No check says anything twice, nor lasts longer than its limit."""
    async with asyncio.timeout(guard.limits.total + 0.5):
        findings = await check_jwks(url, guard, pause=at_once)
    assert findings
    assert len(set(findings)) == len(findings)
    assert ok_of(findings) is not None
    return findings


@pytest.fixture(scope="session")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Authorities:
    return make_authorities(tmp_path_factory.mktemp("ca"))


@pytest.mark.parametrize("path", BEHAVIOURS)
async def test_each_behaviour_has_its_code(path: str) -> None:
    async with open_lab() as lab:
        findings = await check(lab.url(path), guard_for(lab.host_port, allow_http=True))
    expected = BEHAVIOURS[path][1]
    assert codes(findings) == expected
    assert ok_of(findings) == all(one.severity is not Severity.ERROR for one in findings)
    assert ("ok" in {one.code for one in findings}) == ok_of(findings)
    if not ok_of(findings):
        assert all(one.remedy for one in findings)


@pytest.mark.parametrize(
    "path", ["/good", "/redirected", "/hang", "/gzip-bomb", "/reset", "/drip-headers", "/truncated"]
)
async def test_the_same_over_tls(path: str, authorities: Authorities) -> None:
    async with open_lab(tls=authorities.good()) as lab:
        guard = guard_for(lab.host_port, ca_file=authorities.ca_file)
        assert codes(await check(lab.url(path), guard)) == BEHAVIOURS[path][1]


@pytest.mark.parametrize("at", range(6))
async def test_each_tls_fault_has_its_code(at: int, authorities: Authorities) -> None:
    expected, context = list(bad_tls(authorities))[at]
    async with open_lab(tls=context) as lab:
        guard = guard_for(lab.host_port, ca_file=authorities.ca_file)
        assert codes(await check(lab.url("/good"), guard)) == {expected}
        assert lab.paths == []


@pytest.mark.parametrize("expected", ["tls_too_old", "tls_untrusted", "tls_self_signed"])
async def test_tls_faults_told_by_an_alert(expected: str, authorities: Authorities) -> None:
    async with open_blocking_tls(dict(bad_tls(authorities))[expected]) as lab:
        guard = guard_for(lab.host_port, ca_file=authorities.ca_file)
        assert codes(await check(lab.url("/"), guard)) == {expected}


async def test_tls_not_spoken_and_refused(authorities: Authorities) -> None:
    async with open_lab({"*": GOOD}) as lab, listening() as closes:
        https = f"https://{lab.host_port}/"
        behind = await asyncio.start_server(_plain, "127.0.0.1", 0)
        port = behind.sockets[0].getsockname()[1]
        found = await check(f"https://127.0.0.1:{port}/", guard_for(f"127.0.0.1:{port}"))
        assert codes(found) == {"tls_not_spoken"}
        behind.close()
        await behind.wait_closed()
        found = await check(f"https://127.0.0.1:{port}/", guard_for(f"127.0.0.1:{port}"))
        assert codes(found) == {"connection_refused"}
        found = await check(closes.origin, guard_for(closes.host_port))
        assert codes(found) == {"connection_reset"}
        assert codes(await check(https, guard_for(lab.host_port))) == {"tls_not_spoken"}
        assert [head.split(b"\r\n")[0] for head in lab.heads] == [b"GET / HTTP/1.0"]


async def test_a_server_that_says_nothing_at_all() -> None:
    async with open_lab({"*": hangs}) as lab:
        found = await check(f"https://{lab.host_port}/", guard_for(lab.host_port))
    assert codes(found) == {"connect_timeout"}


async def _plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    writer.close()


async def test_the_name_is_kept_for_sni_and_host(authorities: Authorities) -> None:
    seen = []
    context = authorities.good(NAME)
    context.sni_callback = lambda _socket, name, _context: seen.append(name)

    async def resolver(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async with open_lab(tls=context, name=NAME) as lab:
        guard = guard_for(lab.host_port, resolver=resolver, ca_file=authorities.ca_file)
        assert codes(await check(lab.url("/good"), guard)) == set()
        assert set(seen) == {NAME}
        assert f"Host: {lab.host_port}".encode() in lab.heads[0]
        assert b"Cookie" not in lab.heads[0]


async def test_the_next_address_is_tried_where_one_refuses() -> None:
    async def resolver(host: str, port: int) -> list[str]:
        return ["::1", "127.0.0.1"]

    async with open_lab(name=NAME) as lab:
        guard = guard_for(lab.host_port, resolver=resolver, allow_http=True)
        assert codes(await check(lab.url("/good"), guard)) == set()


class Elsewhere:
    """A network on which a connection ends at another address than the one that was asked."""

    closed = False

    async def connect_tcp(self, *_: object) -> "Elsewhere":
        return self

    def get_extra_info(self, info: str) -> tuple[str, int]:
        return ("10.0.0.1", 443)

    async def aclose(self) -> None:
        self.closed = True


async def test_a_peer_that_is_not_the_judged_address_hears_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = Elsewhere()
    monkeypatch.setattr(httpcore, "AnyIOBackend", lambda: network)
    assert codes(await check("https://8.8.8.8/", guard_for())) == {"private_address"}
    assert network.closed


async def test_no_proxy_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening() as proxy, open_lab({"*": GOOD}) as lab:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{proxy.host_port}")
        assert codes(await check(lab.url("/x"), guard_for(lab.host_port, allow_http=True))) == set()
        assert proxy.connections == 0


@pytest.mark.parametrize(
    "location",
    [
        "https://HP/",
        "//HP/",
        "http://HP/",
        "https://127.1:PORT/",
        "https://[::ffff:127.0.0.1]:PORT/",
        "https://denied.example:PORT/",
        "https://0:PORT/",
    ],
)
async def test_a_denied_address_hears_nothing(location: str, authorities: Authorities) -> None:
    async def resolver(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async with listening() as denied:
        port = denied.host_port.rpartition(":")[2]
        goal = location.replace("HP", denied.host_port).replace("PORT", port)
        async with open_lab({"*": redirects(goal)}, tls=authorities.good()) as lab:
            guard = guard_for(lab.host_port, resolver=resolver, ca_file=authorities.ca_file)
            assert ok_of(await check(lab.url("/"), guard)) is False
            assert ok_of(await check(goal if "://" in goal else f"https:{goal}", guard)) is False
            assert lab.connections == 1
        assert denied.connections == 0


async def test_a_name_that_resolves_to_a_private_address_hears_nothing() -> None:
    async def resolver(host: str, port: int) -> list[str]:
        return [here]

    here = f"127.{os.getpid() % 250 + 1}.7.9"
    async with (
        listening(here, 8443) as denied,
        open_lab({"*": redirects("http://b.example:8443/")}) as lab,
    ):
        guard = guard_for(lab.host_port, resolver=resolver, allow_http=True)
        assert codes(await check("https://a.example:8443/", guard)) == {"private_address"}
        assert codes(await check(lab.url("/"), guard)) == {"redirect_to_private"}
        assert denied.connections == 0


async def test_https_never_leads_to_http(authorities: Authorities) -> None:
    async with open_lab({"*": GOOD}) as plain:
        leads = {"*": redirects(plain.url("/"))}
        async with open_lab(leads, tls=authorities.good()) as lab:
            guard = guard_for(
                lab.host_port, plain.host_port, allow_http=True, ca_file=authorities.ca_file
            )
            assert codes(await check(lab.url("/"), guard)) == {"redirect_to_http"}
            assert plain.connections == 0


async def test_two_fetches_after_a_200_and_one_after_a_404() -> None:
    async with open_lab() as lab:
        guard = guard_for(lab.host_port, allow_http=True)
        for path, times in {
            "/good": 2,
            "/html": 2,
            "/status-500": 2,
            "/reset": 2,
            "/status-404": 1,
            "/hang": 1,
        }.items():
            await check(lab.url(path), guard)
            assert lab.paths.count(path) == times, path


async def test_suggestions() -> None:
    discovery = {"jwks_uri": "https://login.example/keys"}
    behaviours = {
        "/openid": BEHAVIOURS["/openid"][0],
        "/acme/repo/blob/main/k.json": BEHAVIOURS["/acme/repo/blob/main/jwks.json"][0],
    }
    behaviours |= {"/t/.well-known/openid-configuration": says(json.dumps(discovery).encode())}
    async with open_lab(behaviours) as lab:
        guard = guard_for(lab.host_port, allow_http=True)
        assert await _suggested(lab.url("/openid"), guard) == "Try https://x.example/keys"
        assert (
            await _suggested(lab.url("/t/.well-known/jwks.json"), guard)
            == "Try https://login.example/keys"
        )
        assert (
            await _suggested(lab.url("/acme/repo/blob/main/k.json"), guard)
            == "Try https://raw.githubusercontent.com/acme/repo/main/k.json"
        )
        assert await _suggested(lab.url("/other"), guard) is None
    assert await _suggested("http://a.example/jwks", Guard()) == "Try https://a.example/jwks"


async def test_what_the_guard_refuses_is_not_suggested() -> None:
    for bad in ("http://169.254.169.254/", "https://u:p@a.example/", "javascript:alert(1)", 7):
        document = json.dumps({"jwks_uri": bad, "token_endpoint": "x"}).encode()
        async with open_lab({"*": says(document)}) as lab:
            assert await _suggested(lab.url("/"), guard_for(lab.host_port, allow_http=True)) is None


async def _suggested(url: str, guard: Guard) -> str | None:
    found = await check(url, guard)
    return next((one.remedy for one in found if one.code == "suggest_jwks_uri"), None)


@pytest.mark.parametrize(
    "path", ["/private", "/private-single", "/private-not-json", "/private-pem", "/oct"]
)
async def test_nothing_of_a_private_body_is_said(path: str) -> None:
    async with open_lab() as lab:
        said = str(await check(lab.url(path), guard_for(lab.host_port, allow_http=True)))
    assert private_jwk()["d"] not in said
    assert rsa_jwk()["n"] not in said
    assert "c2VjcmV0" not in said
    assert "MII" not in said


async def test_the_final_address_is_named_without_its_query() -> None:
    async with open_lab({"/a": redirects("/b?code=s3cret"), "/b": GOOD}) as lab:
        found = await check(lab.url("/a"), guard_for(lab.host_port, allow_http=True))
    (one,) = [one for one in found if one.code == "redirected"]
    assert lab.url("/b") in one.detail
    assert "s3cret" not in str(found)


async def test_a_whole_second_fetch_needs_time() -> None:
    """A server that is slow but sure is not called flapping because our own time ended."""
    slow = raw(http(jwks()))

    async def late(visit: object) -> None:
        await visit.gone(0.7)
        await slow(visit)

    limits = Limits(read=0.8, total=1.8)
    async with open_lab({"*": late}) as lab:
        found = await check(lab.url("/"), guard_for(lab.host_port, allow_http=True, limits=limits))
    assert codes(found) == set()


def test_every_code_is_shown_by_a_server_or_an_address() -> None:
    """Those of the address stand in test_guard, the rest here."""
    steps = (Step.CONNECT, Step.TLS, Step.HTTP, Step.BODY, Step.KEYS)
    known = {code for code, step in usual_steps().items() if step in steps}
    shown = {code for _, expected in BEHAVIOURS.values() for code in expected}
    remarks = {"redirected", "cache_control_missing", "two_signing_keys", "unknown_kty_ignored"}
    here = {"connection_refused", "connect_timeout", "redirect_to_http", "suggest_jwks_uri", "ok"}
    assert known - shown - remarks - here == _TLS


_TLS = {
    "tls_too_old",
    "tls_self_signed",
    "tls_expired",
    "tls_not_yet_valid",
    "tls_wrong_host",
    "tls_incomplete_chain",
    "tls_untrusted",
    "tls_not_spoken",
}


@pytest.mark.parametrize(
    ("path", "remarks"),
    [
        ("/good", {"ok"}),
        ("/redirected", {"ok", "redirected"}),
        ("/no-cache-control", {"ok", "cache_control_missing"}),
        ("/rotation", {"ok", "two_signing_keys"}),
        ("/unknown-beside", {"ok", "unknown_kty_ignored"}),
        ("/flaps", {"ok"}),
        ("/year", {"ok"}),
    ],
)
async def test_remarks(path: str, remarks: set[str]) -> None:
    async with open_lab() as lab:
        findings = await check(lab.url(path), guard_for(lab.host_port, allow_http=True))
    assert {one.code for one in findings if one.severity in REMARKS} == remarks


async def test_response_cases(authorities: Authorities) -> None:
    folder = os.environ.get("EVAL_DIR")
    if not folder:
        pytest.skip("EVAL_DIR is not set: the shared cases are not here")
    lines = (Path(folder) / "ssrf_urls.jsonl").read_text().splitlines()
    cases = [case for line in lines if (case := json.loads(line))["stage"] == "response"]

    async def resolver(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    old = dict(bad_tls(authorities))["tls_too_old"]
    async with (
        open_lab(tls=authorities.good(), name=NAME) as lab,
        open_lab(tls=old, name=NAME) as too_old,
        open_lab(
            {"*": redirects("http://plain.example/")}, tls=authorities.good(), name=NAME
        ) as to_http,
    ):
        servers = {"/tls10": too_old, "/redirect-http": to_http}
        hosts = [one.host_port for one in (lab, too_old, to_http)]
        guard = guard_for(*hosts, resolver=resolver, ca_file=authorities.ca_file)
        for case in cases:
            path = case["url"].removeprefix(f"https://{NAME}")
            assert path in BEHAVIOURS or path in servers, f"no server for {path}"
            found = await check(servers.get(path, lab).url(path), guard)
            assert ok_of(found) is (case["expect"] == "allow"), case["id"]
    assert cases
