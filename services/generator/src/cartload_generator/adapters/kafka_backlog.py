"""Reads the backlog of the consumer groups from Kafka."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from cartload_contracts import topics
from cartload_generator.domain.backlog import Backlog
from cartload_kit.describe_error import describe_error
from cartload_kit.kafka import KafkaConnection

_ANSWER_SECONDS = 5.0
_LOOK_SECONDS = 0.02
_log = logging.getLogger(__name__)
_BATCHES = tuple(topic.name for topic in topics.BATCHES.values())


type Offsets = Mapping[TopicPartition, int]


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
        async with self._clients() as (admin, ends):
            return Backlog(
                dataset_commands=await _waiting(admin, ends, "writer tasks", (topics.DATASETS.name,)),
                chunk_commands=await _waiting(admin, ends, "generator worker", (topics.CHUNKS.name,)),
                batches=await _waiting(admin, ends, "writer consumer", _BATCHES),
            )

    async def until_commands_are_read(self, seconds: float) -> bool:
        """Wait until the writer has read every command on a dataset that was sent before; False: not yet."""
        try:
            async with asyncio.timeout(seconds), self._clients() as (admin, ends):
                partitions = _partitions((topics.DATASETS.name,))
                first, last = await ends.beginning_offsets(partitions), await ends.end_offsets(partitions)
                # The writer commits five times a second; what others send meanwhile is not waited for.
                while any(await _behind(admin, "writer tasks", first, last)):  # noqa: ASYNC110 Kafka tells nobody
                    await asyncio.sleep(_LOOK_SECONDS)
        except (KafkaError, OSError, TimeoutError) as error:
            _log.info("the writer has not read all commands yet: %s", describe_error(error))
            return False
        return True

    @asynccontextmanager
    async def _clients(self) -> AsyncIterator[tuple[AIOKafkaAdminClient, AIOKafkaConsumer]]:
        admin = AIOKafkaAdminClient(**self._connection.arguments(), client_id="generator-api-backlog")
        ends = AIOKafkaConsumer(**self._connection.arguments(), client_id="generator-api-backlog")
        try:
            await admin.start()
            await ends.start()
            yield admin, ends
        finally:
            await ends.stop()
            await admin.close()


async def _waiting(
    admin: AIOKafkaAdminClient, ends: AIOKafkaConsumer, part: str, names: Iterable[str]
) -> int:
    partitions = _partitions(names)
    first, last = await ends.beginning_offsets(partitions), await ends.end_offsets(partitions)
    return sum(await _behind(admin, part, first, last))


async def _behind(admin: AIOKafkaAdminClient, part: str, first: Offsets, last: Offsets) -> list[int]:
    """Messages of each partition, of those between the offsets, that a group has not committed."""
    committed = await admin.list_consumer_group_offsets(topics.GROUPS[part])
    # Records that retention has removed are no backlog, and a group that never committed begins at the first.
    done = {one: kept.offset for one, kept in committed.items() if kept.offset >= 0}
    return [max(last[one] - max(done.get(one, 0), first[one]), 0) for one in last]


def _partitions(names: Iterable[str]) -> list[TopicPartition]:
    return [TopicPartition(name, number) for name in names for number in range(topics.PARTITIONS)]
