"""Rows read back from Blob, part after part: what the files hold, without MySQL."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from cartload import schema
from cartload_kit.http.openapi import problem_answers
from cartload_writer import metrics
from cartload_writer.api.dependencies import DatasetWithFiles, KnownTable, Services, ServicesDep
from cartload_writer.api.downloads import Download, start_stream
from cartload_writer.api.row_formats import part_as_json_lines
from cartload_writer.api.row_reader import open_connection
from cartload_writer.repository import manifest
from cartload_writer.repository.datasets import Dataset
from cartload_writer.repository.manifest import Entry

router = APIRouter(tags=["files"])
_PAGE = 100


class RawFormat(StrEnum):
    """Rows as JSON Lines, or as one JSON array."""

    JSONL = "jsonl"
    JSON = "json"


@router.get(
    "/raw/{table}",
    summary="All rows of a table, read back from Blob",
    description="Streamed in the order of the parts; the same objects as `rows` gives.",
    operation_id="read_raw_rows",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The rows.",
            "content": {
                "application/jsonl": {"schema": {"type": "string"}},
                "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
            },
        },
        **problem_answers(409),
    },
)
async def read_raw_rows(
    dataset: DatasetWithFiles,
    table: KnownTable,
    services: ServicesDep,
    format: Annotated[RawFormat, Query(description="One array, or JSON Lines.")] = RawFormat.JSON,
) -> Download:
    """One part is held at a time."""
    lines = _lines(services, dataset, table)
    array = format is RawFormat.JSON
    return Download(
        await start_stream(as_array(lines) if array else lines),
        media_type="application/json" if array else "application/jsonl",
        send_seconds=services.send_seconds,
    )


async def _lines(services: Services, dataset: Dataset, table: schema.Table) -> AsyncGenerator[bytes]:
    async with services.exports.hold(dataset.owner_id):
        async for entry in _entries(services, dataset, table.name):
            # Closed in every case: a reader who leaves in the middle must not keep Blob's connection.
            async with aclosing(services.blobs.read(entry.blob_name)) as pieces:
                data = b"".join([piece async for piece in pieces])
            metrics.ROWS_READ.labels("raw").inc(entry.rows)
            extension = entry.blob_name.rpartition(".")[2]
            yield await asyncio.to_thread(part_as_json_lines, data, extension, table.name, dataset.ids)


async def _entries(services: Services, dataset: Dataset, table: str) -> AsyncGenerator[Entry]:
    after = -1
    while True:
        async with open_connection(services.engine) as connection:
            found = await manifest.parts(connection, dataset.dataset_id, table, after=after, limit=_PAGE)
        for entry in found:
            yield entry
            after = entry.chunk
        if len(found) < _PAGE:
            return


async def as_array(pieces: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """JSON Lines (whole lines a piece) as one JSON array."""
    separator = b"["
    async with aclosing(pieces):
        async for piece in pieces:
            if piece:
                yield separator + piece.rstrip(b"\n").replace(b"\n", b",\n")
                separator = b",\n"
    yield b"[]" if separator == b"[" else b"]"
