"""aiokafka's clients with safe settings, started and stopped in bounded time."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError

from cartload_kit.concurrency import run_until_first_ends
from cartload_kit.describe_error import describe_error
from cartload_kit.kafka.connection import KafkaConnection
from cartload_kit.kafka.diagnosis import find_cause
from cartload_kit.kafka.errors import BrokersUnreachable, KafkaUnavailable

log = logging.getLogger(__name__)
MIB = 2**20
START_LIMIT = 60.0


@dataclass(frozen=True, slots=True)
class Timing:
    """Times of a consumer, in seconds.

    `commit`: between commits. `poll`: longest wait for records. `probe`: between looks at the ends of the
    partitions, `answer`: until such a look counts as unanswered. `no_progress`: until the watchdog bites.
    `revoke` and `stop`: grace for handlers. `session`: silence after which the group goes on without this
    member. `fetch_wait`: how long the broker holds an empty fetch.
    """

    commit: float = 0.2
    poll: float = 0.2
    probe: float = 5.0
    answer: float = 5.0
    no_progress: float = 60.0
    revoke: float = 2.0
    stop: float = 6.0
    session: float = 10.0
    fetch_wait: float = 0.25


def group_client(connection: KafkaConnection, client_id: str, group: str, timing: Timing) -> Any:
    """A consumer of a group: from the earliest record, committing by hand, partitions assigned by range."""
    # aiokafka's own defaults lose records: it begins at the end and commits what it has merely given out.
    return AIOKafkaConsumer(
        **connection.arguments(),
        client_id=client_id,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
        # By range and not round robin, its default: a member gets the same partitions of every topic, and
        # with them all tables of a chunk.
        partition_assignment_strategy=(RangePartitionAssignor,),
        session_timeout_ms=_ms(timing.session),
        heartbeat_interval_ms=_ms(min(1.0, timing.session / 3)),
        # Its default is the session's time, which handlers in their grace and the last commit could use up.
        rebalance_timeout_ms=_ms(timing.revoke + 10),
        # A full consumer does not poll, and then aiokafka would leave the group, come back and begin the same
        # records again, without end. The watchdog tells a busy consumer from a stuck one.
        max_poll_interval_ms=86_400_000,
        fetch_max_wait_ms=_ms(timing.fetch_wait),
        # What aiokafka holds beside the records in flight; its default is 50 MiB. A larger one comes alone.
        fetch_max_bytes=8 * MIB,
        max_partition_fetch_bytes=MIB,
        retry_backoff_ms=200,
    )


def _ms(seconds: float) -> int:
    return int(seconds * 1000)


async def reach(connection: KafkaConnection, call: Awaitable[object]) -> None:
    """Await the start of a client, or the like. Raises BrokersUnreachable with the cause, or KafkaError."""
    try:
        await call
    except KafkaError as error:
        if (cause := await find_cause(connection)) is None:
            raise
        raise BrokersUnreachable(cause) from error


async def unavailable(connection: KafkaConnection) -> KafkaUnavailable:
    """Return what to raise when the time for reaching Kafka is up: some of aiokafka's calls never fail."""
    cause = await find_cause(connection)
    return KafkaUnavailable(cause or f"no broker answered in time at {connection.bootstrap}")


async def start(
    client: Any,
    connection: KafkaConnection,
    topics: Sequence[str],
    listener: ConsumerRebalanceListener,
    stop: asyncio.Event,
) -> bool:
    """Subscribe and start a client of a group.

    False when `stop` came first. Raises KafkaError or TimeoutError, the client closed.
    """
    client.subscribe(topics, listener=listener)
    started = False

    async def begin() -> None:
        nonlocal started
        await reach(connection, client.start())
        started = True

    try:
        async with asyncio.timeout(START_LIMIT):
            await run_until_first_ends(begin(), stop.wait())
    finally:
        if not started:
            await close(client)
    return started


async def close(client: Any, limit: float = 3.0) -> None:
    """Leave the group and disconnect; after `limit` seconds without leaving."""
    try:
        async with asyncio.timeout(limit):
            await client.stop()
    except (TimeoutError, KafkaError) as error:
        log.info("left the group without telling Kafka: %s", describe_error(error))
        # There is no public way to disconnect without telling Kafka, which just did not answer.
        with contextlib.suppress(TimeoutError, KafkaError):
            async with asyncio.timeout(1.0):
                await client._client.close()
