"""A gateway in front of one small service that plays all of them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import uvloop

from cartload_gateway.app import HTTP_LIMITS, build, serving_options
from cartload_gateway.settings import GatewaySettings
from support.http_server import port_of, running
from support.serving import served
from support.signing import Issuer

from .fake_services import FakeServices


class Gateway:
    """A running gateway with a client that does not follow redirects or keep cookies."""

    def __init__(
        self, port: int, client: aiohttp.ClientSession, services: FakeServices, issuer: Issuer
    ) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.client = client
        self.services = services
        self.issuer = issuer

    def bearer(self, user: str = "user-1", **claims: Any) -> dict[str, str]:
        """The header of a signed-in user."""
        return {"Authorization": f"Bearer {self.issuer.token(user, **claims)}"}


@pytest.fixture
async def start_gateway(tmp_path: Path) -> AsyncIterator[Any]:
    """Starts gateways with the settings and the limits of connections that a test wants changed."""
    ui = tmp_path / "ui"
    (ui / "assets").mkdir(parents=True)
    (ui / "index.html").write_text("<!doctype html><title>Cartload</title>")
    (ui / "assets" / "app-1a2b.js").write_text("export {}")
    stack, fakes = AsyncExitStack(), AsyncExitStack()
    try:

        async def start(limits: dict[str, Any] | None = None, **changes: Any) -> Gateway:
            issuer = Issuer()
            services = FakeServices(issuer.jwks())
            url = await fakes.enter_async_context(served(services.app()))
            settings = GatewaySettings(
                **{
                    "auth_url": url,
                    "generator_url": url,
                    "writer_url": url,
                    "notifier_url": url,
                    "shop_url": url,
                    "jwks_url": f"{url}/.well-known/jwks.json",
                    "ui_dir": ui,
                    **changes,
                }
            )
            options = serving_options(settings) | {"limits": replace(HTTP_LIMITS, **limits or {})}
            server = await stack.enter_async_context(running(build(settings), **options))
            origin = f"http://127.0.0.1:{port_of(server)}"
            client = await stack.enter_async_context(
                aiohttp.ClientSession(
                    origin,
                    auto_decompress=False,
                    cookie_jar=aiohttp.DummyCookieJar(),
                    connector=aiohttp.TCPConnector(limit=0),
                    max_field_size=65536,
                )
            )
            return Gateway(port_of(server), client, services, issuer)

        yield start
    finally:
        # At the same time: each server takes a tenth of a second to stop, whatever it does.
        await asyncio.gather(stack.aclose(), fakes.aclose())


@pytest.fixture
async def gateway(start_gateway: Any) -> Gateway:
    """A gateway with default settings."""
    started: Gateway = await start_gateway()
    return started


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run on the loop that the processes run on: it schedules in another order than Python's own."""
    return {"uvloop": uvloop.new_event_loop}
