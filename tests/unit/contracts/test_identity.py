"""The identity of messages: repeated sendings share it, and different events never do."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from cartload_contracts import envelope, examples, topics
from cartload_contracts.messages import Delete, Deleted, Discard, Failed, Prepare, Seal, Sealing

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LATER = datetime(2027, 1, 1, tzinfo=UTC)
DATASET, JOB = UUID(int=1), UUID(int=2)
UNIONS: dict[str, Any] = {
    topics.DATASETS.name: envelope.DATASET_COMMANDS,
    topics.CHUNKS.name: envelope.CHUNK_COMMANDS,
    topics.RESULTS.name: envelope.RESULTS,
    topics.JOBS.name: envelope.JOB_STATES,
    topics.STREAMS.name: envelope.STREAM_STATES,
}
EXAMPLES = [name for name in examples.names() if name != "batch"]


def example(name: str) -> Any:
    wire = examples.load(name)
    return envelope.decode(UNIONS[wire.topic], wire.value, dict(wire.headers))


def event_id(message: Any, source: str = "/test", now: datetime = NOW) -> bytes:
    return dict(envelope.encode(message, source=source, now=now).headers)["ce_id"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_who_sends_a_message_again_and_when_does_not_matter(name: str) -> None:
    assert event_id(example(name)) == event_id(example(name), "/another", LATER)


def test_every_kind_of_message_is_an_event_of_its_own() -> None:
    one_of_each = {example(name).type: example(name) for name in EXAMPLES}
    assert len({event_id(message) for message in one_of_each.values()}) == len(one_of_each)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("prepare", {"attempt": 9}),
        ("seal", {"attempt": 9}),
        ("discard", {"attempt": 9}),
        ("delete", {"dataset_id": UUID(int=9)}),
        ("generate", {"attempt": 9}),
        ("generate", {"chunk_attempt": 9}),
        ("generate", {"chunk_index": 9}),
        ("stored", {"chunk": 999}),
        ("stored", {"table": "wishlist"}),
        ("sealing", {"phase": "checking"}),
        ("failed", {"chunk_attempt": 9}),
        ("failed", {"stage": "seal"}),
        ("job", {"job": {"version": 999}}),
        ("stream", {"stream": {"version": 999}}),
    ],
)
def test_another_try_or_another_part_is_another_event(name: str, changes: dict[str, Any]) -> None:
    names = [found for found in EXAMPLES if example(found).type == name]
    before = example(names[0])
    changes = {
        field: getattr(before, field).model_copy(update=value) if isinstance(value, dict) else value
        for field, value in changes.items()
    }
    assert event_id(before) != event_id(before.model_copy(update=changes))


@pytest.mark.parametrize(
    ("kind", "topic", "key"),
    [
        (Prepare, topics.DATASETS, "dataset_id"),
        (Seal, topics.DATASETS, "dataset_id"),
        (Discard, topics.DATASETS, "dataset_id"),
        (Delete, topics.DATASETS, "dataset_id"),
        (Sealing, topics.RESULTS, "job_id"),
        (Deleted, topics.RESULTS, "dataset_id"),
    ],
)
def test_what_belongs_together_has_one_key_and_so_one_partition(
    kind: type, topic: topics.Topic, key: str
) -> None:
    message: Any = next(found for found in map(example, EXAMPLES) if isinstance(found, kind))
    wire = envelope.encode(message, source="/test", now=NOW)
    assert (wire.topic, wire.key) == (topic.name, str(getattr(message, key)).encode())


def test_a_failed_deletion_has_no_job_and_goes_by_its_dataset() -> None:
    failed = Failed(dataset_id=DATASET, job_id=None, stage="delete", reason="no rights")
    assert envelope.encode(failed, source="/test", now=NOW).key == str(DATASET).encode()
    of_job = failed.model_copy(update={"job_id": JOB})
    assert envelope.encode(of_job, source="/test", now=NOW).key == str(JOB).encode()


def test_a_trace_travels_only_where_there_is_one() -> None:
    message = example(EXAMPLES[0])
    traced = envelope.encode(message, source="/test", now=NOW, traceparent="00-a-b-01")
    assert dict(traced.headers)["traceparent"] == b"00-a-b-01"
    assert "traceparent" not in dict(envelope.encode(message, source="/test", now=NOW).headers)
