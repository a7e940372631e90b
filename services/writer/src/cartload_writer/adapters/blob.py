"""Parts in Blob: each written once under a name that its coordinates decide."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self

from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.storage.blob import ContentSettings, StorageErrorCode
from azure.storage.blob.aio import ContainerClient, LinearRetry

from cartload_kit.describe_error import describe_error
from cartload_writer.adapters.blob_account import BlobAccount

API_VERSION = "2025-05-05"
"""What the SDK is told to speak: emulators lag behind its newest."""

PAGE = 256
"""Names of one page of a listing."""

DELETES = 16
"""Parts that are removed at a time."""

UPLOAD_SECONDS = 120
"""How long a part of 4 MiB may take, four at a time, on a line of 300 KB/s, and twice that."""

_FORBIDDEN = 403

PIECE = 2**20
"""Bytes that a download holds at a time."""

CONTENT_TYPES: Mapping[str, str] = {
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl",
}


_NO_BLOB = "ready"
"""The name of a blob that is never there: what is answered about it says whether the container is."""


class BlobUnavailable(ConnectionError):
    """Blob is away for now, or lets nobody in; trying again is harmless."""


class BlobDiffers(Exception):
    """There is another part with other rows under this name."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file ready to be stored. Its hash is that of the rows: files of equal rows may differ in bytes."""

    name: str
    data: bytes
    rows: int
    row_hash: str
    format: str


@dataclass(frozen=True, slots=True)
class StoredPart:
    """What lies in Blob under a part's name."""

    bytes: int
    sha256: str


class BlobStore:
    """The container of all parts. Every call raises BlobUnavailable when Blob is away."""

    def __init__(self, container: ContainerClient) -> None:
        self._container = container

    @classmethod
    @asynccontextmanager
    async def connect(cls, account: BlobAccount, container: str) -> AsyncIterator[Self]:
        """Open a client; nothing is sent yet. Its own retries are few: callers have their own backoff."""
        options: dict[str, Any] = {
            "api_version": API_VERSION,
            "retry_policy": LinearRetry(backoff=1, retry_total=1, random_jitter_range=0),
            "connection_timeout": 5,
            "read_timeout": 20,
            "max_single_get_size": PIECE,
            "max_chunk_get_size": PIECE,
        }
        async with account.client(options) as service:
            yield cls(service.get_container_client(container))

    async def create_container(self) -> None:
        """Make the container; one that is there is left as it is, and need not be allowed to be made."""
        with _away():
            if await self._is_there():
                return
            try:
                await self._container.create_container()
            except ResourceExistsError:
                return
            except HttpResponseError as error:
                if error.status_code != _FORBIDDEN:
                    raise
                name = self._container.container_name
                raise BlobUnavailable(
                    f"the container {name} is not there, and this sign-in may not make it; make it yourself"
                ) from error

    async def check(self) -> None:
        """Ready check: the container answers, and lets this sign-in read."""
        with _away():
            if not await self._is_there():
                raise BlobUnavailable(f"the container {self._container.container_name} is not there")

    async def _is_there(self) -> bool:
        # Not its properties: a SAS of a container may not read those, however much it may do inside.
        try:
            await self._container.get_blob_client(_NO_BLOB).get_blob_properties()
        except ResourceNotFoundError as error:
            return getattr(error, "error_code", None) != StorageErrorCode.CONTAINER_NOT_FOUND
        return True

    async def put(self, part: Part) -> StoredPart:
        """Store a part unless it is there already; a part with equal rows counts as this one.

        After a lost answer the second try meets its own blob, so that conflict is no failure.

        Raises:
            BlobDiffers: the name is taken by other rows.
        """
        digest = sha256(part.data).hexdigest()
        blob = self._container.get_blob_client(part.name)
        metadata = {"rows": str(part.rows), "rowhash": part.row_hash, "sha256": digest}
        content = ContentSettings(content_type=CONTENT_TYPES[part.format])
        # `overwrite=False` is If-None-Match: *: of two deliveries at a time, the service itself lets one in.
        with _away():
            try:
                await blob.upload_blob(
                    part.data,
                    length=len(part.data),
                    overwrite=False,
                    metadata=metadata,
                    content_settings=content,
                    read_timeout=UPLOAD_SECONDS,
                )
            except ResourceExistsError:
                return await self._existing(part)
        return StoredPart(len(part.data), digest)

    async def _existing(self, part: Part) -> StoredPart:
        try:
            found = await self._container.get_blob_client(part.name).get_blob_properties()
        except ResourceNotFoundError as error:
            raise BlobUnavailable("a part was there and is gone again") from error
        if found.metadata.get("rowhash") != part.row_hash or found.metadata.get("rows") != str(part.rows):
            raise BlobDiffers(f"{part.name} holds other rows")
        return StoredPart(found.size, found.metadata["sha256"])

    async def delete(self, name: str) -> None:
        """Remove a part; one that is gone already is fine."""
        with _away():
            try:
                await self._container.delete_blob(name)
            except ResourceNotFoundError:
                return

    async def delete_all(self, prefix: str) -> int:
        """Remove every blob under a prefix, a page of names at a time, until the listing is empty."""
        # Until nothing is found: a batch that was in flight may have added a part after the first look.
        removed = 0
        while True:
            found = 0
            with _away():
                listing = self._container.list_blob_names(name_starts_with=prefix, results_per_page=PAGE)
                async for page in listing.by_page():
                    names = [name async for name in page]
                    await self.delete_batch(names)
                    found += len(names)
            if not found:
                return removed
            removed += found

    async def delete_batch(self, names: Sequence[str]) -> None:
        """Remove some parts, several at a time; those that are gone already are fine.

        The service's own batch request is not used: the emulator answers 400 to each of its parts.
        """
        for first in range(0, len(names), DELETES):
            await asyncio.gather(*map(self.delete, names[first : first + DELETES]))

    async def read(self, name: str, offset: int = 0, length: int | None = None) -> AsyncGenerator[bytes]:
        """The bytes of a part, a piece at a time.

        Raises:
            KeyError: there is no such part.
        """
        if length == 0:
            return
        # A part without rows may be empty, and no range of an empty blob can be asked for.
        span = () if offset == 0 and length is None else (offset, length)
        with _away():
            try:
                stream = await self._container.get_blob_client(name).download_blob(*span)
            except ResourceNotFoundError as error:
                raise KeyError(name) from error
            async for piece in stream.chunks():
                yield piece


class _away:  # noqa: N801 - reads as a statement
    """Turns the SDK's errors into BlobUnavailable; its own two are left to those who ask for them."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, AzureError):
            raise BlobUnavailable(describe_error(error)) from error


async def make_container(account: BlobAccount, container: str) -> None:
    """Make the container, where it is not there. Raises BlobUnavailable."""
    async with BlobStore.connect(account, container) as blobs:
        await blobs.create_container()
