"""Which names announce a secret, and which values are no secret whatever they are called."""

# Lengths, counts and lists of words are what these rules are made of.
# ruff: noqa: PLR0911, SIM905

import re
from enum import IntEnum
from functools import lru_cache


class Level(IntEnum):
    """How much a name alone says about its value."""

    NONE = 0
    WEAK = 1  # a secret if it looks random: key, session, code
    TOKEN = 2  # a secret unless it is prose, code or a placeholder: token, api key
    PASSWORD = 3  # a secret even if it is a word


_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_QUALIFIERS = frozenset(
    "prod production dev development test testing staging stage sandbox live old new value val"
    " raw str string"
    " b64 base64 plain text plaintext backup confirm confirmation again repeat header main"
    " default current"
    " previous prev next local ci here data env var a b primary secondary base".split()
)
_PASSWORDS = frozenset(
    "password passwd pwd pass passphrase passcode pw psw pswd passwort kennwort senha"
    " contrasena mdp secret"
    " userpassword mnemonic requirepass masterauth rootpw".split()
)
_PASSWORD_ENDS = ("password", "passwd", "passphrase", "passcode", "secret", "pwd")
_TOKENS = frozenset(
    "token apikey secretkey privatekey accesskey authkey masterkey accountkey sharedkey"
    " encryptionkey jwt pat"
    " bearer credential credentials creds verifier assertion samlresponse authorization sas"
    " authtoken idtoken"
    " accesstoken refreshtoken otp totp ticket cookie presharedkey psk xtoken".split()
)
_TOKEN_ENDS = ("token", "apikey", "secretkey", "privatekey", "accesskey", "authkey", "credential")
_WEAK = frozenset(
    "key session sid sessionid sessid phpsessid jsessionid code auth sig signature csrf xsrf"
    " hmac salt seed"
    " sess hash2 pin invitation invite license licence pepper xs lwpcookie clearance sso".split()
)
_KEY_OWNERS = frozenset(
    "api apis access secret private signing sign encryption encrypt decryption master account"
    " shared license"
    " licence auth service server admin deploy subscription storage function functions webhook"
    " hmac jwt session"
    " aes rsa ec root integration ingest write routing anon prod live pre preshared"
    " provisioning client jwe"
    " ssh deployment management automation bot team workspace vault user prf salt token cookie"
    " crypto cipher"
    " ingestion sandbox app application personal dev our".split()
)
_WEAK_OWNERS = frozenset("ssh client user our data sandbox dev prod live token team".split())
_NOT_BEFORE_TOKEN = frozenset(
    "unexpected invalid illegal page next continuation cancel cancellation max css design".split()
)
_ASSURED_COOKIES = frozenset(
    ("connect.sid", "li_at", "at-main", "sess-at-main", "asp.net_sessionid", "datr")
)


@lru_cache(maxsize=4096)
def level(name: str, before: str = "") -> Level:
    """What the name, and the word that stands before it, say about the value."""
    if name.lower() in _ASSURED_COOKIES:
        return Level.WEAK
    words = [word.lower() for word in _PARTS.findall(name)]
    while len(words) > 1 and (words[-1] in _QUALIFIERS or words[-1].isdigit()):
        words.pop()
    if not words:
        return Level.NONE
    last = words[-1]
    if last == "response" and words[-2:-1] == ["saml"]:
        return Level.TOKEN
    if words[0] in {"csrf", "xsrf"}:
        return Level.WEAK
    owner = words[-2] if len(words) > 1 else before.lower()
    if words[0] == "ory" and name[:4].lower() == "ory_":
        return Level.TOKEN
    if last in _PASSWORDS or last.endswith(_PASSWORD_ENDS):
        return Level.PASSWORD
    if last in _TOKENS or last.endswith(_TOKEN_ENDS):
        return Level.WEAK if owner in _NOT_BEFORE_TOKEN else Level.TOKEN
    return _other(words, last, owner)


def _other(words: list[str], last: str, owner: str) -> Level:
    if last in {"key", "keys"}:
        if owner in _WEAK_OWNERS:
            return Level.WEAK
        if owner in _KEY_OWNERS:
            return Level.TOKEN
        return (
            Level.WEAK
            if owner not in {"public", "pub", "publishable", "site", "cache"}
            else Level.NONE
        )
    if last == "id" and owner in {"session", "sess", "php", "aspsess"}:
        return Level.WEAK
    if last in {"tokens", "secrets", "passwords"}:
        return Level.WEAK
    if last == "signature" and "security" in words:
        return Level.TOKEN
    return Level.WEAK if last in _WEAK else Level.NONE


_LITERALS = frozenset(
    "true false null none nil undefined nan string str number int integer boolean bool object"
    " any unknown required"
    " optional missing invalid expired empty blank unset n/a redacted removed hidden masked"
    " omitted snip snipped"
    " censored scrubbed secretstr bytes text varchar uuid yes no bearer basic include"
    " same-origin omit placeholder".split()
)
# What fills a gap: `<token>`, `${TOKEN}`, `{{ token }}`, `$(cat x)`, `%TOKEN%`, `[token]`.
_BRACKETED = re.compile(
    r"<[^<>]{0,80}>?|&lt;.{0,80}|\[[\w\s.-]{0,60}\]?|\(.{0,60}\)?|\{\{.{0,80}"
    r"|\{[\w.\s$()]{0,60}\}?|\$\{.{0,200}|\$\(.{0,200}"
    r"|\$env:\w{1,60}|%[A-Z_]{2,60}%|@[A-Za-z_.]{1,60}|\#\{.{0,80}|__[A-Z_]{1,60}__"
    r"|\$[A-Z_][A-Z0-9_]*\}?|\$[a-zA-Z_]+(?:->\w+|\[.{0,40}\])?"
)
_BLANKED = re.compile(
    r"[xX*\u2022.\u2026_?#-]{2,}|(?:[a-z]{2,10}[_-]){0,3}[xX*]{3,}[\w-]{0,60}"
    r"|[A-Za-z0-9]{0,8}(?:\.{3}|\u2026)|\.{3}.{0,4}"
)
_ASKED = re.compile(r"(?i)(?:your|insert|enter|replace|paste|put|add|the|some|a|my)[-_\s]")
_ASKED_FOR = re.compile(r"(?i)(?:the|some|a|my)[-_\s](?:secret|token|key|password|api[-_]?key|jwt)")
_REFERENCE = re.compile(
    r"(?i)(?:arn:aws|https?://|op://|vault:|ref\+|projects/|kms:|aws-sm|file:|env:|secretref:"
    r"|ssm:|\.{1,2}/|~/|[a-z]:\\)"
)
_PATH = re.compile(
    r"/?(?:[a-zA-Z._-]{2,40}/){1,12}[\w.-]{0,80}|[\w./-]{1,120}\.(?:pem|key|json|ya?ml|txt|p12"
    r"|pfx|crt|env|js|ts|py)"
)


def is_placeholder(value: str) -> bool:
    """True for what stands where a secret would, and for a pointer to where one is kept."""
    if not value or value.lower().rstrip(".,;)") in _LITERALS:
        return True
    if value[0] in "<&[({$%@#_" and _BRACKETED.fullmatch(value):
        return True
    if len(value) <= 80 and (asked := _ASKED.match(value)):
        longer = asked[0][:-1].lower() not in {"the", "some", "a", "my"}
        return longer or bool(_ASKED_FOR.fullmatch(value))
    if (value.startswith("your") and value[4:5].isupper()) or value.lower().endswith(
        ("-here", "_here")
    ):
        return True
    return bool(_BLANKED.fullmatch(value) or _REFERENCE.match(value))


def is_path(value: str) -> bool:
    """True for a file's path or name."""
    return bool(_PATH.fullmatch(value))


_PROSE = frozenset(
    "true false null none not no yes is are was has have had must should cannot could can the a"
    " an and or in for from"
    " to of with without as at on by if when where which what why how it this that your my our"
    " we i you bearer basic"
    " token password secret key jwt hidden redacted masked removed revoked rotated valid ok"
    " okay fail failed failure"
    " error denied unauthorized forbidden malformed mismatch found wrong incorrect verify"
    " verified reset forgot"
    " changed updated created deleted generated same different still also only never always"
    " does did do will would"
    " works worked working exp iat sub aud iss kid alg sandbox prod production staging"
    " development dev invalid expired missing"
    " required optional empty grant client user session name type length value string number"
    " session server request"
    " see please check below above here there then but because since after before until set"
    " unset needed used unused"
    " correct active inactive unknown undefined supported unsupported allowed rejected accepted"
    " signed unsigned good"
    " bad strict lax enabled disabled new old default login signin logout rs256 es256 hs256"
    " eddsa ps256 access refresh"
    " api id exchange generation rotation validation verification auth authentication"
    " authorization oauth oidc saml"
    " authorization_code anon instagram linkedin amazon webapp service sync async fine gone"
    " lost stale".split()
)


def is_prose(value: str) -> bool:
    """True when it is made of the words that people and error texts use about secrets."""
    words = [word for word in re.split(r"[\s_.,:;!?()/-]+", value.lower()) if word]
    return bool(words) and all(word in _PROSE for word in words)
