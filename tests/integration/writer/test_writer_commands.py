"""Commands as they come from Kafka: what is none is refused."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cartload_kit.kafka.errors import BadMessage
from cartload_writer.consumers.command_consumer import CommandConsumer
from support.writer_service import Load, Writer, command_record


async def test_messages_that_are_no_commands_are_bad(writer: Writer) -> None:
    consumer = CommandConsumer(writer.context.meta, lambda: None, lambda: datetime.now(UTC))
    record = command_record(Load.of(customers=10).prepare())
    for bad in (
        replace(record, value=b"{"),
        replace(record, value=b'{"type": "explode"}'),
        replace(record, headers={}),
        replace(record, headers={**record.headers, "ce_id": b"short"}),
    ):
        with pytest.raises(BadMessage):
            await consumer(bad)
