"""Passwords in addresses, and addresses that are passwords: userinfo, shared and magic links."""

# Lengths, counts and lists of words are what these rules are made of.

import re
from collections.abc import Iterator

from bot.redact.kinds import FILL, Hit, Kind, looks_random
from bot.redact.names import is_placeholder

# Backtracking from the right finds the last `@`: a password may hold one.
_USERINFO = re.compile(
    r"(?::|(?<![^\s\"'`(<=]))//(?:(?P<user>[^\s/:@\"'<>?#`|]{0,200}+):(?!\d{1,5}[/?#\s])"
    r"(?P<secret>[^\s\"'<>`/]{1,256}(?=@[\w.\[%$\ue0fe-])"
    r"|[^\s\"'<>`@]{1,256}+(?=@[\w.\[%$\ue0fe-]))@"
    r"|(?P<lone>[^\s/:@\"'<>?#`|]{16,512}+)@)"
)
_ESCAPED = re.compile(
    r"%3A%2F%2F(?:[^\s%&]|%(?!3A|40|2F)[0-9A-F]{2}){0,100}+%3A"
    r"((?:[^\s%&]|%(?!40|2F)[0-9A-F]{2}){1,200}+)%40",
    re.IGNORECASE,
)
_GO_DSN = re.compile(r"(?<![\w/.:-])[\w.-]{1,64}+:([^\s@/\"']{1,128}+)@(?:tcp|unix)\(")
_DOCUMENTED = re.compile(r"(?i)(?:user(?:name)?|usr|u|login):(?:pass(?:word)?|pwd|pw|p)")

_SHARED: tuple[tuple[str, Kind, re.Pattern[str]], ...] = (
    ("share.1password", Kind.ONEPASSWORD_LINK, re.compile(
        r"share\.1password\.(?:com|eu|ca)(?:/|%2F)((?:[\w#/?=&;.-]|%[0-9A-Fa-f]{2}){6,1024}+)")),
    ("send.bitwarden", Kind.SHARE_LINK,
     re.compile(r"send\.bitwarden\.(?:com|eu)/(#[\w/=-]{8,512}+)")),
    ("/#/send/", Kind.SHARE_LINK, re.compile(r"/#/send/([\w/=-]{8,512}+)")),
    ("secret/", Kind.SHARE_LINK,
     re.compile(r"(?:onetimesecret|ots)\.[\w.-]{2,40}/secret/([\w-]{8,512}+)")),
    ("privnote.com", Kind.SHARE_LINK, re.compile(r"privnote\.com/([\w#-]{6,512}+)")),
    ("pwpush", Kind.SHARE_LINK, re.compile(r"pwpush\.com/(?:\w{2}/)?p/([\w-]{6,512}+)")),
    ("share.doppler", Kind.SHARE_LINK, re.compile(r"share\.doppler\.com/s/([\w#-]{6,512}+)")),
    ("yopass", Kind.SHARE_LINK, re.compile(r"yopass\.\w{2,8}/#/[sf]/([\w/-]{8,512}+)")),
    ("scrt.link", Kind.SHARE_LINK, re.compile(r"scrt\.link/s#([\w/-]{6,512}+)")),
)  # fmt: skip
# Links whose path is the password: to sign in, to reset, to join.
_MAGIC = re.compile(
    r"/(?:reset(?:[-_]password)?|password[-_]reset|magic(?:[-_]?link)?|invites?"
    r"|verify(?:[-_]email)?"
    r"|confirm(?:ation)?|activate|tokens?|recover(?:y)?)/([A-Za-z0-9_.~-]{16,512}+)",
    re.IGNORECASE,
)


def url_credentials(text: str) -> Iterator[Hit]:
    """Every password in an address."""
    if "@" in text:
        for match in _USERINFO.finditer(text):
            yield from _userinfo(match)
        if "@tcp(" in text or "@unix(" in text:
            for match in _GO_DSN.finditer(text):
                yield Hit(match.start(1), match.end(1), Kind.URL_CREDENTIALS)
    if "%40" in text:
        for match in _ESCAPED.finditer(text):
            yield Hit(match.start(1), match.end(1), Kind.URL_CREDENTIALS)


def _userinfo(match: re.Match[str]) -> Iterator[Hit]:
    if match["lone"]:
        public = "sentry" in match.string[match.end() : match.end() + 60]
        if looks_random(match["lone"], 16) and not public:
            yield Hit(match.start("lone"), match.end("lone"), Kind.URL_CREDENTIALS)
        return
    user, secret = match["user"], match["secret"]
    if is_placeholder(secret) or not secret.strip(FILL):
        return
    if _DOCUMENTED.fullmatch(f"{user}:{secret}"):
        return
    yield Hit(match.start("secret"), match.end("secret"), Kind.URL_CREDENTIALS)
    if looks_random(user, 16):
        yield Hit(match.start("user"), match.end("user"), Kind.URL_CREDENTIALS)


def shared_links(text: str) -> Iterator[Hit]:
    """The secret part of every link that hands a secret over, or that signs somebody in."""
    for gate, kind, pattern in _SHARED:
        if gate in text:
            for match in pattern.finditer(text):
                end = match.end(1) - len(match[1]) + len(match[1].rstrip(".;"))
                yield Hit(match.start(1), end, kind)
    for match in _MAGIC.finditer(text):
        if looks_random(match[1], 16):
            yield Hit(match.start(1), match.end(1), Kind.URL_CREDENTIALS)
