"""Anon's own keys and Ory's: whole, wrapped over lines, or their body apart from the prefix."""

# Lengths, counts and lists of words are what these rules are made of.

import re
from collections.abc import Iterator

from bot.redact.jwt import JOIN
from bot.redact.kinds import FILL, HEX, UUID, Hit, Kind, is_words, looks_random
from bot.redact.patterns import B64, PLACEHOLDER_BODY

_LEAST = 16
_ANON = re.compile(rf"(?<![A-Za-z0-9])[Aa](?:non|NON)\\?_({B64}{{0,4096}}+)")
_ORY = re.compile(rf"(?<![A-Za-z0-9])ory_(?:[a-z]{{2,12}}_){{1,3}}({B64[:-1]}|[.|]){{12,4096}}+)")
_APART = re.compile(r"(?<![A-Za-z0-9])(anon|ory(?:_[a-z]{2,12}){0,3})_(?![A-Za-z0-9])")
_CANDIDATE = re.compile(rf"(?<![A-Za-z0-9+/_-]){B64}{{20,}}+")
_PIECE = re.compile(rf"{B64}{{2,4096}}+(?=[ \t]{{0,8}}(?:[\r\n\\\"'`.,;)]|$))")
_ANOTHER = re.compile(r"[Aa](?:non|NON)_|ory_")
_MOST_LINES = 20


def anon_and_ory_keys(text: str) -> Iterator[Hit]:
    """Every `anon_` and `ory_` key, also one whose body is written apart from its prefix."""
    if "anon" in text or "ANON" in text or "Anon" in text:
        yield from _keys(text, _ANON, Kind.ANON_KEY)
    if "ory_" in text:
        yield from _keys(text, _ORY, Kind.ORY_KEY)
    for prefix in _APART.finditer(text):
        kind = Kind.ANON_KEY if prefix[1] == "anon" else Kind.ORY_KEY
        for match in _CANDIDATE.finditer(text, prefix.end(), min(prefix.end() + 400, len(text))):
            if match.start() > prefix.end() + 160 or FILL in text[prefix.end() : match.start()]:
                break
            if _is_body(match[0]):
                whole = _CANDIDATE.match(text, match.start()) or match
                yield Hit(match.start(), whole.end(), kind)
                break


def _keys(text: str, pattern: re.Pattern[str], kind: Kind) -> Iterator[Hit]:
    at = 0
    for match in pattern.finditer(text):
        if match.start() < at or PLACEHOLDER_BODY.fullmatch(match[1]):
            continue
        pieces = [match[1]]
        end = match.end() if match[1].islower() else _follow(text, match.end(), pieces)
        body = "".join(pieces)
        if len(body) >= _LEAST and _is_body(body, 12):
            yield Hit(match.start(), end, kind)
            at = end


def _follow(text: str, end: int, pieces: list[str]) -> int:
    """Take in the lines that the key was wrapped over; return where the last of them ends."""
    for _ in range(_MOST_LINES):
        join = JOIN.match(text, end)
        if join is None or join["space"]:
            break
        piece = _PIECE.match(text, join.end())
        if piece is None or not _goes_on(pieces, piece[0]):
            break
        pieces.append(piece[0])
        end = piece.end()
    return end


def _goes_on(pieces: list[str], piece: str) -> bool:
    """True for a line that looks random, and for the rest behind lines of one width."""
    if UUID.fullmatch(piece) or HEX.fullmatch(piece) or is_words(piece) or _ANOTHER.match(piece):
        return False
    behind_whole_line = len(pieces) > 1 and len(piece) <= len(pieces[-1])
    mixed = all(any(map(kind, piece)) for kind in (str.isupper, str.islower, str.isdigit))
    return looks_random(piece, 6) or behind_whole_line or (mixed and len(piece) >= _LEAST)


def _is_body(body: str, least: int = 20) -> bool:
    """True for a key's body; false for the rest of a variable's, a file's or a cookie's name."""
    if is_words(body) or len(body) < least or UUID.fullmatch(body) or HEX.fullmatch(body):
        return False
    return looks_random(body, least) or any(
        looks_random(part, 12) for part in re.split(r"[+/_-]", body)
    )
