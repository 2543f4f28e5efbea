"""JSON Web Tokens, also cut off, wrapped over lines, quoted, concatenated or percent-encoded."""

# Lengths, counts and lists of words are what these rules are made of.
# ruff: noqa: PLR0911

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.redact.kinds import HEX, UUID, Hit, Kind, is_wordy

_HEAD = re.compile(
    r"ey[JAI](?:(?<![A-Za-z0-9+/_-]ey.)|(?<=%[0-9A-Fa-f]{2}ey.)|(?<=\\[nrt]ey.)"
    r"|(?=hbGci|0eXAi|raWQi|lbmMi|jdHki|zdWIi|pc3Mi|CJhbGci))"
    r"|ew(?:og|0K)(?=IC|CS|Im|Iy)[A-Za-z0-9_-]{20}"
)
_CHUNK = re.compile(r"[A-Za-z0-9_-]++")
_DOT = re.compile(r"(?:\.(?!\.)|%2[Ee]|%252[Ee]|\\u002[Ee])")
_CUT = re.compile(
    r"(?:\.{2,6}|\u2026|\[(?:\.{3}|\u2026|snip|cut)\]|(?:&lt;|<)snip(?:&gt;|>)|\*{3,8})"
)
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]+")
_PAD = re.compile(r"(?:={1,2}|(?:%3[Dd]){1,2})(?=\.|%2[Ee])")
_MARGIN = r"[ \t\u00a0]{0,40}+(?:(?:>|&gt;|\||#|//|\*)[ \t]{0,8}+){0,3}+"
JOIN = re.compile(
    r"(?P<explicit>[ \t]{0,8}+(?:\\{1,2}|\^)[ \t]{0,4}+(?:\r\n|\n|\r)" + _MARGIN + "|"
    r"(?P<quote>\\?[\"'])[ \t\r\n\\+.&|>_]{0,80}+[rbuf]?+(?P=quote)"
    r"|`[ \t]{0,8}+\+[ \t\r\n]{0,60}+`)"
    r"|(?P<wrap>[ \t]{0,8}+(?:\r\n|\n|\r|\\r\\n|\\n)" + _MARGIN + ")"
    r"|(?P<space>[ \t]{1,4}+)"
)
# Length in base64url of a signature by its alg; RSA sizes vary.
_SIZES = {
    "ES256": {86},
    "ES256K": {86},
    "ES384": {128},
    "ES512": {176},
    "HS256": {43},
    "HS384": {64},
    "HS512": {86},
    "EdDSA": {86, 152},
}
_MOST_PIECES = 600
_LINE = 30  # a line as long as the one above, and nothing else on it
_ANOTHER = re.compile(r"ey[JAI]|ew[o0]")
_RSA_SIZES = {342, 512, 683}
_HEADER_STARTS = ("eyJhbGci", "eyJ0eXAi", "eyJraWQi", "eyJlbmMi", "eyJjdHki", "eyJ4NX", "eyJqa3Ui")


@dataclass(slots=True)
class _Walk:
    """How far a token has been followed."""

    end: int
    parts: list[str] = field(default_factory=lambda: [""])
    cut: bool = False
    header: dict[str, object] = field(default_factory=dict)
    widths: list[int] = field(default_factory=list)  # of the lines that wrapped
    line: int = 0


def jwts(text: str) -> Iterator[Hit]:
    """Every token, with all of its wrapped lines in one hit."""
    at = 0
    while head := _HEAD.search(text, at):
        walk = _follow(text, head.start())
        at = max(walk.end, head.end())
        if text[max(0, head.start() - 3) : head.start()] == "pk.":
            continue  # Mapbox's public tokens
        if _is_token(walk, text, head.start()):
            yield Hit(head.start(), walk.end, Kind.JWT, not walk.cut and len(walk.parts) >= 3)


def is_public_header(value: str) -> bool:
    """True for a header alone, which names an algorithm and a key and nobody."""
    header = _decoded(value)
    return "alg" in header and not {"sub", "iss", "exp"} & header.keys()


def _follow(text: str, start: int) -> _Walk:
    walk = _Walk(start)
    _take(walk, _CHUNK.match(text, start))
    for _ in range(_MOST_PIECES):
        if not _step(walk, text):
            break
    return walk


def _take(walk: _Walk, chunk: re.Match[str] | None) -> bool:
    if chunk is None:
        return False
    walk.parts[-1] += chunk[0]
    walk.line += len(chunk[0])
    walk.end = chunk.end()
    return True


def _step(walk: _Walk, text: str) -> bool:
    """One more piece of the token; false at its end."""
    at = walk.end
    if pad := _PAD.match(text, at):
        at = pad.end()
    if skip := _INVISIBLE.match(text, at):
        return _take(walk, _CHUNK.match(text, skip.end())) or _dot(walk, text, skip.end())
    if _dot(walk, text, at):
        return True
    if cut := _CUT.match(text, at):
        walk.cut = True
        chunk = _CHUNK.match(text, cut.end())
        return chunk is not None and len(chunk[0]) >= 4 and _take(walk, chunk)
    return _join(walk, text, at)


def _dot(walk: _Walk, text: str, at: int) -> bool:
    dot = _DOT.match(text, at)
    if (dot and len(walk.parts) == 1) or text.startswith("..", at):
        walk.header = walk.header or _decoded(walk.parts[0])
    most = 5 if "enc" in walk.header else 3
    if dot is None and len(walk.parts) == 1 and most == 5 and text.startswith("..", at):
        walk.parts += ["", ""]
        return _take(walk, _CHUNK.match(text, at + 2))
    if dot is None or len(walk.parts) >= most:
        return False
    chunk = _CHUNK.match(text, dot.end())
    join = None if chunk else JOIN.match(text, dot.end())
    if join and not join["space"]:
        chunk = _CHUNK.match(text, join.end())
        if chunk and join["wrap"] and not (len(walk.parts) < 2 or _is_body(chunk[0])):
            chunk = None
        walk.line = 0 if chunk else walk.line
    elif join:
        chunk = _CHUNK.match(text, join.end())
        chunk = chunk if chunk and _is_body(chunk[0]) else None
    if chunk is None and len(walk.parts) != 2:
        return False
    walk.parts.append("")
    walk.end, walk.line = dot.end(), walk.line + 1
    return _take(walk, chunk)


def _join(walk: _Walk, text: str, at: int) -> bool:
    """Follow the token over a line break, a string concatenation or a blank."""
    join = JOIN.match(text, at)
    if join is None:
        return False
    if dot := _DOT.match(text, join.end()):
        after = _CHUNK.match(text, dot.end())
        if after is None or not _is_body(after[0]):
            return False
        return _dot(walk, text, join.end())
    chunk = _CHUNK.match(text, join.end())
    if chunk is None or not _belongs(walk, text, join, chunk):
        return False
    if not join["space"]:
        walk.widths.append(walk.line)
        walk.line = 0
    return _take(walk, chunk)


def _belongs(walk: _Walk, text: str, join: re.Match[str], chunk: re.Match[str]) -> bool:
    piece = chunk[0]
    if join["explicit"]:
        return not re.match(r"\\?[\"']\s{0,4}[:,=]", text[chunk.end() : chunk.end() + 8])
    complete = _is_complete(walk, "")
    if complete:
        return "RS256" in complete and len(piece) >= 60 and _is_body(piece)
    if len(walk.parts) == 3 and _ANOTHER.match(piece):
        return False
    if join["wrap"] and _ends_part(walk, text, chunk):
        return True
    if join["space"]:
        return len(piece) >= 20 and _is_body(piece)
    if len(piece) >= 16 and _is_body(piece):
        return True
    alone = re.match(r"[ \t]{0,8}(?:[\r\n\\\"'`.,;]|$)", text[chunk.end() : chunk.end() + 12])
    if not alone:
        return False
    if _is_complete(walk, piece) or (len(piece) >= _LINE and abs(len(piece) - walk.line) <= 1):
        return True
    full = any(abs(walk.line - width) <= 1 for width in walk.widths)
    return full and len(piece) <= walk.line and not is_wordy(piece)


def _ends_part(walk: _Walk, text: str, chunk: re.Match[str]) -> bool:
    """True for the last characters of a header or payload, with the next part behind the dot."""
    dot = _DOT.match(text, chunk.end()) if len(walk.parts) < 3 else None
    after = _CHUNK.match(text, dot.end()) if dot else None
    if after is None:
        return False
    return after[0].startswith(("ey", "ew", "e30")) if len(walk.parts) == 1 else _is_body(after[0])


def _is_body(piece: str) -> bool:
    """True for what a base64url part looks like, and no id, hash or word does."""
    if len(piece) < 16 or UUID.fullmatch(piece) or HEX.fullmatch(piece):
        return False
    mixed = any(map(str.isupper, piece)) and any(map(str.islower, piece))
    return mixed and not is_wordy(piece)


def _is_complete(walk: _Walk, piece: str) -> set[str]:
    """The algorithms whose signature is just as long as this one with the piece."""
    if len(walk.parts) != 3:
        return set()
    size, alg = len(walk.parts[2]) + len(piece), str(walk.header.get("alg", ""))
    if alg[:2] in {"RS", "PS"}:
        return {"RS256"} if size in _RSA_SIZES else set()
    sizes = _SIZES.get(alg, {43, 86, 342})
    return {alg or "?"} if size in sizes else set()


def _decoded(part: str) -> dict[str, object]:
    if len(part) > 4_096:
        return {}
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _is_token(walk: _Walk, text: str, start: int) -> bool:
    if len(walk.parts) > 1 and len(walk.parts[1]) + len(walk.parts[-1]) >= 4:
        return len(walk.parts[0]) >= 8
    only = walk.parts[0]
    if "base64," in text[max(0, start - 10) : start]:
        return False  # a data: URI, such as an inline source map
    if only.startswith(_HEADER_STARTS):
        return len(only) >= 40 and not is_public_header(only)
    return len(only) >= 20
