"""How far up its ladder a check came."""

import pytest

from bot.checks.finding import Finding, Step, finding
from bot.checks.ladder import LADDERS, CheckKind, State, climb, first_stop, state_of, verdict

P, F, N, U = State.PASSED, State.FAILED, State.NOT_REACHED, State.UNAVAILABLE


def told(*codes: str, step: Step | None = None) -> list[Finding]:
    return [finding(code, f"Seen: {code}.", step=step) for code in codes]


@pytest.mark.parametrize(
    ("kind", "codes", "states"),
    [
        ("jwks", ["ok"], [P, P, P, P, P, P, P]),
        ("jwks", ["private_address"], [F, N, N, N, N, N, N]),
        ("jwks", ["tls_expired"], [P, P, P, F, N, N, N]),
        ("jwks", ["content_type_not_json", "cache_control_missing", "ok"], [P] * 7),
        ("jwks", ["jwks_is_pem", "private_key_in_jwks"], [P, P, P, P, P, F, F]),
        ("jwks", ["flapping", "ok"], [P] * 7),
        ("token", ["missing_iss"], [P, P, P, P, P, P]),
        ("token", ["not_a_jwt"], [F, N, N, N, N, N]),
        ("token", ["alg_none"], [P, F, P, P, N, P]),
        ("token", ["missing_kid"], [P, F, N, N, N, P]),
        ("token", ["missing_signature"], [F, P, P, P, N, P]),
        ("token", ["kid_not_in_jwks", "expired"], [P, P, F, N, N, F]),
        ("token", ["alg_mismatch"], [P, P, P, F, N, P]),
        ("token", ["bad_signature"], [P, P, P, P, F, P]),
        ("token", ["signature_not_checked"], [P, P, N, N, N, P]),
        ("token", ["jwks_html"], [P, P, F, N, N, N, P]),
        ("link", ["linked"], [P]),
        ("link", ["not_linked", "app_unknown"], [F]),
        ("link", ["anon_unavailable"], [U]),
        ("link", ["no_key_for_environment"], [U]),
        ("client", ["client_is_service"], [F, N]),
        ("client", ["client_found", "client_pool_unknown"], [P, N]),
        ("client", ["client_found", "pool_found", "pool_hosted"], [P, P]),
        ("client", ["client_pool_mismatch", "pool_found", "pool_jwks", "ok"], [F, *[P] * 8]),
        (
            "client",
            ["client_found", "pool_found", "pool_jwks", "dns_failure"],
            [P, P, P, F, *[N] * 5],
        ),
    ],
)
def test_states_of_the_rungs(kind: str, codes: list[str], states: list[State]) -> None:
    rungs = climb(CheckKind(kind), told(*codes))
    assert [rung.state for rung in rungs] == states


def test_every_finding_stands_on_one_rung() -> None:
    for kind in CheckKind:
        for step in LADDERS[kind]:
            found = told("linked", step=step)
            if kind is CheckKind.CLIENT:
                found += told("pool_jwks")
            assert sum(len(rung.findings) for rung in climb(kind, found)) == len(found)


@pytest.mark.parametrize(
    ("codes", "state"),
    [
        ([], P),
        (["ok"], P),
        (["http_404"], F),
        (["anon_unavailable"], U),
        (["anon_unauthorized"], U),
        (["anon_unavailable", "expired"], F),
        (["app_unknown", "anon_rate_limited"], U),
    ],
)
def test_state_of_a_whole_check(codes: list[str], state: State) -> None:
    assert state_of(told(*codes)) is state


@pytest.mark.parametrize(
    ("kind", "codes", "line"),
    [
        ("jwks", ["http_404"], "jwks: fails at http. Seen: http_404."),
        ("jwks", ["ok"], "jwks: passed. Seen: ok."),
        ("token", ["expired", "kid_not_in_jwks"], "token: fails at lookup. Seen: kid_not_in_jwks."),
        ("link", ["not_linked"], "link: fails. Seen: not_linked."),
        ("link", ["anon_unavailable"], "link: cannot be checked now. Seen: anon_unavailable."),
        ("link", [], "link: passed. Nothing stands against it."),
    ],
)
def test_the_verdict_is_one_line_that_names_the_first_failing_step(
    kind: str, codes: list[str], line: str
) -> None:
    assert verdict(CheckKind(kind), told(*codes)) == line


def test_what_fails_counts_before_what_is_unknown() -> None:
    stop = first_stop(CheckKind.TOKEN, told("expired") + told("anon_unavailable", step=Step.CLIENT))
    assert stop
    assert stop.code == "expired"
