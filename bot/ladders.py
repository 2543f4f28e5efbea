"""What checks came to, as values that are stored and shown: no secret is ever in one."""

from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from bot.anon_answers import Environment
from bot.checks.finding import Finding
from bot.checks.ladder import CheckKind, Rung, State, climb, verdict
from bot.diagnosis import Address, Planned, SealedToken
from bot.diagnosis.planning import A_TOKEN

TOKEN_GONE = "I keep no token: press “{button}” and paste it into the form."  # noqa: S105
CLOSED = "It is for staff, and for everybody in the channels that staff opened for it."
RUN_AGAIN = "Run again"
RUNNING = "Checking…"
NOTHING_RAN = "Nothing could be checked."


@dataclass(frozen=True, slots=True)
class Look:
    """What one check looks at, as it may be stored. What is sealed is not in it."""

    kind: CheckKind
    about: str = ""
    url: str = ""
    client_id: str = ""
    pool_id: str = ""
    app_user_id: str = ""
    app: str = ""
    env: Environment | None = None
    missing: tuple[str, ...] = ()
    sealed: bool = False  # runs only while what it needs is in memory
    closed: bool = False  # not for who asked, in that channel; then it says no more

    @property
    def is_of_anon(self) -> bool:
        """Whether it asks Anon about a user or an SdkClient: not everybody's to run or to see."""
        named = self.kind in {CheckKind.LINK, CheckKind.CLIENT} or bool(self.client_id)
        return named and not self.closed

    def without_anon(self) -> "Look":
        """Return what of it anybody may run anywhere: a token by itself, else nothing."""
        if not self.is_of_anon:
            return self
        is_token = self.kind is CheckKind.TOKEN
        return replace(self, client_id="") if is_token else Look(self.kind, closed=True)

    def planned(self) -> Planned:
        """Return the check to run, for one that needs nothing sealed."""
        return Planned(
            self.kind,
            address=Address(self.url, self.url) if self.url else None,
            client_id=self.client_id or None,
            pool_id=self.pool_id or None,
            app_user_id=self.app_user_id or None,
            app=self.app or None,
            env=self.env,
            missing=self.missing,
        )

    def with_token(self, token: SealedToken) -> Planned:
        """Return the check to run on a token."""
        return replace(self.planned(), token=token)


@dataclass(frozen=True, slots=True)
class Checked:
    """One check: running while it has no state, else how it came out."""

    kind: CheckKind
    about: str = ""
    state: State | None = None
    findings: tuple[Finding, ...] = ()
    note: str = ""  # why it was not reached

    @property
    def line(self) -> str:
        """What came of it, in one line."""
        if self.state is None:
            return f"{self.kind}: {RUNNING}"
        if self.state is State.NOT_REACHED:
            return f"{self.kind}: not reached. {self.note}"
        return verdict(self.kind, self.findings)

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """The steps of its ladder; none before it ran."""
        if self.state in {None, State.NOT_REACHED}:
            return ()
        return climb(self.kind, self.findings)


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier run, in seconds since 1970."""

    at: float
    state: State


@dataclass(frozen=True, slots=True)
class Ladder:
    """What a run of checks came to so far, and what earlier runs came to."""

    run: str  # its name, by which its inputs are found again
    checks: tuple[Checked, ...]
    at: float = 0.0
    history: tuple[Past, ...] = ()
    private: bool = False
    solved_by: str = ""
    note: str = ""  # why it is private
    solvable: bool = False  # it belongs to a question
    shareable: bool = False  # nothing in it is about a user or an SdkClient

    @property
    def state(self) -> State | None:
        """How it all came out; None while something runs."""
        states = {one.state for one in self.checks}
        if None in states:
            return None
        order = (State.FAILED, State.UNAVAILABLE, State.PASSED)
        return next((one for one in order if one in states), State.NOT_REACHED)

    @property
    def verdict(self) -> str:
        """One line: the first failing step, else what could not be checked, else all good."""
        if self.state is None:
            return RUNNING
        stopped = [one for one in self.checks if one.state is self.state]
        if self.state is State.PASSED and len(stopped) > 1:
            return f"Passed: {', '.join(dict.fromkeys(one.kind.value for one in stopped))}."
        return stopped[0].line if stopped else NOTHING_RAN


def look_of(planned: Planned) -> Look:
    """Return what may be stored of a planned check."""
    address = planned.address
    return Look(
        kind=planned.kind,
        about=planned.about,
        url=address.shown if address else "",
        client_id=planned.client_id or "",
        pool_id=planned.pool_id or "",
        app_user_id=planned.app_user_id or "",
        app=planned.app or "",
        env=planned.env,
        missing=planned.missing,
        sealed=planned.kind is CheckKind.TOKEN
        or (address is not None and address.shown != address.value),
    )


def waiting(look: Look) -> Checked:
    """Return a check that has not ended."""
    if look.closed:
        return Checked(look.kind, state=State.NOT_REACHED, note=CLOSED)
    if look.missing:
        return Checked(look.kind, look.about, State.NOT_REACHED, note=_give(look.missing))
    return Checked(look.kind, look.about)


def token_gone(look: Look) -> Checked:
    """Return a check whose token is no longer in memory."""
    note = TOKEN_GONE.format(button=RUN_AGAIN)
    return Checked(look.kind, look.about, State.NOT_REACHED, note=note)


def _give(missing: tuple[str, ...]) -> str:
    if missing == (A_TOKEN,):
        return TOKEN_GONE.format(button=RUN_AGAIN)
    return f"Give {' and '.join(missing)}."


_LOOKS = TypeAdapter(tuple[Look, ...])
_CHECKS = TypeAdapter(tuple[Checked, ...])


def dump_looks(looks: tuple[Look, ...]) -> list[dict[str, Any]]:
    """Return looks as JSON."""
    dumped: list[dict[str, Any]] = _LOOKS.dump_python(looks, mode="json")
    return dumped


def load_looks(values: Any) -> tuple[Look, ...]:
    """Return the looks that ``dump_looks`` wrote."""
    return _LOOKS.validate_python(values)


def dump_checks(checks: tuple[Checked, ...]) -> list[dict[str, Any]]:
    """Return checks as JSON."""
    dumped: list[dict[str, Any]] = _CHECKS.dump_python(checks, mode="json")
    return dumped


def load_checks(values: Any) -> tuple[Checked, ...]:
    """Return the checks that ``dump_checks`` wrote."""
    return _CHECKS.validate_python(values)
