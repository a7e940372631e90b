"""Commands and job states on their way to Kafka, as the contracts have them."""

from collections.abc import Iterable
from typing import Any, cast

import pytest
from prometheus_client import REGISTRY

from cartload_contracts import envelope
from cartload_contracts.jobs import JobState
from cartload_generator.adapters.kafka_outbox import KafkaOutbox
from cartload_generator.domain import commands
from cartload_kit.kafka import KafkaUnavailable, Producer
from support.generator_jobs import DATASET, JOB, NOW, OWNER, dataset_in, job_in

DELETE = commands.delete(dataset_in())
SEAL = commands.seal(job_in("running", "index"), [])
STATE = JobState(owner_id=OWNER, job=job_in(version=4).view())


class Kafka:
    """A fake producer: what was sent together."""

    def __init__(self, error: Exception | None = None) -> None:
        self.sent: list[list[envelope.Wire]] = []
        self.error = error

    async def send_all(self, messages: Iterable[envelope.Wire]) -> None:
        if self.error is not None:
            raise self.error
        self.sent.append(list(messages))


def outbox(kafka: Kafka) -> KafkaOutbox:
    return KafkaOutbox(cast("Producer", kafka), "/test", lambda: NOW)


def sent_commands(kind: str) -> float:
    return REGISTRY.get_sample_value("cartload_generator_commands_total", {"type": kind}) or 0.0


async def test_messages_are_sent_together_in_order_each_to_its_topic_and_key() -> None:
    kafka = Kafka()
    await outbox(kafka).send([SEAL, DELETE, STATE])
    (wires,) = kafka.sent
    assert [(wire.topic, wire.key) for wire in wires] == [
        ("cartload.datasets", str(DATASET).encode()),
        ("cartload.datasets", str(DATASET).encode()),
        ("cartload.jobs", str(JOB).encode()),
    ]
    seal, delete, state = wires
    assert envelope.decode(envelope.DATASET_COMMANDS, seal.value, dict(seal.headers)) == SEAL
    assert envelope.decode(envelope.DATASET_COMMANDS, delete.value, dict(delete.headers)) == DELETE
    assert envelope.decode(envelope.JOB_STATES, state.value, dict(state.headers)) == STATE
    assert {dict(wire.headers)["ce_source"] for wire in wires} == {b"/test"}


async def test_every_message_is_counted_by_its_type() -> None:
    before = {kind: sent_commands(kind) for kind in ("seal", "delete")}
    await outbox(Kafka()).send([SEAL, SEAL, DELETE])
    assert {kind: sent_commands(kind) - before[kind] for kind in before} == {"seal": 2, "delete": 1}


async def test_without_messages_kafka_is_not_asked() -> None:
    await outbox(Kafka(KafkaUnavailable("away"))).send([])


@pytest.mark.parametrize("error", [KafkaUnavailable("away"), ValueError("no message")])
async def test_what_the_producer_raises_is_raised(error: Any) -> None:
    with pytest.raises(type(error)):
        await outbox(Kafka(error)).send([DELETE])
