"""The quick commands leave alone what is slow to import."""

import os
import subprocess
import sys

import pytest

SLOW = {"slack_bolt", "dbos", "matplotlib"}
MESSAGE = '{"id": "1", "text": "Error translating external user id: 404"}\n'
WATCH = """
import sys
from bot.cli import run_command_line
code = run_command_line(sys.argv[1:])
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    ("arguments", "given"),
    [(["--version"], ""), (["match", "-"], MESSAGE), (["redact", "-"], "token=abc\n")],
    ids=["version", "match", "redact"],
)
def test_quick_commands_import_nothing_slow(arguments, given, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WATCH, *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stderr.splitlines()[-1].split())
    assert "bot" in loaded
    assert not loaded & SLOW


def test_a_check_of_an_address_loads_no_settings():
    """It has 12 s in all, start-up included."""
    done = subprocess.run(
        [sys.executable, "-c", WATCH, "check", "jwks", "https://127.0.0.1/", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    loaded = set(done.stderr.splitlines()[-1].split())
    assert not loaded & {*SLOW, "pydantic_settings", "sqlalchemy", "rapidfuzz"}
