"""`check token`: header, key, signature and claims of what somebody pasted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from bot.checks.claims import judge_claims
from bot.checks.document import parse_key_set
from bot.checks.finding import Finding, Severity, Step, finding
from bot.checks.header import judge_header, judge_kid
from bot.checks.jws import Jws, read_claims, take_apart
from bot.checks.keys import judge_set
from bot.checks.pasted import clean_paste
from bot.checks.shown import shown
from bot.checks.signature import judge_signature, keys_of

_NO_KEYS = "No JWK Set was given, so only the token itself was looked at."
_GIVE_KEYS = "Give the address or file of your JWK Set, to have the signature checked too."


@dataclass(frozen=True, slots=True)
class KeySet:
    """The JWK Set to hold a token against, and what was found on the way to it.

    jwk_set is None for a document that cannot be used; findings then say why. server_date is the
    Date that its host answered with, where one did.
    """

    jwk_set: dict[str, Any] | None = field(repr=False)  # it may hold what should be secret
    findings: tuple[Finding, ...] = ()
    server_date: datetime | None = None


def key_set_of(raw: bytes) -> KeySet:
    """Return the JWK Set of a file or a paste, in the words of section 2 of the findings."""
    jwk_set, findings = parse_key_set(raw)
    return KeySet(jwk_set, tuple(findings))


def served_key_set(
    findings: Sequence[Finding], keys: Sequence[Any], date: str | None = None
) -> KeySet:
    """Return what an address serves: the outcome of fetch_key_set, without its view of the keys.

    Findings up to and including the body stay; keys are judged in the words for tokens. A Date
    header that cannot be read is none.
    """
    if not keys:
        return KeySet(None, tuple(findings), _moment(date))
    before_keys = tuple(one for one in findings if one.step != Step.KEYS)
    return KeySet({"keys": list(keys)}, before_keys, _moment(date))


def _moment(date: str | None) -> datetime | None:
    """The moment of a Date header (RFC 9110 section 5.6.7), always in UTC."""
    try:
        return parsedate_to_datetime(date).replace(tzinfo=UTC) if date else None
    except (ValueError, OverflowError):
        return None


def check_token(raw: str, key_set: KeySet | None, *, now: datetime) -> list[Finding]:
    """Return what stands against a pasted token at the moment now, in the order of the ladder.

    A clean answer is `ok`, or without a key set `signature_not_checked`. Nothing of what was
    pasted is in any finding, save the names that it gives to its key and its algorithm.
    """
    jws = take_apart(clean_paste(raw))
    if isinstance(jws, Finding):
        return [jws]
    claims = read_claims(jws)
    if isinstance(claims, Finding):
        return [claims]
    server_date = key_set.server_date if key_set else None
    found = [
        *_judge_signing(jws, key_set),
        *judge_claims(claims, now=now, server_date=server_date),
    ]
    faulty = any(one.severity is Severity.ERROR for one in found)
    checked = key_set is not None and key_set.jwk_set is not None
    return [*found, _good(jws)] if checked and not faulty else found


def _judge_signing(jws: Jws, key_set: KeySet | None) -> list[Finding]:
    """Header and kid are always looked at; the rest as far as there are keys."""
    faults = judge_header(jws)
    if key_set is None:
        unchecked = finding("signature_not_checked", _NO_KEYS, _GIVE_KEYS)
        return [*faults, *judge_kid(jws.header), unchecked]
    if key_set.jwk_set is None:
        return [*faults, *judge_kid(jws.header), *key_set.findings]
    keys = keys_of(key_set.jwk_set)
    return [
        *faults,
        *key_set.findings,
        *judge_set(keys),
        *judge_signature(jws, keys, checkable=not faults),
    ]


def _good(jws: Jws) -> Finding:
    seen = f"The key {shown(jws.header['kid'])} verifies the signature ({jws.header['alg']})."
    return finding("ok", seen, step=Step.SIGNATURE)
