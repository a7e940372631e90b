"""Trace and request id through Kafka headers."""

from datetime import UTC, datetime

from cartload_kit import logging, tracing
from cartload_kit.kafka.context import incoming, outgoing
from cartload_kit.kafka.record import Record


def record(headers: dict[str, bytes]) -> Record:
    return Record("topic", 0, 7, None, b"", headers, datetime(2026, 1, 1, tzinfo=UTC))


def test_outside_any_context_nothing_is_added() -> None:
    assert outgoing([("ce_id", b"7")]) == [("ce_id", b"7")]


def test_the_current_trace_and_request_go_along() -> None:
    with tracing.continue_from(None), logging.bind(request_id="r-1"):
        headers = dict(outgoing([("ce_id", b"7")]))
        traceparent = tracing.current_traceparent().encode()
    assert headers == {"ce_id": b"7", "traceparent": traceparent, "x-request-id": b"r-1"}


def test_headers_that_are_given_stay() -> None:
    given = [("traceparent", b"00-given"), ("x-request-id", b"given")]
    with tracing.continue_from(None), logging.bind(request_id="r-1"):
        assert outgoing(given) == given


def test_a_handler_runs_in_the_context_that_was_sent() -> None:
    with tracing.continue_from(None), logging.bind(request_id="r-1"):
        headers, sent = dict(outgoing([])), tracing.current()
    with incoming(record(headers)):
        received = tracing.current()
        assert sent is not None
        assert received is not None
        assert received.trace_id == sent.trace_id
        assert received.span_id != sent.span_id
        assert logging.bound()["request_id"] == "r-1"
    assert tracing.current() is None
    assert "request_id" not in logging.bound()


def test_headers_that_are_no_text_do_no_harm() -> None:
    with incoming(record({"traceparent": b"\xff\xfe", "x-request-id": b"\xff" * 5000})):
        assert tracing.current() is not None
        assert len(logging.bound()["request_id"]) == 200
