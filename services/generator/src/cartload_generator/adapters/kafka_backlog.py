"""Reads the backlog of the consumer groups from Kafka."""

import asyncio
import logging
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from cartload_contracts import topics
from cartload_generator.domain.backlog import Backlog
from cartload_kit.describe_error import describe_error
from cartload_kit.kafka import KafkaConnection

_ANSWER_SECONDS = 5.0
_log = logging.getLogger(__name__)
_BATCHES = tuple(topic.name for topic in topics.BATCHES.values())


class KafkaBacklog:
    """Opens its clients for each look: there are few, and only while something is silent."""

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection

    async def read(self) -> Backlog:
        """What waits now."""
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                return await self._look()
        except (KafkaError, OSError, TimeoutError) as error:
            _log.warning("Kafka did not say what waits there: %s", describe_error(error))
            return Backlog(reachable=False)

    async def _look(self) -> Backlog:
        admin = AIOKafkaAdminClient(**self._connection.arguments(), client_id="generator-api-backlog")
        ends = AIOKafkaConsumer(**self._connection.arguments(), client_id="generator-api-backlog")
        try:
            await admin.start()
            await ends.start()
            return Backlog(
                dataset_commands=await _waiting(admin, ends, "writer tasks", (topics.DATASETS.name,)),
                chunk_commands=await _waiting(admin, ends, "generator worker", (topics.CHUNKS.name,)),
                batches=await _waiting(admin, ends, "writer consumer", _BATCHES),
            )
        finally:
            await ends.stop()
            await admin.close()


async def _waiting(
    admin: AIOKafkaAdminClient, ends: AIOKafkaConsumer, part: str, names: Iterable[str]
) -> int:
    committed = await admin.list_consumer_group_offsets(topics.GROUPS[part])
    partitions = [TopicPartition(name, number) for name in names for number in range(topics.PARTITIONS)]
    # Records that retention has removed are no backlog, and a group that never committed begins at the first.
    first, last = await ends.beginning_offsets(partitions), await ends.end_offsets(partitions)
    done = {one: kept.offset for one, kept in committed.items() if kept.offset >= 0}
    return sum(max(last[one] - max(done.get(one, 0), first[one]), 0) for one in partitions)
