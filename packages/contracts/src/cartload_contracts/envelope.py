"""CloudEvents 1.0 in Kafka's binary mode: attributes in headers, data in the value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never
from uuid import UUID, uuid5

from pydantic import TypeAdapter, ValidationError

from cartload_contracts import topics
from cartload_contracts.batches import ARROW_STREAM, EVENT_NAMESPACE, Batch, BatchHeader
from cartload_contracts.jobs import JobState
from cartload_contracts.messages import (
    ChunkCommand,
    DatasetCommand,
    Delete,
    Deleted,
    Discard,
    Discarded,
    Failed,
    GenerateChunk,
    Prepare,
    Prepared,
    Result,
    Seal,
    Sealed,
    Sealing,
    Stored,
)
from cartload_contracts.streams import StreamState

JSON = "application/json"
SPEC_VERSION = "1.0"
VERSION = "v1"
"""Version of every message; an incompatible change makes a new one beside it."""

type Message = DatasetCommand | ChunkCommand | Result | JobState | StreamState

DATASET_COMMANDS: TypeAdapter[DatasetCommand] = TypeAdapter(DatasetCommand)
CHUNK_COMMANDS: TypeAdapter[ChunkCommand] = TypeAdapter(ChunkCommand)
RESULTS: TypeAdapter[Result] = TypeAdapter(Result)
JOB_STATES: TypeAdapter[JobState] = TypeAdapter(JobState)
STREAM_STATES: TypeAdapter[StreamState] = TypeAdapter(StreamState)

_BATCH_ATTRIBUTES = {name: f"ce_{name.replace('_', '')}" for name in BatchHeader.model_fields}
_JSON_BYTES = max(
    topic.max_message_bytes
    for topic in (topics.DATASETS, topics.CHUNKS, topics.RESULTS, topics.JOBS, topics.STREAMS)
)
_BATCH_BYTES = max(topic.max_message_bytes for topic in topics.BATCHES.values())
# Former names come first: where a message has both, the name of today wins.
_READ_ATTRIBUTES = {name: f"ce_{name}" for name in BatchHeader.former_names} | _BATCH_ATTRIBUTES


class InvalidMessage(ValueError):
    """A record that is not a message of ours; the text says why and quotes nothing secret."""


@dataclass(frozen=True, slots=True)
class Wire:
    """A message as Kafka carries it."""

    topic: str
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


def encode(message: Message, *, source: str, now: datetime, traceparent: str | None = None) -> Wire:
    """Put a message on the wire: `source` is the sending part, `now` the event time (UTC)."""
    topic, key, event_id, kind = _address(message)
    headers = _headers(event_id, source, kind, now, JSON, traceparent)
    return Wire(topic.name, key.encode(), message.model_dump_json().encode(), headers)


def encode_batch(batch: Batch, *, source: str, now: datetime, traceparent: str | None = None) -> Wire:
    """Put a batch on the wire: the header as extension attributes, the Arrow stream as the value."""
    header = batch.header
    attributes = _headers(header.event_id, source, "batch", now, ARROW_STREAM, traceparent)
    extensions = tuple(
        (_BATCH_ATTRIBUTES[name], str(value).encode()) for name, value in header.model_dump().items()
    )
    key = f"{header.dataset_id}:{header.chunk}".encode()
    return Wire(topics.BATCHES[header.table].name, key, batch.payload, attributes + extensions)


def decode[M](union: TypeAdapter[M], value: bytes, headers: Mapping[str, bytes]) -> M:
    """Read a JSON message of the given union.

    Raises:
        InvalidMessage: too large, wrong envelope, unknown version, or a body that does not fit its schema.
    """
    _require_size(value, _JSON_BYTES)
    # Before the body: what is of another version may look alike and mean something else.
    _require_envelope(headers, JSON)
    try:
        return union.validate_json(value)
    except ValidationError as error:
        raise InvalidMessage(_summary(error)) from error


def decode_batch(value: bytes, headers: Mapping[str, bytes]) -> Batch:
    """Read a batch; the payload is not looked into.

    Raises:
        InvalidMessage: too large, wrong envelope, unknown version, or attributes that do not fit.
    """
    _require_size(value, _BATCH_BYTES)
    _require_envelope(headers, ARROW_STREAM)
    return Batch(batch_header(headers), value)


def batch_header(headers: Mapping[str, bytes]) -> BatchHeader:
    """Read a batch's coordinates from its headers, however broken its payload may be.

    Raises:
        InvalidMessage: an attribute is missing or does not fit.
    """
    fields = {
        name: headers[attribute].decode(errors="replace")
        for name, attribute in _READ_ATTRIBUTES.items()
        if attribute in headers
    }
    try:
        return BatchHeader.model_validate_strings(fields)
    except ValidationError as error:
        raise InvalidMessage(_summary(error)) from error


def _headers(
    event_id: UUID, source: str, kind: str, now: datetime, content_type: str, traceparent: str | None
) -> tuple[tuple[str, bytes], ...]:
    attributes: dict[str, str] = {
        "ce_specversion": SPEC_VERSION,
        "ce_id": str(event_id),
        "ce_source": source,
        "ce_type": f"cartload.{kind}.{VERSION}",
        "ce_time": now.isoformat(),
        "content-type": content_type,
    }
    if traceparent is not None:
        attributes["traceparent"] = traceparent
    return tuple((name, value.encode()) for name, value in attributes.items())


def _require_size(value: bytes, limit: int) -> None:
    # Kafka refuses it as well, but only as long as nobody has given the topic another limit.
    if len(value) > limit:
        raise InvalidMessage(f"{len(value)} bytes, where a message has at most {limit}")


def _require_envelope(headers: Mapping[str, bytes], content_type: str) -> None:
    expected = {"ce_specversion": SPEC_VERSION, "content-type": content_type}
    for name, value in expected.items():
        found = headers.get(name, b"").decode(errors="replace")
        if found != value:
            raise InvalidMessage(f"header {name} is {found!r}, expected {value!r}")
    kind = headers.get("ce_type", b"").decode(errors="replace")
    if not (kind.startswith("cartload.") and kind.endswith(f".{VERSION}")):
        raise InvalidMessage(f"header ce_type is {kind!r}, expected 'cartload.….{VERSION}'")


def _summary(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_input=False)[:5]
    return "; ".join(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in problems)


def _address(message: Message) -> tuple[topics.Topic, str, UUID, str]:
    """Topic, key, event id and kind of a message; repeated sendings of one event share its id."""
    match message:
        case Prepare() | Seal() | Discard():
            identity = f"{message.job_id}:{message.attempt}"
            topic, key = topics.DATASETS, message.dataset_id
        case Delete():
            topic, key, identity = topics.DATASETS, message.dataset_id, f"{message.dataset_id}"
        case GenerateChunk():
            identity = f"{message.job_id}:{message.chunk_index}:{message.attempt}:{message.chunk_attempt}"
            chunk_key = f"{message.dataset_id}:{message.chunk}"
            return topics.CHUNKS, chunk_key, _event_id(message.type, identity), message.type
        case Prepared() | Sealed() | Discarded():
            topic, key = topics.RESULTS, message.job_id
            identity = f"{message.job_id}:{message.attempt}"
        case Sealing():
            topic, key = topics.RESULTS, message.job_id
            identity = f"{message.job_id}:{message.attempt}:{message.phase}"
        case Stored():
            identity = f"{message.dataset_id}:{message.table}:{message.chunk}"
            topic, key = topics.RESULTS, message.job_id
        case Failed():
            of_chunk = f"{message.chunk_index}:{message.chunk_attempt}:{message.table}"
            identity = f"{message.job_id}:{message.attempt}:{message.stage}:{of_chunk}"
            topic, key = topics.RESULTS, message.job_id or message.dataset_id
        case Deleted():
            topic, key, identity = topics.RESULTS, message.dataset_id, f"{message.dataset_id}"
        case JobState():
            topic, key, identity = topics.JOBS, message.job.id, f"{message.job.id}:{message.job.version}"
        case StreamState():
            stream = message.stream
            topic, key, identity = topics.STREAMS, stream.id, f"{stream.id}:{stream.version}"
        case _ as unreachable:
            assert_never(unreachable)
    return topic, str(key), _event_id(message.type, identity), message.type


def _event_id(kind: str, identity: str) -> UUID:
    return uuid5(EVENT_NAMESPACE, f"{kind}:{identity}")


def schema_of(union: TypeAdapter[Any]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a union of messages."""
    return union.json_schema(mode="validation")
