"""Users of the running system."""

from collections.abc import AsyncIterator

import pytest

from cartload_dev.system_client import SystemClient
from support.client import User, signed_up


@pytest.fixture
async def user(cartload: SystemClient) -> AsyncIterator[User]:
    """A new user."""
    async with signed_up(cartload.base_url) as new:
        yield new


@pytest.fixture
async def stranger(cartload: SystemClient) -> AsyncIterator[User]:
    """Another new user."""
    async with signed_up(cartload.base_url) as new:
        yield new


@pytest.fixture
async def unlimited_user(unlimited: SystemClient) -> AsyncIterator[User]:
    """A new user of the system without limits of rates."""
    async with signed_up(unlimited.base_url) as new:
        yield new
