"""Wiring: the only place that builds the gateway's clients."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from fastapi import FastAPI
from starlette.requests import Request

from cartload_gateway.admission import Admission
from cartload_gateway.limits import RateLimiter
from cartload_gateway.personal_tokens import Exchange, PersonalTokens
from cartload_gateway.plain.services import Services
from cartload_gateway.proxy import Proxy, new_session
from cartload_gateway.routing import Upstream
from cartload_gateway.settings import GatewaySettings
from cartload_gateway.ui import UserInterface
from cartload_gateway.websocket import WebSocketProxy
from cartload_kit.errors import BadGateway, Unauthorized, Unavailable
from cartload_kit.tokens import TokenVerifier

_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that the routes use."""

    session: aiohttp.ClientSession
    upstreams: dict[Upstream, str]
    admission: Admission
    proxy: Proxy
    websockets: WebSocketProxy
    ui: UserInterface

    async def open_services(self, request: Request) -> Services:
        """Admit a request; the services as its caller sees them."""
        admitted = await self.admission.admit(request)
        return Services(self.session, self.upstreams, admitted, request.scope["request_id"])


@asynccontextmanager
async def open_parts(
    settings: GatewaySettings, *, clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[Parts]:
    """Build the parts and close them after use."""
    upstreams: dict[Upstream, str] = {
        "auth": settings.auth_url,
        "generator": settings.generator_url,
        "writer": settings.writer_url,
    }
    async with new_session(
        connections=settings.upstream_connections, read_seconds=settings.upstream_seconds
    ) as session:
        exchange = _exchange(session, settings.auth_url)
        yield Parts(
            session=session,
            upstreams=upstreams,
            admission=Admission(
                TokenVerifier(settings.jwks_url, settings.token_issuer, settings.token_audience),
                PersonalTokens(exchange, clock=clock),
                users=RateLimiter("user", settings.user_requests_per_minute, clock=clock),
                addresses=RateLimiter("address", settings.address_requests_per_minute, clock=clock),
                trusted_proxies=settings.trusted_proxies,
            ),
            proxy=Proxy(session, upstreams),
            websockets=WebSocketProxy(
                settings.notifier_url, origins=settings.public_origins, limit=settings.websockets
            ),
            ui=UserInterface(settings.ui_dir),
        )


def attach(app: FastAPI, parts: Parts, settings: GatewaySettings) -> None:
    """Put what the routes look for on the app."""
    app.state.parts = parts
    app.state.open_services = parts.open_services
    app.state.plain_max_customers = settings.plain_max_customers


def _exchange(session: aiohttp.ClientSession, auth_url: str) -> Exchange:
    async def exchange(personal_token: str) -> str:
        try:
            async with session.post(
                f"{auth_url}/internal/tokens/exchange", json={"token": personal_token}, headers=_JSON
            ) as answer:
                if answer.status in (401, 404, 422):
                    raise Unauthorized("The personal token is not valid.")
                if answer.status != 200:
                    raise Unavailable("Personal tokens cannot be checked now.")
                token: str = (await answer.json())["access_token"]
                return token
        except (aiohttp.ClientConnectionError, TimeoutError) as error:
            raise Unavailable("Personal tokens cannot be checked now.") from error
        except (aiohttp.ClientError, KeyError, ValueError) as error:
            raise BadGateway() from error

    return exchange
