"""What surrounds every request: its id, its trace, its log line, its metrics, and the last safety net."""

import logging
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cartload_kit import metrics
from cartload_kit.http.health import PATHS
from cartload_kit.http.problems import problem_response, unexpected
from cartload_kit.logging import bind
from cartload_kit.tracing import Span, SpanStart, continue_from

_log = logging.getLogger("cartload.http")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_GONE = 499
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestScope:
    """Gives every request its id and trace, logs and counts it, and answers 500 when nobody else did."""

    def __init__(self, app: ASGIApp, *, service: str) -> None:
        self._app = app
        self._service = service
        metrics.HTTP_UNEXPECTED.labels(service)  # from 0 on, so that the first one is a rise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or WebSocket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        # In the scope too: answers to errors take it from there.
        scope["request_id"] = _request_id(headers.get("x-request-id"))
        # Of probes, which come every few seconds for ever, no spans are kept.
        start = SpanStart(_method(scope), "server") if scope["path"] not in PATHS else None
        with (
            bind(request_id=scope["request_id"]),
            continue_from(headers.get("traceparent"), start) as span,
            metrics.HTTP_IN_FLIGHT.labels(self._service, scope["type"]).track_inprogress(),
        ):
            await _Exchange(self._app, self._service, span, scope, receive, send).run()


class _Exchange:
    """One request and its answer."""

    def __init__(
        self, app: ASGIApp, service: str, span: Span, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._app, self._service, self._span = app, service, span
        self._scope, self._receive, self._send = scope, receive, send
        self._status = 0
        self._began = time.perf_counter()

    async def run(self) -> None:
        try:
            await self._app(self._scope, self._receive, self._watched)
        except ClientDisconnect:
            pass  # nobody is there to be answered
        except Exception:
            metrics.HTTP_UNEXPECTED.labels(self._service).inc()
            if self._status or self._scope["type"] != "http":
                raise  # too late for an answer: the server logs it and cuts the connection
            _log.exception("unexpected error")
            await self._apologise()
        finally:
            self._account()

    async def _watched(self, message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            self._status = message["status"]
            MutableHeaders(scope=message)["x-request-id"] = self._scope["request_id"]
        elif message["type"] == "websocket.accept":
            self._status = 101
        await self._send(message)

    async def _apologise(self) -> None:
        problem = unexpected(self._service)
        await problem_response(problem, self._scope)(self._scope, self._receive, self._watched)

    def _account(self) -> None:
        seconds = time.perf_counter() - self._began
        status = self._status or _GONE
        route = route_template(self._scope)
        method = self._scope.get("method", "WEBSOCKET")
        known = _method(self._scope)
        if self._scope["type"] == "http":
            metrics.HTTP_SECONDS.labels(self._service, known, route, str(status)).observe(seconds)
        self._span.note(
            {"http.request.method": known, "http.route": route, "http.response.status_code": status},
            name=f"{known} {route}",
        )
        level = logging.DEBUG if self._scope["path"] in PATHS else logging.INFO
        _log.log(
            level,
            "%s %s %s",
            method,
            self._scope["path"],
            status,
            extra={"route": route, "status": status, "duration_ms": round(seconds * 1000, 2)},
        )


def _method(scope: Scope) -> str:
    """The method; anybody can invent some, and each would be a time series and a name of its own."""
    method = scope.get("method", "WEBSOCKET")
    return method if method in _METHODS or scope["type"] != "http" else "OTHER"


def _request_id(given: str | None) -> str:
    return given if given and _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def route_template(scope: Scope) -> str:
    """The template of the route that served a request, such as ``/api/jobs/{id}``; ``unmatched`` for none."""
    context = scope.get("fastapi", {}).get("effective_route_context")
    route = scope.get("route")
    path = getattr(context, "path_format", None) or getattr(route, "path_format", None)
    return str(path or getattr(route, "path", None) or "unmatched")
