"""What surrounds every request: security headers, allowed hosts, and what is given back at its end."""

from collections.abc import Collection
from contextlib import AsyncExitStack

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cartload_gateway.api.admission import RELEASE
from cartload_gateway.api.bodies import SMALL_BYTES
from cartload_gateway.domain.headers import SECURITY
from cartload_gateway.metrics import REFUSED
from cartload_kit.errors import Problem
from cartload_kit.http.limits import BodyLimits
from cartload_kit.http.problems import problem_response

_BODY_SECONDS = 30.0


class SecurityHeaders:
    """Sets the security headers on every answer, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class AllowedHosts:
    """Refuses requests for other hosts than the allowed ones; with none given, any host is allowed.

    Health checks pass: they ask a process by its address.
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or WebSocket."""
        if scope["type"] == "lifespan" or self._is_allowed(scope):
            await self._app(scope, receive, send)
            return
        REFUSED.labels("host").inc()
        if scope["type"] == "websocket":
            # Before it was accepted, so it is an HTTP answer of 403: nobody here serves that host's pages.
            await send({"type": "websocket.close", "code": 4403, "reason": "host not allowed"})
            return
        problem = Problem(421, "Wrong host", "This server does not answer for the host that was asked for.")
        await problem_response(problem, scope)(scope, receive, send)

    def _is_allowed(self, scope: Scope) -> bool:
        if not self._hosts or scope["path"].startswith("/health/"):
            return True
        return _without_port(Headers(scope=scope).get("host", "")).lower() in self._hosts


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and (port.isdigit() or not port) else host


class SmallJsonBodies:
    """Reads the bodies of these paths whole before a route sees them: small ones, and JSON to the letter.

    Elsewhere bodies belong to services, which check them; the gateway reads them itself when it forwards.
    """

    def __init__(self, app: ASGIApp, *, paths: Collection[str]) -> None:
        self._app = app
        self._paths = paths
        self._bounded = BodyLimits(
            app, service="gateway", max_body=SMALL_BYTES, strict_json=True, body_seconds=_BODY_SECONDS
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        bounded = scope["type"] == "http" and scope["path"] in self._paths
        await (self._bounded if bounded else self._app)(scope, receive, send)


class ReleaseAtEnd:
    """Gives back what a request took (its place among those in flight, memory) when its answer is sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        async with AsyncExitStack() as release:
            scope[RELEASE] = release
            await self._app(scope, receive, send)
