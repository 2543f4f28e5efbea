"""Servers on loopback that behave as badly as findings.md names, and the certificates for them."""

import asyncio
import gzip
import json
import socket
import ssl
import struct
import warnings
import zlib
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

NAME = "jwks.customer.example"
TICK = 0.02  # seconds between two drops of a dripping server
_DAY = timedelta(days=1)


# Keys


def b64(number: int, size: int | None = None) -> str:
    octets = number.to_bytes(size or (number.bit_length() + 7) // 8)
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


@cache
def rsa_key(number: int = 0, bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def rsa_jwk(kid: object = "a", number: int = 0, bits: int = 2048, **members: object) -> dict:
    public = rsa_key(number, bits).public_key().public_numbers()
    jwk = {"kty": "RSA", "use": "sig", "alg": "RS256", "n": b64(public.n), "e": b64(public.e)}
    return jwk | ({} if kid is None else {"kid": kid}) | members


def private_jwk(kid: str = "a") -> dict:
    return rsa_jwk(kid) | {"d": b64(rsa_key().private_numbers().d)}


def ec_jwk(kid: str = "e", **members: object) -> dict:
    public = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    x, y = b64(public.x, 32), b64(public.y, 32)
    return {"kty": "EC", "crv": "P-256", "kid": kid, "x": x, "y": y} | members


def jwks(*keys: object) -> bytes:
    return json.dumps({"keys": list(keys or (rsa_jwk(),))}).encode()


# Behaviours: what a server does with one request


@dataclass
class Visit:
    """One request and the way to answer it."""

    path: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    origin: str
    times: int  # how often the path was asked before

    async def send(self, *parts: bytes) -> None:
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()

    async def gone(self, seconds: float | None = None) -> bool:
        """Wait until the client has gone, or for some seconds."""
        try:
            return await asyncio.wait_for(self.reader.read(1), seconds) == b""
        except TimeoutError:
            return False

    def reset(self) -> None:
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Behaviour = Callable[[Visit], Awaitable[None]]


def http(body: bytes = b"", status: int = 200, **headers: object) -> bytes:
    named = {"Content-Type": "application/json", "Cache-Control": "max-age=60"}
    named |= {"Content-Length": len(body)}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in named.items() if value is not None]
    return "\r\n".join([f"HTTP/1.1 {status} X", *lines, "", ""]).encode() + body


def says(body: bytes = b"", status: int = 200, **headers: object) -> Behaviour:
    async def behave(visit: Visit) -> None:
        await visit.send(http(body, status, **headers))

    return behave


def raw(*parts: bytes) -> Behaviour:
    async def behave(visit: Visit) -> None:
        await visit.send(*parts)

    return behave


def redirects(location: str, status: int = 302) -> Behaviour:
    async def behave(visit: Visit) -> None:
        goal = location.replace("ORIGIN", visit.origin)
        await visit.send(http(b"", status, Location=goal))

    return behave


def in_turn(*behaviours: Behaviour) -> Behaviour:
    async def behave(visit: Visit) -> None:
        await behaviours[min(visit.times, len(behaviours) - 1)](visit)

    return behave


def drips(begin: bytes, drops: bytes) -> Behaviour:
    async def behave(visit: Visit) -> None:
        await visit.send(begin)
        while not await visit.gone(TICK):
            await visit.send(drops)

    return behave


def floods(begin: bytes, piece: bytes) -> Behaviour:
    async def behave(visit: Visit) -> None:
        await visit.send(begin)
        for _ in range(10_000):
            await visit.send(piece)

    return behave


def page(text: str, status: int = 200, **headers: object) -> Behaviour:
    return says(
        f"<!DOCTYPE html><html>{text}</html>".encode(), status, Content_Type="text/html", **headers
    )


async def hangs(visit: Visit) -> None:
    await visit.gone()


async def resets(visit: Visit) -> None:
    visit.reset()


async def closes(visit: Visit) -> None:
    pass


async def resets_inside(visit: Visit) -> None:
    await visit.send(http(jwks())[:-40])
    await visit.gone(TICK)
    visit.reset()


async def counts_up(visit: Visit) -> None:
    await visit.send(http(b"", 302, Location=f"{visit.path}x"))


async def own_key_each(visit: Visit) -> None:
    await visit.send(http(jwks(rsa_jwk("a", number=visit.times % 2))))


GOOD = says(jwks())
_BOMB = gzip.compress(b" " * 8 * 1024 * 1024)
_OPENID = {"issuer": "https://x.example", "jwks_uri": "https://x.example/keys"}
_PEM = (
    rsa_key()
    .public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
)
_PRIVATE_PEM = rsa_key().private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)

# path -> what happens there, and the codes that `check jwks` must give, info and ok left out
BEHAVIOURS: dict[str, tuple[Behaviour, set[str]]] = {
    "/good": (GOOD, set()),
    "/redirected": (redirects("/good"), set()),
    "/redirected-absolute": (redirects("ORIGIN/good", 307), set()),
    "/gzip": (says(gzip.compress(jwks()), Content_Encoding="gzip"), set()),
    "/two-gzip-members": (
        says(gzip.compress(jwks()[:50]) + gzip.compress(jwks()[50:]), Content_Encoding="gzip"),
        set(),
    ),
    "/chunked": (
        raw(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"%x\r\n%b\r\n0\r\n\r\n" % (len(jwks()), jwks()),
        ),
        set(),
    ),
    "/until-close": (raw(http(jwks(), Content_Length=None)), set()),
    "/early-hint": (raw(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + http(jwks())), set()),
    "/hang": (hangs, {"read_timeout"}),
    "/reset": (resets, {"connection_reset"}),
    "/close": (closes, {"connection_reset"}),
    "/reset-inside": (resets_inside, {"connection_reset"}),
    "/garbage": (raw(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"), {"not_http"}),
    "/greets": (drips(b"220 mail.example ESMTP\r\n", b""), {"not_http"}),
    "/bad-chunks": (
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        {"not_http"},
    ),
    "/drip-body": (drips(http(b"", Content_Length=9999), b" "), {"slow_body"}),
    "/drip-headers": (drips(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"), {"slow_body"}),
    "/early-hints": (drips(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), {"slow_body"}),
    "/many-hints": (floods(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 99), {"headers_too_large"}),
    "/many-headers": (floods(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 999), {"headers_too_large"}),
    "/long-header": (says(jwks(), X_Long="a" * 40_000), {"headers_too_large"}),
    "/huge-length": (raw(http(b"{", Content_Length=99_999_999_999)), {"body_too_large"}),
    "/huge-body": (
        floods(http(b"", Content_Length=None), b" " * 65_536),
        {"body_too_large"},
    ),
    "/gzip-bomb": (says(_BOMB, Content_Encoding="gzip"), {"decompressed_too_large"}),
    "/deflate": (says(zlib.compress(jwks()), Content_Encoding="deflate"), {"bad_content_encoding"}),
    "/brotli": (says(jwks(), Content_Encoding="br"), {"bad_content_encoding"}),
    "/broken-gzip": (says(b"\x1f\x8b nonsense", Content_Encoding="gzip"), {"bad_content_encoding"}),
    "/cut-gzip": (
        says(gzip.compress(jwks())[:-9], Content_Encoding="gzip"),
        {"bad_content_encoding"},
    ),
    "/truncated": (raw(http(jwks()[:-9], Content_Length=len(jwks()))), {"truncated_body"}),
    "/cut-chunks": (
        raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc"),
        {"truncated_body"},
    ),
    "/redirect-loop": (redirects("/redirect-loop"), {"redirect_loop"}),
    "/redirect-ring": (redirects("/ring-back"), {"redirect_loop"}),
    "/ring-back": (redirects("/redirect-ring"), {"redirect_loop"}),
    "/redirects": (counts_up, {"too_many_redirects"}),
    "/redirect-file": (redirects("file:///etc/passwd"), {"redirect_bad_location"}),
    "/redirect-nowhere": (says(b"", 302), {"redirect_bad_location"}),
    "/redirect-broken": (redirects("https://[::1/"), {"redirect_bad_location"}),
    "/redirect-odd": (redirects("https://a b/"), {"redirect_bad_location"}),
    "/redirect-credentials": (redirects("https://a:b@c.example/"), {"redirect_bad_location"}),
    "/redirect-to-metadata": (
        redirects("http://169.254.169.254/latest/meta-data/"),
        {"redirect_to_private"},
    ),
    "/redirect-decimal": (redirects("https://2130706433/"), {"redirect_to_private"}),
    "/redirect-relative-scheme": (redirects("//127.0.0.1/"), {"redirect_to_private"}),
    "/status-401": (says(b"{}", 401, WWW_Authenticate="Bearer"), {"http_401"}),
    "/status-403": (says(b"{}", 403), {"http_403"}),
    "/status-404": (says(b"{}", 404), {"http_404"}),
    "/status-405": (says(b"{}", 405), {"http_405"}),
    "/status-429": (says(b"{}", 429), {"http_429"}),
    "/status-500": (says(b"{}", 500), {"http_500"}),
    "/status-521": (says(b"error code: 521", 521, Content_Type="text/plain"), {"http_521"}),
    "/status-206": (says(jwks(), 206), {"http_206"}),
    "/status-201": (says(jwks(), 201), {"http_201"}),
    "/status-300": (says(b"", 300), {"http_300"}),
    "/status-304": (raw(b"HTTP/1.1 304 Not Modified\r\n\r\n"), {"http_304"}),
    "/status-101": (raw(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"), {"not_http"}),
    "/status-204": (raw(b"HTTP/1.1 204 No Content\r\n\r\n"), {"empty_body"}),
    "/slow-404": (drips(http(b"", 404, Content_Length=9999), b" "), {"http_404"}),
    "/basic": (says(b"", 401, WWW_Authenticate='Basic realm="x"'), {"basic_auth_needed"}),
    "/cloudflare": (page("<title>Just a moment...</title>", 403), {"waf_block"}),
    "/cf-mitigated": (page("", 403, cf_mitigated="challenge"), {"waf_block"}),
    "/waf-200": (page("<title>Attention Required! | Cloudflare</title>"), {"waf_block"}),
    "/login": (page("<form><input name=p type='password'></form>"), {"login_page"}),
    "/login-title": (page("<head><title>Sign in to Acme</title></head>"), {"login_page"}),
    "/login-text": (page("<body><p>Please log in to go on"), {"login_page"}),
    "/to-login": (redirects("/auth/login?next=%2Fjwks"), {"login_page"}),
    "/auth/login": (page("<div id=root></div>"), {"jwks_html"}),
    "/preview": (
        page("<title>Authentication Required</title>_vercel_sso_nonce", 401),
        {"login_page"},
    ),
    "/ngrok": (
        page("<a>ERR_NGROK_6024</a> You are about to visit x", 200),
        {"tunnel_interstitial"},
    ),
    "/ngrok-text": (
        page("<p>You are about to visit ab-1.ngrok-free.app, served by 1.1.1.1"),
        {"tunnel_interstitial"},
    ),
    "/ngrok-gone": (page("The endpoint ab-1.ngrok-free.app is offline.", 404), {"tunnel_offline"}),
    "/cloudflared-gone": (
        says(b"error code: 1033", 530, Content_Type="text/plain"),
        {"tunnel_offline"},
    ),
    "/waf-text": (says(b"error code: 1020", 403, Content_Type="text/plain"), {"waf_block"}),
    "/localtunnel": (page("<label>Tunnel Password</label>", 511), {"tunnel_interstitial"}),
    "/ngrok-offline": (
        page("ERR_NGROK_3200", 404, Ngrok_Error_Code="ERR_NGROK_3200"),
        {"tunnel_offline"},
    ),
    "/acme/repo/blob/main/jwks.json": (page("<title>x · GitHub</title>"), {"github_blob_page"}),
    "/html": (page("<title>Acme</title><div id=root></div>"), {"jwks_html"}),
    "/html-as-json": (says(b"\n <!-- x --> <html></html>"), {"jwks_html"}),
    "/empty": (says(b""), {"empty_body"}),
    "/bom": (says(b"\xef\xbb\xbf" + jwks()), {"bom"}),
    "/latin-1": (says(b'{"keys": "\xe9"}'), {"not_utf8"}),
    "/utf-16": (says(jwks().decode().encode("utf-16-le")), {"not_utf8"}),
    "/not-json": (says(b"{'keys': []}"), {"jwks_not_json"}),
    "/blank": (says(b"  \n"), {"jwks_not_json"}),
    "/text": (says(b"ok"), {"jwks_not_json"}),
    "/nan": (says(b'{"keys": [NaN]}'), {"jwks_not_json"}),
    "/deep-json": (says(b"[" * 100_000), {"jwks_not_json"}),
    "/twice": (says(b'{"keys": [], "keys": []}'), {"jwks_not_json"}),
    "/long-number": (says(b'{"keys": [%s]}' % (b"1" * 5000)), {"jwks_not_json"}),
    "/openid": (says(json.dumps(_OPENID).encode()), {"jwks_is_openid_config"}),
    "/single": (says(json.dumps(rsa_jwk()).encode()), {"jwks_is_single_jwk"}),
    "/bare-list": (says(json.dumps([rsa_jwk()]).encode()), {"jwks_is_single_jwk"}),
    "/x509-map": (says(b'{"a": "-----BEGIN CERTIFICATE-----\\nMI"}'), {"jwks_is_x509_map"}),
    "/pem": (says(_PEM), {"jwks_is_pem"}),
    "/private-pem": (says(_PRIVATE_PEM), {"jwks_is_pem", "private_key_in_jwks"}),
    "/double": (says(json.dumps(jwks().decode()).encode()), {"jwks_double_encoded"}),
    "/double-keys": (says(b'{"keys": "[]"}'), {"jwks_double_encoded"}),
    "/no-keys": (says(b'{"error": "not found"}'), {"jwks_no_keys"}),
    "/keys-object": (says(b'{"keys": {}}'), {"jwks_no_keys"}),
    "/number": (says(b"17"), {"jwks_no_keys"}),
    "/no-entries": (says(b'{"keys": []}'), {"empty_jwks"}),
    "/private": (says(jwks(private_jwk())), {"private_key_in_jwks"}),
    "/private-single": (
        says(json.dumps(private_jwk()).encode()),
        {"jwks_is_single_jwk", "private_key_in_jwks"},
    ),
    "/private-not-json": (
        says(jwks(private_jwk()) + b","),
        {"jwks_not_json", "private_key_in_jwks"},
    ),
    "/oct": (says(jwks({"kty": "oct", "kid": "s", "k": "c2VjcmV0"})), {"oct_key_in_jwks"}),
    "/duplicate-kid": (says(jwks(rsa_jwk(), rsa_jwk(number=1))), {"duplicate_kid"}),
    "/no-kid": (says(jwks(rsa_jwk(None))), {"jwk_missing_kid"}),
    "/kid-number": (says(jwks(rsa_jwk(7))), {"jwk_kid_not_string"}),
    "/weak": (says(jwks(rsa_jwk(bits=1024))), {"weak_key"}),
    "/exponent-1": (says(jwks(rsa_jwk(e="AQ"))), {"weak_key"}),
    "/no-n": (says(jwks({"kty": "RSA", "kid": "a", "e": "AQAB"})), {"invalid_jwk"}),
    "/off-curve": (says(jwks(ec_jwk(y=b64(5, 32)))), {"invalid_jwk"}),
    "/key-is-text": (says(b'{"keys": ["x"]}'), {"invalid_jwk"}),
    "/encryption": (says(jwks(rsa_jwk(use="enc", alg="RSA-OAEP"))), {"use_not_sig"}),
    "/unknown-kty": (says(jwks({"kty": "AKP", "kid": "q"})), {"unsupported_kty"}),
    "/unknown-beside": (says(jwks({"kty": "AKP", "kid": "q"}, rsa_jwk())), set()),
    "/rotation": (says(jwks(rsa_jwk(), rsa_jwk("b", number=1))), set()),
    "/own-keys": (own_key_each, {"inconsistent_keys"}),
    "/flaps": (in_turn(GOOD, says(b"{}", 503)), {"flapping"}),
    "/flaps-first": (in_turn(says(b"{}", 502), GOOD), {"flapping"}),
    "/flaps-reset": (in_turn(resets, GOOD), {"flapping"}),
    "/flaps-late": (in_turn(GOOD, hangs), {"flapping"}),
    "/text-plain": (says(jwks(), Content_Type="text/plain"), {"content_type_not_json"}),
    "/wrong-content-type": (says(jwks(), Content_Type="text/plain"), {"content_type_not_json"}),
    "/no-type": (says(jwks(), Content_Type=None), {"content_type_not_json"}),
    "/jwk-set-json": (says(jwks(), Content_Type="application/jwk-set+json; charset=utf-8"), set()),
    "/year": (
        says(jwks(), Cache_Control="public, max-age=31536000, immutable"),
        {"cache_too_long"},
    ),
    "/no-cache-control": (says(jwks(), Cache_Control=None), set()),
}


# Servers


@dataclass
class Lab:
    """A running server: where it is and what it was asked."""

    origin: str
    host_port: str
    connections: int = 0
    paths: list[str] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    serving: set[asyncio.Task] = field(default_factory=set)

    def take(self) -> None:
        """Count a connection, and remember who serves it."""
        self.connections += 1
        task = asyncio.current_task()
        self.serving.add(task)
        task.add_done_callback(self.serving.discard)

    async def close(self, server: asyncio.Server) -> None:
        """Take no more, and let those that are served end."""
        server.close()
        await server.wait_closed()
        if self.serving:
            await asyncio.wait(self.serving, timeout=2)

    def url(self, path: str) -> str:
        return f"{self.origin}{path}"


@asynccontextmanager
async def open_lab(
    behaviours: dict[str, Behaviour] | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    name: str = "127.0.0.1",
) -> AsyncIterator[Lab]:
    """Serve behaviours by path (all of them by default) on a free port of 127.0.0.1."""
    known = behaviours or {path: one for path, (one, _) in BEHAVIOURS.items()}
    lab = Lab("", "")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lab.take()
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            lab.heads.append(head)
            path = head.split(b" ")[1].decode()
            times = lab.paths.count(path)
            lab.paths.append(path)
            behave = known.get(path.partition("?")[0], known.get("*", says(b"{}", 404)))
            if path.startswith("/redirects"):
                behave = counts_up
            await behave(Visit(path, reader, writer, lab.origin, times))
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has had enough
        finally:
            await _close(writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    lab.host_port = f"{name}:{port}"
    lab.origin = f"{'https' if tls else 'http'}://{lab.host_port}"
    try:
        yield lab
    finally:
        await lab.close(server)


@asynccontextmanager
async def open_blocking_tls(context: ssl.SSLContext) -> AsyncIterator[Lab]:
    """A server that sends its TLS alerts, as asyncio's does not, and reads one request."""
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    host_port = f"127.0.0.1:{listener.getsockname()[1]}"
    lab = Lab(f"https://{host_port}", host_port)

    def shake_hands(taken: socket.socket) -> None:
        taken.settimeout(2)
        with suppress(OSError), context.wrap_socket(taken, server_side=True) as wrapped:
            wrapped.recv(4096)
        taken.close()

    async def accept() -> None:
        while True:
            taken, _ = await loop.sock_accept(listener)
            lab.connections += 1
            await asyncio.to_thread(shake_hands, taken)

    task = asyncio.create_task(accept())
    try:
        yield lab
    finally:
        task.cancel()
        listener.close()
        with suppress(asyncio.CancelledError):
            await task


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):  # ssl.SSLError too
        await writer.wait_closed()


@asynccontextmanager
async def listening(host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Lab]:
    """A server that notes every connection, for those that must not be made."""
    lab = Lab("", "")

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lab.take()
        await _close(writer)

    server = await asyncio.start_server(note, host, port)
    lab.host_port = f"{host}:{server.sockets[0].getsockname()[1]}"
    lab.origin = f"https://{lab.host_port}"
    try:
        yield lab
    finally:
        await lab.close(server)


# Certificates


@dataclass
class Certificate:
    """A certificate, its key, and what a server has to send besides."""

    cert: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.cert.public_bytes(serialization.Encoding.PEM)


def make_certificate(
    issuer: Certificate | None,
    *names: str,
    ca: bool = False,
    days: tuple[int, int] = (-1, 30),
) -> Certificate:
    """Issue a certificate; without an issuer it signs itself. `days` from now: first and last."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    alternatives = [_general_name(name) for name in names]
    signer = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.cert.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + days[0] * _DAY)
        .not_valid_after(now + days[1] * _DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    if ca:
        usage = dict.fromkeys(_USAGES, False) | {"key_cert_sign": True, "crl_sign": True}
        builder = builder.add_extension(x509.KeyUsage(**usage), critical=True)
    else:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return Certificate(builder.sign(signer, hashes.SHA256()), key)


_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@dataclass
class Authorities:
    """A root that the tests trust, one that they do not, and an intermediate one."""

    folder: Path
    root: Certificate
    middle: Certificate
    stranger: Certificate

    @property
    def ca_file(self) -> Path:
        return self.folder / "root.pem"

    def server(self, leaf: Certificate, *sent: Certificate) -> ssl.SSLContext:
        """A server's context with a leaf and the certificates that it sends along."""
        file = self.folder / f"{leaf.cert.serial_number}.pem"
        key = leaf.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        file.write_bytes(b"".join([key, leaf.pem, *(one.pem for one in sent)]))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def good(self, *names: str) -> ssl.SSLContext:
        return self.server(make_certificate(self.root, *(names or ("127.0.0.1", NAME))))


def make_authorities(folder: Path) -> Authorities:
    root = make_certificate(None, "Test root", ca=True)
    middle = make_certificate(root, "Test intermediate", ca=True)
    stranger = make_certificate(None, "Nobody's root", ca=True)
    (folder / "root.pem").write_bytes(root.pem)
    return Authorities(folder, root, middle, stranger)


def bad_tls(made: Authorities) -> Iterator[tuple[str, ssl.SSLContext]]:
    """Yield each TLS fault's code with a server's context that has it."""
    here = "127.0.0.1"
    yield "tls_self_signed", made.server(make_certificate(None, here))
    yield "tls_expired", made.server(make_certificate(made.root, here, days=(-9, -2)))
    yield "tls_not_yet_valid", made.server(make_certificate(made.root, here, days=(2, 9)))
    yield "tls_wrong_host", made.server(make_certificate(made.root, "other.example"))
    yield "tls_incomplete_chain", made.server(make_certificate(made.middle, here))
    old = made.good(here)
    with warnings.catch_warnings(action="ignore"):
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    yield "tls_too_old", old
    asks = made.good(here)
    asks.maximum_version = ssl.TLSVersion.TLSv1_2  # in 1.3 a reset may overtake the alert
    asks.verify_mode = ssl.CERT_REQUIRED
    asks.load_verify_locations(made.ca_file)
    yield "tls_untrusted", asks
