"""Private keys: PEM and PGP blocks, whole or cut, and their bare DER in base64."""

# Lengths, counts and lists of words are what these rules are made of.

import re
from collections.abc import Iterator

from bot.redact.kinds import FILL, Hit, Kind

_LONGEST_BLOCK = 40_000
_DASH = "[-\u2010-\u2015]"
_LABEL = r"(?:[A-Z0-9]{1,12}[ _]){0,4}PRIVATE[ _]KEY(?:[ _]BLOCK)?"
_BEGIN = re.compile(rf"{_DASH}{{0,6}}[ ]?BEGIN[ _]{_LABEL}[ ]?{_DASH}{{0,6}}")
_END = re.compile(rf"{_DASH}{{0,6}}[ ]?END[ _]{_LABEL}[ ]?{_DASH}{{0,6}}")
_GAP = r"(?:[\s>\"'`+,\\|*]|&gt;|&quot;|%0[AaDd]|\\[nr]|\+)"
_HEADER = r"(?:(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|MessageID)[ ]?:[^\n\\]{0,120})"
# The body of a block that has no END: long base64 lines, then perhaps a short last one.
_BODY = re.compile(
    rf"(?:{_GAP}{{0,400}}+(?:{_HEADER}|(?!(?:BEGIN|END)\b)[A-Za-z0-9+/]{{16,}}+={{0,2}}))++"
    rf"(?:{_GAP}{{1,60}}+(?:[A-Za-z0-9+/]{{1,15}}={{1,2}}|=[A-Za-z0-9+/]{{4}}\b"
    rf"|(?=[A-Za-z+/]{{0,14}}[0-9+/])[A-Za-z0-9+/]{{2,15}}(?![\w:.'-])))?"
    r"(?:\s{0,4}(?:\.{2,6}|\u2026))?"
)
_EDGE = r"[\s>\"'`,\\|*]{0,80}+(?:&gt;)?+\s{0,8}+"
_BASE64_LINE = re.compile(_EDGE + r"[A-Za-z0-9+/]{16,}+={0,2}[\s\"'`,\\|*+]*+")
_LAST_LINE = re.compile(_EDGE + r"=?[A-Za-z0-9+/]{1,80}+={0,2}[\s\"'`,\\|*+]*+")
_LONG_RUN = re.compile(r"[A-Za-z0-9+/_-]{16,}")
_DER = re.compile(
    r"(?<![A-Za-z0-9+/])(?:MII[A-Za-z0-9+/]{3}IBA[A-D]|MI[GH][A-Za-z0-9+/]Ag(?:EA|EB)|MH[cQ]CAQEE"
    r"|MC4CAQAw|b3BlbnNzaC1rZXktdjE|LS0tLS1CRUdJTiB(?!QVUJMSUM|QVUJ|DRVJU|SU0EgUFVC))"
    r"[A-Za-z0-9+/]{12,}+={0,2}(?:(?:\s|\\n|\\){1,40}+[A-Za-z0-9+/]{16,}+={0,2}){0,500}+"
    r"(?:\s{1,4}[A-Za-z0-9+/]{1,15}={1,2})?"
)
_PUTTY = re.compile(r"Private-Lines:\s*\d+\s+((?:[A-Za-z0-9+/=]{4,64}\s*){1,200}+)")
_AGE = re.compile(r"AGE-SECRET-KEY-1[A-Z0-9]{20,}+")
_OPENSSL_TEXT = re.compile(
    r"(?:privateExponent|prime[12]|exponent[12]|coefficient|\bpriv):\s{0,20}"
    r"((?:[0-9a-f]{2}:\s{0,20}){4,1024}+[0-9a-f]{0,2})"
)


def private_keys(text: str) -> Iterator[Hit]:
    """Every private key block and every bare private key."""
    if "KEY" in text:
        yield from _blocks(text)
        yield from _tails(text)
    for pattern in (_OPENSSL_TEXT, _PUTTY):
        for match in pattern.finditer(text):
            yield Hit(match.start(1), match.end(1), Kind.PRIVATE_KEY)
    for match in _AGE.finditer(text):
        yield Hit(match.start(), match.end(), Kind.PRIVATE_KEY)
    for match in _DER.finditer(text):
        yield Hit(match.start(), match.end(), Kind.PRIVATE_KEY)


def _blocks(text: str) -> Iterator[Hit]:
    ends = _END.finditer(text)
    end = next(ends, None)
    begins = list(_BEGIN.finditer(text))
    for index, begin in enumerate(begins):
        while end and end.start() < begin.end():
            end = next(ends, None)
        following = begins[index + 1].start() if index + 1 < len(begins) else len(text)
        if end and end.start() < min(following, begin.end() + _LONGEST_BLOCK):
            if _LONG_RUN.search(text, begin.end(), end.start()):
                yield Hit(begin.start(), end.end(), Kind.PRIVATE_KEY)
        elif body := _BODY.match(text, begin.end(), following):
            yield Hit(begin.start(), body.end(), Kind.PRIVATE_KEY)


def _tails(text: str) -> Iterator[Hit]:
    """Ends of blocks whose beginning was not pasted."""
    for end in _END.finditer(text):
        window = max(0, end.start() - 8_000)
        head = text[window : end.start()]
        if "BEGIN" in head[-4_000:] and _BEGIN.search(head):
            continue
        start = len(head)
        for index, line in enumerate(reversed(head.splitlines(keepends=True))):
            if FILL in line or not (_LAST_LINE if index < 2 else _BASE64_LINE).fullmatch(line):
                break
            start -= len(line)
        if _LONG_RUN.search(head, start):
            yield Hit(window + start, end.end(), Kind.PRIVATE_KEY)
