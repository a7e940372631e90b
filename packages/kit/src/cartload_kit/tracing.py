"""W3C trace context through HTTP and Kafka headers, and the spans of a trace.

Every piece of work has its ids, for logs and for whoever is called next. Spans are kept only where a recorder
was set (`cartload_kit.trace_export` has OpenTelemetry's); without one they cost what the ids cost.
"""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal, Protocol

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


@dataclass(frozen=True, slots=True)
class TraceContext:
    """Where we are in a trace: 32 hex digits for the trace, 16 for the span, and whether it is sampled."""

    trace_id: str
    span_id: str
    sampled: bool = True

    @property
    def traceparent(self) -> str:
        """The value of a ``traceparent`` header."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"

    def child(self) -> "TraceContext":
        """A new span in the same trace."""
        return TraceContext(self.trace_id, _hex(8), self.sampled)


_current: ContextVar[TraceContext | None] = ContextVar("cartload_trace", default=None)


def _hex(size: int) -> str:
    """Random hex digits for ``size`` bytes, never all zero (which the standard forbids)."""
    return (int.from_bytes(secrets.token_bytes(size)) or 1).to_bytes(size).hex()


def new_trace() -> TraceContext:
    """A trace that begins here."""
    return TraceContext(_hex(16), _hex(8))


def parse_traceparent(text: str | None) -> TraceContext | None:
    """The context in a ``traceparent`` header; None when it is absent or not valid."""
    match = _TRACEPARENT.fullmatch(text or "")
    if match is None:
        return None
    version, trace_id, span_id, flags, rest = match.groups()
    if version == "ff" or (version == "00" and rest) or not int(trace_id, 16) or not int(span_id, 16):
        return None
    return TraceContext(trace_id, span_id, bool(int(flags, 16) & 1))


def current() -> TraceContext | None:
    """The context of the running task; None outside any trace."""
    return _current.get()


def current_traceparent() -> str:
    """The ``traceparent`` to send onward; a new trace where none is running."""
    return (_current.get() or new_trace()).traceparent


type Kind = Literal["internal", "server", "consumer"]
"""What began a span: our own code, a request, a message."""

type Attributes = Mapping[str, str | int | float | bool]
"""What is noted of a span, by OpenTelemetry's names where it has one."""


class RecordedSpan(Protocol):
    """A span that a recorder keeps."""

    context: TraceContext

    def note(self, attributes: Attributes, name: str | None) -> None:
        """Add attributes; `name`, if any, replaces the span's."""

    def end(self, error: Exception | None) -> None:
        """The work is over; `error` is what ended it."""


class Recorder(Protocol):
    """Who keeps spans."""

    def begin(
        self,
        name: str,
        kind: Kind,
        parent: TraceContext | None,
        links: Sequence[TraceContext],
        attributes: Attributes,
    ) -> RecordedSpan:
        """A span begins now: of the parent's trace, or the first of a new one."""


_recorder: Recorder | None = None


def set_recorder(recorder: Recorder | None) -> None:
    """From now on this process keeps its spans with `recorder`; None: they are not kept."""
    global _recorder
    _recorder = recorder


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of work in a trace; `current` has its ids."""

    _recorded: RecordedSpan | None = None

    def note(self, attributes: Attributes, *, name: str | None = None) -> None:
        """Note what became known during the work; `name` replaces the span's."""
        if self._recorded is not None:
            self._recorded.note(attributes, name)


@dataclass(frozen=True, slots=True)
class SpanStart:
    """What a span is called and begins with; `links`: what it belongs to besides its parent."""

    name: str
    kind: Kind = "internal"
    links: Sequence[TraceContext] = ()
    attributes: Attributes = field(default_factory=dict)


@contextmanager
def continue_from(traceparent: str | None, start: SpanStart | None = None) -> Iterator[Span]:
    """Run the block as a span of the trace in ``traceparent``, or of a new one when there is none.

    Without ``start`` it has ids, and is not kept.
    """
    parent = parse_traceparent(traceparent)
    if _recorder is not None and start is not None:
        with _recorded(_recorder, parent, start) as span:
            yield span
        return
    with _entered(parent.child() if parent else new_trace()):
        yield Span()


@contextmanager
def resume(traceparent: str | None, name: str) -> Iterator[Span]:
    """Run the block in the trace in ``traceparent``: as a part of the running span where that is in it.

    Otherwise the running span is linked: something of another trace, or of none, moves this one on.
    """
    here, kept = _current.get(), parse_traceparent(traceparent)
    if here is not None and (kept is None or kept.trace_id == here.trace_id):
        with continue_from(here.traceparent, SpanStart(name)) as span:
            yield span
        return
    with continue_from(traceparent, SpanStart(name, links=(here,) if here else ())) as span:
        yield span


@contextmanager
def step(name: str, attributes: Attributes | None = None) -> Iterator[Span]:
    """Run the block as a part of the running span. Nothing at all happens where spans are not kept."""
    here = _current.get()
    if _recorder is None or here is None:
        yield Span()
        return
    with _recorded(_recorder, here, SpanStart(name, attributes=attributes or {})) as span:
        yield span


@contextmanager
def _recorded(recorder: Recorder, parent: TraceContext | None, start: SpanStart) -> Iterator[Span]:
    recorded = recorder.begin(start.name, start.kind, parent, start.links, start.attributes)
    failed: Exception | None = None
    try:
        with _entered(recorded.context):
            yield Span(recorded)
    except Exception as error:
        failed = error
        raise
    finally:
        recorded.end(failed)


@contextmanager
def _entered(context: TraceContext) -> Iterator[None]:
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)
