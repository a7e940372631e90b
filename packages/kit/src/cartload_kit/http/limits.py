"""The limits that hold before a route sees anything: size and time of a body, and that JSON is JSON."""

import asyncio

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cartload_kit import metrics
from cartload_kit.errors import PayloadTooLarge, Problem
from cartload_kit.http.problems import problem_response
from cartload_kit.http.strictjson import loads

_CLOSE = {"Connection": "close"}


class BodyLimits:
    """Refuses a body above ``max_body`` bytes while it streams in, and JSON bodies that are not strict JSON.

    A JSON body is read whole first, within ``body_seconds``. Other bodies, and all with ``strict_json`` off,
    are handed on as they come, counted.
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
        try:
            self._require_declared_length(headers)
            if self._strict_json and is_json(headers):
                receive = await self._read_json(receive)
        except Problem as problem:
            await self._refuse(problem, scope, receive, send)
            return
        await self._serve_counted(scope, receive, send)

    def _require_declared_length(self, headers: Headers) -> None:
        declared = headers.get("content-length", "")
        if declared.isdigit() and int(declared) > self._max_body:
            raise PayloadTooLarge(self._max_body, headers=_CLOSE)

    async def _read_json(self, receive: Receive) -> Receive:
        try:
            async with asyncio.timeout(self._body_seconds):
                body = await self._read(receive)
        except TimeoutError:
            raise Problem(408, "Too slow", "The body did not arrive in time.", headers=_CLOSE) from None
        if body:
            loads(body)
        return _once({"type": "http.request", "body": body, "more_body": False}, receive)

    async def _read(self, receive: Receive) -> bytes:
        chunks, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self._max_body:
                raise PayloadTooLarge(self._max_body, headers=_CLOSE)
            chunks.append(chunk)
            if not message.get("more_body"):
                return b"".join(chunks)

    async def _serve_counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        size, passed, started = 0, False, False

        async def counted() -> Message:
            nonlocal size, passed
            message = await receive()
            size += len(message.get("body", b""))
            if size > self._max_body:
                passed = True
                raise PayloadTooLarge(self._max_body, headers=_CLOSE)
            return message

        async def guarded(message: Message) -> None:
            nonlocal started
            if passed and not started:
                return
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, counted, guarded)
        except PayloadTooLarge:
            if not passed or started:
                raise
        if passed and not started:
            await self._refuse(PayloadTooLarge(self._max_body, headers=_CLOSE), scope, receive, send)

    async def _refuse(self, problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
        metrics.HTTP_REFUSED.labels(self._service, str(problem.status)).inc()
        await problem_response(problem, scope)(scope, receive, send)


def is_json(headers: Headers) -> bool:
    """Whether the request says that its body is JSON."""
    subtype = headers.get("content-type", "").split(";")[0].strip().lower()
    return subtype == "application/json" or (subtype.startswith("application/") and subtype.endswith("+json"))


def _once(message: Message, receive: Receive) -> Receive:
    """A receive that gives ``message`` first and then what ``receive`` gives."""
    pending = [message]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay
