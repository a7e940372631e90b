"""One migrated database a run, emptied for every test."""

import os
from collections.abc import AsyncIterator, Iterator

import pytest

from support import generator_service
from support.generator_service import Generator, User
from support.stream_player import new_dataset


@pytest.fixture(scope="session")
def mysql_url(request: pytest.FixtureRequest) -> str:
    """A server given by `CARTLOAD_TEST_MYSQL_URL`, else the run's own."""
    given = os.environ.get("CARTLOAD_TEST_MYSQL_URL")
    return given or str(request.getfixturevalue("servers").endpoints.mysql_root_url)


@pytest.fixture(scope="session")
def migrated_database(mysql_url: str) -> Iterator[str]:
    url = generator_service.new_database(mysql_url)
    yield url
    generator_service.drop(url)


@pytest.fixture
def jobs_database(migrated_database: str) -> str:
    """The URL of an empty database with all tables."""
    generator_service.empty(migrated_database)
    return migrated_database


@pytest.fixture
async def generator(jobs_database: str) -> AsyncIterator[Generator]:
    """The service as it is by default."""
    async with generator_service.running(jobs_database) as service:
        yield service


@pytest.fixture
def user(generator: Generator) -> User:
    """A user of the service."""
    return generator.user()


@pytest.fixture
async def dataset(generator: Generator, user: User) -> str:
    """A dataset of the user that is ready to be played."""
    return await new_dataset(generator, user)
