"""How a JWK Set that can be used is served: its content type and how long it may be cached."""

import re

from bot.checks.finding import Finding, finding

_JSON_TYPES = frozenset({"application/json", "application/jwk-set+json"})
_LONGEST = 7 * 24 * 3600
_MAX_AGE = re.compile(r"(?:s-maxage|max-age)\s*=\s*\"?([0-9]{1,18})")
_NOT_KEPT = re.compile(r"\b(?:no-store|no-cache)\b")
_DAY = 24 * 3600

TYPE_REMEDY = "Serve it with `Content-Type: application/json`; some verifiers insist on it."
CACHE_REMEDY = "Serve it with `Cache-Control: public, max-age=3600`, so a new key is seen soon."
NO_CACHE = "It says nothing about caching, so when a new key is seen is chance."


def judge_serving(headers: dict[str, str]) -> list[Finding]:
    """Return content_type_not_json, cache_too_long and cache_control_missing, where they fit."""
    return _type(headers.get("content-type", "")) + _cache(headers)


def _type(served: str) -> list[Finding]:
    media = served.partition(";")[0].strip().lower()
    if media in _JSON_TYPES:
        return []
    known = re.fullmatch(r"[a-z0-9.+-]+/[a-z0-9.+-]+", media)
    named = f"as `{media[:60]}`" if known else "without a usable Content-Type"
    return [finding("content_type_not_json", f"It works, but is served {named}.", TYPE_REMEDY)]


def _cache(headers: dict[str, str]) -> list[Finding]:
    control = headers.get("cache-control", "").lower()
    if not control.strip() and "expires" not in headers:
        return [finding("cache_control_missing", NO_CACHE, CACHE_REMEDY)]
    ages = [int(age) for age in _MAX_AGE.findall(control)]
    if _NOT_KEPT.search(control) or not ages or max(ages) <= _LONGEST:
        return []
    days = min(max(ages) // _DAY, 99_999)
    detail = f"It may be cached for {days} days: a new key is not seen for so long."
    return [finding("cache_too_long", detail, CACHE_REMEDY)]
