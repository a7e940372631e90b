"""One migrated database a run, emptied for every test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from support import auth_service
from support.auth_service import Service


@pytest.fixture(scope="session")
def migrated_database(mysql_url: str) -> Iterator[str]:
    url = auth_service.new_database(mysql_url)
    yield url
    auth_service.drop(url)


@pytest.fixture
def auth_database(migrated_database: str) -> str:
    """The URL of an empty database with all tables."""
    auth_service.empty(migrated_database)
    return migrated_database


@pytest.fixture
async def auth(auth_database: str) -> AsyncIterator[Service]:
    """The service as it is by default."""
    async with auth_service.running(auth_database) as service:
        yield service
