"""A collector that takes spans by OTLP over HTTP, as Jaeger, Tempo or OpenTelemetry's own do."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

MOST_SPANS = 200_000


@dataclass(frozen=True, slots=True)
class CollectedSpan:
    """A span as it came; ids are hex."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    linked_traces: tuple[str, ...]


class SpanCollector:
    """What came, the newest `MOST_SPANS` of it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._spans: deque[CollectedSpan] = deque(maxlen=MOST_SPANS)
        self._lock = threading.Lock()

    def take(self, body: bytes) -> None:
        """Keep the spans of one export."""
        request = ExportTraceServiceRequest.FromString(body)
        with self._lock:
            for resource in request.resource_spans:
                named = {one.key: one.value.string_value for one in resource.resource.attributes}
                for scope in resource.scope_spans:
                    self._spans.extend(_collected(named["service.name"], span) for span in scope.spans)

    def of_trace(self, trace_id: str) -> list[CollectedSpan]:
        """The spans of a trace that have come by now."""
        with self._lock:
            return [span for span in self._spans if span.trace_id == trace_id]


def _collected(service: str, span: object) -> CollectedSpan:
    return CollectedSpan(
        service,
        span.name,  # type: ignore[attr-defined] # protobuf's classes are made at run time
        span.trace_id.hex(),  # type: ignore[attr-defined]
        span.span_id.hex(),  # type: ignore[attr-defined]
        span.parent_span_id.hex(),  # type: ignore[attr-defined]
        tuple(link.trace_id.hex() for link in span.links),  # type: ignore[attr-defined]
    )


@contextmanager
def collecting() -> Iterator[SpanCollector]:
    """A collector on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector = SpanCollector(f"http://127.0.0.1:{server.server_port}/v1/traces")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
