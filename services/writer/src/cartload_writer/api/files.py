"""Parts in Blob: the list, and each as a download."""

from base64 import b64encode
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from starlette.responses import StreamingResponse

from cartload_kit.errors import NotFound
from cartload_kit.http import conditions
from cartload_kit.http.conditions import ByteRange
from cartload_kit.http.openapi import problem_answers
from cartload_kit.pagination import Page, Position, add_link, read_cursor
from cartload_writer.adapters.blob import CONTENT_TYPES
from cartload_writer.api.dependencies import DatasetWithFiles, KnownTable, Services, ServicesDep
from cartload_writer.api.downloads import Download, start_stream
from cartload_writer.api.row_reader import open_connection
from cartload_writer.api.rows import Cursor
from cartload_writer.api.schemas import FileInfo
from cartload_writer.domain.names import part_number
from cartload_writer.repository import manifest
from cartload_writer.repository.datasets import Dataset
from cartload_writer.repository.manifest import Entry

router = APIRouter(tags=["files"])
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_CONTENT: dict[str, Any] = {media.partition(";")[0]: _BINARY for media in CONTENT_TYPES.values()}


class FilePosition(Position):
    """The last part of a page."""

    table: str = Field(max_length=64, pattern="^[a-z_]+$")
    chunk: int = Field(ge=0, le=2**53)


@router.get("/files", responses=problem_answers(409), summary="The parts in Blob", operation_id="list_files")
async def list_files(
    request: Request,
    response: Response,
    dataset: DatasetWithFiles,
    services: ServicesDep,
    limit: Annotated[int, Query(ge=1, le=1000, description="Parts of a page.")] = 100,
    cursor: Cursor = None,
) -> Page[FileInfo]:
    """By table and chunk. `GET files/{table}/{name}` downloads one."""
    after = None if cursor is None else read_cursor(cursor, FilePosition)
    place = None if after is None else (after.table, after.chunk)
    async with open_connection(services.engine) as connection:
        found = await manifest.entries(connection, dataset.dataset_id, after=place, limit=limit + 1)
    items = [_info(entry) for entry in found[:limit]]
    if len(found) <= limit:
        return Page[FileInfo](items=items)
    following = FilePosition(table=items[-1].table, chunk=items[-1].chunk).cursor
    add_link(response.headers, request, following)
    return Page[FileInfo](items=items, next=following)


def _info(entry: Entry) -> FileInfo:
    return FileInfo(
        name=entry.blob_name.rpartition("/")[2],
        table=entry.table,
        chunk=entry.chunk,
        rows=entry.rows,
        bytes=entry.bytes,
        sha256=entry.sha256,
    )


async def _part(dataset: DatasetWithFiles, table: KnownTable, part: str, services: ServicesDep) -> Entry:
    chunk = part_number(part)
    found = None
    if chunk is not None:
        async with open_connection(services.engine) as connection:
            found = await manifest.entry(connection, dataset.dataset_id, table.name, chunk)
    # `part_number` also reads names that no part has, such as 007 or another format's: one part, two names.
    if found is None or (part != str(chunk) and not found.blob_name.endswith(f"/{part}")):
        raise NotFound("There is no such part.")
    return found


OnePart = Annotated[Entry, Depends(_part)]
"""The part that the path names, as `part-<chunk>.<ext>` or as the chunk alone."""


@router.get(
    "/files/{table}/{part}",
    summary="One part, as it lies in Blob",
    description="`part` is a file's `name`, or its `chunk`. Honours `Range` with `If-Range`, `If-Match` and "
    "`If-None-Match`.",
    operation_id="download_file",
    response_class=StreamingResponse,
    responses={
        200: {"description": "The whole part.", "content": _CONTENT},
        206: {"description": "The bytes asked for.", "content": _CONTENT},
        304: {"description": "The part is the one that the caller has."},
        **problem_answers(409, 412, 416),
    },
)
async def download_file(
    request: Request, dataset: DatasetWithFiles, entry: OnePart, services: ServicesDep
) -> Download:
    """Streamed from Blob, a piece at a time."""
    tag = f'"{entry.sha256}"'
    conditions.require(request.headers, tag)
    span = conditions.requested_range(request.headers, tag, entry.bytes)
    headers = {"ETag": tag, "Accept-Ranges": "bytes", "Repr-Digest": f"sha-256=:{_base64(entry.sha256)}:"}
    file_name = f"{entry.table}-{entry.blob_name.rpartition('/')[2]}"
    headers |= {
        "Content-Length": str(span.length),
        "Content-Disposition": f'attachment; filename="{file_name}"',
    }
    if span.partial:
        headers["Content-Range"] = f"bytes {span.first}-{span.last}/{entry.bytes}"
    return Download(
        await start_stream(_bytes(services, dataset, entry, span)),
        media_type=_media_type(entry),
        send_seconds=services.send_seconds,
        status=206 if span.partial else 200,
        headers=headers,
    )


async def _bytes(
    services: Services, dataset: Dataset, entry: Entry, span: ByteRange
) -> AsyncGenerator[bytes]:
    if not span.length:
        return
    pieces = services.blobs.read(entry.blob_name, span.first, span.length)
    async with services.downloads.hold(dataset.owner_id), aclosing(pieces):
        async for piece in pieces:
            yield piece


def _base64(digest: str) -> str:
    return b64encode(bytes.fromhex(digest)).decode()


def _media_type(entry: Entry) -> str:
    return CONTENT_TYPES[entry.blob_name.rpartition(".")[2]]
