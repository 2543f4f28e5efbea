"""One fetch of a JWK Set, judged as far down the ladder as it came."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from bot.checks.document import read_body
from bot.checks.finding import Finding, Severity, finding
from bot.checks.jwks_keys import judge_keys
from bot.checks.pages import known_page
from bot.checks.reaching import unreached
from bot.checks.serving import judge_serving
from bot.checks.shown import shown_url
from bot.checks.statuses import bad_status
from bot.checks.strict_json import strict_json
from bot.guard import Answer, FetchError, Guard

REDIRECTED_REMEDY = "Give Anon that address, and save a step that can break."
_LARGE = 32 * 1024
_LATE = frozenset({"connect_timeout", "read_timeout", "slow_body"})


@dataclass(frozen=True, slots=True)
class Look:
    """What one fetch showed."""

    findings: tuple[Finding, ...]
    keys: tuple[Any, ...] = ()  # as they were served
    status: int | None = None
    fault: str | None = None  # the code of a fetch that brought no answer
    instead: str | None = None  # an address that the answer names, to use in place of this one
    date: str | None = None  # the server's clock, as its Date header has it

    @property
    def is_good(self) -> bool:
        """Whether the JWK Set can be used."""
        return not any(one.severity is Severity.ERROR for one in self.findings)

    @property
    def is_late(self) -> bool:
        """Whether time ran out."""
        return self.fault in _LATE

    @property
    def is_passing(self) -> bool:
        """Whether the fault may be gone at the next request: a 5xx or a reset."""
        server_fault = HTTPStatus.INTERNAL_SERVER_ERROR
        return self.fault == "connection_reset" or (self.status or 0) >= server_fault

    @property
    def wants_another(self) -> bool:
        """Whether a second fetch can tell more: after a 200, a 5xx or a reset."""
        return self.is_passing or self.status == HTTPStatus.OK


async def look(url: str, guard: Guard, until: float) -> Look:
    """Fetch once, and judge what came."""
    try:
        answer = await guard.get(url, until=until)
    except FetchError as error:
        return Look((unreached(error),), fault=error.code)
    if len(answer.body) <= _LARGE:
        return judge_answer(answer)
    return await asyncio.to_thread(judge_answer, answer)  # what is large may take a second


def judge_answer(answer: Answer) -> Look:
    """Judge page, status, body and keys, each only where the one before is good."""
    status, date = answer.status, answer.headers.get("date")
    if page := known_page(answer):
        return Look((page.finding,), status=status, instead=page.instead, date=date)
    if status != HTTPStatus.OK:
        return Look((bad_status(status, answer.headers),), status=status, date=date)
    keys, wrong = read_body(answer.body)
    if wrong:
        return Look(tuple(wrong), status=status, instead=_jwks_uri(answer.body, wrong), date=date)
    judged = Look(tuple(judge_keys(keys)), tuple(keys), status, date=date)
    serving = _redirected(answer) + judge_serving(answer.headers) if judged.is_good else []
    return Look((*serving, *judged.findings), tuple(keys), status, date=date)


def _redirected(answer: Answer) -> list[Finding]:
    if not answer.hops:
        return []
    detail = f"A redirect leads to the JWK Set at {shown_url(answer.url)}."
    return [finding("redirected", detail, REDIRECTED_REMEDY)]


def _jwks_uri(body: bytes, wrong: list[Finding]) -> str | None:
    if wrong[0].code != "jwks_is_openid_config":
        return None
    address = strict_json(body).get("jwks_uri")
    return address if isinstance(address, str) else None
