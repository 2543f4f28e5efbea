"""Ids, app and environment in a redacted text, told by the names beside them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from bot.anon_answers import Environment
from bot.checks.known_apps import KNOWN_APPS

_BEFORE = 48  # characters in which a UUID's name is looked for
_AFTER = 24
_UUID = re.compile(
    r"(?<![0-9A-Za-z-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z-])"
)
_UUID_NAME = re.compile(
    r"(?P<users>app[ _-]?user|user[ _-]?app|owner[ _-]?id|\bsub\b)"
    r"|(?P<pools>user[ _-]?pool|\bpool)"
    r"|(?P<clients>sdk[ _-]?client|client[ _-]?id|\bclient)",
    re.IGNORECASE,
)

_KEY = r"(?<![A-Za-z])(?:%s)(?![A-Za-z_-])"
_OPEN, _SHUT = "[\"'`\u201c]", "[\"'`\u201d]"
_QUOTED = rf"\\?{_OPEN}(?P<quoted>[^\s\"'`\\<>{{}}$\[\]\u201d]{{1,128}})\\?{_SHUT}"
_VALUE = rf"(?:{_QUOTED}|(?P<bare>[A-Za-z0-9][\w.@|:+%-]{{0,127}}))"
_SIGN = rf"\\?{_SHUT}?[ \t*]{{0,3}}(?P<sign>=>|==?|:|\bis\b|\bwas\b)?[ \t*\r\n]{{0,4}}"
_USER_NAMES = r"app[ _-]?user[ _-]?id|user_app_id|owner[ _-]?id"
_USER = re.compile(_KEY % _USER_NAMES + _SIGN + _VALUE, re.IGNORECASE)
_QUIET_USER = re.compile(  # names that say so only where a quoted value follows
    rf"(?<![A-Za-z_])(?:user_?id|sub)\\?{_SHUT}?[ \t]{{0,3}}[:=][ \t]{{0,3}}"
    rf"{_QUOTED}",
    re.IGNORECASE,
)
_NO_ID = re.compile(
    r"(?:string|number|null|undefined|none|nil|true|false|str|any|missing|empty|unknown|invalid"
    r"|required|not|the|and|or|is|id|value|user|optional|(?:your|my|some|the|example)[\w-]{0,60}"
    r"|process\.env[\w.]{0,60}|x{3,64}|\.{1,64})",
    re.IGNORECASE,
)
_TELLING = re.compile(r"[0-9@|_-]")

_APP = re.compile(
    rf"(?<![A-Za-z])(?:anon_)?(?:apps?|domain|platform|app_?id)\\?{_SHUT}?[ \t]{{0,3}}[:=]"
    rf"[ \t\[]{{0,4}}\\?(?P<open>{_OPEN})?"
    r"(?P<app>[A-Za-z][A-Za-z0-9_]{1,39})(?![A-Za-z0-9_.(/:-])",
    re.IGNORECASE,
)
_APP_IN_URL = re.compile(r"/appIntegration\?id=(?P<app>[a-z][a-z0-9_]{1,39})(?![A-Za-z0-9_%])")
_KNOWN_APP = re.compile(
    rf"(?<![\w./@-])(?:{'|'.join(sorted(KNOWN_APPS))}|united airlines)(?![\w/@-]|\.\w)",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://\S{1,2100}+", re.IGNORECASE)

_ENV = "sandbox|staging|prod"
_ENV_HOST = re.compile(rf"(?<![\w-])svc\.({_ENV}|local)\.anon\.com(?![\w-])", re.IGNORECASE)
_ENV_KEY = re.compile(
    rf"(?<![A-Za-z])(?:anon_)?(?:env|environment)\\?{_SHUT}?[ \t]{{0,3}}[:= ][ \t]{{0,3}}"
    rf"\\?{_OPEN}?({_ENV}|production|local)(?![\w-])",
    re.IGNORECASE,
)
_ENV_WORD = re.compile(
    rf"\b(?:in|on|to|for|against|using|our|the)[ \t]{{1,3}}({_ENV}|production)\b"
    rf"|\b({_ENV}|production)[ \t]{{1,3}}(?:env|environment|key|api)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class NamedUuids:
    """UUIDs by what the words beside them call them."""

    clients: tuple[str, ...]
    pools: tuple[str, ...]
    users: tuple[str, ...]


def named_uuids_in(text: str) -> NamedUuids:
    """Return the UUIDs that have a name: the last one before them, else the first one behind."""
    found: dict[str, list[str]] = {"clients": [], "pools": [], "users": []}
    begin = 0
    for match in _UUID.finditer(text):
        before = text[max(begin, match.start() - _BEFORE) : match.start()]
        names = list(_UUID_NAME.finditer(before))
        name = names[-1] if names else _UUID_NAME.search(text[match.end() : match.end() + _AFTER])
        if name and name.lastgroup:
            found[name.lastgroup].append(match[0].lower())
        begin = match.end()
    return NamedUuids(*(tuple(found[name]) for name in ("clients", "pools", "users")))


def app_user_ids_in(text: str) -> Iterator[str]:
    """Yield appUserIds, surely named ones first; no words of prose, code or placeholders."""
    for match in _USER.finditer(text):
        value = _user_id(match, text[match.end() : match.end() + 1])
        if value and not _UUID.fullmatch(value):
            yield value
    for match in _QUIET_USER.finditer(text):
        if not _NO_ID.fullmatch(match["quoted"]) and not _UUID.fullmatch(match["quoted"]):
            yield match["quoted"]


def _user_id(match: re.Match[str], following: str) -> str | None:
    """Return the id of a match, unless it is a word, a variable or a placeholder."""
    quoted, bare, sign = match["quoted"], match["bare"], match["sign"]
    value = unquote(quoted or bare.rstrip(".:,|+-%"))
    if not value or not value.isprintable() or _NO_ID.fullmatch(value):
        return None
    if quoted or (sign == "=" and match[0].partition("=")[0].isupper()):
        return value
    is_code = following in {"(", "["} or ("." in value and not re.search(r"[0-9@]", value))
    return value if _TELLING.search(value) and not is_code else None


def app_in(text: str) -> str | None:
    """Return the app: a named one as it was pasted, else the only known one in the words."""
    for match in _APP.finditer(text):
        if match["open"] or match["app"].lower() in KNOWN_APPS:
            return match["app"]
    if asked := _APP_IN_URL.search(text):
        return asked["app"]
    words = _URL.sub(" ", text)
    known = {match[0].lower().replace(" ", "_") for match in _KNOWN_APP.finditer(words)}
    return known.pop() if len(known) == 1 else None


def env_in(text: str) -> Environment | None:
    """Return the environment: by host names, else by settings, else by words."""
    for pattern in (_ENV_HOST, _ENV_KEY, _ENV_WORD):
        if match := pattern.search(text):
            name = next(filter(None, match.groups())).lower()
            return Environment("prod" if name == "production" else name)
    return None
