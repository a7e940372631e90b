"""The limits that hold before a route sees anything: size and time of a body, and that JSON is JSON."""

import asyncio
import contextlib

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cartload_kit import metrics
from cartload_kit.errors import PayloadTooLarge, Problem
from cartload_kit.http.problems import problem_response
from cartload_kit.http.strictjson import loads

# The rest of the body has not been read, so no other request can follow on the connection.
_CLOSE = {"Connection": "close"}
_DRAIN_SECONDS = 2.0
_DRAIN_BYTES = 16 * 1024 * 1024


class BodyLimits:
    """Refuses a body above ``max_body`` bytes while it streams in, and JSON bodies that are not strict JSON.

    A compressed body is refused too. A JSON body is read whole first, within ``body_seconds``. Other bodies,
    and all with ``strict_json`` off, are handed on as they come, counted.
    """

    def __init__(
        self, app: ASGIApp, *, service: str, max_body: int, strict_json: bool, body_seconds: float
    ) -> None:
        self._app = app
        self._service = service
        self._max_body = max_body
        self._strict_json = strict_json
        self._body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request within the limits."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        body = _Body(receive, self._max_body)
        try:
            _require_plain(headers)
            self._require_declared_length(headers)
            if self._strict_json and is_json(headers):
                receive = await self._read_json(body)
                await self._app(scope, receive, send)
            else:
                await self._serve_counted(scope, body, send)
        except _Refused as refused:
            await self._refuse(refused.problem, scope, body, send)

    def _require_declared_length(self, headers: Headers) -> None:
        declared = headers.get("content-length", "")
        if declared.isdigit() and int(declared) > self._max_body:
            raise _Refused(PayloadTooLarge(self._max_body, headers=_CLOSE))

    async def _read_json(self, body: "_Body") -> Receive:
        try:
            async with asyncio.timeout(self._body_seconds):
                content = await body.read()
            if content:
                # Only to judge it: the framework parses it again, and its parser takes NaN and doubled names.
                loads(content)
        except TimeoutError:
            slow = Problem(408, "Too slow", "The body did not arrive in time.", headers=_CLOSE)
            raise _Refused(slow) from None
        except Problem as problem:
            raise _Refused(problem) from problem
        return _after({"type": "http.request", "body": content, "more_body": False}, body)

    async def _serve_counted(self, scope: Scope, body: "_Body", send: Send) -> None:
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if body.passed and not started:
                return  # whatever the app makes of it, the answer is 413
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, body, guarded)
        except PayloadTooLarge:
            if not body.passed or started:
                raise
        if body.passed and not started:
            raise _Refused(PayloadTooLarge(self._max_body, headers=_CLOSE))

    async def _refuse(self, problem: Problem, scope: Scope, body: "_Body", send: Send) -> None:
        """Answer; a client that still sends hears it only when its bytes are taken, so take some of them."""
        metrics.HTTP_REFUSED.labels(self._service, str(problem.status)).inc()

        async def lingering(message: Message) -> None:
            # A client that asked for 100-continue has sent nothing yet, so there is nothing to take.
            last = message["type"] == "http.response.body" and not message.get("more_body")
            if last and not body.ended and "expect" not in Headers(scope=scope):
                await send({**message, "more_body": True})
                await body.drain()
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        await problem_response(problem, scope)(scope, body, lingering)


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


class _Body:
    """The receive of a request, counting bytes; raises PayloadTooLarge at the first byte above ``limit``."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._size = 0
        self.ended = False

    @property
    def passed(self) -> bool:
        """Whether the limit was passed."""
        return self._size > self._limit

    async def __call__(self) -> Message:
        message = await self._next()
        if self.passed:
            raise PayloadTooLarge(self._limit, headers=_CLOSE)
        return message

    async def _next(self) -> Message:
        message = await self._receive()
        # Counted as it comes and not by Content-Length, which a chunked body does not have.
        self._size += len(message.get("body", b""))
        self.ended = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    async def read(self) -> bytes:
        """The whole body. Raises ClientDisconnect when the client goes away in its middle."""
        chunks = []
        while not self.ended:
            message = await self()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            chunks.append(message.get("body", b""))
        return b"".join(chunks)

    async def drain(self) -> None:
        """Throw away what still comes: at most 16 MiB, for at most 2 s."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                most = self._size + _DRAIN_BYTES
                while not self.ended and self._size < most:
                    await self._next()


def _require_plain(headers: Headers) -> None:
    """Refuse a compressed body: a few kilobytes could unpack to gigabytes, and no client here needs to."""
    coding = ", ".join(headers.getlist("content-encoding")).strip().lower()
    if coding not in ("", "identity"):
        detail = f"The body comes in the coding {coding[:40]!r}: send it as it is, without Content-Encoding."
        taken = {**_CLOSE, "Accept-Encoding": "identity"}
        raise _Refused(Problem(415, "Compressed body", detail, headers=taken))


def is_json(headers: Headers) -> bool:
    """Whether the request says that its body is JSON."""
    subtype = headers.get("content-type", "").split(";")[0].strip().lower()
    return subtype == "application/json" or (subtype.startswith("application/") and subtype.endswith("+json"))


def _after(first: Message, receive: Receive) -> Receive:
    """A receive that gives ``first``, and then what ``receive`` gives."""
    pending = [first]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay
