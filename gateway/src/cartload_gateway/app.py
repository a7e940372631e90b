"""The gateway's routes: plain endpoints, services, WebSockets, and the UI for everything else."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, WebSocket
from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cartload_gateway.bootstrap import Parts, attach, open_parts
from cartload_gateway.document import MergedDocument
from cartload_gateway.headers import SECURITY
from cartload_gateway.plain.routes import router as plain_router
from cartload_gateway.routing import upstream_of
from cartload_gateway.settings import GatewaySettings
from cartload_kit.errors import NotFound
from cartload_kit.http import create_app
from cartload_kit.http.app import Lifespan
from cartload_kit.http.problems import method_not_allowed

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def build(settings: GatewaySettings) -> FastAPI:
    """The app, to be served."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_parts(settings) as parts:
            attach(app, parts, settings)
            app.state.document = MergedDocument(
                parts.session, parts.upstreams, app.openapi(), clock=time.monotonic
            )
            yield

    return _routed(lifespan, settings.max_body_bytes)


def describe() -> FastAPI:
    """The app without settings or clients: it can only give its OpenAPI document."""
    return _routed(None, 0)


def _routed(lifespan: Lifespan | None, max_body: int) -> FastAPI:
    app = create_app(
        "gateway",
        lifespan=lifespan,
        title="Cartload",
        description="Whole e-commerce businesses, consistent to the last cent. "
        "Errors are problem details (RFC 9457); times are RFC 3339 in UTC, money is in minor units.",
        max_body=max_body,
        strict_json=False,
        openapi_url=None,
    )
    app.add_middleware(SecurityHeaders)
    app.include_router(plain_router)
    _add_own_routes(app)
    return app


def _add_own_routes(app: FastAPI) -> None:
    @app.get("/openapi.json", include_in_schema=False)
    async def openapi(request: Request) -> Response:
        return JSONResponse(await request.app.state.document.read())

    @app.websocket("/ws/{rest:path}")
    async def websocket(client: WebSocket) -> None:
        parts: Parts = client.app.state.parts
        await parts.websockets.forward(client)

    @app.api_route("/{path:path}", methods=_METHODS, include_in_schema=False)
    async def everything_else(request: Request) -> Response:
        return await _serve(request)


async def _serve(request: Request) -> Response:
    parts: Parts = request.app.state.parts
    path = request.scope["path"]
    upstream = upstream_of(path)
    if upstream is not None:
        admitted = await parts.admission.admit(request)
        return await parts.proxy.forward(request, upstream, admitted)
    if path.startswith(("/api/", "/ws/", "/internal/", "/.well-known/")) or path in ("/api", "/ws"):
        raise NotFound(f"There is no {path} here.")
    if request.method not in ("GET", "HEAD"):
        *own, _ = request.app.routes  # the last is the one that led here, and takes everything
        raise method_not_allowed(request.scope, own, "GET", "HEAD")
    return await parts.ui.answer(request)


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
