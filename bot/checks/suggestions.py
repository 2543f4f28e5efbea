"""The address to use instead, where one is known or can be found."""

from urllib.parse import urlsplit

from bot.checks.finding import Finding, finding
from bot.checks.look import Look
from bot.checks.shown import shown_url
from bot.checks.strict_json import NotJsonError, strict_json
from bot.guard import FetchError, Guard

NAMED = "The document that came names another address."
RAW = "The file itself has another address than GitHub's page about it."
HTTPS = "The same address over https; it was not tried."
FOUND = "An OpenID discovery document lives at this host, and names the address of the JWK Set."
_DISCOVERY = "/.well-known/openid-configuration"
_MOST_TRIED = 2


async def suggestions(url: str, seen: Look, guard: Guard, until: float) -> list[Finding]:
    """Return suggest_jwks_uri, or nothing; after a 404 discovery documents are looked for."""
    first = seen.findings[0].code
    if first == "http_not_https":
        return _suggest(f"https{url[4:]}", HTTPS, guard)
    if first == "http_404":
        return await _discover(url, guard, until)
    if seen.instead is None or seen.instead == url:
        return []
    return _suggest(seen.instead, RAW if first == "github_blob_page" else NAMED, guard)


def _suggest(address: str, why: str, guard: Guard) -> list[Finding]:
    """Name an address, unless the guard would refuse it: it is a stranger's word."""
    if not guard.admits(address):
        return []
    return [finding("suggest_jwks_uri", why, f"Try {shown_url(address)}")]


async def _discover(url: str, guard: Guard, until: float) -> list[Finding]:
    """Look for the discovery document beside the asked-about path, then at the host's root."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    tenant = parts.path.partition("/.well-known/")[0] if "/.well-known/" in parts.path else ""
    for base in list(dict.fromkeys((tenant, "")))[:_MOST_TRIED]:
        address = await _jwks_uri_at(f"{origin}{base}{_DISCOVERY}", guard, until)
        if address is not None and address != url:
            return _suggest(address, FOUND, guard)
    return []


async def _jwks_uri_at(address: str, guard: Guard, until: float) -> str | None:
    try:
        answer = await guard.get(address, until=until)
        document = strict_json(answer.body) if answer.status == 200 else None
    except (FetchError, NotJsonError):
        return None
    named = document.get("jwks_uri") if isinstance(document, dict) else None
    return named if isinstance(named, str) else None
