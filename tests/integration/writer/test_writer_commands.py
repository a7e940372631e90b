"""Commands as they come from Kafka: what is none is refused."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cartload_contracts.messages import Failed
from cartload_kit.kafka.errors import BadMessage
from cartload_writer.consumers.command_consumer import CommandConsumer
from support.writer_service import Load, Writer, command_record


async def test_messages_that_are_no_commands_are_bad(writer: Writer) -> None:
    consumer = CommandConsumer(writer.context.meta, writer.told, lambda: None, lambda: datetime.now(UTC))
    prepare = Load.of(customers=10).prepare()
    record = command_record(prepare)
    for bad in (
        replace(record, value=b"{"),
        replace(record, value=b'{"type": "explode"}'),
        replace(record, headers={}),
        replace(record, headers={**record.headers, "ce_id": b"short"}),
        command_record(prepare.model_copy(update={"spec_hash": "0" * 64})),
    ):
        with pytest.raises(BadMessage):
            await consumer(bad)


async def test_the_job_of_a_command_that_cannot_be_read_is_told(writer: Writer) -> None:
    consumer = CommandConsumer(writer.context.meta, writer.told, lambda: None, lambda: datetime.now(UTC))
    load = Load.of(customers=10)
    for command in (load.prepare(), load.seal(), load.discard(), load.delete()):
        await consumer.refused(command_record(command), "of another version")
    told = writer.told.of(Failed)
    assert [failed.stage for failed in told] == ["prepare", "seal", "discard"]
    assert {failed.job_id for failed in told} == {load.job_id}
    assert {failed.reason for failed in told} == {"A command cannot be read: of another version"}
