"""Credentials in HTTP headers and on command lines: Authorization, Bearer, Basic, curl's -u."""

# Lengths, counts and lists of words are what these rules are made of.
# ruff: noqa: SIM905

import base64
import binascii
import re
from collections.abc import Iterator

from bot.redact.kinds import FILL, Hit, Kind, looks_random
from bot.redact.names import is_placeholder

_Q = r"(?:\\{0,3}[\"'`]|&quot;|%22|[\u201c\u201d\u2018\u2019])"
_BEARER = re.compile(
    rf"[Bb](?:earer|EARER)(?<!\w.{{6}})(?:\s{{1,4}}|%20|\+|:\s{{0,2}}|\\n|=)"
    rf"(?:{_Q}?[ \t]{{0,4}}[+.&,]?\s{{0,8}}{_Q})?"
    rf"([^\s\"'`,;<>&(){{}}$\\{FILL}][^\s\"'`,;<>&(){{}}\\{FILL}]{{3,8191}}+)"
)
_AUTHORIZATION = re.compile(
    rf"(?i:authorization)(?:{_Q}\s{{0,4}},|{_Q}?\]?\s{{0,4}}(?:=>|[:=(]|%3A){{1,2}})"
    rf"\s{{0,4}}(?:[frb]?{_Q})?\s{{0,4}}"
    rf"(?:(?P<scheme>[A-Za-z][A-Za-z0-9-]{{2,20}}+)(?:[ \t]{{1,4}}|%20))?"
    rf"(?:{_Q}[ \t]{{0,4}}[+.&,]\s{{0,4}}{_Q})?"
    rf"(?P<value>[^\s\"'`,;<>&{{}}\\{FILL}]{{4,8192}}+)"
)
_SCHEMES = frozenset("bearer token apikey api-key ssws key dpop jwt splunk sso-key hmac".split())
_WORDS_OR_CODE = re.compile(
    r"[A-Za-z_$]{1,40}|[A-Za-z_$][\w$]{0,60}(?:\.[A-Za-z_$][\w$]{0,60}){0,6}\(.{0,400}"
)
_DIGEST = re.compile(r"[Dd]igest\s[^\n]{0,300}?\b(response)=\\{0,3}\"([0-9a-f]{32,128})")
_BASIC = re.compile(
    r"[Bb](?:asic|ASIC)(?<!\w.{5})(?:\s{1,4}|%20|\+)(?:[\"'`]\s?[+.,]\s?[\"'`])?"
    r"((?:[A-Za-z0-9+/_-]|%3[Dd]|%2[BbFf]){6,4096}+={0,2})"
)
_USER = re.compile(
    r"(?:-[uU](?<=\s..)[ \t=]{0,4}|--(?:proxy-)?user(?:name)?[ \t=]{1,4}"
    r"|(?<=http )-a[ ]|(?<=https )-a[ ]|(?<=xh )-a[ ]|(?:btoa|b64encode|Buffer\.from"
    r"|base64)\(b?(?=[\"']))"
    r"(?:\"([^\"\n]{1,512})\"|'([^'\n]{1,512})'|([^\s\"'`\\]{1,512}+))"
)
_SHORT_FLAG = re.compile(
    r"(?:mysql(?:dump|admin)?\b[^\n|;]{0,200}?[ \t]-p(?=[^\s-])|sshpass[ \t]{1,4}-p[ \t]{0,4}"
    r"|redis-cli\b[^\n|;]{0,200}?[ \t]-a[ \t]{1,4}"
    r"|(?:docker|az|oc|podman|helm registry)[ \t]login\b[^\n|;]{0,200}?[ \t]-p[ \t]{1,4}"
    r"|\bnet use\b[^\n]{0,200}?/user:\S{1,80}[ \t]{1,4})([\"']?)([^\s\"']{3,256})"
)
_CALL = re.compile(
    r"(?:\bauth[ \t]{0,2}=[ \t]{0,2}(?:\w{1,20}\.){0,3}(?:\w{0,20}Auth)?\(|Auth\()[ \t\n]{0,8}"
    r"[\"'][^\"'\n]{1,128}[\"'][ \t\n]{0,4},[ \t\n]{0,8}([\"'])([^\"'\n]{1,256})\1"
)
# As in: basic auth is anon and its password.
_SAID = re.compile(
    r"[Bb]asic[ -][Aa]uth\w{0,10}(?:[ ](?:is|with|uses))?[ :=(]{1,3}"
    r"([\w.@-]{1,64}):([^\s/,;)`][^\s,;)`]{2,128}+)"
)


def bearers(text: str) -> Iterator[Hit]:
    """Every token behind Bearer, or behind an Authorization header of any scheme."""
    lower = text.lower()
    if "authorization" in lower:
        for match in _AUTHORIZATION.finditer(text):
            value = match["value"].rstrip(".)]")
            if _is_credential(match["scheme"] or "", value):
                start = match.start("value")
                yield Hit(start, start + len(value), Kind.BEARER)
    if "bearer" in lower:
        for match in _BEARER.finditer(text):
            value = match[1].rstrip(".)]:!?|*")
            if not is_placeholder(value) and "=" not in value[:-2] and _is_token(value):
                yield Hit(match.start(1), match.start(1) + len(value), Kind.BEARER)


def _is_credential(scheme: str, value: str) -> bool:
    """True for what an Authorization header sends, false for words about it."""
    if scheme.lower() == "basic" or len(value) < 4 or is_placeholder(value):
        return False
    if not scheme:
        return not (_WORDS_OR_CODE.fullmatch(value) and not looks_random(value, 20))
    if scheme.lower() not in _SCHEMES:
        return looks_random(value, 8)
    return not (value.isalpha() and value.islower() and len(value) < 16)


def _is_token(value: str) -> bool:
    """True for a token behind Bearer where no header says so."""
    digits = any(map(str.isdigit, value))
    inner = any(map(str.isupper, value[1:])) and any(map(str.islower, value))
    if len(value) >= (12 if inner else 32):
        return True
    return digits and len(value) >= (6 if inner else 10)


def basic_auth(text: str) -> Iterator[Hit]:
    """Every user and password of Basic, of curl's -u and its like."""
    lower = text.lower()
    if "basic" in lower:
        yield from _basics(text)
        yield from _second(_SAID, text)
    if "-u" in lower or " -a " in lower or "b64" in lower or "btoa" in lower or "Buffer" in text:
        for match in _USER.finditer(text):
            group = match.lastindex or 0
            yield from _after_colon(text, match.start(group), match.end(group))
    if "auth" in lower:
        yield from _second(_CALL, text)
    if "digest" in lower:
        yield from _second(_DIGEST, text)
    if " -p" in text or " -a" in text or "/user:" in text:
        yield from _second(_SHORT_FLAG, text)


def _second(pattern: re.Pattern[str], text: str) -> Iterator[Hit]:
    for match in pattern.finditer(text):
        if not is_placeholder(match[2]) and match[2].strip(FILL):
            yield Hit(match.start(2), match.end(2), Kind.BASIC_AUTH)


def _basics(text: str) -> Iterator[Hit]:
    for match in _BASIC.finditer(text):
        header = "authorization" in text[max(0, match.start() - 40) : match.start()].lower()
        long = header and len(match[1]) >= 8
        if long or _is_pair(match[1]) or looks_random(match[1], 16):
            yield Hit(match.start(1), match.end(1), Kind.BASIC_AUTH)


def _after_colon(text: str, start: int, end: int) -> Iterator[Hit]:
    """The password of `user:password`, unless it is a number of a user and a group."""
    user, _, secret = text[start:end].partition(":")
    if not secret:
        if looks_random(user, 16):
            yield Hit(start, start + len(user), Kind.BASIC_AUTH)
    elif not is_placeholder(secret) and user != secret and not (user + secret).isdigit():
        yield Hit(start + len(user) + 1, end, Kind.BASIC_AUTH)


def _is_pair(value: str) -> bool:
    """True when it is base64 of `user:password`."""
    plain = value.replace("%3D", "=").replace("%3d", "=").rstrip("=")
    url_safe = "-" in plain or "_" in plain
    try:
        decoded = base64.b64decode(
            plain + "=" * (-len(plain) % 4), altchars=b"-_" if url_safe else None
        )
    except (binascii.Error, ValueError):
        return False
    return b":" in decoded and all(32 <= byte < 127 for byte in decoded)
