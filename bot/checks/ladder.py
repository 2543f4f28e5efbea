"""The ladder of a check: its steps in the order of climbing, and how far it came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.checks.finding import NOT_CHECKED, Finding, Severity, Step


class CheckKind(StrEnum):
    """What is looked at."""

    JWKS = "jwks"
    TOKEN = "token"  # noqa: S105 - the check's name
    LINK = "link"
    CLIENT = "client"


class State(StrEnum):
    """How a check, or a step of it, came out."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_REACHED = "not_reached"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder."""

    step: Step
    state: State
    findings: tuple[Finding, ...] = ()


# The bot's own key is at fault: nothing is known about what was asked.
OPERATOR_CODES = frozenset({"no_key_for_environment", "anon_unauthorized"})
_UNKNOWN = NOT_CHECKED | OPERATOR_CODES
# Errors that are told, but keep nobody from looking further.
_HINDERS_NOTHING = frozenset(
    {"weak_key", "use_not_sig", "client_pool_mismatch", "token_not_for_pool"}
)
_NO_KID = frozenset({"missing_kid", "kid_not_string"})
_JWKS = (Step.ADDRESS, Step.DNS, Step.CONNECT, Step.TLS, Step.HTTP, Step.BODY, Step.KEYS)

LADDERS: Mapping[CheckKind, tuple[Step, ...]] = {
    CheckKind.JWKS: _JWKS,
    CheckKind.TOKEN: (
        *(Step.TOKEN, Step.HEADER, Step.CLIENT, Step.POOL, *_JWKS),
        *(Step.LOOKUP, Step.KEY, Step.SIGNATURE, Step.CLAIMS),
    ),
    CheckKind.LINK: (Step.LINK,),
    CheckKind.CLIENT: (Step.CLIENT, Step.POOL, *_JWKS),
}
_OPTIONAL = frozenset({Step.CLIENT, Step.POOL, *_JWKS})  # of a token: as it got its keys


def climb(kind: CheckKind, findings: Sequence[Finding]) -> tuple[Rung, ...]:
    """Return the rungs of a check that ended with these findings."""
    rungs: list[Rung] = []
    below: list[Finding] = []
    for step in _steps(kind, findings):
        own = tuple(one for one in findings if one.step == step)
        state = _state(own, hindered=any(_hinders(one, step) for one in below))
        rungs.append(Rung(step, state, own))
        below += own
    return tuple(rungs)


def state_of(findings: Sequence[Finding]) -> State:
    """Return how a whole check came out."""
    errors = {one.code for one in findings if one.severity is Severity.ERROR}
    if errors - _UNKNOWN:
        return State.FAILED
    unknown = errors or any(one.code in NOT_CHECKED for one in findings)
    return State.UNAVAILABLE if unknown else State.PASSED


def first_stop(kind: CheckKind, findings: Sequence[Finding]) -> Finding | None:
    """Return the finding that the ladder ends at, an error before what could not be checked."""
    told = [one for rung in climb(kind, findings) for one in rung.findings]
    errors = [one for one in told if one.severity is Severity.ERROR]
    unknown = [one for one in told if one.code in _UNKNOWN]
    certain = [one for one in errors if one.code not in _UNKNOWN]
    return next(iter(certain + unknown), None)


def verdict(kind: CheckKind, findings: Sequence[Finding]) -> str:
    """Return one line that says how it came out, and names the first failing step."""
    state, stop = state_of(findings), first_stop(kind, findings)
    if stop is None or state is State.PASSED:
        return f"{kind}: {_passed(findings)}"
    if state is State.UNAVAILABLE:
        return f"{kind}: cannot be checked now. {stop.detail}"
    where = "fails" if stop.step == kind else f"fails at {stop.step}"
    return f"{kind}: {where}. {stop.detail}"


def _passed(findings: Sequence[Finding]) -> str:
    good = [one.detail for one in findings if one.severity is Severity.OK]
    unsigned = [one.detail for one in findings if one.code == "signature_not_checked"]
    return f"passed. {(unsigned or good or ['Nothing stands against it.'])[-1]}"


def _steps(kind: CheckKind, findings: Sequence[Finding]) -> tuple[Step, ...]:
    """Return the ladder's steps; on the way to a token's keys, only those with something to say."""
    steps, seen = LADDERS[kind], {one.step for one in findings}
    if kind is CheckKind.TOKEN:
        return tuple(step for step in steps if step not in _OPTIONAL or step in seen)
    fetched = any(one.code == "pool_jwks" for one in findings)
    return steps if kind is not CheckKind.CLIENT or fetched else (Step.CLIENT, Step.POOL)


def _state(own: Sequence[Finding], *, hindered: bool) -> State:
    errors = {one.code for one in own if one.severity is Severity.ERROR}
    if errors - _UNKNOWN:
        return State.FAILED
    if errors or any(one.code in NOT_CHECKED for one in own):
        return State.UNAVAILABLE
    codes = {one.code for one in own}
    if hindered or (codes & _NOT_DONE and "pool_found" not in codes):
        return State.NOT_REACHED
    return State.PASSED


def _hinders(one: Finding, step: Step) -> bool:
    """Tell whether a finding below keeps a step from being reached (findings.md section 2)."""
    stops = one.severity is Severity.ERROR or one.code in _STOPS
    if not stops or one.code in _HINDERS_NOTHING or one.step == Step.KEYS:
        return False
    if one.code == "missing_signature" or (one.step == Step.HEADER and one.code not in _NO_KID):
        return step is Step.SIGNATURE
    return step is not Step.CLAIMS or one.step == Step.TOKEN


_NOT_DONE = frozenset({"signature_not_checked", "client_pool_unknown"})
_STOPS = NOT_CHECKED | {"signature_not_checked"}
