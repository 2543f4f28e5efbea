"""What several test files share: the shipped base, opened once, and a made-up one."""

from pathlib import Path

import pytest

from bot.answering import Answerer, open_answerer

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
