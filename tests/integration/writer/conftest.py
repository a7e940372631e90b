"""One migrated database and one container a run; every test makes datasets of its own in them."""

import os
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from support import writer_service
from support.writer_service import Place, Writer


@pytest.fixture(scope="session")
def mysql_url(request: pytest.FixtureRequest) -> str:
    """A server given by `CARTLOAD_TEST_MYSQL_URL`, else the run's own."""
    given = os.environ.get("CARTLOAD_TEST_MYSQL_URL")
    return given or str(request.getfixturevalue("servers").endpoints.mysql_root_url)


@pytest.fixture(scope="session")
def blob_connection_string(request: pytest.FixtureRequest) -> str:
    """Storage given by `CARTLOAD_TEST_BLOB`, else the run's own."""
    given = os.environ.get("CARTLOAD_TEST_BLOB")
    return given or str(request.getfixturevalue("servers").endpoints.blob_connection_string)


@pytest.fixture(scope="session")
def place(mysql_url: str) -> Iterator[Place]:
    with writer_service.migrated(mysql_url) as made:
        yield made


@pytest.fixture(scope="session")
def container() -> str:
    return f"writer-{uuid4().hex[:12]}"


@pytest.fixture
async def writer(place: Place, blob_connection_string: str, container: str) -> AsyncIterator[Writer]:
    """All roles of the service."""
    async with writer_service.running(place, blob_connection_string, container) as made:
        yield made
