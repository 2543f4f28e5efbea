"""The last rule: long random text that nothing named, except what is public by kind."""

# Lengths, counts and lists of words are what these rules are made of.
# ruff: noqa: SIM905

import re
from collections.abc import Iterator

from bot.redact.jwt import is_public_header
from bot.redact.kinds import (
    HEX,
    PUBLIC_PREFIX,
    UUID,
    Hit,
    Kind,
    is_listed,
    is_words,
    is_wordy,
    looks_random,
)

_LEAST = 28
_RUN = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{28,}+(?:={1,2}(?![A-Za-z0-9]))?")
_PUBLIC_BLOCK = re.compile(
    r"---- BEGIN SSH2 PUBLIC KEY ----(?:[^-\ue0fe]|-(?!---)){0,20000}+|"
    r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}(?:PUBLIC KEY(?: BLOCK)?|CERTIFICATE(?: REQUEST)?"
    r"|PARAMETERS|SIGNATURE"
    r"|MESSAGE|X509 CRL|CRL|PKCS7|CMS)-----(?:[^-\ue0fe]|-(?!----)){0,20000}+"
)
_SPARED = re.compile(
    r"(?:data:[\w/+.-]{0,64}(?:;[\w=.-]{1,40}){0,4},\s{0,2}(?:[A-Za-z0-9+/=_%-]|\\n){1,}+"
    r"|(?:ssh-(?:rsa|dss|ed25519|ed448)|ecdsa-sha2-nistp\d{3}"
    r"|sk-[a-z0-9-]{5,40}@openssh\.com"
    r")\s{1,4}AAAA[A-Za-z0-9+/=\s\\]{1,4000}?(?=\s[\w.@-]{0,64}@|\s[a-z]|[\"'`<\n]|$)"
    r"|[\"'][nxy][\"']\s{0,4}:\s{0,4}[\"](?:[A-Za-z0-9_-]|\\n|\s){40,1400}+[\"]"
    r"|nonce-[A-Za-z0-9+/_-]{16,128}+={0,2}"
    r"|(?:sha(?:1|224|256|384|512)|SHA(?:-?1|-?256|-?384|-?512)|MD5|md5|h1"
    r"|blake[23]b?)[-:=][A-Za-z0-9+/_-]{16,}+={0,2}"
    r"|(?:DigestValue|SignatureValue|X509Certificate|Modulus|HostId|RequestId|ETag)(?:>"
    r"|&gt;)[A-Za-z0-9+/=\s]{1,}+"
    r"|pk\.eyJ[\w-]{8,4096}+(?:\.[\w-]{1,512}+)?"
    r"|\"?x5c\"?\s?:\s?\[[^\]]{0,20000}+"
    r"|\"?mappings\"?\s?:\s?\"[^\"]{0,400000}+)"
)
# Starts of DER public keys and certificates, of images and documents, all in base64.
_PUBLIC_START = re.compile(
    r"MII[A-Za-z0-9+/]{3}(?!IBA[A-D])|MFkwEwYH|MFYwEAYH|MHYwEAYH|MIGbMBAG|MCowBQYDK2Vw"
    r"|MCowBQYDK2Vu|MFwwDQYJ|MIGfMA0G"
    r"|AAAAB3NzaC1|AAAAC3NzaC1|AAAAE2VjZHNh|iVBORw0KGgo|/9j/4|R0lGOD|UklGR|PHN2Zy|JVBERi0"
    r"|LS0tLS1CRUdJTiB(?:QVUJ|DRVJU)"
)
_NAME_BEFORE = re.compile(r"(?<![\w$.#@-])[A-Za-z_$@][\w$.#@-]{0,60}+\Z")
_BETWEEN = " \t\r\n\"'`\\=:>([<"
_PUBLIC_NAMES = frozenset(
    "n e x y x5c x5t s256 kid kids id ids hash sha sha1 sha256 sha512 md5 digest integrity etag"
    " checksum fingerprint thumbprint"
    " challenge commit revision rev ref version ray nonce trace traceparent span request"
    " requestid reqid cursor file"
    " filename path name url uri image mappings verification build cache locator sitekey ref"
    " arn asset chunk bundle"
    " module modulus xid cid did aud iss sub jti azp uuid guid clientid tracestate baggage"
    " location href src publickey uploadid"
    " jkt ath hostid dkim pubkey certificate cert crt thumbprints fp spki pin challengehash".split()
)
_FILE_AFTER = re.compile(
    r"(?:\.[A-Za-z0-9_-]{1,24}){0,3}\.(?:js|mjs|cjs|css|map|ts|tsx|jsx|png|jpe?g|gif|svg|webp"
    r"|ico|woff2?|ttf|html?|json|pdf|mp4|txt|log|zip|gz|tgz|tar|py|rb|go|java|class|wasm|md|csv"
    r"|har|crx|mov|heic|docx?|xlsx?|so|dll|dylib|jar|whl)\b"
)
_URL_BEFORE = re.compile(
    r"(?:[a-z]{2,12}://[^?#]{0,1000}|[\w.-]{1,80}\.[a-z]{2,10}/[^?#:=]{0,400})\Z"
)
_ABOUT_KEYS = re.compile(r"\b[Kk]ids?\b|[Tt]humbprint|[Ff]ingerprint|\bjkt\b|\bkeys retire\b")
_KIDS = re.compile(r"\b[Kk]id\b.{1,90} not (?:among|in|one of)\b|\b[Kk]ids\b")
_SEQUENCE = re.compile(r"ABCDEFGH|abcdefgh|01234567|12345678")
_URL_ENDS = re.compile(r"[\s\"'<>|]")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d*|\d+")
_PREFIXED_ID = re.compile(
    r"(?:req|evt|msg|run|job|trace|span|sess|ses|usr|user|org|app|acct?|cus|cs|pi|ch|in|sub"
    r"|prod|price|file|chatcmpl|resp"
    r"|thread|asst|step|call|toolu|link|env|dep|dpl|prj|team|we|log|err|inst|client|conv|item"
    r"|doc|build|batch|txn|seti|src|pm|ii|il|ba|ca|gen)"
    r"[_-](?:[a-z]{2,8}_)?[A-Za-z0-9-]{12,64}"
)


def high_entropy(text: str) -> Iterator[Hit]:
    """Every long random run that is not public by kind."""
    spared = sorted(
        (m.start(), m.end()) for p in (_PUBLIC_BLOCK, _SPARED) for m in p.finditer(text)
    )
    index = 0
    for run in _RUN.finditer(text):
        while index < len(spared) and spared[index][1] <= run.start():
            index += 1
        if index < len(spared) and spared[index][0] < run.end() and spared[index][1] > run.start():
            continue
        start, end = _random_part(run)
        if end and not _is_public(text, start, end):
            yield Hit(start, end, Kind.HIGH_ENTROPY, live=False)


def _random_part(run: re.Match[str]) -> tuple[int, int]:
    """The span that looks random: all of it, or one segment of a path."""
    value = run[0]
    if "/" not in value:
        return run.span() if _is_random(value) else (0, 0)
    parts = value.split("/")
    worded = sum(1 for part in parts if part and is_words(part) and len(part) > 2)
    if worded * 3 < len(parts) and not value.startswith("/"):
        return run.span() if _is_random(value) else (0, 0)
    at = run.start()
    for part in parts:
        if len(part) >= _LEAST and _is_random(part) and worded == 0:
            return at, at + len(part)
        at += len(part) + 1
    return 0, 0


def _is_random(value: str) -> bool:
    plain = value.rstrip("=")
    if "-" in plain:
        plain = UUID.sub("", plain)
    if len(plain) < _LEAST or HEX.fullmatch(plain.replace("-", "").replace("_", "")):
        return False
    if is_wordy(plain) or is_words(plain) or _PREFIXED_ID.fullmatch(plain) or is_listed(plain):
        return False
    digits = sum(map(str.isdigit, plain))
    if digits < 2 or len(set(plain)) < 12:
        return False
    if any(map(str.isupper, plain)) and any(map(str.islower, plain)):
        return looks_random(plain, _LEAST)
    return len(plain) >= 32 and plain.isalnum() and digits >= 4 and looks_random(plain, 32)


def _is_public(text: str, start: int, end: int) -> bool:
    value = text[start:end]
    if (
        _PUBLIC_START.match(value)
        or PUBLIC_PREFIX.match(value)
        or _FILE_AFTER.match(text, end)
        or (value.startswith("ey") and is_public_header(value))
    ):
        return True
    before = text[max(0, start - 400) : start].rpartition("\n")[2]
    if _ABOUT_KEYS.search(before[-100:]) or _KIDS.search(before) or _SEQUENCE.search(value):
        return True
    return _is_in_path(text, start) or _has_public_name(text[max(0, start - 80) : start])


def _is_in_path(text: str, start: int) -> bool:
    """True inside a URL's path, which has to be told apart from its query."""
    if text[start - 1 : start] not in {"/", "-", "_", ".", "~", "@", "!"}:
        return False
    before = text[max(0, start - 1_000) : start]
    return bool(_URL_BEFORE.match(_URL_ENDS.split(before)[-1].lstrip("(`[")))


def _has_public_name(before: str) -> bool:
    stripped = (
        before.replace("&quot;", '"').replace("%3D", "=").replace("&gt;", ">").rstrip(_BETWEEN)
    )
    stripped = stripped.removesuffix(" is").removesuffix(" W/")
    name = _NAME_BEFORE.search(stripped.rstrip(_BETWEEN))
    if name is None or len(stripped) == len(before):
        return False
    plain = name[0].replace("x5t", "thumbprint").replace("x5c", "cert")
    words = [word.lower() for word in _WORDS.findall(plain)]
    while len(words) > 1 and words[-1].isdigit():
        words.pop()
    last = words[-1] if words else ""
    return (
        last in _PUBLIC_NAMES
        or "".join(words[-2:]) in _PUBLIC_NAMES
        or last.endswith(("hash", "digest"))
    )
