"""The search after the tests finds what it looks for, and passes over what tests write as input."""

import sqlite3

import pytest

from tests import token_lab
from tests.leftovers import secrets_left


@pytest.mark.parametrize("name", ["state.db", "replica0.log", "input.jsonl"])
def test_a_token_is_found_in_databases_and_logs(tmp_path, name):
    file = tmp_path / name
    if name == "state.db":
        with sqlite3.connect(file) as connection:
            connection.execute("CREATE TABLE said (text TEXT)")
            connection.execute("INSERT INTO said VALUES (?)", [token_lab.signed()])
        connection.close()
    else:
        file.write_text(token_lab.signed())
    found = list(secrets_left(tmp_path))
    file.unlink()  # this very search looks here after the last test
    assert found == ([] if name == "input.jsonl" else [f"{name}: token"])


def test_other_secrets_are_found_by_their_form(tmp_path):
    key = "ghp_" + "a1B2" * 9
    (tmp_path / "a.log").write_text(f'{key} {{"d": "{"x" * 43}"}}')
    found = list(secrets_left(tmp_path))
    (tmp_path / "a.log").unlink()
    assert found == ["a.log: GitHub token", "a.log: private member"]
