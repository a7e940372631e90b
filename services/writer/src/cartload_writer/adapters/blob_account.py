"""Which Blob account, who signs in to it, and by which way.

The settings of every role read this, so Azure's packages are loaded only where an account is opened.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cartload_kit.proxy import Proxy

if TYPE_CHECKING:
    from azure.storage.blob.aio import BlobServiceClient


@dataclass(frozen=True, slots=True)
class BlobAccount:
    """A connection string, or a URL with a SAS or, without one, the identity that the platform gives."""

    connection_string: str | None = field(default=None, repr=False)
    url: str = ""
    sas: str | None = field(default=None, repr=False)
    proxy: Proxy | None = None

    @asynccontextmanager
    async def client(self, options: Mapping[str, Any]) -> AsyncIterator["BlobServiceClient"]:
        """Open the SDK's client, signed in by what there is; nothing is sent yet."""
        from azure.core.credentials import AzureSasCredential
        from azure.storage.blob.aio import BlobServiceClient

        async with self._transport(options) as transport:
            options = {**options, **transport}
            if self.connection_string is not None:
                client = BlobServiceClient.from_connection_string(self.connection_string, **options)
                async with client as service:
                    yield service
            elif self.sas is not None:
                signature = AzureSasCredential(self.sas.removeprefix("?"))
                async with BlobServiceClient(self.url, credential=signature, **options) as service:
                    yield service
            else:
                # Here and not above: it takes memory that a process with a key or a SAS has better use for.
                from azure.identity.aio import DefaultAzureCredential

                async with (
                    DefaultAzureCredential(**transport) as identity,
                    BlobServiceClient(self.url, credential=identity, **options) as service,
                ):
                    yield service

    @asynccontextmanager
    async def _transport(self, options: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """Open what the SDK's clients are told of how to send: nothing where there is no proxy."""
        if self.proxy is None:
            yield {}
            return
        import aiohttp
        from azure.core.pipeline.transport import AioHttpTransport

        from cartload_kit.proxy_connector import connector

        # As the SDK makes its own, which knows proxies for HTTP only.
        async with aiohttp.ClientSession(
            connector=connector(self.proxy), cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
        ) as session:
            seconds = {name: options[name] for name in ("connection_timeout", "read_timeout")}
            yield {"transport": AioHttpTransport(session=session, session_owner=False, **seconds)}
