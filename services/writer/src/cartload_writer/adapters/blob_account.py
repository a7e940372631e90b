"""Which Blob account, and who signs in to it.

The settings of every role read this, so Azure's packages are loaded only where an account is opened.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azure.storage.blob.aio import BlobServiceClient


@dataclass(frozen=True, slots=True)
class BlobAccount:
    """A connection string, or a URL with a SAS or, without one, the identity that the platform gives."""

    connection_string: str | None = field(default=None, repr=False)
    url: str = ""
    sas: str | None = field(default=None, repr=False)

    @asynccontextmanager
    async def client(self, options: Mapping[str, Any]) -> AsyncIterator["BlobServiceClient"]:
        """Open the SDK's client, signed in by what there is; nothing is sent yet."""
        from azure.core.credentials import AzureSasCredential
        from azure.storage.blob.aio import BlobServiceClient

        if self.connection_string is not None:
            async with BlobServiceClient.from_connection_string(self.connection_string, **options) as service:
                yield service
        elif self.sas is not None:
            signature = AzureSasCredential(self.sas.removeprefix("?"))
            async with BlobServiceClient(self.url, credential=signature, **options) as service:
                yield service
        else:
            # Here and not above: it takes memory that a process with a key or a SAS has better use for.
            from azure.identity.aio import DefaultAzureCredential

            async with (
                DefaultAzureCredential() as identity,
                BlobServiceClient(self.url, credential=identity, **options) as service,
            ):
                yield service
