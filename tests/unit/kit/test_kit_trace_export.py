"""Spans that are kept: whose children they are, what is noted of them, and which traces are left out."""

from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from cartload_kit import logging, tracing
from cartload_kit.trace_export import SpanRecorder
from cartload_kit.tracing import SpanStart, continue_from, resume, step

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OTHER = "00-11f7651916cd43dd8448eb211c80319c-c7ad6b7169203331-01"
START = SpanStart("GET /things", "server")


class Kept:
    """What a recorder handed to its exporter."""

    def __init__(self, share: float = 1.0) -> None:
        self.exporter = InMemorySpanExporter()
        self.recorder = SpanRecorder("sample", self.exporter, share)

    def spans(self) -> dict[str, ReadableSpan]:
        """The spans by name; nothing is kept after this."""
        self.recorder.close()
        return {span.name: span for span in self.exporter.get_finished_spans()}


@pytest.fixture
def kept() -> Iterator[Kept]:
    made = Kept()
    tracing.set_recorder(made.recorder)
    yield made
    tracing.set_recorder(None)
    made.recorder.close()


def ids(span: ReadableSpan) -> tuple[str, str | None]:
    """The trace and the parent of a span, in hex."""
    parent = span.parent
    return f"{_context(span).trace_id:032x}", f"{parent.span_id:016x}" if parent else None


def _context(span: ReadableSpan) -> Any:
    assert span.context is not None
    return span.context


def test_a_request_is_a_child_of_its_caller_and_its_steps_are_its_children(kept: Kept) -> None:
    with continue_from(PARENT, START) as span:
        inside = tracing.current_traceparent()
        with step("load", {"rows": 7}):
            pass
        span.note({"http.response.status_code": 200}, name="GET /things/{id}")
    spans = kept.spans()
    server, load = spans["GET /things/{id}"], spans["load"]
    assert ids(server) == ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")
    assert (server.kind, server.attributes) == (SpanKind.SERVER, {"http.response.status_code": 200})
    assert inside == f"00-{ids(server)[0]}-{_context(server).span_id:016x}-01"
    assert ids(load) == (ids(server)[0], f"{_context(server).span_id:016x}")
    assert load.attributes == {"rows": 7}
    assert server.resource.attributes["service.name"] == "sample"


def test_without_a_caller_a_trace_begins(kept: Kept) -> None:
    with continue_from(None, START):
        pass
    assert ids(kept.spans()["GET /things"])[1] is None


def test_what_ends_a_span_is_told_without_its_stack(kept: Kept) -> None:
    with pytest.raises(ValueError, match="no such thing"), continue_from(None, START):
        raise ValueError("no such thing")
    span = kept.spans()["GET /things"]
    assert span.status.status_code is StatusCode.ERROR
    assert "no such thing" in (span.status.description or "")
    assert (span.attributes or {})["error.type"] == "ValueError"
    assert not span.events


def test_a_job_is_moved_on_in_its_own_trace_and_linked_to_what_moved_it(kept: Kept) -> None:
    with continue_from(OTHER, START), resume(PARENT, "move on"):
        pass
    spans = kept.spans()
    assert ids(spans["move on"]) == ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")
    assert [link.context.span_id for link in spans["move on"].links] == [
        _context(spans["GET /things"]).span_id
    ]


def test_within_its_own_trace_a_job_is_moved_on_by_what_runs(kept: Kept) -> None:
    with continue_from(PARENT, START), resume(PARENT, "move on"):
        pass
    spans = kept.spans()
    assert ids(spans["move on"])[1] == f"{_context(spans['GET /things']).span_id:016x}"
    assert not spans["move on"].links


def test_spans_name_the_job_that_logs_name(kept: Kept) -> None:
    with continue_from(None, START), logging.bind(job_id="j-1"), step("load"):
        pass
    assert (kept.spans()["load"].attributes or {})["cartload.job_id"] == "j-1"


def test_a_probe_has_ids_and_is_not_kept(kept: Kept) -> None:
    with continue_from(PARENT):
        assert tracing.current_traceparent()[3:35] == PARENT[3:35]
    assert kept.spans() == {}


@pytest.mark.parametrize("flag", ["00", "01"])
def test_the_ids_of_a_trace_decide_whether_it_is_kept_and_no_caller_does(flag: str) -> None:
    kept = Kept(share=0.5)
    tracing.set_recorder(kept.recorder)
    try:
        for last in ("0000000000000000", "ffffffffffffffff"):
            with continue_from(f"00-0af7651916cd43dd{last}-b7ad6b7169203331-{flag}", SpanStart(last)):
                assert tracing.current_traceparent().endswith("01" if last[0] == "0" else "00")
    finally:
        tracing.set_recorder(None)
    assert kept.spans().keys() == {"0000000000000000"}


def test_without_a_recorder_there_are_ids_and_no_spans() -> None:
    with continue_from(PARENT, START) as span:
        before = tracing.current_traceparent()
        with step("load"):
            assert tracing.current_traceparent() == before
        span.note({"a": 1})
    assert tracing.current() is None
