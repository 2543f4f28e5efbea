"""Secrets that are known by their name: `name=value`, JSON, YAML, headers, forms, commands."""

# Lengths, counts and lists of words are what these rules are made of.

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.redact.kinds import FILL, Hit, Kind, is_words, looks_random
from bot.redact.names import Level, is_placeholder, is_prose, level
from bot.redact.values import Value, is_secret

_QUOTE = r"(?:\\{0,3}[\"'`]|&quot;|&\#39;|%22|[\u201c\u201d\u2018\u2019])"
_PAIR = re.compile(
    r"(?P<name>[A-Za-z_$@](?:(?<![\w$.\\%-].)|(?<=--.)(?<!\w--.)|(?<=\\[nrt].)"
    r"|(?<=%[0-9A-Fa-f]{2}.))[\w$.-]{0,79}+)"
    rf"(?:\[\])?(?P<close>{_QUOTE}?+)\]?+\??+!?+[*_~]{{0,3}}+[ \t]{{0,40}}+"
    r"(?P<op>\s?=>|::?=|={1,3}|:(?!//)|%253[ADad]|%3[ADad]|\\u003[ad]|,|&gt;|>|\uff1a"
    r"|(?:is|was|are)(?=[ \t:]):?)"
)
_OPEN = re.compile(
    rf"[*_~]{{0,3}}+[ \t]{{0,40}}+(?:[rbufLR@]{{1,2}}(?=[\"']))?+(?P<open>{_QUOTE})?+"
)
_BLOCK = re.compile(
    r"[ \t]{0,8}+(?:[|>][-+]?\d?)?+[ \t]{0,8}+(?:\r?\n[ \t]{0,40}+){1,2}+(?:&gt;[ \t])?+"
)
_UNTIL = {
    '"': re.compile(r"(?:[^\"\\\n]|\\.){0,8192}+"),
    "'": re.compile(r"(?:[^'\\\n]|\\.){0,8192}+"),
    "`": re.compile(r"[^`\n]{0,8192}+"),
}
_UNTIL_ESCAPED = re.compile(
    r"(?:[^\\\n\"'&%\u2018-\u201d]|\\(?!\\{0,3}[\"'`])|[&%'](?!quot;|#39;|22)){0,4096}+"
)
_BARE = re.compile(
    r"(?:[^\s\"'`,;&%<>\\]{1,8192}+|&(?:amp|lt|gt);(?![\w.%-]{1,40}=)"
    r"|&(?!(?:amp;)?[\w.%-]{1,40}=)(?!(?:quot|amp|lt|gt);)|;(?=[^\s;=]{1,64}$)"
    r"|%(?!26|3B|2526|23)|,(?=[^\s\"',;=:]{1,32}(?:\s|$))|\\(?![nrt\"'])){1,8192}+"
)
_INNER = re.compile(r"\s?([A-Za-z_][\w.-]{1,40}+)\s?=(?!=)")
_LINE = re.compile(r"[^\s`]{1,8192}+")
_BEFORE = re.compile(r"[A-Za-z]{2,20}(?=[ \t_-]\Z)")
_PHRASE = re.compile(r"(?i)phrase|mnemonic|seed")

_JWK_NAMES = frozenset(("d", "p", "q", "dp", "dq", "qi", "k", "r", "t"))
_XML_JWK = frozenset(("D", "P", "Q", "DP", "DQ", "InverseQ"))
_WRAPPED = re.compile(r"(?:[A-Za-z0-9_+/=-]|\s|\\[nr]|\\\n){0,4096}+")
_COOKIE_MARKS = (
    "httpOnly", "HttpOnly", "http_only", "httponly", "expirationDate", "sameSite", "SameSite",
    "same_site", "hostOnly", "storeId", '"expires"', "'expires'", '"domain"', "'domain'", "domain:",
)  # fmt: skip
_NAMED_BY = re.compile(
    rf"(?:name|Name|key|Key|header|id|label){_QUOTE}?+\s{{0,4}}[:=]\s{{0,4}}{_QUOTE}?+"
    r"([\w.$-]{1,80}+)"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name, what closes it, the operator behind it, and where all that begins and ends."""

    text: str
    op: str
    close: str
    start: int
    end: int


def _named(pair: re.Match[str], name: str) -> Name:
    return Name(name, pair["op"].strip(), pair["close"], pair.start(), pair.end())


def named_secrets(text: str) -> Iterator[Hit]:
    """Every value whose name says that it is secret."""
    at = 0
    while pair := _PAIR.search(text, at):
        at = pair.end()
        if hit := _judge_pair(text, pair):
            yield hit
            at = max(at, hit.end)


def _judge_pair(text: str, pair: re.Match[str]) -> Hit | None:
    name = pair["name"].rstrip("_*") or "_"
    if name in _JWK_NAMES or name in _XML_JWK:
        return _jwk_member(text, pair)
    if name.lower() in {"value", "current_value", "currentvalue"}:
        return _described(text, pair)
    rank = level(name)
    if rank is Level.NONE or not _is_operator(text, pair):
        return None
    if before := _BEFORE.search(text, max(0, pair.start() - 21), pair.start()):
        rank = level(name, before[0])
    inner = _INNER.match(text, pair.end())
    if inner and level(inner[1]) is not Level.NONE:
        return None  # `key=token=…`: the inner name has its own turn
    value = read(text, _named(pair, name))
    if value is None or not is_secret(value, rank):
        return None
    return Hit(value.start, value.end, Kind.NAMED_SECRET)


def _is_operator(text: str, pair: re.Match[str]) -> bool:
    """False for a comma in prose, a closing tag, the colons of an ARN."""
    op, start = pair["op"].strip(), pair.start()
    if op == ":":
        return text[start - 1 : start] != ":"
    if op == ",":
        return bool(pair["close"])
    if op in {">", "&gt;"}:
        return text[start - 1 : start] == "<" or text[max(0, start - 4) : start] == "&lt;"
    return True


def read(text: str, named: Name) -> Value | None:
    """The value behind the operator, quoted or bare, on this line or on the next."""
    op, name, at, begin = named.op, named.text, named.end, named.start
    block = _BLOCK.match(text, at) if op in {":", "\uff1a", "is"} else None
    at = block.end() if block else at
    lead = _OPEN.match(text, at)
    opened, start = (lead["open"] or "", lead.end()) if lead else ("", at)
    if not opened and len(named.close) > 1 and text[start : start + 1].isspace():
        return None
    env = op == "=" and name.isupper() and text[max(0, begin - 1) : begin] not in {"?", "&", ";"}
    value = text[start : _end(text, start, opened, env=env)]
    if not opened:
        value = value.rstrip(",;)]}>\\" if env else ".,;:)]}>*!?\\|")
        after = text[start + len(value) : start + len(value) + 1]
        if block and (not looks_random(value, 8) or after in {":", "="}):
            return None
    if not value:
        return None
    end = start + len(value)
    rest = text[end : end + 40].split("\n", 1)[0].strip(" \t.,;!?)`*\"'}]")
    return Value(
        start, end, value, name, opened, op,
        spaced=" " in text[begin + len(name) : start], last=not rest,
        phrase=bool(_PHRASE.search(name)),
        before=text[max(0, begin - 2) : begin], after=text[end : end + 1],
    )  # fmt: skip


def _end(text: str, start: int, opened: str, *, env: bool) -> int:
    until = None
    if opened in _UNTIL:
        until = _UNTIL[opened].match(text, start)
    elif opened:
        until = _UNTIL_ESCAPED.match(text, start)
    else:
        line = _LINE.match(text, start) if env else None  # in an environment file up to a blank
        until = line if line and not {"<", "&"} & set(line[0]) else _BARE.match(text, start)
    return until.end() if until else start


def _jwk_member(text: str, pair: re.Match[str]) -> Hit | None:
    """A private member of a JWK, quoted, escaped or in XML."""
    op, name = pair["op"].strip(), pair["name"]
    if op not in {":", "=", "=>", ">", "&gt;"} or (name in _XML_JWK) != (op in {">", "&gt;"}):
        return None
    lead = _OPEN.match(text, pair.end())
    start = lead.end() if lead else pair.end()
    quoted = bool(lead and lead["open"]) or name in _XML_JWK
    until = (_WRAPPED if quoted else _BARE).match(text, start)
    value = until[0].rstrip().rstrip(",") if until else ""
    if looks_random(re.sub(r"\s|\\[nr]", "", value), 16):
        return Hit(start, start + len(value), Kind.JWK_PRIVATE)
    if not quoted or len(value) < 4 or " " in value or is_words(value) or is_placeholder(value):
        return None
    near = "kty" in text[max(0, pair.start() - 2_000) : start + 2_000]
    return Hit(start, start + len(value), Kind.JWK_PRIVATE) if near else None


def _around(text: str, start: int, end: int) -> str:
    """The other members of the object, or of the list's item, that holds this one."""
    least, most = max(0, start - 400), end + 400
    left = max(text.rfind("{", least, start), text.rfind("\n- ", least, start), least)
    rights = [at for at in (text.find("}", end, most), text.find("\n- ", end, most)) if at >= 0]
    return text[left:start] + "\n" + text[end : min(rights, default=most)]


def _described(text: str, pair: re.Match[str]) -> Hit | None:
    """The `value` of an object whose other members tell that it is a secret or a cookie."""
    value = read(text, _named(pair, "value"))
    if value is None or value.op not in {":", "=", "=>"} or is_placeholder(value.text):
        return None
    if FILL in value.text or len(value.text) < 4 or is_prose(value.text):
        return None
    around = _around(text, pair.start(), value.end)
    rank = max((level(found[1]) for found in _NAMED_BY.finditer(around)), default=Level.NONE)
    if any(mark in around for mark in _COOKIE_MARKS):
        odd = len(value.text) >= 6 and (rank > Level.NONE or not is_words(value.text))
        return Hit(value.start, value.end, Kind.COOKIE) if odd else None
    secret = rank >= Level.TOKEN or (rank > Level.NONE and looks_random(value.text))
    return Hit(value.start, value.end, Kind.NAMED_SECRET) if secret else None
