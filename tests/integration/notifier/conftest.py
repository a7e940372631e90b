"""A running notifier."""

from collections.abc import AsyncIterator

import pytest

from support.notifier_process import World, notifier, surrounded


@pytest.fixture
async def world(kafka_bootstrap: str) -> AsyncIterator[World]:
    """A notifier as it is by default."""
    async with (
        surrounded(kafka_bootstrap) as (around, url, producer),
        notifier(kafka_bootstrap, url) as (port, process),
    ):
        yield World(port, process, around, producer)
