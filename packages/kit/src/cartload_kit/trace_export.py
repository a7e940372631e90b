"""Spans to a collector: OpenTelemetry's SDK and its OTLP exporter behind `cartload_kit.tracing`.

Imported only where an address is set: the SDK and its exporter take memory and time at the start.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import requests
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from cartload_kit import logging, tracing
from cartload_kit.describe_error import describe_error
from cartload_kit.proxy import Proxy
from cartload_kit.tracing import Attributes, Kind, TraceContext

SECONDS: Final = 5.0
"""How long one export may take; spans wait meanwhile, at most 2,048 of them, and further ones are dropped."""

_KINDS: Final = {
    "internal": SpanKind.INTERNAL,
    "server": SpanKind.SERVER,
    "consumer": SpanKind.CONSUMER,
}


class _Recorded:
    """A span of the SDK."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span
        found = span.get_span_context()
        self.context = TraceContext(
            trace.format_trace_id(found.trace_id),
            trace.format_span_id(found.span_id),
            found.trace_flags.sampled,
        )

    def note(self, attributes: Attributes, name: str | None) -> None:
        self._span.set_attributes(dict(attributes))
        if name is not None:
            self._span.update_name(name)

    def end(self, error: Exception | None) -> None:
        if error is not None:
            # Not `record_exception`: a stack trace may quote what no log may have.
            self._span.set_attribute("error.type", type(error).__qualname__)
            self._span.set_status(Status(StatusCode.ERROR, describe_error(error)))
        self._span.end()


class SpanRecorder:
    """Keeps a share of all traces and hands them to an exporter, in a thread of its own.

    Which traces is decided by their ids alone: every process decides alike, and no caller can ask for more.
    """

    def __init__(self, service: str, exporter: SpanExporter, share: float) -> None:
        self._provider = TracerProvider(
            sampler=TraceIdRatioBased(share),
            resource=Resource.create({"service.name": service, "service.namespace": "cartload"}),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("cartload")

    def begin(
        self,
        name: str,
        kind: Kind,
        parent: TraceContext | None,
        links: Sequence[TraceContext],
        attributes: Attributes,
    ) -> _Recorded:
        """Begin a span of the SDK."""
        job_id = logging.bound().get("job_id")
        span = self._tracer.start_span(
            name,
            _surroundings(parent),
            _KINDS[kind],
            {**attributes, **({"cartload.job_id": job_id} if job_id else {})},
            [Link(_remote(link)) for link in links],
        )
        return _Recorded(span)

    def close(self) -> None:
        """Export what waits, for a few seconds at most."""
        self._provider.shutdown()


def _remote(context: TraceContext) -> SpanContext:
    flags = TraceFlags(TraceFlags.SAMPLED if context.sampled else TraceFlags.DEFAULT)
    return SpanContext(int(context.trace_id, 16), int(context.span_id, 16), is_remote=True, trace_flags=flags)


def _surroundings(parent: TraceContext | None) -> Context:
    # A context of our own, never the SDK's running one: `tracing` alone knows what runs.
    return trace.set_span_in_context(NonRecordingSpan(_remote(parent)), Context()) if parent else Context()


def _session(url: str, proxy: Proxy | None) -> requests.Session:
    session = requests.Session()
    if proxy is not None:
        # What the environment says of proxies would win over ours.
        session.trust_env = False
        through = proxy.url_for(url)
        session.proxies = {"http": through, "https": through} if through else {}
    return session


@contextmanager
def exporting(service: str, url: str, share: float, proxy: Proxy | None = None) -> Iterator[None]:
    """Keep a share of the traces of the block, and send their spans to the collector at `url`."""
    recorder = SpanRecorder(
        service, OTLPSpanExporter(url, timeout=SECONDS, session=_session(url, proxy)), share
    )
    tracing.set_recorder(recorder)
    try:
        yield
    finally:
        tracing.set_recorder(None)
        recorder.close()
