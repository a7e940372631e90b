"""W3C trace context, carried through HTTP and Kafka headers by hand: no exporter is needed for it."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

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


@contextmanager
def continue_from(traceparent: str | None) -> Iterator[TraceContext]:
    """Run the block as a span of the trace in ``traceparent``, or of a new one when there is none."""
    parent = parse_traceparent(traceparent)
    context = parent.child() if parent else new_trace()
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)
