"""The HTTP protocol of the server: uvicorn's, with the bounds that it leaves open.

uvicorn waits without end for a head, a body or a reader, and parses whatever it is given. Here every phase of
a connection has a time limit, and everything that is kept for a client has a size limit.

It offers no setting for these, so its protocol class is extended. `override` makes the type checker say when
a newer uvicorn has lost one of the methods. What is relied on besides is said at its place, and held by
test_kit_http_protocol.py and test_kit_http_uvicorn.py over real sockets.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, cast, override

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from cartload_kit.errors import BadRequest, Problem
from cartload_kit.http.connections import (
    DEFAULT_LIMITS,
    ConnectionLimits,
    HttpLimits,
    head_too_large,
    too_slow,
)
from cartload_kit.http.problems import raw_answer
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
        # uvicorn runs `self.app` for each request of the connection and tells nobody when a run has ended.
        self.app = cast(Any, self._watched(cast(ASGIApp, self.app)))

    # The connection

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection, and begin to wait for the first head."""
        super().connection_made(transport)  # finds out `self.client`
        if self._connection_limits is not None:
            opened = self._connection_limits.open(self.client[0] if self.client else "")
            if isinstance(opened, Problem):
                self._refuse(opened)
                return
            self._release = opened
        self._arm("head", self._limits.head_seconds, self._give_up_head)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the request that is being answered, and keep nothing."""
        super().connection_lost(exc)
        self._ended = True
        # uvicorn wakes the newest request only; the one that is being answered may be an older one.
        self._disconnect(self._running)
        for timer in (self._timer, self._send_timer, self._abort_timer):
            if timer is not None:
                timer.cancel()
        self._held.clear()
        self.pipeline.clear()
        self._release()

    @override
    def pause_writing(self) -> None:
        """Begin to wait for the client to read."""
        super().pause_writing()
        # uvicorn lets the app wait in `send` from here on, for as long as the client likes.
        self._send_timer = self.loop.call_later(self._limits.send_seconds, self.transport.abort)

    @override
    def resume_writing(self) -> None:
        """Wait no more: the client has read."""
        super().resume_writing()
        if self._send_timer is not None:
            self._send_timer.cancel()

    @override
    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over; it is counted until the WebSocket is closed."""
        self._ended = True
        self._disarm()
        super().handle_websocket_upgrade()
        # By now uvicorn has given the transport to the new protocol: `connection_lost` will never come here.
        protocol = self.transport.get_protocol()
        if isinstance(protocol, BoundedWebSocket):
            protocol.on_lost = self._release
        else:
            self._release()

    @override
    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: anybody can ask for an upgrade to h2c, and is answered in HTTP/1.1."""

    # What comes in

    @override
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
        # `cycle` is uvicorn's newest request; it stays there after its answer, and is none before the first.
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
        # The parser calls `on_message_begin` and the others back from within this call: what changed here,
        # this slice has changed.
        super().data_received(data)
        if phase is not _Phase.BODY:
            self._head_bytes += len(data)
        # Where the slice completed a head, `on_headers_complete` has judged it and begun to count anew.
        if self._ended or request != self._requests:
            return
        if self._phase is _Phase.HEAD and self._head_bytes > self._limits.head_bytes:
            self._refuse(head_too_large(self._limits.head_bytes))
        elif phase is _Phase.BODY and self._phase is _Phase.BODY:
            self._count_body(len(data), self._body_bytes - body_before)

    def _count_body(self, received: int, body: int) -> None:
        self._overhead += received - body
        # Chunks of one byte are legal and cost five bytes of framing each; eight leave room for longer sizes.
        if self._overhead > self._limits.body_overhead_bytes + 8 * self._body_bytes:
            self._refuse(BadRequest("The chunks or trailers of the body are too long for what they carry."))
        elif self.cycle.response_complete:
            self._drained += received
            if self._drained > self._limits.drain_bytes:
                self._close()

    # Callbacks of the parser. What one of them raises, httptools wraps in an HttpParserError, which uvicorn
    # answers by `send_400_response`; `_problem` carries the reason over.

    @override
    def on_message_begin(self) -> None:
        """A head begins."""
        self._phase = _Phase.HEAD
        super().on_message_begin()

    @override
    def on_url(self, url: bytes) -> None:
        """Refuse a target that is too long."""
        super().on_url(url)  # adds to `self.url`: a long target comes in pieces
        if len(self.url) > self._limits.target_bytes:
            detail = f"Path and query may have at most {self._limits.target_bytes} bytes together."
            self._raise(Problem(414, "URI too long", detail, limit=self._limits.target_bytes))

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; trailers are dropped, because nothing here may come after it was checked."""
        if self._phase is not _Phase.BODY:
            super().on_header(name, value)

    @override
    def on_headers_complete(self) -> None:
        """The head is whole: check the host, then let uvicorn start the request."""
        if self._head_bytes > self._limits.head_bytes:
            self._raise(head_too_large(self._limits.head_bytes))
        # All of this before uvicorn's own part, which starts the app.
        self._require_host()
        self._phase = _Phase.BODY
        self._requests += 1
        self._head_bytes = self._body_bytes = self._overhead = self._drained = 0
        self._body_waited = 0.0
        # Two different lengths, or a length that is no number, the parser has refused by now.
        length = next((value for name, value in self.headers if name == b"content-length"), b"")
        self._body_left = int(length) if length.isdigit() else None
        super().on_headers_complete()

    @override
    def on_body(self, body: bytes) -> None:
        """Count, and hand on."""
        self._body_bytes += len(body)
        if self._body_left is not None:
            self._body_left -= len(body)
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        """The request is whole."""
        self._phase = _Phase.IDLE
        super().on_message_complete()

    def _require_host(self) -> None:
        # RFC 9112, 3.2: exactly one in HTTP/1.1. Two would let a proxy and an app see different hosts.
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

    @override
    def send_400_response(self, msg: str) -> None:
        """Answer a request that the parser, or one of the callbacks above, refused."""
        self._refuse(self._problem or BadRequest("This is not a valid HTTP/1.1 request."))

    # Answers

    def _watched(self, app: ASGIApp) -> ASGIApp:
        async def run(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await app(scope, receive, send)
            finally:
                # Not at once: where the app left its answer unfinished, uvicorn closes the transport only
                # after this.
                self.loop.call_soon(self._abort_when_closing)

        return run

    @override
    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        # uvicorn begins every request here, also one that had waited behind another in its pipeline.
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    @override
    def on_response_complete(self) -> None:
        """Go on with what was held, or wait for the next request."""
        super().on_response_complete()
        # uvicorn's own timer ends at the first byte and leaves the rest without a limit.
        self._unset_keepalive_if_required()
        if self.transport.is_closing():
            return
        if self._ended:  # the request behind this one was refused while this one was being answered
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
        # While a head is coming in, `cycle` is still the request before it.
        current = self.cycle if self._phase is _Phase.BODY else None
        if running is not None and not running.response_complete and running is not current:
            self._disconnect(current)
            return  # an earlier request is being answered: on_response_complete closes then
        if current is not None and current.response_started:
            # Half an answer is out: a second head in its middle would be taken for its body.
            self._disconnect(current)
            self._close()
            return
        self._disconnect(current)
        self.transport.write(raw_answer(problem, self._answer_headers))
        # Closing with unread bytes would reset the connection, and the client would not hear the answer.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._timer = self.loop.call_later(self._limits.drain_seconds, self.transport.abort)

    @staticmethod
    def _disconnect(cycle: RequestResponseCycle | None) -> None:
        # As uvicorn does when a connection is lost: the app's `receive` gives http.disconnect, and what it
        # sends is dropped.
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()

    def _close(self) -> None:
        self._ended = True
        self._disarm()
        self.transport.close()
        self._abort_when_closing()

    def _abort_when_closing(self) -> None:
        # A closed transport goes on until the client has read what was written, for ever if it does not.
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
        # A timer that runs already for this phase goes on: a byte now and then must not prolong it.
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
        self._refuse(too_slow("The head of the request", self._limits.head_seconds))

    def _check_body(self) -> None:
        # Reading is paused while the app has not taken what came: that time is not the client's.
        if not self.flow.read_paused:
            self._body_waited += self._body_step
        earned = self._body_bytes / self._limits.body_bytes_per_second
        allowed = min(self._limits.body_seconds, self._limits.body_grace_seconds + earned)
        if self._body_waited >= allowed:
            self._refuse(too_slow("The body", allowed))
        else:
            self._timer = self.loop.call_later(self._body_step, self._check_body)
