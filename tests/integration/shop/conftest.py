"""One control database and one small dataset of each kind of ids, for all tests of a run."""

import os
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import pytest

from support import shop_service
from support.shop_service import SMALL, Person, ShopService


@pytest.fixture(scope="session")
def mysql_url(request: pytest.FixtureRequest) -> str:
    """A server given by `CARTLOAD_TEST_MYSQL_URL`, else the run's own."""
    given = os.environ.get("CARTLOAD_TEST_MYSQL_URL")
    return given or str(request.getfixturevalue("servers").endpoints.mysql_root_url)


@pytest.fixture(scope="session")
def control_database(mysql_url: str) -> Iterator[str]:
    with shop_service.control_database(mysql_url) as url:
        yield url


@pytest.fixture(scope="session")
def small_dataset(mysql_url: str) -> Iterator[str]:
    """The name of a database with a small dataset whose ids are UUIDs."""
    with shop_service.dataset_in_database(mysql_url) as name:
        yield name


@pytest.fixture
async def service(control_database: str) -> AsyncIterator[ShopService]:
    async with shop_service.running(control_database) as running:
        yield running


@pytest.fixture
def owner(service: ShopService) -> Person:
    return service.person()


@pytest.fixture
def dataset(service: ShopService, small_dataset: str) -> UUID:
    return service.add_dataset(SMALL, small_dataset)


@pytest.fixture
async def shop(service: ShopService, owner: Person, dataset: UUID) -> Any:
    """A shop of the owner, in business."""
    return await service.opened(owner, dataset)
