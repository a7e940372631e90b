"""What HTTP asks of every answer, done once around all routes (RFC 9110, 9111).

``HEAD`` works wherever ``GET`` does, conditions of the client are honoured, and nothing is cached that does
not say so itself.
"""

import traceback

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cartload_kit.http.conditions import PreconditionFailed, evaluate
from cartload_kit.http.methods import has_get_without_head
from cartload_kit.http.problems import problem_response

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_NOT_IN_304 = ("content-length", "content-type", "content-range", "content-encoding")


async def require_no_if_match(request: HTTPConnection) -> None:
    """Refuse a change that is to happen only to a certain version: what can be changed here has no tags.

    Ignoring the header would be the very overwriting that the client wanted to rule out. The app factory
    makes this a dependency of every route.

    Raises:
        PreconditionFailed: 412.
    """
    condition = request.headers.get("if-match", "*").strip()
    if request.scope.get("method", "GET") not in _SAFE and condition != "*":
        raise PreconditionFailed("This has no entity tags: If-Match can only be *.")


class HttpSemantics:
    """The middleware: HEAD by way of GET, conditional requests, and Cache-Control."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        as_get = scope["method"] == "HEAD" and has_get_without_head(scope, scope["app"].routes)
        inner = {**scope, "method": "GET"} if as_get else scope
        answer = _Answer(inner, receive, send, body=not as_get)
        try:
            await self._app(inner, receive, answer.send)
        except _Complete as complete:
            # The frames of the route hold its stream, and the exception holds the frames: without this the
            # stream is closed only when the garbage collector comes by.
            traceback.clear_frames(complete.__traceback__)
        finally:
            if as_get:
                # The middleware around this one wants to know the route, but not the change of method.
                scope.update({**inner, "method": "HEAD"})


class _Complete(Exception):
    """The answer is complete, though its route would go on with the body: ends the route."""


class _Answer:
    """The answer of one request on its way out."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, body: bool) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._body = body

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._start(message)
        elif self._body or message["type"] != "http.response.body":
            await self._send(message)
        else:
            await self._end()
            # For a HEAD the route need not go on: its body may be a file of gigabytes.
            if message.get("more_body", False):
                raise _Complete

    async def _start(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        tag = headers.get("etag")
        if "cache-control" not in headers:
            headers["cache-control"] = "no-store" if tag is None else "private, no-cache"
        # RFC 9110, 13.2.1: conditions do not count where the answer without them would be an error.
        verdict = 200
        if self._scope["method"] in ("GET", "HEAD") and message["status"] in (200, 206):
            verdict = evaluate(Headers(scope=self._scope), tag)
        if verdict == 412:
            await problem_response(PreconditionFailed(), self._scope)(
                self._scope, self._receive, self._send if self._body else self._head_only
            )
            raise _Complete
        if verdict == 304:
            for name in _NOT_IN_304:
                del headers[name]
            await self._send({**message, "status": 304})
            await self._end()
            raise _Complete
        await self._send(message)

    async def _head_only(self, message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)

    async def _end(self) -> None:
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})
