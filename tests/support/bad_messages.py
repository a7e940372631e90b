"""Messages of every topic that can never be handled, and looking at what became of them on a real Kafka."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import MessageSizeTooLargeError
from aiokafka.structs import TopicPartition

from cartload_contracts import topics
from cartload_contracts.envelope import Wire, decode_batch, encode
from cartload_kit.kafka import KafkaConnection, ensure_topics
from support.writer_service import Load, ipc, rows_in

PARTITION = 0
"""Where bad messages are sent, whatever their key says: then their order is known."""
_LARGEST = 32 * 2**20
_BY_NAME = {topic.name: topic for topic in topics.ALL}


@dataclass(frozen=True)
class Bad:
    """A bad message, a part of the reason that its letter must have, and whether its job can be told."""

    fault: str
    wire: Wire
    reason: str
    told: bool


def bad_json(message: Any, wrong_hash: Mapping[str, str]) -> Iterator[Bad]:
    """A good JSON message with each fault; `wrong_hash` is what to put into it as a hash."""
    wire = encode(message, source="/test", now=datetime.now(UTC))
    body = json.loads(wire.value)

    def changed(changes: Mapping[str, Any]) -> Wire:
        return replace(wire, value=json.dumps({**body, **changes}).encode())

    limit = _BY_NAME[wire.topic].max_message_bytes
    yield Bad("undecodable bytes", replace(wire, value=b"\xff\xfe{"), "Invalid JSON", told=False)
    yield Bad("wrong schema", changed({"unheard": 1}), "Extra inputs are not permitted", told=True)
    if wrong_hash:
        yield Bad("wrong hash", changed(wrong_hash), "hash", told=True)
    yield Bad("unknown version", of_version_2(wire), "header ce_type is", told=True)
    yield Bad("missing headers", replace(wire, headers=()), "header ce_specversion is ''", told=True)
    yield Bad("too large", replace(wire, value=wire.value + b" " * limit), f"at most {limit}", told=True)


def bad_batches(load: Load, table: str, **changes: Any) -> Iterator[Bad]:
    """The first batch of a table with each fault; `changes` are made to the headers of all."""
    position, record = next(
        (decode_batch(one.value, one.headers).header.chunk_index, one)
        for one in load.records()
        if one.topic.endswith(f".{table}")
    )
    chunk, rows = decode_batch(record.value, record.headers).header.chunk, rows_in(record)

    def batch(**more: Any) -> Wire:
        made = load.record(table, chunk, rows, position, **{**changes, **more})
        return Wire(made.topic, made.key or b"", made.value, tuple(made.headers.items()))

    wire, fewer = batch(), rows.select(rows.schema.names[:-1])
    limit = _BY_NAME[wire.topic].max_message_bytes
    yield Bad("undecodable bytes", replace(wire, value=b"\xff\xfe"), "not a readable Arrow stream", told=True)
    yield Bad("wrong schema", replace(wire, value=ipc(fewer)), f"schema of {table} expected", told=True)
    yield Bad("wrong hash", batch(row_hash="0" * 32), "row hash 0000", told=True)
    yield Bad("unknown version", of_version_2(wire), "header ce_type is", told=True)
    yield Bad("missing headers", replace(wire, headers=()), "header ce_specversion is ''", told=False)
    yield Bad("too large", replace(wire, value=wire.value + bytes(limit)), f"at most {limit}", told=True)


def of_version_2(wire: Wire) -> Wire:
    """The message as if a later release had sent it."""
    headers = {**dict(wire.headers), "ce_type": dict(wire.headers)["ce_type"].replace(b".v1", b".v2")}
    return replace(wire, headers=tuple(headers.items()))


class Sender:
    """Sends to one partition, and says at which offset a message came to lie."""

    def __init__(self, bootstrap: str, producer: Any) -> None:
        self._bootstrap = bootstrap
        self._producer = producer

    async def send(self, wire: Wire, partition: int | None = PARTITION) -> int:
        """Send one message; its offset."""
        sent = await self._producer.send_and_wait(
            wire.topic, wire.value, wire.key or None, partition=partition, headers=list(wire.headers)
        )
        return int(sent.offset)

    async def send_all(self, bad: list[Bad]) -> dict[int, Bad]:
        """Send messages, also what their topic does not take; by offset."""
        topic = _BY_NAME[bad[0].wire.topic]
        connection = KafkaConnection(self._bootstrap)
        await ensure_topics(connection, [replace(topic, max_message_bytes=_LARGEST)])
        try:
            return {await self._patiently(one.wire): one for one in bad}
        finally:
            await ensure_topics(connection, [topic])

    async def _patiently(self, wire: Wire) -> int:
        # A changed limit is in force a moment after Kafka has acknowledged it.
        async with asyncio.timeout(15):
            while True:
                try:
                    return await self.send(wire)
                except MessageSizeTooLargeError:
                    await asyncio.sleep(0.1)


@asynccontextmanager
async def sending(bootstrap: str) -> AsyncIterator[Sender]:
    """A sender that takes messages of any size."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_request_size=2 * _LARGEST)
    await producer.start()
    try:
        yield Sender(bootstrap, producer)
    finally:
        await producer.stop()


async def committed_past(bootstrap: str, group: str, topic: str, offset: int) -> None:
    """Return when a group has done with a message of the partition."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        async with asyncio.timeout(30):
            while True:
                offsets = await admin.list_consumer_group_offsets(group)
                kept = offsets.get(TopicPartition(topic, PARTITION))
                if kept is not None and kept.offset > offset:
                    return
                await asyncio.sleep(0.05)
    finally:
        await admin.close()
