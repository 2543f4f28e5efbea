"""What several test modules share."""

from collections.abc import Iterator

import pytest

from tests.postgres import MISSING, Server, binaries, running_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server, started once for the session."""
    programs = binaries()
    if programs is None:
        pytest.skip(MISSING)
    with running_server(programs) as server:
        yield server
