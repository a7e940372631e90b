"""A broker that can be taken away from its clients."""

import uuid
from collections.abc import AsyncIterator

import pytest

from cartload_kit.kafka import KafkaConnection, Producer, ensure_topics
from support.kafka_line import Line
from support.kafka_place import Place, Topic


@pytest.fixture
async def line(kafka_bootstrap: str) -> AsyncIterator[Line]:
    made = Line(kafka_bootstrap)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def place(kafka_bootstrap: str) -> AsyncIterator[Place]:
    name = f"kit.{uuid.uuid4().hex[:8]}"
    await ensure_topics(
        KafkaConnection(kafka_bootstrap), [Topic(f"{name}.work"), Topic(f"{name}.dead", partitions=1)]
    )
    async with Producer(KafkaConnection(kafka_bootstrap), name) as producer:
        yield Place(kafka_bootstrap, f"{name}.work", f"{name}.dead", name, producer)
