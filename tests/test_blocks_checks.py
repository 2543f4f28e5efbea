"""Ladders as Block Kit: what each step shows, within every cap, with nothing that pings."""

from dataclasses import replace

import pytest

from bot.checks.finding import finding
from bot.checks.ladder import CheckKind, State
from bot.ladders import Checked, Ladder, Past
from bot.playground.block_rules import check_message, check_view
from bot.records import Candidate
from bot.reply import REPLY_LIMIT, Reply, reply_to
from handlers.blocks import diagnosis_view, render
from tests.slack_lab import ENTRIES, entry

LOGIN = finding("login_page", "A sign-in page came, not a JWK Set.", "Let the path through.")
FAILED = Checked(CheckKind.JWKS, "https://a.dev/jwks", State.FAILED, (LOGIN,))
PASSED = Checked(CheckKind.JWKS, "https://a.dev/jwks", State.PASSED, (finding("ok", "Usable."),))
RUNNING = Checked(CheckKind.JWKS, "https://a.dev/jwks")
AWAY = Checked(
    CheckKind.LINK, "u, app", State.UNAVAILABLE, (finding("anon_unavailable", "It is away."),)
)
HOSTILE = finding("kid_not_in_jwks", "<!channel> <@U1> & " + "x" * 9_000, "<http://a|b>" * 400)


def ladder(*checks: Checked, **more: object) -> Ladder:
    return Ladder("run", checks, 1_795_000_000.0, **more)


def texts(blocks: list[dict]) -> str:
    return "\n".join(
        block["text"]["text"] if "text" in block else str(block.get("elements")) for block in blocks
    )


def test_the_first_failing_step_is_named_with_what_to_do():
    shown = render(ladder(FAILED))
    check_message(shown.text, shown.blocks)
    said = texts(shown.blocks)
    assert ":x: *jwks: fails at http.* A sign-in page came" in said
    assert ":white_check_mark: address · DNS · connection · TLS" in said
    assert ":x: *HTTP* `login_page`" in said
    assert "→ Let the path through." in said
    assert ":heavy_minus_sign: body · keys – not reached" in said
    assert said.count("A sign-in page came") == 1


@pytest.mark.parametrize(
    ("shown", "sign", "buttons"),
    [
        (ladder(RUNNING), ":hourglass", []),
        (ladder(FAILED), ":x:", ["run_again", "ask_human"]),
        (ladder(AWAY), ":grey_question:", ["run_again", "ask_human"]),
        (ladder(PASSED), ":white_check_mark:", ["run_again", "ask_human"]),
        (ladder(PASSED, solvable=True), "mark:", ["answer_solved", "run_again", "ask_human"]),
        (
            ladder(PASSED, solvable=True, private=True),
            "Only you",
            ["checks_solved", "run_again", "ask_human"],
        ),
        (ladder(PASSED, solved_by="U1"), "Solved, says <@U1>", []),
    ],
)
def test_signs_and_buttons_follow_the_state(shown, sign, buttons):
    drawn = render(shown)
    check_message(drawn.text, drawn.blocks)
    assert sign in texts(drawn.blocks)
    found = [
        element["action_id"]
        for block in drawn.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    assert found == buttons


def test_what_came_before_is_kept_in_sight():
    history = (Past(1_795_000_000.0, State.FAILED), Past(1_795_000_300.0, State.UNAVAILABLE))
    said = texts(render(ladder(PASSED, history=history)).blocks)
    assert ":x: <!date^1795000000^{time}|" in said
    assert "→ :grey_question: <!date^1795000300^{time}|" in said


def test_nothing_pings_and_no_cap_is_broken():
    many = [Checked(CheckKind.TOKEN, "`" * 500, State.FAILED, (HOSTILE,)) for _ in range(6)]
    for shown in (ladder(*many), ladder(*many, history=(Past(1.0, State.FAILED),) * 5)):
        drawn = render(shown)
        check_message(drawn.text, drawn.blocks)
        assert "<!channel>" not in str(drawn)
        assert "<@U1>" not in str(drawn)
        view = diagnosis_view((shown,), "C1|1.1|1.1|U1")
        check_view(view)
        assert "post_to_thread" in str(view)


def test_a_reply_with_a_ladder_stays_under_three_thousand_characters():
    long = entry("long", "A long one", "word " * 2_000)
    many = [Checked(CheckKind.TOKEN, "kid a", State.FAILED, (HOSTILE,)) for _ in range(6)]
    for checks in ([FAILED], many):
        candidate = reply_to(long, candidate_of("long"), ladder=ladder(*checks))
        drawn = render(candidate)
        check_message(drawn.text, drawn.blocks)
        written = sum(
            len(block["text"]["text"]) for block in drawn.blocks if block["type"] == "section"
        )
        markdown = sum(len(block["text"]) for block in drawn.blocks if block["type"] == "markdown")
        assert written + markdown < REPLY_LIMIT + 200


def test_a_reply_offers_its_checks():
    plain = reply_to(ENTRIES["backend-user-404"], candidate_of("backend-user-404"))
    assert "run_" not in str(render(plain))
    assert "run_checks" in str(render(with_checks(plain)))
    assert "run_again" in str(render(reply_with(ladder(FAILED))))
    assert "run_again" not in str(render(reply_with(ladder(RUNNING))))


def candidate_of(name: str) -> Candidate:
    return Candidate(name, 0.9)


def with_checks(reply: Reply) -> Reply:
    return replace(reply, checkable=True)


def reply_with(shown: Ladder) -> Reply:
    name = "backend-user-404"
    return reply_to(ENTRIES[name], candidate_of(name), ladder=shown)
