"""The worker: chunk command in, one batch for each table out, the same every time."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pyarrow as pa
import pytest
from prometheus_client import REGISTRY

import cartload
from cartload.engine.chunks import Segment, plan
from cartload.schema import BLOCK_TABLES, arrow_schema
from cartload.schema.rowhash import hash_batch
from cartload.spec import parse, resolve, spec_hash
from cartload_contracts import envelope
from cartload_contracts.messages import CatalogueRange, Failed, GenerateChunk
from cartload_generator.consumers.chunk_handler import ChunkHandler
from cartload_generator.consumers.engines import Engines, SpecMismatch
from cartload_generator.domain.planning import chunk_of, part_of
from cartload_kit.kafka import BadMessage, KafkaUnavailable, MessageTooLarge, Record
from support.generator_jobs import DATASET, JOB, NOW

SPEC = resolve(
    parse(
        {
            "customers": 30,
            "seed": 4,
            "catalogue": {"products": 60},
            "clickstream": {"sessions_per_customer": 1},
        }
    )
)
DOCUMENT = SPEC.model_dump(mode="json")
PLAN = plan(SPEC, Segment(0, 30), catalogue=True)


class Sent:
    """A fake producer."""

    def __init__(self, error: Exception | None = None) -> None:
        self.wires: list[Any] = []
        self.error = error

    async def send_all(self, messages: Iterable[Any]) -> None:
        if self.error is not None:
            raise self.error
        self.wires += messages


def command(position: int = len(PLAN) - 1, **changes: Any) -> GenerateChunk:
    values: dict[str, Any] = {
        "dataset_id": DATASET,
        "job_id": JOB,
        "chunk_index": position,
        "attempt": 1,
        "issued_at": NOW,
        "spec": DOCUMENT,
        "spec_hash": spec_hash(SPEC),
        "vintage": cartload.VINTAGE,
        "part": part_of(PLAN[position]),
    }
    return GenerateChunk(**(values | changes))


def record(message: GenerateChunk, **changes: Any) -> Record:
    wire = envelope.encode(message, source="/test", now=NOW)
    values = {"value": wire.value, "headers": dict(wire.headers), **changes}
    return Record(topic=wire.topic, partition=0, offset=0, key=wire.key, timestamp=NOW, **values)


@pytest.fixture
def engines() -> Engines:
    return Engines(2)


async def test_a_chunk_becomes_one_batch_for_each_of_its_tables(engines: Engines) -> None:
    sent = Sent()
    handler = ChunkHandler(sent, engines, lambda: NOW)
    await handler.handle(record(command()))
    batches = [envelope.decode_batch(wire.value, dict(wire.headers)) for wire in sent.wires]
    assert [batch.header.table for batch in batches] == list(BLOCK_TABLES)
    for batch, wire in zip(batches, sent.wires, strict=True):
        header = batch.header
        assert wire.topic == f"cartload.batches.{header.table}"
        assert wire.key == f"{DATASET}:0".encode()
        rows = pa.ipc.open_stream(batch.payload).read_all().combine_chunks().to_batches()[0]
        assert rows.schema.equals(arrow_schema(header.table, "uuid"))
        assert rows.num_rows == header.rows
        assert hash_batch(rows, header.table).hex == header.row_hash
    handler.close()


async def test_the_time_of_a_chunk_is_that_of_making_and_encoding_it(engines: Engines) -> None:
    def measured() -> float:
        name = "cartload_worker_chunk_duration_seconds_sum"
        return REGISTRY.get_sample_value(name, {"kind": "blocks"}) or 0.0

    before, sent = measured(), Sent()
    await ChunkHandler(sent, engines, lambda: NOW).handle(record(command()))
    headers = [envelope.batch_header(dict(wire.headers)) for wire in sent.wires]
    assert measured() - before >= sum(header.generating_seconds for header in headers) - 0.0001


async def test_the_same_command_gives_the_same_rows_in_any_worker(engines: Engines) -> None:
    hashes = []
    for own in (engines, Engines(1)):
        sent = Sent()
        await ChunkHandler(sent, own, lambda: NOW).handle(record(command()))
        headers = [envelope.batch_header(dict(wire.headers)) for wire in sent.wires]
        hashes.append([(header.event_id, header.row_hash) for header in headers])
    assert hashes[0] == hashes[1]


async def test_catalogue_chunks_are_one_batch(engines: Engines) -> None:
    sent = Sent()
    await ChunkHandler(sent, engines, lambda: NOW).handle(record(command(0)))
    (wire,) = sent.wires
    assert envelope.batch_header(dict(wire.headers)).table == "categories"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"vintage": cartload.VINTAGE + 1}, "vintage"),
        ({"spec_hash": "0" * 64}, "hash"),
        ({"spec": {**DOCUMENT, "seed": 5}}, "hash"),
        ({"spec": {**DOCUMENT, "customers": 0}}, "spec"),
    ],
)
async def test_a_command_of_another_engine_is_refused(
    engines: Engines, changes: dict[str, Any], reason: str
) -> None:
    sent = Sent()
    with pytest.raises(BadMessage, match=reason):
        await ChunkHandler(sent, engines, lambda: NOW).handle(record(command(**changes)))
    assert not sent.wires


async def test_what_is_no_command_is_a_bad_message(engines: Engines) -> None:
    with pytest.raises(BadMessage, match="Not a chunk command"):
        await ChunkHandler(Sent(), engines, lambda: NOW).handle(record(command(), value=b"{}"))


async def test_a_batch_that_its_topic_does_not_take_is_a_bad_message(engines: Engines) -> None:
    with pytest.raises(BadMessage, match="larger"):
        await ChunkHandler(Sent(MessageTooLarge("x")), engines, lambda: NOW).handle(record(command()))


async def test_a_chunk_that_the_spec_does_not_have_is_a_bad_message(engines: Engines) -> None:
    sent, part = Sent(), CatalogueRange(table="products", first_row=1000, rows=5)
    with pytest.raises(BadMessage):
        await ChunkHandler(sent, engines, lambda: NOW).handle(record(command(part=part)))
    assert not sent.wires


async def test_batches_that_were_not_sent_leave_the_command_to_be_handled_again(engines: Engines) -> None:
    with pytest.raises(KafkaUnavailable):
        await ChunkHandler(Sent(KafkaUnavailable("away")), engines, lambda: NOW).handle(record(command()))


async def test_batches_carry_the_attempts_that_their_command_had(engines: Engines) -> None:
    sent = Sent()
    handler = ChunkHandler(sent, engines, lambda: NOW)
    await handler.handle(record(command(attempt=3, chunk_attempt=4)))
    headers = [envelope.batch_header(dict(wire.headers)) for wire in sent.wires]
    assert {(header.attempt, header.chunk_attempt, header.chunk_index) for header in headers} == {
        (3, 4, len(PLAN) - 1)
    }
    handler.close()


async def test_nobody_is_told_of_a_command_that_cannot_be_read(engines: Engines) -> None:
    sent = Sent()
    await ChunkHandler(sent, engines, lambda: NOW).tell_failure(record(command(), value=b"{"), "Bad.")
    assert not sent.wires


async def test_the_job_is_told_of_a_command_that_becomes_a_dead_letter(engines: Engines) -> None:
    sent = Sent()
    await ChunkHandler(sent, engines, lambda: NOW).tell_failure(
        record(command(attempt=2, chunk_attempt=3)), "The hash is wrong."
    )
    (wire,) = sent.wires
    failure = envelope.decode(envelope.RESULTS, wire.value, dict(wire.headers))
    assert isinstance(failure, Failed)
    assert (failure.job_id, failure.stage, failure.reason) == (JOB, "generate", "The hash is wrong.")
    assert (failure.attempt, failure.chunk_index, failure.chunk_attempt) == (2, len(PLAN) - 1, 3)


def test_engines_are_kept_and_bounded() -> None:
    engines = Engines(2)
    specs = [resolve(parse({"seed": seed, "customers": 10})) for seed in range(3)]
    built = [engines.get(spec.model_dump(mode="json"), spec_hash(spec)) for spec in specs]
    assert engines.get(specs[2].model_dump(mode="json"), spec_hash(specs[2])) is built[2]
    assert engines.get(specs[0].model_dump(mode="json"), spec_hash(specs[0])) is not built[0]
    assert len(engines) == 2


def test_large_catalogues_push_others_out_but_are_made_all_the_same() -> None:
    engines = Engines(10, most_skus=400)
    for products in (60, 61, 62, 900, 60):
        spec = resolve(parse({"catalogue": {"products": products}}))
        engines.get(spec.model_dump(mode="json"), spec_hash(spec))
        assert len(engines) == {60: 1, 61: 2, 62: 2, 900: 1}[products]


def test_an_engine_of_a_wrong_spec_is_never_built() -> None:
    with pytest.raises(SpecMismatch):
        Engines(1).get({"unheard": 1}, "0" * 64)


def test_every_chunk_of_a_plan_survives_the_journey_in_a_command() -> None:
    assert [chunk_of(part_of(chunk)) for chunk in PLAN] == list(PLAN)
    assert isinstance(part_of(PLAN[0]), CatalogueRange)
    assert UUID(str(command().job_id)) == JOB
