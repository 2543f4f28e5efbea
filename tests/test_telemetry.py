"""No secret reaches a log, whoever logs it and however."""

import json
import logging

import pytest
import structlog

from bot.telemetry import configure_logging, redactor

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
PLAIN = "0123456789abcdef0123456789abcdef"  # a signing secret: no rule knows it by its form


@pytest.fixture
def logged(capsys):
    root = logging.getLogger()
    before = list(root.handlers), root.level
    configure_logging("INFO", [PLAIN])
    yield lambda: capsys.readouterr().err
    root.handlers[:], _ = before
    root.setLevel(before[1])
    structlog.reset_defaults()


def test_our_own_lines_are_json_without_secrets(logged):
    log = structlog.get_logger("bot.test")
    log.info(
        "event",
        text=f"x {TOKEN}",
        parts=[{"deep": TOKEN, PLAIN: 1}],
        count=3,
        kept="backend-user-404",
    )
    line = json.loads(logged())
    assert TOKEN not in str(line)
    assert PLAIN not in str(line)
    assert (line["count"], line["kept"], line["level"]) == (3, "backend-user-404", "info")


def test_other_libraries_and_tracebacks_are_redacted_too(logged):
    try:
        int(f"bad {TOKEN} {PLAIN}")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("failed with %s", TOKEN)
        structlog.get_logger("x").error("failed", exc_info=True)
    out = logged()
    assert TOKEN not in out
    assert PLAIN not in out
    assert out.count("Traceback") >= 2
    assert all(json.loads(line) for line in out.splitlines())


def test_slacks_libraries_do_not_log_requests(logged):
    configure_logging("DEBUG")
    logging.getLogger("slack_sdk.web").debug("a whole request")
    logging.getLogger("slack_bolt.AsyncApp").info("a whole body")
    assert logged() == ""


def test_anything_can_be_logged():
    event = {"a": object(), "b": b"\xff", "c": {1, 2}, "d": None, "e": "x" * 100_000}
    assert len(redactor()(None, "info", event)["e"]) <= 20_000
