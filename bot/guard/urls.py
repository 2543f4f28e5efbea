"""An address that a user gave, read so strictly that no two parsers can differ about it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from bot.guard.addresses import is_public_address
from bot.guard.faults import Refused

LONGEST = 2048
_DEFAULT_PORTS = {"https": 443, "http": 80}
_PORTS = frozenset({443, 8443})
_PRIVATE_NAMES = frozenset(
    {"local", "localhost", "internal", "intranet", "lan", "corp", "home", "arpa"}
    | {"localdomain", "onion", "svc"}
)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")  # RFC 3986, nothing besides
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_LONGEST_NAME = 253
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_ZONE = re.compile(r"%[^]]*\]\Z")
_MOST_PARTS = 4


@dataclass(frozen=True, slots=True)
class Target:
    """Where a GET may go, as far as the address alone tells."""

    scheme: str
    host: str  # lower case, no brackets, no final dot
    port: int
    path: str  # with the query, without the fragment
    literal: bool  # the host is an IP address
    allowed: bool  # counts as public whatever its address is

    @property
    def netloc(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The address in one spelling."""
        return f"{self.scheme}://{self.netloc}{self.path}"


def admit(url: str, *, allow_hosts: frozenset[str] = frozenset(), allow_http: bool) -> Target:
    """Return where an address points, or raise Refused in the order of findings.md section 1.

    Order: scheme, credentials, length, private, malformed, http, port. Needs no DNS.
    """
    scheme, authority, path = _split(url)
    if "@" in authority:
        raise Refused("url_has_credentials")
    if len(url) > LONGEST:
        raise Refused("url_too_long")
    host, port_text = _host_and_port(authority)
    port = _port(port_text, scheme)
    allowed = port is not None and allow_key(host, port) in allow_hosts
    if not allowed and _is_private(host):
        raise Refused("private_address")
    if not _CHARACTERS.fullmatch(url) or "%" in authority or not (allowed or _is_host(host)):
        raise Refused("url_malformed")
    if scheme == "http" and not allow_http:
        raise Refused("http_not_https")
    if port is None or not (allowed or port in _PORTS or (allow_http and port == 80)):
        raise Refused("url_bad_port")
    literal = _v6(host) is not None or _v4(host) is not None
    return Target(scheme, host.removeprefix("[").removesuffix("]"), port, path, literal, allowed)


def allow_key(host: str, port: int) -> str:
    """Return the one spelling of a host and port to compare."""
    v6 = _v6(host)
    return f"[{v6}]:{port}" if v6 else f"{host}:{port}"


def read_allow_hosts(hosts: tuple[str, ...]) -> frozenset[str]:
    """Return the keys of ``H:P`` and ``[::1]:P``, or raise ValueError naming the bad one."""
    keys = set()
    for one in hosts:
        host, _, port = one.strip().lower().rpartition(":")
        if not host or not _PORT.fullmatch(port):
            raise ValueError(f"{one!r} is not HOST:PORT")
        keys.add(allow_key(host, int(port)))
    return frozenset(keys)


def _split(url: str) -> tuple[str, str, str]:
    """Return scheme, authority and path with query; the authority ends at the first of / ? #."""
    match = _SCHEME.fullmatch(url)
    scheme = match[1].lower() if match else ""
    if match is None or scheme not in _DEFAULT_PORTS:
        raise Refused("url_bad_scheme")
    if not match[2].startswith("//"):
        return scheme, "", ""
    authority = re.split(r"[/?#]", match[2][2:], maxsplit=1)[0]
    rest = match[2][2 + len(authority) :].partition("#")[0]
    return scheme, authority, rest if rest.startswith("/") else f"/{rest}"


def _host_and_port(authority: str) -> tuple[str, str | None]:
    """Return the host, in its brackets if it has them, and the port's text."""
    if authority.startswith("["):
        inside, _, behind = authority.partition("]")
        if not behind:
            return inside + ("]" if authority.endswith("]") else ""), None
        return (f"{inside}]", behind[1:]) if behind.startswith(":") else (authority, None)
    host, colon, port = authority.partition(":")
    return host.lower().removesuffix("."), port if colon else None


def _port(text: str | None, scheme: str) -> int | None:
    """Return the port, or None when it is none."""
    if text is None:
        return _DEFAULT_PORTS[scheme]
    return int(text) if _PORT.fullmatch(text) and int(text) <= 65535 else None


def _is_private(host: str) -> bool:
    """Tell whether a host is not public in any reading of its spelling, a zone left out."""
    if v6 := _v6(_ZONE.sub("]", host)):
        return not is_public_address(v6)
    if host.rsplit(".", 1)[-1] in _PRIVATE_NAMES:
        return True
    return any(not is_public_address(one) for one in _readings(host))


def _is_host(host: str) -> bool:
    """Tell whether a host is an address in its usual form, or a name of two labels or more."""
    labels = host.split(".")
    if _NUMERIC.fullmatch(labels[-1]) or host.startswith("["):
        return _v6(host) is not None or _v4(host) is not None
    return (
        len(labels) > 1
        and len(host) <= _LONGEST_NAME
        and all(_LABEL.fullmatch(label) for label in labels)
    )


def _v6(host: str) -> IPv6Address | None:
    if not (host.startswith("[") and host.endswith("]")):
        return None
    try:
        address = IPv6Address(host[1:-1])
    except AddressValueError:
        return None
    return None if address.scope_id else address


def _v4(host: str) -> IPv4Address | None:
    try:
        return IPv4Address(host)
    except AddressValueError:
        return None


def _readings(host: str) -> Iterator[IPv4Address]:
    """Yield what `inet_aton` reads in a numeric host, leading zeros as octal and as decimal."""
    parts = host.split(".")
    if len(parts) > _MOST_PARTS or not all(_NUMERIC.fullmatch(part) for part in parts):
        return
    for octal in (8, 10):
        try:
            numbers = [_number(part, octal) for part in parts]
        except ValueError:
            continue
        *heads, tail = numbers
        if all(head < 256 for head in heads) and tail < 256 ** (5 - len(parts)):
            value = sum(head << 8 * (3 - at) for at, head in enumerate(heads)) + tail
            yield IPv4Address(value)


def _number(part: str, octal: int) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, octal if part.startswith("0") else 10)
