"""The trace and the request that a message belongs to, from sender to handler."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from cartload_kit import logging, tracing
from cartload_kit.kafka.record import Record
from cartload_kit.tracing import SpanStart

TRACE = "traceparent"
REQUEST = "x-request-id"


def outgoing(headers: Iterable[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """The headers to send: those given, and of the current context what they lack."""
    pairs = list(headers)
    given = {name for name, _ in pairs}
    trace, request = tracing.current(), logging.bound().get("request_id")
    if trace is not None and TRACE not in given:
        pairs.append((TRACE, trace.traceparent.encode()))
    if request is not None and REQUEST not in given:
        pairs.append((REQUEST, request.encode()))
    return pairs


@contextmanager
def incoming(record: Record) -> Iterator[None]:
    """Run the block in the trace and the request that a record names; in a trace of its own without one."""
    start = SpanStart(
        f"process {record.topic}",
        "consumer",
        attributes={
            "messaging.system": "kafka",
            "messaging.operation.type": "process",
            "messaging.destination.name": record.topic,
            "messaging.destination.partition.id": str(record.partition),
            "messaging.kafka.offset": record.offset,
        },
    )
    with (
        tracing.continue_from(_text(record.headers, TRACE), start),
        logging.bind(request_id=_text(record.headers, REQUEST)),
    ):
        yield


def _text(headers: Mapping[str, bytes], name: str) -> str | None:
    # Cut, since it goes into every log line of the record and may come from anybody.
    value = headers.get(name)
    return value.decode("utf-8", "replace")[:200] if value else None
