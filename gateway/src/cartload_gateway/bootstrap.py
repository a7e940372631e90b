"""Wiring: the only place that builds the gateway's clients."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.requests import Request

from cartload_gateway.adapters.health_checks import HealthChecks
from cartload_gateway.adapters.openapi_documents import MergedDocument
from cartload_gateway.adapters.personal_tokens import PersonalTokens, exchange_at_auth
from cartload_gateway.adapters.upstreams import Upstreams, open_upstreams
from cartload_gateway.api.admission import Admission, Limits
from cartload_gateway.api.bodies import BodyReader
from cartload_gateway.api.proxy import Proxy
from cartload_gateway.api.ui import UserInterface
from cartload_gateway.api.websocket import SocketLimits, WebSocketProxy
from cartload_gateway.compat.services import Services
from cartload_gateway.domain.limits import InFlight, RateLimiter
from cartload_gateway.domain.openapi import Document
from cartload_gateway.domain.routing import Lane, Upstream
from cartload_gateway.settings import GatewaySettings


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that the routes use."""

    upstreams: Upstreams
    admission: Admission
    proxy: Proxy
    websockets: WebSocketProxy
    ui: UserInterface
    document: MergedDocument
    health: HealthChecks

    async def open_services(self, request: Request) -> Services:
        """Admit a request; the services as its caller sees them."""
        return Services(self.upstreams, request, await self.admission.admit(request))


@asynccontextmanager
async def open_parts(
    own_document: Document, settings: GatewaySettings, *, clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[Parts]:
    """Build the parts and close them after use."""
    urls: dict[Upstream, str] = {
        "auth": settings.auth_url,
        "generator": settings.generator_url,
        "writer": settings.writer_url,
        "notifier": settings.notifier_url,
        "shop": settings.shop_url,
    }
    connections, proxy = _connections(settings), settings.proxy
    async with open_upstreams(urls, connections, settings.upstream_seconds, proxy) as upstreams:
        yield Parts(
            upstreams=upstreams,
            admission=Admission(
                settings.token_verifier(),
                PersonalTokens(exchange_at_auth(upstreams), clock=clock),
                _limits(settings, clock),
                settings.trusted_proxies,
            ),
            proxy=Proxy(upstreams, BodyReader(settings.max_body_bytes)),
            websockets=WebSocketProxy(
                settings.notifier_url,
                origins=settings.public_origins,
                proxy=proxy,
                limits=SocketLimits(InFlight(settings.websockets), InFlight(settings.websockets_signing_in)),
            ),
            ui=UserInterface(settings.ui_dir),
            document=MergedDocument(upstreams, own_document, clock=clock),
            health=HealthChecks(list(urls.items()), proxy),
        )


def attach(app: FastAPI, parts: Parts, settings: GatewaySettings) -> None:
    """Put what the routes look for on the app."""
    app.state.parts = parts
    app.state.settings = settings
    app.state.open_services = parts.open_services
    app.state.plain_max_customers = settings.plain_max_customers


# Each service has a pool, so that one that is slow takes no connection to another; waits and downloads
# have theirs over all services, because they hold a connection for as long as a client likes.
def _connections(settings: GatewaySettings) -> dict[Lane, int]:
    return {
        "auth": settings.upstream_connections,
        "generator": settings.upstream_connections,
        "writer": settings.upstream_connections,
        "notifier": settings.upstream_connections,
        "shop": settings.upstream_connections,
        "waits": settings.waiting_connections,
        "downloads": settings.download_connections,
    }


def _limits(settings: GatewaySettings, clock: Callable[[], float]) -> Limits:
    return Limits(
        users=RateLimiter("user", settings.user_requests_per_minute, clock=clock),
        addresses=RateLimiter("address", settings.address_requests_per_minute, clock=clock),
        files=RateLimiter("file", settings.address_files_per_minute, clock=clock),
        token_checks=RateLimiter("token", settings.address_token_checks_per_minute, clock=clock),
        users_at_once=InFlight(settings.user_requests_at_once),
        addresses_at_once=InFlight(settings.address_requests_at_once),
    )
