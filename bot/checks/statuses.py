"""What is said about an HTTP status that is not 200."""

import re
from http import HTTPStatus

from bot.checks.finding import Finding, finding

_BASIC = re.compile(r"(?:^|,)\s*basic\b", re.IGNORECASE)
_PUBLIC = "Make the JWK Set public: it holds public keys only, and Anon fetches it without a login."
_LOGS = "The fault is on the server: look at its logs for this request."
_CHECK = "Open the address with `curl -i` and see what it answers."
BASIC = "The server asks for a user name and password (Basic authentication)."

REMEDIES: dict[int, str] = {
    206: "Answer with the whole body and status 200; no range was asked for.",
    304: "Only an answer to a conditional request may be 304, and none was made: a broken cache.",
    400: f"The server does not like a plain GET. {_CHECK}",
    401: _PUBLIC,
    403: f"{_PUBLIC} A firewall or bot filter may be in the way, too.",
    404: "Check the path, and that the route is deployed there; mind capital letters and slashes.",
    405: "The route must allow GET.",
    406: "Serve the JSON whatever the Accept header says.",
    410: "The address is gone for good: give the new one.",
    421: "The proxy does not know this host name: check its configuration.",
    429: "Exempt the route from rate limits, or let a cache answer.",
    451: "The route is blocked where it was asked from: lift the block for it.",
    500: _LOGS,
    502: "The proxy gets no proper answer from the server behind it: is that running?",
    503: "The server says that it is unavailable: overloaded, asleep, or in maintenance.",
    504: "The proxy waited in vain for the server behind it: is that running?",
    520: "Cloudflare got an unreadable answer from your origin: look at the origin's logs.",
    521: "Cloudflare cannot reach your origin: it is down, or its firewall shuts Cloudflare out.",
    522: "Cloudflare's connection to your origin timed out: check its firewall and load.",
    523: "Cloudflare finds no way to your origin: check the DNS record of the origin.",
    525: "Cloudflare's TLS handshake with your origin failed: check the origin's certificate.",
    526: "Cloudflare does not trust your origin's certificate: renew it.",
    530: "Cloudflare cannot resolve or reach your origin, or the tunnel to it is down.",
}


def bad_status(status: int, headers: dict[str, str]) -> Finding:
    """Return `http_<status>`, `basic_auth_needed`, or `empty_body` for a 204."""
    if status == HTTPStatus.NO_CONTENT:
        detail = "The server answered 204: no content."
        return finding("empty_body", detail, "Answer with 200 and the JWK Set as body.")
    if asks_for_basic(status, headers):
        return finding("basic_auth_needed", BASIC, _PUBLIC)
    server_fault = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    remedy = REMEDIES.get(status, _LOGS if server_fault else _CHECK)
    return finding(f"http_{status}", f"The server answered {status}{_phrase(status)}.", remedy)


def asks_for_basic(status: int, headers: dict[str, str]) -> bool:
    """Tell whether the answer is a challenge for a name and password (RFC 7617)."""
    return status == HTTPStatus.UNAUTHORIZED and bool(
        _BASIC.search(headers.get("www-authenticate", ""))
    )


def _phrase(status: int) -> str:
    try:
        return f" ({HTTPStatus(status).phrase})"
    except ValueError:
        return ""
