"""What several test files share: knowledge bases opened once, and a PostgreSQL server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.answering import Answerer, open_answerer
from tests.leftovers import secrets_left
from tests.postgres import MISSING, Server, binaries, running_server

BREWLINE = Path(__file__).parent / "data" / "brewline"
"""Three entries about coffee machines: another product than any that the model has seen."""


@pytest.fixture(scope="session")
def cache_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that stands for the user's cache; compiled bases are found there again."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def answerer(cache_home: Path) -> Answerer:
    """The shipped knowledge base."""
    return open_answerer(cache_dir=cache_home / "anon-support-bot")


@pytest.fixture(scope="session")
def brewline(cache_home: Path) -> Answerer:
    """The made-up base, which has no labelled messages of its own."""
    return open_answerer(BREWLINE, cache_home / "anon-support-bot")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server, started once for the session."""
    programs = binaries()
    if programs is None:
        pytest.skip(MISSING)
    with running_server(programs) as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def nothing_secret_is_left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """After the last test of this process, no database and no log of any test holds a secret."""
    yield
    assert list(secrets_left(tmp_path_factory.getbasetemp())) == []
