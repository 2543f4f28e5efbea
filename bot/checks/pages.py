"""Whose web page came in place of a JWK Set: a login, a firewall, a tunnel, GitHub."""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from bot.checks.document import DECODE_ERROR, is_html
from bot.checks.finding import Finding, finding
from bot.checks.page_marks import (
    BLOB_PATH,
    GITHUB_TITLE,
    GITHUB_WORDS,
    LOGIN,
    LOGIN_HOST,
    LOGIN_PATH,
    LOGIN_QUERY,
    TUNNEL_INTERSTITIAL,
    TUNNEL_OFFLINE,
    WAF,
    WAF_HEADERS,
)
from bot.checks.shown import shown_host
from bot.checks.statuses import asks_for_basic
from bot.guard import Answer

OFFLINE = "The tunnel behind this address is not running."
OFFLINE_REMEDY = (
    "Start the tunnel again; a free one gets a new address each time, so give that one."
)
INTERSTITIAL = f"The tunnel's own warning or password page came, not your answer. {DECODE_ERROR}"
INTERSTITIAL_REMEDY = (
    "Anon cannot click through it. Use a tunnel without such a page (cloudflared, a paid ngrok"
    " domain), or deploy the JWK Set to a public host."
)
FIREWALL = "A firewall or bot check answered, not your server."
FIREWALL_REMEDY = (
    "Exempt the path of the JWK Set from bot checks and challenges: Anon's server is no browser."
)
SIGN_IN = f"A sign-in page came, not a JWK Set. {DECODE_ERROR}"
SIGN_IN_REMEDY = (
    "Let the path through without a login: take it out of the auth middleware, or switch off the"
    " protection of preview deployments (Vercel, Netlify, Cloudflare Access) for it."
)
BLOB = "This is GitHub's web page about the file, not the file."
BLOB_REMEDY = "Give the address behind the button `Raw`, on raw.githubusercontent.com."

_LARGEST_LOOK = 64 * 1024
_OPEN_STATUSES = frozenset({200, 401, 403})


@dataclass(frozen=True, slots=True)
class Page:
    """A finding about a page, and the address to use instead where it is known."""

    finding: Finding
    instead: str | None = None


def known_page(answer: Answer) -> Page | None:
    """Return whose page came, or None: what the body is, is then for others to say.

    Order: tunnel, GitHub, firewall, login; the last only where the status is 200, 401 or 403,
    and the server does not ask for a name and password itself.
    """
    text = answer.body[:_LARGEST_LOOK].decode(errors="replace")
    html = is_html(answer.body)
    failed = html or answer.status >= HTTPStatus.BAD_REQUEST
    if failed and (tunnel := _tunnel(answer, text)):
        return Page(tunnel)
    if html and (blob := _blob(answer, text)):
        return blob
    if _is_waf(answer, text, failed=failed):
        return Page(finding("waf_block", FIREWALL, FIREWALL_REMEDY))
    if html and _may_be_login(answer) and _is_login(answer, text):
        return Page(finding("login_page", _where(answer), SIGN_IN_REMEDY))
    return None


def _tunnel(answer: Answer, text: str) -> Finding | None:
    code = answer.headers.get("ngrok-error-code", "")
    if TUNNEL_OFFLINE.search(f"{code} {text}"):
        return finding("tunnel_offline", OFFLINE, OFFLINE_REMEDY)
    if TUNNEL_INTERSTITIAL.search(f"{code} {text}"):
        return finding("tunnel_interstitial", INTERSTITIAL, INTERSTITIAL_REMEDY)
    return None


def _blob(answer: Answer, text: str) -> Page | None:
    """Tell GitHub's page about a file by its address, or by what it says where that is another."""
    parts = urlsplit(answer.url)
    path = BLOB_PATH.fullmatch(parts.path)
    if answer.status != HTTPStatus.OK:
        return None
    if parts.hostname == "gist.github.com":
        return _raw(f"https://gist.github.com{parts.path.rstrip('/')}/raw")
    if path and (parts.hostname == "github.com" or "github" in text.lower()):
        return _raw(f"https://raw.githubusercontent.com/{path[1]}/{path[2]}/{path[3]}")
    if GITHUB_TITLE.search(text) or all(word in text for word in GITHUB_WORDS):
        return Page(finding("github_blob_page", BLOB, BLOB_REMEDY))
    return None


def _raw(address: str) -> Page:
    remedy = f"Give the address of the raw file: {address}"
    return Page(finding("github_blob_page", BLOB, remedy), address)


def _is_waf(answer: Answer, text: str, *, failed: bool) -> bool:
    if any(name in answer.headers for name in WAF_HEADERS):
        return True
    return failed and WAF.search(text) is not None


def _may_be_login(answer: Answer) -> bool:
    return answer.status in _OPEN_STATUSES and not asks_for_basic(answer.status, answer.headers)


def _is_login(answer: Answer, text: str) -> bool:
    if LOGIN.search(text):
        return True
    parts = urlsplit(answer.url)
    marks = (
        LOGIN_PATH.search(parts.path),
        LOGIN_QUERY.search(parts.query),
        LOGIN_HOST.search(parts.hostname or ""),
    )
    return answer.hops > 0 and any(marks)


def _where(answer: Answer) -> str:
    if not answer.hops:
        return SIGN_IN
    return f"{SIGN_IN} It came after a redirect to {shown_host(answer.url)}."
