"""What is said when Anon's API gives no answer, and what it is not asked about."""

from bot.anon_answers import AnonError, Environment, Problem
from bot.checks.finding import Finding, Step, finding
from bot.errors import UserError
from bot.redact import Kind, redact

_SETTING = "ANON_API_KEY_{env}"
_TEXTS: dict[Problem, tuple[str, str]] = {
    Problem.NO_KEY: (
        "This bot has no API key for {env}, so it cannot look there.",
        "Whoever runs this bot can set {setting}. Or name the other environment.",
    ),
    Problem.UNAUTHORIZED: (
        "Anon refuses this bot's own API key for {env} (401). It says nothing about yours.",
        "Whoever runs this bot has to put a valid key for {env} into {setting}.",
    ),
    Problem.FORBIDDEN: (
        "Anon does not let this bot see that in {env} (403): it may be of another organization.",
        "Check that the id is of your own organization and of {env}; otherwise ask a human.",
    ),
    Problem.RATE_LIMITED: (
        "Anon limits the rate of requests in {env} now (429).{why}",
        "It cannot be checked now: try again in a moment. Sandbox has lower limits than prod.",
    ),
    Problem.AWAY: (
        "Anon's API in {env} gives no usable answer now: {why}.",
        "It cannot be checked now, so nothing is said about what you asked. Try again later.",
    ),
}
NOT_AN_ID = (
    "What was given as an id is a secret (a token or an API key). Anon was not asked; replace the"
    " secret if others saw it."
)
_NO_SUCH_KEYS = "This bot can have keys for sandbox and prod only: name one of them."


def no_answer(error: AnonError, step: Step) -> Finding:
    """Return the finding for a question that Anon did not answer."""
    detail, remedy = _TEXTS[error.problem]
    why = error.why
    if error.retry_after is not None:
        why = f" It asks to wait {error.retry_after:.0f} s."
    setting = _SETTING.format(env=error.env.upper())
    if error.env in {Environment.LOCAL, Environment.STAGING}:
        remedy = _NO_SUCH_KEYS
    words = {"env": error.env.value, "why": why, "setting": setting}
    return finding(error.problem, detail.format(**words), remedy.format(**words), step=step)


def refuse_secrets(*identifiers: str | None) -> None:
    """Raise UserError where somebody pasted a secret in place of an id: Anon is not asked."""
    for identifier in identifiers:
        if any(one.kind not in _GUESSED for one in redact(identifier or "").found):
            raise UserError(NOT_AN_ID)


_GUESSED = frozenset({Kind.HIGH_ENTROPY, Kind.NAMED_SECRET, Kind.BEARER})
