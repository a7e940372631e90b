"""Creates topics as they are declared."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Any, Protocol

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, NoError, TopicAlreadyExistsError, for_code

log = logging.getLogger(__name__)


class TopicSpec(Protocol):
    """What has to be known of a topic to create it."""

    @property
    def name(self) -> str:
        """Name of the topic."""

    @property
    def partitions(self) -> int:
        """How many partitions it has."""

    @property
    def retention_ms(self) -> int:
        """How long records are kept, in milliseconds."""

    @property
    def retention_bytes(self) -> int:
        """How many bytes a partition keeps; -1 is no limit."""

    @property
    def max_message_bytes(self) -> int:
        """Size of the largest message, in bytes."""


async def ensure_topics(
    bootstrap: str, specs: Iterable[TopicSpec], *, replication: int = -1, deadline: float = 30.0
) -> None:
    """Create the topics that are missing, add missing partitions and bring limits up to date.

    Harmless to repeat. `replication` -1 is the broker's default; `deadline` is in seconds. Raises
    TimeoutError when Kafka is away and KafkaError when it refuses.
    """
    wanted = list(specs)
    admin: Any = AIOKafkaAdminClient(bootstrap_servers=bootstrap, client_id="cartload-topics")
    async with asyncio.timeout(deadline):
        await _start(admin)
        try:
            await _create(admin, wanted, replication)
            await _widen(admin, wanted)
            await _configure(admin, wanted)
        finally:
            await admin.close()


async def _start(admin: Any) -> None:
    while True:
        try:
            await admin.start()
            return
        except KafkaError as error:
            log.warning("Kafka does not answer yet: %s", error)
            await asyncio.sleep(0.25)


def _settings(spec: TopicSpec) -> dict[str, str]:
    return {
        "retention.ms": str(spec.retention_ms),
        "retention.bytes": str(spec.retention_bytes),
        "max.message.bytes": str(spec.max_message_bytes),
        "cleanup.policy": "delete",
    }


def _new_topic(spec: TopicSpec, replication: int) -> Any:
    topic = NewTopic(spec.name, spec.partitions, max(replication, 1), topic_configs=_settings(spec))
    topic.replication_factor = replication  # -1, the broker's default, is refused by the constructor only
    return topic


async def _create(admin: Any, specs: list[TopicSpec], replication: int) -> None:
    existing = set(await admin.list_topics())
    missing = [spec for spec in specs if spec.name not in existing]
    if not missing:
        return
    response = await admin.create_topics([_new_topic(spec, replication) for spec in missing])
    for name, code, *message in response.topic_errors:
        error = for_code(code)
        if error not in (NoError, TopicAlreadyExistsError):
            raise error(f"topic {name}: {message}")
    log.info("created topics %s", ", ".join(spec.name for spec in missing))


async def _widen(admin: Any, specs: list[TopicSpec]) -> None:
    described = await admin.describe_topics([spec.name for spec in specs])
    counts = {topic["topic"]: len(topic["partitions"]) for topic in described}
    short = {
        spec.name: NewPartitions(total_count=spec.partitions)
        for spec in specs
        if 0 < counts.get(spec.name, 0) < spec.partitions
    }
    if short:
        await admin.create_partitions(short)


async def _configure(admin: Any, specs: list[TopicSpec]) -> None:
    await admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, spec.name, configs=_settings(spec)) for spec in specs]
    )
