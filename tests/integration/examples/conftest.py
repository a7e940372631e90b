"""Topics of a test's own on the run's Kafka."""

from collections.abc import AsyncIterator

import pytest

from support.example_programs import ExampleTopics, example_topics


@pytest.fixture
async def place(kafka_bootstrap: str) -> AsyncIterator[ExampleTopics]:
    """Empty topics, and a consumer group that has read nothing."""
    async with example_topics(kafka_bootstrap) as made:
        yield made
