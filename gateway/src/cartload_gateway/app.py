"""The gateway's routes: compat endpoints, services, WebSockets, and the UI for everything else."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from functools import cache

from fastapi import FastAPI, Request, WebSocket
from prometheus_client import start_http_server
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response

from cartload_gateway.api import system_health, system_limits
from cartload_gateway.api.middleware import AllowedHosts, ReleaseAtEnd, SecurityHeaders, SmallJsonBodies
from cartload_gateway.api.ui import is_navigation
from cartload_gateway.bootstrap import Parts, attach, open_parts
from cartload_gateway.compat.routes import POST_PATHS
from cartload_gateway.compat.routes import router as compat_router
from cartload_gateway.domain.headers import SECURITY
from cartload_gateway.domain.openapi import Document
from cartload_gateway.domain.routing import upstream_of
from cartload_gateway.settings import GatewaySettings
from cartload_kit.errors import NotFound
from cartload_kit.http import create_app
from cartload_kit.http.app import Lifespan
from cartload_kit.http.connections import ConnectionLimits, HttpLimits
from cartload_kit.http.problems import method_not_allowed
from cartload_kit.http.server import ServerOptions

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

# A program that asks here for what is not there is to hear 404, not to get the UI's page.
_NO_PAGES = ("/api", "/ws", "/metrics")
_NO_PAGES_BELOW = ("/api/", "/ws/", "/internal/", "/.well-known/")

HTTP_LIMITS = HttpLimits(target_bytes=8000, head_bytes=32 * 1024)
"""Below those of the services, since the gateway adds headers: what passes here, passes there."""


def build(settings: GatewaySettings) -> FastAPI:
    """The app, to be served."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _metrics_served(settings), open_parts(own_document(), settings) as parts:
            attach(app, parts, settings)
            yield

    return _routed(lifespan, settings.max_body_bytes, settings.allowed_hosts)


def serving_options(settings: GatewaySettings) -> ServerOptions:
    """How the app is served: what a connection may cost, and what the protocol's own answers carry."""
    return {
        "limits": HTTP_LIMITS,
        "connections": ConnectionLimits(
            settings.connections, settings.connections_per_address, settings.trusted_proxies
        ),
        "answer_headers": SECURITY,
    }


def describe() -> FastAPI:
    """The app without settings or clients: it can only give its OpenAPI document."""
    return _routed(None, 0, ())


@cache
def own_document() -> Document:
    """The OpenAPI document of the gateway's own routes: no setting changes it, so every app has the same."""
    return describe().openapi()


@asynccontextmanager
async def _metrics_served(settings: GatewaySettings) -> AsyncIterator[None]:
    if settings.metrics_port is None:
        yield
        return
    server, thread = start_http_server(settings.metrics_port, settings.host)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _routed(lifespan: Lifespan | None, max_body: int, hosts: Collection[str]) -> FastAPI:
    app = create_app(
        "gateway",
        lifespan=lifespan,
        title="Cartload",
        description="Whole e-commerce businesses, consistent to the last cent. "
        "Errors are problem details (RFC 9457); times are RFC 3339 in UTC, money is in minor units. "
        "A query parameter that a call does not know, or that is given twice, is refused. "
        "A list's `next` is the `cursor` of its next page; a `Link` header says the same unless too long. "
        "HEAD is taken wherever GET is; answers with an ETag honour If-None-Match and If-Match.",
        max_body=max_body,
        # Bodies for services stream through, and are checked there; those of the compat endpoints, see below.
        strict_json=False,
        openapi_url=None,
        serve_metrics=False,
    )
    # Inside those of the factory, so that refusals have a request id and are logged: add_middleware would
    # put them outside.
    app.user_middleware.append(Middleware(AllowedHosts, hosts=hosts))
    app.user_middleware.append(Middleware(SmallJsonBodies, paths=POST_PATHS))
    # What is added last is outermost: the security headers are on every answer, and what a request took is
    # given back after its answer was logged.
    app.add_middleware(ReleaseAtEnd)
    app.add_middleware(SecurityHeaders)
    app.include_router(compat_router)
    app.include_router(system_health.router)
    app.include_router(system_limits.router)
    _add_own_routes(app)
    return app


def _add_own_routes(app: FastAPI) -> None:
    @app.api_route("/openapi.json", methods=["GET", "HEAD"], include_in_schema=False)
    async def openapi(request: Request) -> Response:
        parts: Parts = request.app.state.parts
        admitted = await parts.admission.admit(request)
        return JSONResponse(await parts.document.read(), headers=admitted.headers)

    @app.websocket("/ws/{rest:path}")
    async def websocket(client: WebSocket) -> None:
        parts: Parts = client.app.state.parts
        await parts.websockets.forward(client, parts.admission.address_of(client))

    # Starlette's plain route: FastAPI's would solve the dependencies of a handler that has none, which was a
    # tenth of the time that a forwarded request takes.
    app.add_route("/{path:path}", _serve, _METHODS, include_in_schema=False)


async def _serve(request: Request) -> Response:
    parts: Parts = request.app.state.parts
    *own, everything_else = request.app.routes
    # Metrics and logs name the route; FastAPI notes only routes of its own class.
    request.scope["route"] = everything_else
    path = request.scope["path"]
    upstream = upstream_of(path)
    if upstream is not None:
        admitted = await parts.admission.admit(request)
        return await parts.proxy.forward(request, upstream, admitted)
    if path in system_health.PATHS | system_limits.PATHS:
        raise method_not_allowed(request.scope, own)
    if path in _NO_PAGES or path.startswith(_NO_PAGES_BELOW):
        raise NotFound(f"There is no {path} here.")
    if request.method not in ("GET", "HEAD"):
        raise method_not_allowed(request.scope, own, "GET", "HEAD")
    if path in POST_PATHS and not is_navigation(request):
        raise method_not_allowed(request.scope, own)
    parts.admission.admit_file(request)
    return await parts.ui.answer(request)
