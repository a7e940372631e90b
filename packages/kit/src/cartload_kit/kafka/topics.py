"""Creates topics as they are declared."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Any, Protocol

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import InvalidPartitionsError, KafkaError, NoError, TopicAlreadyExistsError, for_code

from cartload_kit.backoff import Backoff
from cartload_kit.describe_error import describe_error
from cartload_kit.kafka.client import reach, unavailable
from cartload_kit.kafka.connection import KafkaConnection

log = logging.getLogger(__name__)

TOPIC_SOURCE = 1
"""How Kafka marks a setting that was made on the topic itself."""


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
    connection: KafkaConnection,
    specs: Iterable[TopicSpec],
    *,
    replication: int = -1,
    deadline: float = 30.0,
) -> None:
    """Create the topics that are missing, add missing partitions and bring limits up to date.

    Harmless to repeat. `replication` -1 is the broker's default; `deadline` is in seconds. Raises
    KafkaUnavailable, with the cause, when Kafka is away and KafkaError when it refuses.
    """
    wanted = list(specs)
    admin: Any = AIOKafkaAdminClient(**connection.arguments(), client_id="cartload-topics")
    try:
        async with asyncio.timeout(deadline):
            await _start(admin, connection)
            try:
                present = set(await admin.list_topics())
                await _create(admin, [spec for spec in wanted if spec.name not in present], replication)
                await _adjust(admin, [spec for spec in wanted if spec.name in present])
                await _usable(admin, wanted)
            finally:
                await admin.close()
    except TimeoutError as error:
        raise await unavailable(connection) from error


async def _start(admin: Any, connection: KafkaConnection) -> None:
    """Start the client however often it fails, and tell each new cause."""
    backoff, attempt, told = Backoff(0.25, 2.0), 0, ""
    while True:
        attempt += 1
        try:
            await reach(connection, admin.start())
            return
        except KafkaError as error:
            if (cause := describe_error(error)) != told:
                log.warning("cannot make topics yet: %s", cause)
                told = cause
            await asyncio.sleep(backoff.seconds(attempt))


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
    if not specs:
        return
    response = await admin.create_topics([_new_topic(spec, replication) for spec in specs])
    for name, code, *message in response.topic_errors:
        # Two runs of the command may meet, as when several replicas are deployed at once.
        _raise_unless(TopicAlreadyExistsError, code, f"topic {name}: {message}")
    log.info("created topics %s", ", ".join(spec.name for spec in specs))


async def _adjust(admin: Any, specs: list[TopicSpec]) -> None:
    if specs:
        await _widen(admin, specs)
        await _configure(admin, specs)


async def _led_partitions(admin: Any, specs: list[TopicSpec]) -> dict[str, int]:
    """How many partitions of each topic have a leader, as far as the broker asked knows."""
    described = await admin.describe_topics([spec.name for spec in specs])
    return {
        topic["topic"]: sum(partition["leader"] >= 0 for partition in topic["partitions"])
        for topic in described
    }


async def _usable(admin: Any, specs: list[TopicSpec]) -> None:
    """Wait until the broker, which learns of a new topic a little later, can serve all of them."""
    while True:
        led = await _led_partitions(admin, specs)
        if all(led.get(spec.name, 0) >= spec.partitions for spec in specs):
            return
        await asyncio.sleep(0.05)


async def _widen(admin: Any, specs: list[TopicSpec]) -> None:
    led = await _led_partitions(admin, specs)
    short = {
        spec.name: NewPartitions(total_count=spec.partitions)
        for spec in specs
        if led[spec.name] < spec.partitions
    }
    if not short:
        return
    response = await admin.create_partitions(short)
    for name, code, message in response.topic_errors:
        _raise_unless(InvalidPartitionsError, code, f"partitions of {name}: {message}")


async def _configure(admin: Any, specs: list[TopicSpec]) -> None:
    """Change what differs. Kafka's call replaces all settings of a topic, so what others set goes along."""
    present = await _overrides(admin, [spec.name for spec in specs])
    changes = [
        ConfigResource(ConfigResourceType.TOPIC, spec.name, configs=present[spec.name] | _settings(spec))
        for spec in specs
        if not _settings(spec).items() <= present[spec.name].items()
    ]
    if not changes:
        return
    for response in await admin.alter_configs(changes):
        for code, message, _, name in response.resources:
            _raise_unless(NoError, code, f"settings of {name}: {message}")


async def _overrides(admin: Any, names: list[str]) -> dict[str, dict[str, str]]:
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found: dict[str, dict[str, str]] = {}
    for response in await admin.describe_configs(asked):
        for code, message, _, name, entries in response.resources:
            _raise_unless(NoError, code, f"settings of {name}: {message}")
            found[name] = {key: value for key, value, _, source, *_ in entries if source == TOPIC_SOURCE}
    return found


def _raise_unless(accepted: Any, code: int, what: str) -> None:
    error: Any = for_code(code)
    if error is not accepted and error is not NoError:
        raise error(what)
