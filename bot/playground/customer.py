"""A customer's server, for demonstrations: it serves a JWK Set, or what goes wrong with one.

It speaks TLS with a certificate of its own on a loopback port. The playground's guard takes exactly
this host and port for public and trusts this certificate; nothing else does.

`POST /playground/customer {"serves": "login_page"}` switches it: jwks, login_page, html, down,
private_key, other_key. `GET /playground/customer` shows its address, and a token that it signed.
"""

import asyncio
import datetime as dt
import ipaddress
import json
import socket
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import jwt
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from jwt.algorithms import ECAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.guard import Guard
from bot.playground.loop_server import LoopServer

Json = dict[str, Any]
JWKS_PATH = "/.well-known/jwks.json"
SERVES = ("jwks", "login_page", "html", "down", "private_key", "other_key")
LOGIN_PAGE = """<!doctype html><title>Sign in to Acme</title>
<form action="/login"><input name="user"><input name="password" type="password"></form>"""
HTML_PAGE = "<!doctype html><title>Acme</title><div id=root></div>"
KID = "acme-1"
TOKEN_SECONDS = 3600


class Customer:
    """The server's state; `app` answers."""

    def __init__(self, origin: str = "") -> None:
        self.origin = origin
        self.serves = "login_page"
        self.asked = 0
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.app = Starlette(routes=[Route(JWKS_PATH, self._jwks)])

    @property
    def jwks_url(self) -> str:
        """Where the JWK Set is, or should be."""
        return f"{self.origin}{JWKS_PATH}"

    def token(self, now: float | None = None) -> str:
        """Return a token that the server's key signed."""
        issued = int(now if now is not None else time.time())
        claims = {
            "sub": "user-42",
            "iss": self.origin or "https://acme.example",
            "aud": "https://svc.sandbox.anon.com",
            "iat": issued,
            "exp": issued + TOKEN_SECONDS,
        }
        return jwt.encode(claims, self._key, algorithm="ES256", headers={"kid": KID})

    def shown(self) -> Json:
        """Return what the page shows."""
        return {
            "jwks_url": self.jwks_url,
            "serves": self.serves,
            "can_serve": list(SERVES),
            "token": self.token(),
        }

    async def _jwks(self, request: Request) -> Response:
        del request
        self.asked += 1
        match self.serves:
            case "login_page":
                return HTMLResponse(LOGIN_PAGE)
            case "html":
                return HTMLResponse(HTML_PAGE)
            case "down":
                return PlainTextResponse("Service Unavailable", 503)
        return JSONResponse({"keys": [self._jwk()]}, headers={"Cache-Control": "max-age=300"})

    def _jwk(self) -> Json:
        key = self._key
        if self.serves == "other_key":
            key = ec.generate_private_key(ec.SECP256R1())
        public: Any = key if self.serves == "private_key" else key.public_key()
        shown: Json = json.loads(ECAlgorithm.to_jwk(public))
        shown.pop("key_ops", None)
        return {**shown, "kid": KID, "use": "sig", "alg": "ES256"}


@asynccontextmanager
async def serving_customer() -> AsyncIterator[tuple[Customer, Guard]]:
    """Yield the server on a free loopback port, and the guard that takes it for public."""
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        host = f"127.0.0.1:{listener.getsockname()[1]}"
        customer = Customer(f"https://{host}")
        certificate, key = make_certificate(Path(folder))
        config = uvicorn.Config(
            customer.app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            ssl_certfile=certificate,
            ssl_keyfile=key,
            timeout_graceful_shutdown=1,
        )
        server = LoopServer(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        await server.accepts.wait()
        try:
            yield customer, Guard(allow_hosts=[host], ca_file=certificate)
        finally:
            server.should_exit = True
            await task


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for 127.0.0.1 that vouches for itself, and its key; return both files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Customer of the local workspace")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].touch(mode=0o600)
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files
