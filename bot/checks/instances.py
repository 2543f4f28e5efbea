"""What two fetches of one address say together about the servers behind it."""

from collections.abc import Sequence
from typing import Any

from bot.checks.finding import Finding, finding
from bot.checks.look import Look

FLAPPING = "It works only some of the time: of two fetches, one was good and one failed."
FLAPPING_REMEDY = (
    "Look for one bad instance behind the load balancer, cold starts, or a cache that sometimes"
    " misses."
)
INCONSISTENT = "Two fetches gave different keys under the same names."
INCONSISTENT_REMEDY = (
    "Each instance seems to make its own key at start-up. Make the key once, and load it from a"
    " secret that all instances share."
)
_PUBLIC_MEMBERS = ("kty", "crv", "n", "e", "x", "y", "k")


def together(first: Look, second: Look) -> list[Finding]:
    """Return the findings of both: the first's where they agree."""
    if first.is_good and (second.is_passing or second.is_late):
        return [_flapping(), *first.findings]
    if second.is_good and first.is_passing:
        return [_flapping(), *second.findings]
    if first.is_passing and second.keys:
        return [*first.findings, *second.findings]
    findings = second.findings if first.is_good and not second.is_good else first.findings
    if not _disagree(first.keys, second.keys):
        return list(findings)
    differ = finding("inconsistent_keys", INCONSISTENT, INCONSISTENT_REMEDY)
    return [*(one for one in findings if one.code != "ok"), differ]


def _flapping() -> Finding:
    return finding("flapping", FLAPPING, FLAPPING_REMEDY)


def _disagree(first: Sequence[Any], second: Sequence[Any]) -> bool:
    """Tell whether a `kid` has two keys, or the two sets share no key at all."""
    one, other = _by_kid(first), _by_kid(second)
    shared = one.keys() & other.keys()
    if not shared:
        return bool(one and other)
    return any(one[kid] != other[kid] for kid in shared)


def _by_kid(keys: Sequence[Any]) -> dict[str, list[str]]:
    """Return what makes each key, by `kid`; keys without one are together."""
    found: dict[str, list[str]] = {}
    for key in keys:
        if isinstance(key, dict):
            material = repr([key.get(member) for member in _PUBLIC_MEMBERS])
            found.setdefault(repr(key.get("kid")), []).append(material)
    return {kid: sorted(material) for kid, material in found.items()}
