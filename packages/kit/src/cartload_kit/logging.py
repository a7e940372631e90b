"""JSON lines on stderr, one an event, with the request, trace and job they belong to.

The standard library's logging, not structlog: every library here logs through it anyway, so that the
formatter would stay, and structlog's import brings rich along: 9 MiB and 0.25 s of processor time for each of
the nine processes (measured with structlog 26.1).
"""

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TextIO

from cartload_kit import tracing
from cartload_kit.describe_error import describe_error
from cartload_kit.redaction import clean, redact

get_logger = logging.getLogger
"""The logger of a module: ``get_logger(__name__)``."""

_EMPTY: Mapping[str, str] = MappingProxyType({})
_context: ContextVar[Mapping[str, str]] = ContextVar("cartload_log_context", default=_EMPTY)
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {
    "message",
    "asctime",
    "color_message",
    "taskName",
}
# At level info they tell of every request and every step of a reconnect; what matters of it our code tells.
_NOISY = ("aiokafka", "azure", "asyncio", "urllib3", "alembic")


_TOLD_BY_US = ('Unable connect to "', 'Unable to request metadata from "')
"""How aiokafka tells that a client cannot start: `cartload_kit.kafka` tells it with cause and remedy."""

_SAME_AGAIN_SECONDS = 60.0


@contextmanager
def bind(**context: object) -> Iterator[None]:
    """Add fields (``request_id``, ``job_id``, …) to every line logged in the block and its tasks."""
    added = {name: str(value) for name, value in context.items() if value is not None}
    token = _context.set({**_context.get(), **added})
    try:
        yield
    finally:
        _context.reset(token)


def bound() -> Mapping[str, str]:
    """The fields that are bound now."""
    return _context.get()


class JsonFormatter(logging.Formatter):
    """Makes one JSON object of a record; fields of ``extra=`` are kept, secrets are masked."""

    def __init__(self, service: str) -> None:
        """``service`` is written into every line."""
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "message": redact(_message(record)),
            **_context.get(),
            **_trace(),
            **_extras(record),
        }
        if record.exc_info and record.exc_info[0] is not None:
            if record.exc_info[1] is not None:
                line["error"] = describe_error(record.exc_info[1])
            line["exception"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=_plain)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        # A mistake in a log line must not take the line away, least of all the one about an error.
        return f"{record.msg} {record.args}"


def _trace() -> dict[str, str]:
    context = tracing.current()
    return {"trace_id": context.trace_id, "span_id": context.span_id} if context else {}


def _extras(record: logging.LogRecord) -> dict[str, Any]:
    return {name: clean(name, value) for name, value in record.__dict__.items() if name not in _STANDARD}


def _plain(value: object) -> str:
    return redact(str(value))


def configure(service: str, level: str = "info", stream: TextIO | None = None) -> None:
    """Send every log of the process, uvicorn's too, to ``stream`` (stderr) as JSON, from ``level`` up."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.getLogger("aiokafka").addFilter(_News())
    logging.captureWarnings(True)


class _News(logging.Filter):
    """Lets a line pass that differs from the last one of its place in the code, or is a minute younger.

    While a broker cannot be reached, aiokafka tells it several times a second.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, int], tuple[str, float]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if str(record.msg).startswith(_TOLD_BY_US):
            return False
        place, text = (record.pathname, record.lineno), _message(record)
        told, since = self._last.get(place, ("", 0.0))
        if text == told and record.created - since < _SAME_AGAIN_SECONDS:
            return False
        self._last[place] = (text, record.created)
        return True
