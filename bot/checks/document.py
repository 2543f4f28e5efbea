"""What a body is: a JWK Set, or which of the things that are served in its place."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.checks.finding import Finding, finding
from bot.checks.keys import PRIVATE_MEMBERS, ROTATE, is_private, is_symmetric
from bot.checks.strict_json import NotJsonError, strict_json

DECODE_ERROR = (
    "Anon reports it as `error decoding response body: expected value at line 1 column 1`."
)
EMPTY = "The body is empty: no bytes at all."
EMPTY_REMEDY = 'Answer with 200 and the JSON itself: {"keys": [ … ]}.'
HTML = f"A web page (HTML) came back where JSON should be. {DECODE_ERROR}"
HTML_REMEDY = (
    "Open the address in a private browser window to see the page; serve the JWK Set there as JSON,"
    " before any catch-all route of the web app."
)
BOM = "The body begins with a byte order mark, which JSON parsers refuse."
BOM_REMEDY = "Save the file as UTF-8 without BOM."
NOT_UTF8_REMEDY = "Serve the JSON in UTF-8, as RFC 8259 demands, and not compressed twice."
NOT_JSON_REMEDY = (
    "Put the body through a JSON validator; write it with a JSON library, not by hand."
)
NOT_JSON_AT_ALL = f"{NOT_JSON_REMEDY} {DECODE_ERROR}"
OPENID = "This is the OpenID discovery document, not the JWK Set that it points to."
OPENID_REMEDY = "Give Anon the address that stands in its member `jwks_uri`."
SINGLE = "This is one JWK, or a bare list of JWKs, not a JWK Set."
SINGLE_REMEDY = 'Wrap it: {"keys": [ … ]}.'
X509_MAP = "This is a map of X.509 certificates by key id, not a JWK Set."
X509_REMEDY = (
    "Serve the keys as JWKs. For Firebase use the address that ends in"
    " /service_accounts/v1/jwk/securetoken@system.gserviceaccount.com."
)
PEM = "This is a PEM file, not a JWK Set."
PEM_REMEDY = (
    "Turn the public key into a JWK (any JOSE library does), give it a `kid`, and wrap it in"
    ' {"keys": [ … ]}.'
)
DOUBLE = "The JSON was encoded twice: a string that holds JSON."
DOUBLE_REMEDY = (
    "Return the object itself; do not call JSON.stringify (json.dumps) before the framework does."
)
NO_KEYS = "This is JSON, but has no list `keys`."
NO_KEYS_REMEDY = (
    'A JWK Set is an object with the member `keys`: {"keys": [ … ]} (RFC 7517 section 5).'
)
NO_ENTRIES = "The list `keys` is empty."
NO_ENTRIES_REMEDY = (
    "Put the public signing key in; check that the service that serves the set finds its key."
)
PRIVATE = "The body holds a private key, readable by anybody."

_HTML = re.compile(
    rb"\s*+(?>(?:<!--.*?-->|<\?xml[^>]*>)\s*)*+<(?:!doctype\s+html|html|head|body|script|style|title"
    rb"|meta|link|noscript|iframe|main|section|article|header|nav|div|span|p|pre|h[1-6]|center|form"
    rb"|table|ul|ol|img|a|b|br|hr|font)\b(?!:)",
    re.IGNORECASE | re.DOTALL,
)
_PEM = re.compile(rb"\s*-----BEGIN [A-Z0-9 ]+-----")
_PRIVATE_PEM = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_PRIVATE_MEMBER = re.compile(rb'\\?"(?:%b)\\?"\s*:' % "|".join(sorted(PRIVATE_MEMBERS)).encode())
_KEY_TYPE = re.compile(rb'\\?"kty\\?"\s*:')
_MOST_LOOKED_AT = 50
_BOM = b"\xef\xbb\xbf"


def read_body(body: bytes) -> tuple[list[Any], list[Finding]]:
    """Return the members of `keys`, or none and what the body is instead; it is never quoted."""
    text = body.removeprefix(_BOM)
    if not body:
        return [], [finding("empty_body", EMPTY, EMPTY_REMEDY)]
    if is_html(body):
        return [], [finding("jwks_html", HTML, HTML_REMEDY)]
    if text != body:
        return [], [finding("bom", BOM, BOM_REMEDY), *_leak(body)]
    if _PEM.match(body):
        return [], [finding("jwks_is_pem", PEM, PEM_REMEDY), *_leak(body)]
    return _read_json(body)


def parse_key_set(raw: bytes) -> tuple[dict[str, Any] | None, list[Finding]]:
    """Return the JWK Set of a file, or None and what it is instead, in the words for tokens.

    Codes: jwks_not_json, jwks_html, jwks_is_openid_config, jwks_is_single_jwk, jwks_no_keys,
    empty_jwks.
    """
    keys, findings = read_body(raw)
    if not findings:
        return {"keys": keys}, []
    first = findings[0]
    code = _IN_A_FILE.get(first.code, first.code)
    return None, [finding(code, first.detail, first.remedy)]


_IN_A_FILE = {
    "empty_body": "jwks_not_json",
    "bom": "jwks_not_json",
    "not_utf8": "jwks_not_json",
    "jwks_is_pem": "jwks_not_json",
    "jwks_is_x509_map": "jwks_no_keys",
    "jwks_double_encoded": "jwks_no_keys",
}


def is_html(body: bytes) -> bool:
    """Tell whether a body begins as a web page does."""
    return _HTML.match(body.removeprefix(_BOM)[:4096]) is not None


def holds_private(body: bytes) -> bool:
    """Tell whether text that need not be JSON has the look of a private key in it."""
    if _PRIVATE_PEM.search(body):
        return True
    return _KEY_TYPE.search(body) is not None and _PRIVATE_MEMBER.search(body) is not None


def _read_json(body: bytes) -> tuple[list[Any], list[Finding]]:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        detail = f"The body is not UTF-8: byte {error.start + 1} of {len(body)} cannot be read."
        return [], [finding("not_utf8", detail, NOT_UTF8_REMEDY), *_leak(body)]
    if b"\0" in body[:4]:
        return [], [
            finding("not_utf8", "The body is UTF-16 or UTF-32, not UTF-8.", NOT_UTF8_REMEDY)
        ]
    try:
        value = strict_json(body)
    except NotJsonError as error:
        remedy = NOT_JSON_REMEDY if body.lstrip()[:1] in b"{[" else NOT_JSON_AT_ALL
        detail = f"The body is not JSON: {error}."
        return [], [finding("jwks_not_json", detail, remedy), *_leak(body)]
    for code, fits, detail, remedy in _SHAPES:
        if fits(value):
            return [], [finding(code, detail, remedy), *_leak_of(value, body)]
    return list(value["keys"]), []


def _leak(body: bytes) -> list[Finding]:
    return [finding("private_key_in_jwks", PRIVATE, ROTATE)] if holds_private(body) else []


def _leak_of(value: Any, body: bytes) -> list[Finding]:
    """Look into what stands in place of a JWK Set, member names in any spelling."""
    secret = any(is_private(one) or is_symmetric(one) for one in _objects(value))
    return [finding("private_key_in_jwks", PRIVATE, ROTATE)] if secret else _leak(body)


def _objects(value: Any) -> list[Mapping[str, Any]]:
    """Return every object with a `kty` in a value that strict_json gave (32 levels at most)."""
    if isinstance(value, list):
        return [found for one in value for found in _objects(one)]
    if not isinstance(value, dict):
        return []
    own = [value] if "kty" in value else []
    return own + [found for one in value.values() for found in _objects(one)]


def _is_openid(value: Any) -> bool:
    marks = {"jwks_uri", "authorization_endpoint", "token_endpoint"}
    return isinstance(value, dict) and "keys" not in value and not marks.isdisjoint(value)


def _is_single(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(one, dict) and "kty" in one for one in value)
    return isinstance(value, dict) and "keys" not in value and "kty" in value


def _is_x509_map(value: Any) -> bool:
    if not isinstance(value, dict) or not value:
        return False
    return all(
        isinstance(one, str) and one.lstrip().startswith("-----BEGIN ") for one in value.values()
    )


def _is_double(value: Any) -> bool:
    if isinstance(value, dict):
        keys = value.get("keys")
        inner = keys[:_MOST_LOOKED_AT] if isinstance(keys, list) else [keys]
        return bool(inner) and all(_is_json_text(one) for one in inner)
    return _is_json_text(value)


def _is_json_text(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return isinstance(strict_json(value), dict | list | str) and value.lstrip()[:1] in '{["'
    except NotJsonError:
        return False


def _has_no_keys(value: Any) -> bool:
    return not isinstance(value, dict) or not isinstance(value.get("keys"), list)


_SHAPES: tuple[tuple[str, Callable[[Any], bool], str, str], ...] = (
    ("jwks_is_openid_config", _is_openid, OPENID, OPENID_REMEDY),
    ("jwks_is_single_jwk", _is_single, SINGLE, SINGLE_REMEDY),
    ("jwks_is_x509_map", _is_x509_map, X509_MAP, X509_REMEDY),
    ("jwks_double_encoded", _is_double, DOUBLE, DOUBLE_REMEDY),
    ("jwks_no_keys", _has_no_keys, NO_KEYS, NO_KEYS_REMEDY),
    ("empty_jwks", lambda value: value["keys"] == [], NO_ENTRIES, NO_ENTRIES_REMEDY),
)
