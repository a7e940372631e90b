"""The HTTP protocol of the server: uvicorn's, with the bounds that it leaves open.

uvicorn waits without end for a head, a body or a reader, and parses whatever it is given. Here every phase of
a connection has a time limit, and everything that is kept for a client has a size limit.
"""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from enum import Enum
from http import HTTPStatus
from typing import Any, cast

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from cartload_kit.errors import BadRequest, Problem
from cartload_kit.http.connections import DEFAULT_LIMITS, ConnectionLimits, HttpLimits
from cartload_kit.http.problems import MEDIA_TYPE
from cartload_kit.http.websocket import BoundedWebSocket

_HOST = re.compile(rb"[A-Za-z0-9._~%!$&'()*+,;=:\[\]-]+")
_SLICE_BYTES = 4096
_HELD_BYTES = 64 * 1024


class _Phase(Enum):
    IDLE = "idle"  # between requests, or the current request is whole
    HEAD = "head"
    BODY = "body"


class BoundedHttp(HttpToolsProtocol):
    """One connection. ``answer_headers`` go on the answers that the protocol itself gives."""

    def __init__(
        self,
        *args: Any,
        limits: HttpLimits = DEFAULT_LIMITS,
        connections: ConnectionLimits | None = None,
        answer_headers: Mapping[str, str] | None = None,
        **named: Any,
    ) -> None:
        super().__init__(*args, **named)
        self._limits = limits
        self._connection_limits = connections
        self._answer_headers = answer_headers or {}
        self._release: Callable[[], None] = lambda: None
        self._phase = _Phase.IDLE
        self._ended = False
        self._problem: Problem | None = None
        self._running: RequestResponseCycle | None = None
        self._held = bytearray()
        self._head_bytes = self._body_bytes = self._overhead = self._drained = 0
        self._body_left: int | None = None
        self._body_waited = 0.0
        self._requests = 0
        self._armed: tuple[str, int] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._send_timer: asyncio.TimerHandle | None = None
        self._abort_timer: asyncio.TimerHandle | None = None
        self.app = cast(Any, self._watched(cast(ASGIApp, self.app)))

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection, and begin to wait for the first head."""
        super().connection_made(transport)
        if self._connection_limits is not None:
            opened = self._connection_limits.open(self.client[0] if self.client else "")
            if isinstance(opened, Problem):
                self._refuse(opened)
                return
            self._release = opened
        self._arm("head", self._limits.head_seconds, self._give_up_head)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the request that is being answered, and keep nothing."""
        super().connection_lost(exc)
        self._ended = True
        self._disconnect(self._running)
        for timer in (self._timer, self._send_timer, self._abort_timer):
            if timer is not None:
                timer.cancel()
        self._held.clear()
        self.pipeline.clear()
        self._release()

    def pause_writing(self) -> None:
        """Begin to wait for the client to read."""
        super().pause_writing()
        self._send_timer = self.loop.call_later(self._limits.send_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Wait no more: the client has read."""
        super().resume_writing()
        if self._send_timer is not None:
            self._send_timer.cancel()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over; it is counted until the WebSocket is closed."""
        self._ended = True
        self._disarm()
        super().handle_websocket_upgrade()
        protocol = self.transport.get_protocol()
        if isinstance(protocol, BoundedWebSocket):
            protocol.on_lost = self._release
        else:
            self._release()

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: anybody can ask for an upgrade to h2c, and is answered in HTTP/1.1."""

    # What comes in

    def data_received(self, data: bytes) -> None:
        """Parse one request; what comes behind it waits until the request is answered."""
        if self._ended:
            return
        if self._held or self._is_answering():
            self._hold(data)
        else:
            self._feed(data)
        self._rearm()

    def _is_answering(self) -> bool:
        return self._phase is _Phase.IDLE and self.cycle is not None and not self.cycle.response_complete

    def _hold(self, data: bytes) -> None:
        # uvicorn would parse the requests and queue them, at kilobytes for each few bytes that came in. Up
        # to a bound we go on reading all the same, because a paused connection does not notice its end.
        self._held += data
        if len(self._held) > _HELD_BYTES:
            self.flow.pause_reading()

    def _feed(self, data: bytes) -> None:
        at = 0
        while at < len(data) and not self._ended:
            if self._is_answering():
                self._hold(data[at:])
                return
            end = self._slice_end(data, at)
            self._feed_slice(data[at:end])
            at = end

    def _slice_end(self, data: bytes, at: int) -> int:
        """Where to stop, so that the parser sees no second request in the same bytes."""
        if self._phase is not _Phase.BODY:
            head_end = data.find(b"\r\n\r\n", at, at + _SLICE_BYTES)
            return at + _SLICE_BYTES if head_end < 0 else head_end + 4
        return at + (_SLICE_BYTES if self._body_left is None else max(self._body_left, 1))

    def _feed_slice(self, data: bytes) -> None:
        request, phase, body_before = self._requests, self._phase, self._body_bytes
        if phase is _Phase.IDLE:
            self._phase = _Phase.HEAD  # also for blank lines, which the parser passes over in silence
            self._rearm()
        super().data_received(data)
        if phase is not _Phase.BODY:
            self._head_bytes += len(data)
        if self._ended or request != self._requests:
            return
        if self._phase is _Phase.HEAD and self._head_bytes > self._limits.head_bytes:
            self._refuse(_head_too_large(self._limits.head_bytes))
        elif phase is _Phase.BODY and self._phase is _Phase.BODY:
            self._count_body(len(data), self._body_bytes - body_before)

    def _count_body(self, received: int, body: int) -> None:
        self._overhead += received - body
        if self._overhead > self._limits.body_overhead_bytes + 8 * self._body_bytes:
            self._refuse(BadRequest("The chunks or trailers of the body are too long for what they carry."))
        elif self.cycle.response_complete:
            self._drained += received
            if self._drained > self._limits.drain_bytes:
                self._close()

    # Callbacks of the parser; raising in one of them ends in send_400_response

    def on_message_begin(self) -> None:
        """A head begins."""
        self._phase = _Phase.HEAD
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Refuse a target that is too long."""
        super().on_url(url)
        if len(self.url) > self._limits.target_bytes:
            detail = f"Path and query may have at most {self._limits.target_bytes} bytes together."
            self._raise(Problem(414, "URI too long", detail, limit=self._limits.target_bytes))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; trailers are dropped, because nothing here may come after it was checked."""
        if self._phase is not _Phase.BODY:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole: check the host, then let uvicorn start the request."""
        if self._head_bytes > self._limits.head_bytes:
            self._raise(_head_too_large(self._limits.head_bytes))
        self._require_host()
        self._phase = _Phase.BODY
        self._requests += 1
        self._head_bytes = self._body_bytes = self._overhead = self._drained = 0
        self._body_waited = 0.0
        length = next((value for name, value in self.headers if name == b"content-length"), b"")
        self._body_left = int(length) if length.isdigit() else None
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Count, and hand on."""
        self._body_bytes += len(body)
        if self._body_left is not None:
            self._body_left -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._phase = _Phase.IDLE
        super().on_message_complete()

    def _require_host(self) -> None:
        hosts = [value.strip() for name, value in self.headers if name == b"host"]
        if len(hosts) > 1:
            self._raise(BadRequest("The header Host is given more than once."))
        if not hosts and self.parser.get_http_version() != "1.0":
            self._raise(BadRequest("The header Host is missing."))
        if hosts and not _HOST.fullmatch(hosts[0]):
            self._raise(BadRequest("The header Host is not a host name with an optional port."))

    def _raise(self, problem: Problem) -> None:
        self._problem = problem
        raise problem

    def send_400_response(self, msg: str) -> None:
        """Answer a request that the parser, or one of the callbacks above, refused."""
        self._refuse(self._problem or BadRequest("This is not a valid HTTP/1.1 request."))

    # Answers

    def _watched(self, app: ASGIApp) -> ASGIApp:
        async def run(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await app(scope, receive, send)
            finally:
                self.loop.call_soon(self._abort_when_closing)

        return run

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Go on with what was held, or wait for the next request."""
        super().on_response_complete()
        # uvicorn's own timer ends at the first byte and leaves the rest without a limit.
        self._unset_keepalive_if_required()
        if self.transport.is_closing():
            return
        if self._ended:
            self._close()
            return
        if self._held and not self._is_answering():
            held = bytes(self._held)
            self._held.clear()
            self._feed(held)
        self._rearm()

    def _refuse(self, problem: Problem) -> None:
        """Answer with ``problem`` where that is still possible, and end the connection."""
        self._ended = True
        self._disarm()
        running = self._running
        current = self.cycle if self._phase is _Phase.BODY else None
        if running is not None and not running.response_complete and running is not current:
            self._disconnect(current)
            return  # an earlier request is being answered: on_response_complete closes then
        if current is not None and current.response_started:
            self._disconnect(current)
            self._close()
            return
        self._disconnect(current)
        self.transport.write(self._rendered(problem))
        # Closing with unread bytes would reset the connection, and the client would not hear the answer.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._timer = self.loop.call_later(self._limits.drain_seconds, self.transport.abort)

    def _rendered(self, problem: Problem) -> bytes:
        body = json.dumps(problem.body()).encode()
        headers = {
            "Content-Type": MEDIA_TYPE,
            "Content-Length": str(len(body)),
            "Connection": "close",
            **(problem.headers or {}),
            **self._answer_headers,
        }
        lines = [f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body

    @staticmethod
    def _disconnect(cycle: RequestResponseCycle | None) -> None:
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()

    def _close(self) -> None:
        self._ended = True
        self._disarm()
        self.transport.close()
        self._abort_when_closing()

    def _abort_when_closing(self) -> None:
        if self.transport.is_closing() and self._abort_timer is None:
            self._abort_timer = self.loop.call_later(self._limits.abort_seconds, self.transport.abort)

    # Time limits: one timer, for the phase that the connection is in

    def _rearm(self) -> None:
        if self._ended:
            return
        if self._phase is _Phase.HEAD:
            self._arm("head", self._limits.head_seconds, self._give_up_head)
        elif self._phase is _Phase.BODY and self.cycle.response_complete:
            self._arm("drain", self._limits.drain_seconds, self._close)
        elif self._phase is _Phase.BODY:
            self._arm("body", self._body_step, self._check_body)
        elif self._is_answering():
            self._disarm()
        elif self.cycle is not None:
            self._arm("idle", self._limits.idle_seconds, self._close)

    def _arm(self, kind: str, seconds: float, then: Callable[[], None]) -> None:
        if self._armed != (kind, self._requests):
            self._disarm()
            self._armed = (kind, self._requests)
            self._timer = self.loop.call_later(seconds, then)

    def _disarm(self) -> None:
        self._armed = None
        if self._timer is not None:
            self._timer.cancel()

    @property
    def _body_step(self) -> float:
        return min(1.0, self._limits.body_grace_seconds / 4)

    def _give_up_head(self) -> None:
        self._refuse(_too_slow("The head of the request", self._limits.head_seconds))

    def _check_body(self) -> None:
        if not self.flow.read_paused:
            self._body_waited += self._body_step
        earned = self._body_bytes / self._limits.body_bytes_per_second
        allowed = min(self._limits.body_seconds, self._limits.body_grace_seconds + earned)
        if self._body_waited >= allowed:
            self._refuse(_too_slow("The body", allowed))
        else:
            self._timer = self.loop.call_later(self._body_step, self._check_body)


def _head_too_large(limit: int) -> Problem:
    detail = f"The request line and the headers may have at most {limit} bytes together."
    return Problem(431, "Headers too large", detail, limit=limit)


def _too_slow(what: str, seconds: float) -> Problem:
    return Problem(408, "Too slow", f"{what} did not arrive within {seconds:.3g} s.")
