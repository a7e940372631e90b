"""The parts that send and take messages, against the shared examples."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

import cartload
from cartload.spec import parse, resolve, spec_hash
from cartload_contracts import envelope, examples
from cartload_contracts.messages import Deleted, GenerateChunk, Result
from cartload_generator.consumers.chunk_handler import ChunkHandler
from cartload_generator.consumers.engines import Engines
from cartload_generator.consumers.result_consumer import ResultConsumer
from cartload_kit.kafka import BadMessage, Record
from cartload_notifier.domain.update import Update
from cartload_writer.consumers.decode import rows_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RESULTS = ("prepared", "stored", "sealing", "sealed", "discarded", "failed", "deleted")
COMMANDS = ("generate-blocks", "generate-catalogue")


def record_of(wire: envelope.Wire) -> Record:
    return Record(wire.topic, 0, 0, wire.key, wire.value, dict(wire.headers), NOW)


class Sent:
    def __init__(self) -> None:
        self.wires: list[Any] = []

    async def send_all(self, messages: Iterable[Any]) -> None:
        self.wires += messages


@pytest.mark.parametrize("name", COMMANDS)
async def test_the_worker_makes_what_an_example_asks_for(name: str) -> None:
    wire = examples.load(name)
    example = envelope.decode(envelope.CHUNK_COMMANDS, wire.value, dict(wire.headers))
    spec = resolve(parse({"customers": 20_000, "seed": 7}))
    own = {"spec": spec.model_dump(mode="json"), "spec_hash": spec_hash(spec), "vintage": cartload.VINTAGE}
    command = GenerateChunk.model_validate({**example.model_dump(), **own})
    sent = Sent()
    handler = ChunkHandler(sent, Engines(1), lambda: NOW)
    await handler.handle(record_of(envelope.encode(command, source="/test", now=NOW)))
    handler.close()
    assert sent.wires
    for made in sent.wires:
        batch = envelope.decode_batch(made.value, dict(made.headers))
        header = batch.header
        assert (header.dataset_id, header.job_id) == (example.dataset_id, example.job_id)
        assert (header.chunk_index, header.chunk) == (example.chunk_index, example.chunk)
        assert rows_of(batch, spec.ids).num_rows == header.rows


async def test_the_worker_refuses_a_chunk_that_the_spec_does_not_have() -> None:
    wire = examples.load("generate-catalogue")
    example = envelope.decode(envelope.CHUNK_COMMANDS, wire.value, dict(wire.headers))
    spec = resolve(parse({"customers": 10, "seed": 7}))
    own = {"spec": spec.model_dump(mode="json"), "spec_hash": spec_hash(spec), "vintage": cartload.VINTAGE}
    command = GenerateChunk.model_validate({**example.model_dump(), **own})
    handler = ChunkHandler(Sent(), Engines(1), lambda: NOW)
    with pytest.raises(BadMessage, match="products has"):
        await handler.handle(record_of(envelope.encode(command, source="/test", now=NOW)))
    handler.close()


def test_the_writer_takes_the_example_of_a_batch() -> None:
    wire = examples.load("batch")
    batch = envelope.decode_batch(wire.value, dict(wire.headers))
    assert wire.topic == f"cartload.batches.{batch.header.table}"
    assert rows_of(batch, "uuid").num_rows == batch.header.rows > 0


@pytest.mark.parametrize("name", RESULTS)
async def test_the_generator_applies_every_example_of_a_result(name: str) -> None:
    applied: list[tuple[UUID, list[Result]]] = []

    async def apply(key: UUID, results: list[Result]) -> None:
        applied.append((key, results))

    wire = examples.load(name)
    await ResultConsumer(apply).handle(record_of(wire))
    [(key, [result])] = applied
    assert json.loads(result.model_dump_json()) == json.loads(wire.value)
    assert key == (result.dataset_id if isinstance(result, Deleted) else result.job_id)


@pytest.mark.parametrize(
    ("kind", "states"), [("job", envelope.JOB_STATES), ("stream", envelope.STREAM_STATES)]
)
def test_the_notifier_tells_the_state_of_an_example_and_not_its_owner(kind: str, states: Any) -> None:
    wire = examples.load(f"{kind}-state")
    state = envelope.decode(states, wire.value, dict(wire.headers))
    told = json.loads(Update.of_event(state).text)
    assert told == {"type": kind, kind: json.loads(wire.value)[kind]}
    assert str(state.owner_id) not in json.dumps(told)
