"""The token inside what somebody pasted: freed of its wrapping, never mended inside a part."""

import base64
import itertools
import re

from bot.unwrap import unwrap

# A token is 16 KiB at most; the rest is room for wrapping. A longer paste is only looked at so far.
MOST_PASTED = 64 * 1024

_QUOTE_BAR = re.compile(r"^[ \t]*(?:[>|][ \t]*)+", re.MULTILINE)
_BREAK = re.compile(r"\\[nrt]|[\\^][ \t]{0,8}\r?\n|<br ?/?>", re.IGNORECASE)
_ESCAPED_SIGN = re.compile(r"\\u00(2[267]|3[cde])", re.IGNORECASE)
# Strings that code puts together: "a" + "b", or one under the other.
_PUT_TOGETHER = re.compile(
    r"(?<=[A-Za-z0-9_.-])([\"'`])\s{0,40}(?:[+.&\\]\s{0,40}|\n\s{0,40})\1(?=[A-Za-z0-9_.-])(?!ey)"
)
# `ey…` and `ew…` are what a JSON object's brace, then a quote or white space, turns into.
_HEAD = re.compile(
    r"(?:(?<![A-Za-z0-9+_.-])|(?<=%[0-9A-Fa-f]{2})|(?<![A-Za-z0-9+_.-]_)(?<=_))(?:ey[AIJ]|ew[0ko])"
    r"(?![:;,\"'`)\]}>])"
)
_AROUND_DOT = re.compile(r"\s*\.\s*")
_END = re.compile(
    r"[\"'`,;&<>|\\)}\]#\u00bb\u203a\u300d\u2032\u2033\uff02\uff07]"
    r"|%(?:2[0267C]|3[BCE]|[57]D)|[!?]+(?=\s|\Z)"
)
_LABEL = re.compile(
    r"\s*(?:[\"'`]?[A-Za-z][\w-]{0,40}[\"'`]?\s{0,3}[:=](?!//)\s{0,3}"
    r"|(?:bearer|jwt|token)\s{1,3}|[\"'`{(<]\s?)",
    re.IGNORECASE,
)
_SIGNATURE_BYTES = {
    "HS256": {32},
    "HS384": {48},
    "HS512": {64},
    "ES256": {64},
    "ES384": {96},
    "ES512": {132},
    "EdDSA": {64, 114},
}
_RSA_BYTES = {128, 256, 384, 512, 1024}
_ALG = re.compile(rb'"alg"\s{0,8}:\s{0,8}"([A-Za-z0-9]{3,8})"')


def clean_paste(raw: str) -> str:
    """The token as one run of characters, or what is left when there is none.

    Undone: Slack's links and escapes, curly quotes, invisible characters, quote bars, labels
    (`Authorization: Bearer`, `NAME=`, a JSON member, `?token=`), quotes, fences, white space,
    strings put together.
    """
    text = _QUOTE_BAR.sub("", unwrap(raw[:MOST_PASTED]))
    text = _PUT_TOGETHER.sub("", _ESCAPED_SIGN.sub(_sign, _BREAK.sub(" ", text))).strip()
    if head := _HEAD.search(text):
        mark = text[head.start() - 1 : head.start()]
        return _without_mark(_joined(_until_end(text[head.start() :])), mark)
    return _AROUND_DOT.sub(".", _until_end(_without_labels(text))).strip()


def _sign(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16))


def _without_mark(token: str, mark: str) -> str:
    """The token without Slack's closing sign of bold, italic or struck-out text."""
    return token.removesuffix(mark) if mark and mark in "*_~" else token


def _until_end(text: str) -> str:
    end = _END.search(text)
    return text[: end.start()] if end else text


def _without_labels(text: str) -> str:
    for _ in range(6):
        label = _LABEL.match(text)
        if label is None:
            break
        text = text[label.end() :]
    return text


def _joined(text: str) -> str:
    """The pieces between white space as one token; words after a whole token are left out."""
    pieces = text.split()
    token = "".join(pieces)
    parts = token.split(".", 2)
    if len(parts) < 3:
        return token
    sizes = _signature_sizes(parts[0])
    begin = len(token) - len(parts[2])
    fourth = token.find(".", begin)
    ends = itertools.accumulate(map(len, pieces))
    whole = [end for end in ends if fourth < 0 or end <= fourth]
    whole = [end for end in whole if _bytes_between(token, begin, end) in sizes]
    return token[: whole[-1]] if whole else token


def _bytes_between(token: str, begin: int, end: int) -> int:
    """How many bytes the stretch of base64 stands for."""
    padding = token.count("=", max(begin, end - 2), end)
    return max(0, end - begin - padding) * 6 // 8


def _signature_sizes(header: str) -> set[int]:
    """How many bytes signatures of the header's algorithm have (RFC 7518 section 3)."""
    try:
        decoded = base64.urlsafe_b64decode(header + "=" * (-len(header) % 4))
    except ValueError:
        return set()
    alg = _ALG.search(decoded)
    name = alg[1].decode() if alg else ""
    return _RSA_BYTES if name[:2] in {"RS", "PS"} else _SIGNATURE_BYTES.get(name, set())
