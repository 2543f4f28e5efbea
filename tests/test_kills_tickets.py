"""Escalations under kills, the short form: one ticket, one announcement, each timer once."""

import asyncio

from benchmarks.escalations import Plan, run

SHORT = Plan(
    kills=8,
    escalations=14,
    rate=2,
    remind=5,
    stale=12,
    close=3,
    patience=30,
    peace=(0.0, 1.0),
)


def test_escalations_under_kills_make_one_ticket_each(postgres):
    outcome = asyncio.run(run(SHORT, postgres.new_database(), 2))
    assert outcome.good, outcome
    assert (outcome.kills, sum(outcome.asked.values())) == (8, 14)
    assert outcome.tickets >= 14
