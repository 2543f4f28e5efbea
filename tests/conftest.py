"""What several test files share: knowledge bases opened once, and a PostgreSQL server."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.answering import Answerer, open_answerer
from bot.database import open_database
from bot.store import Store
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


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind: what the state promises holds on both."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'state.db'}"
    server: Server = request.getfixturevalue("postgres")
    return server.new_database().replace("postgresql:", "postgresql+psycopg:")


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    """That database with its tables, open."""
    async with open_database(url) as engine:
        yield engine


@pytest.fixture
def store(engine: AsyncEngine) -> Store:
    """The state in it."""
    return Store(engine)


@pytest.fixture(scope="session", autouse=True)
def nothing_secret_is_left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """After the last test of this process, no database and no log of any test holds a secret."""
    yield
    assert list(secrets_left(tmp_path_factory.getbasetemp())) == []
