"""A gateway in front of one small service that plays all of them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from cartload_gateway.app import build
from cartload_gateway.settings import GatewaySettings
from support.serving import served
from support.signing import Issuer

from .fake_services import FakeServices


class Gateway:
    """A running gateway with a client that does not follow redirects or keep cookies."""

    def __init__(
        self, url: str, client: aiohttp.ClientSession, services: FakeServices, issuer: Issuer
    ) -> None:
        self.url = url
        self.client = client
        self.services = services
        self.issuer = issuer

    def bearer(self, user: str = "user-1", **claims: Any) -> dict[str, str]:
        """The header of a signed-in user."""
        return {"Authorization": f"Bearer {self.issuer.token(user, **claims)}"}


@pytest.fixture
async def start_gateway(tmp_path: Path) -> AsyncIterator[Any]:
    """Starts gateways with the settings that a test wants changed."""
    ui = tmp_path / "ui"
    (ui / "assets").mkdir(parents=True)
    (ui / "index.html").write_text("<!doctype html><title>Cartload</title>")
    (ui / "assets" / "app-1a2b.js").write_text("export {}")
    async with AsyncExitStack() as stack:

        async def start(**changes: Any) -> Gateway:
            issuer = Issuer()
            services = FakeServices(issuer.jwks())
            url = await stack.enter_async_context(served(services.app()))
            settings = GatewaySettings(
                **{
                    "auth_url": url,
                    "generator_url": url,
                    "writer_url": url,
                    "notifier_url": url,
                    "jwks_url": f"{url}/.well-known/jwks.json",
                    "ui_dir": ui,
                    **changes,
                }
            )
            origin = await stack.enter_async_context(served(build(settings)))
            client = await stack.enter_async_context(
                aiohttp.ClientSession(origin, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar())
            )
            return Gateway(origin, client, services, issuer)

        yield start


@pytest.fixture
async def gateway(start_gateway: Any) -> Gateway:
    """A gateway with default settings."""
    started: Gateway = await start_gateway()
    return started
