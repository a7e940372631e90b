"""The envelope: what it refuses, and the identity that consumers de-duplicate by."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from cartload_contracts import envelope, examples, topics
from cartload_contracts.batches import Batch, BatchHeader
from cartload_contracts.envelope import InvalidMessage
from cartload_contracts.messages import Prepare, Prepared
from cartload_contracts.model import TARGETS

NOW = datetime(2026, 1, 2, tzinfo=UTC)
HEADER = BatchHeader(
    dataset_id=UUID(int=1),
    job_id=UUID(int=2),
    table="users",
    chunk=4,
    chunk_index=7,
    vintage=3,
    rows=4000,
    row_hash="0f" * 16,
    generating_seconds=0.25,
)


def stored() -> tuple[bytes, dict[str, bytes]]:
    wire = examples.load("stored")
    return wire.value, dict(wire.headers)


def test_a_batch_survives_the_wire() -> None:
    wire = envelope.encode_batch(Batch(HEADER, b"\x00arrow"), source="/worker", now=NOW)
    assert wire.topic == "cartload.batches.users"
    assert wire.key == f"{UUID(int=1)}:4".encode()
    assert envelope.decode_batch(wire.value, dict(wire.headers)) == Batch(HEADER, b"\x00arrow")


def test_a_batch_sent_under_the_former_names_is_read() -> None:
    wire = envelope.encode_batch(Batch(HEADER, b""), source="/worker", now=NOW)
    headers = dict(wire.headers)
    headers["ce_position"] = headers.pop("ce_chunkindex")
    del headers["ce_attempt"], headers["ce_chunkattempt"]
    header = envelope.batch_header(headers)
    assert (header.chunk_index, header.attempt, header.chunk_attempt) == (7, 1, 1)


@pytest.mark.parametrize(
    ("example", "field", "former"),
    [("stored", "chunk_index", "position"), ("failed", "chunk_index", "position")],
)
def test_a_result_sent_under_the_former_names_is_read(example: str, field: str, former: str) -> None:
    wire = examples.load(example)
    body = json.loads(wire.value)
    old = {former if name == field else name: value for name, value in body.items() if "attempt" not in name}
    result = envelope.decode(envelope.RESULTS, json.dumps(old).encode(), dict(wire.headers))
    assert json.loads(result.model_dump_json())[field] == body[field]


@pytest.mark.parametrize("name", ["prepare", "prepare-append", "job-state"])
def test_a_message_from_before_targets_means_all_of_them(name: str) -> None:
    wire = examples.load(name)
    body = json.loads(wire.value)
    (body["job"] if name == "job-state" else body).pop("targets", None)
    adapter: Any = envelope.JOB_STATES if name == "job-state" else envelope.DATASET_COMMANDS
    read = envelope.decode(adapter, json.dumps(body).encode(), dict(wire.headers))
    assert (read.job if name == "job-state" else read).targets == TARGETS


def test_a_command_for_all_targets_can_be_read_by_a_writer_from_before_them() -> None:
    wire = examples.load("prepare")
    read = envelope.decode(envelope.DATASET_COMMANDS, wire.value, dict(wire.headers))
    assert isinstance(read, Prepare)
    assert read.targets == TARGETS
    assert "targets" not in json.loads(read.model_dump_json())


def test_a_command_sent_under_its_former_name_is_read() -> None:
    wire = examples.load("prepare")
    body = json.loads(wire.value)
    body["round"] = body.pop("attempt") + 1
    command = envelope.decode(envelope.DATASET_COMMANDS, json.dumps(body).encode(), dict(wire.headers))
    assert isinstance(command, Prepare)
    assert command.attempt == 2


def test_answers_of_another_attempt_are_other_events() -> None:
    answers = [
        Prepared(dataset_id=UUID(int=1), job_id=UUID(int=2), attempt=attempt, type="prepared")
        for attempt in (1, 2)
    ]
    ids = {dict(envelope.encode(one, source="/test", now=NOW).headers)["ce_id"] for one in answers}
    assert len(ids) == 2


def test_the_same_rows_have_the_same_event_id_and_others_another() -> None:
    moved = HEADER.model_copy(
        update={"chunk_index": 9, "attempt": 2, "chunk_attempt": 3, "job_id": UUID(int=5)}
    )
    assert moved.event_id == HEADER.event_id
    for change in ({"chunk": 5}, {"table": "addresses"}, {"vintage": 4}, {"dataset_id": UUID(int=9)}):
        assert HEADER.model_copy(update=change).event_id != HEADER.event_id


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("ce_specversion", b"0.3"),
        ("content-type", b"text/plain"),
        ("ce_type", b"cartload.stored.v2"),
        ("ce_type", b"other.stored.v1"),
        ("ce_type", b"\xff\xfe"),
    ],
)
def test_a_foreign_envelope_is_refused_by_name(header: str, value: bytes) -> None:
    body, headers = stored()
    with pytest.raises(InvalidMessage, match=header):
        envelope.decode(envelope.RESULTS, body, headers | {header: value})


def test_a_missing_header_is_refused() -> None:
    body, headers = stored()
    del headers["ce_type"]
    with pytest.raises(InvalidMessage, match="ce_type"):
        envelope.decode(envelope.RESULTS, body, headers)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"type": "unheard"}', b'{"type": "stored"}', b"\xff"])
def test_nonsense_is_refused(body: bytes) -> None:
    _, headers = stored()
    with pytest.raises(InvalidMessage):
        envelope.decode(envelope.RESULTS, body, headers)


def test_a_message_of_another_topic_is_refused() -> None:
    prepare = examples.load("prepare")
    with pytest.raises(InvalidMessage, match="prepare"):
        envelope.decode(envelope.RESULTS, prepare.value, dict(prepare.headers))


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("ce_rows", b"-1"), ("ce_rowhash", b"zz"), ("ce_table", b"passwords"), ("ce_chunk", b"1.5")],
)
def test_a_batch_with_a_bad_attribute_is_refused_by_name(attribute: str, value: bytes) -> None:
    wire = envelope.encode_batch(Batch(HEADER, b""), source="/worker", now=NOW)
    field = {"ce_rowhash": "row_hash"}.get(attribute, attribute.removeprefix("ce_"))
    with pytest.raises(InvalidMessage, match=field):
        envelope.decode_batch(b"", dict(wire.headers) | {attribute: value})


def test_topics_that_share_work_have_equal_partitions() -> None:
    assert len({topic.partitions for topic in topics.BATCHES.values()}) == 1


def test_topic_names_are_unique_and_prefixed() -> None:
    names = [topic.name for topic in topics.ALL]
    assert len(set(names)) == len(names)
    assert all(name.startswith("cartload.") for name in names)


def test_a_message_above_its_topics_size_is_refused_however_it_came_there() -> None:
    value, headers = stored()
    largest = value + b" " * (topics.RESULTS.max_message_bytes - len(value))
    envelope.decode(envelope.RESULTS, largest, headers)
    with pytest.raises(InvalidMessage, match="1048577 bytes, where a message has at most 1048576"):
        envelope.decode(envelope.RESULTS, largest + b" ", headers)


def test_a_batch_above_its_topics_size_is_refused() -> None:
    wire = envelope.encode_batch(Batch(HEADER, b""), source="/worker", now=NOW)
    with pytest.raises(InvalidMessage, match="at most 25165824"):
        envelope.decode_batch(bytes(24 * 2**20 + 1), dict(wire.headers))
