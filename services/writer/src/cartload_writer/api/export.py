"""A table as a download, made of the stored rows a page at a time: memory is that of one page."""

import asyncio
from collections.abc import AsyncGenerator
from enum import StrEnum
from typing import Annotated, Any

import pyarrow as pa
from fastapi import APIRouter, Query, Request
from starlette.responses import StreamingResponse

from cartload import schema
from cartload_kit.http.openapi import problem_answers
from cartload_kit.http.queries import checks_its_own_query
from cartload_writer import metrics
from cartload_writer.adapters.blob import CONTENT_TYPES
from cartload_writer.api.dependencies import DatasetWithRows, KnownTable, Services, ServicesDep
from cartload_writer.api.downloads import Download, start_stream
from cartload_writer.api.row_formats import Encoder, encoder
from cartload_writer.api.row_query import RowQuery, parse_query
from cartload_writer.api.rows import FILTERS, Search, Sort
from cartload_writer.repository.datasets import Dataset

router = APIRouter(tags=["rows"])
PAGE = 5_000
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}


class ExportFormat(StrEnum):
    """How an export is written."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


@router.get(
    "/tables/{table}/export",
    summary="A whole table, or the rows that fit, as a file",
    description=f"Streamed. The same filters as for rows. {FILTERS}",
    operation_id="export_table",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The file.",
            "content": {media.partition(";")[0]: _BINARY for media in CONTENT_TYPES.values()},
        },
        **problem_answers(409),
    },
)
@checks_its_own_query
async def export_table(
    request: Request,
    dataset: DatasetWithRows,
    table: KnownTable,
    services: ServicesDep,
    format: Annotated[ExportFormat, Query(description="How to write it.")] = ExportFormat.CSV,
    sort: Sort = "id",
    q: Search = None,
) -> Download:
    """Begun only when the first rows are there: a wrong query is still a problem, not half a file."""
    given = request.query_params.multi_items()
    query = parse_query(table, dataset.ids, given, parameters=("format", "sort", "q"), sort=sort, q=q)
    pages = _pages(services, dataset, query)
    file = encoder(format.value, schema.arrow_schema(table.name, dataset.ids))
    return Download(
        await start_stream(_encoded(services, dataset, pages, file)),
        media_type=CONTENT_TYPES[format.value],
        send_seconds=services.send_seconds,
        headers={"Content-Disposition": f'attachment; filename="{table.name}.{format.value}"'},
    )


async def _pages(services: Services, dataset: Dataset, query: RowQuery) -> AsyncGenerator[pa.RecordBatch]:
    arrow = schema.arrow_schema(query.table.name, query.ids)
    while True:
        rows = await services.reader.rows(dataset, query, PAGE)
        if rows:
            metrics.ROWS_READ.labels("export").inc(len(rows))
            query = query.after(rows[-1])
            yield await asyncio.to_thread(_batch, rows, arrow)
        if len(rows) < PAGE:
            return


def _batch(rows: Any, arrow: pa.Schema) -> pa.RecordBatch:
    columns = [
        _array(values, field.type) for values, field in zip(zip(*rows, strict=True), arrow, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=arrow)


def _array(values: Any, kind: pa.DataType) -> pa.Array:
    if pa.types.is_boolean(kind):
        return pa.array(map(bool, values), kind)
    if pa.types.is_timestamp(kind):
        # The driver's times have no zone and mean UTC; the cast says so.
        return pa.array(values, pa.timestamp("ms")).cast(kind)
    return pa.array(values, kind)


async def _encoded(
    services: Services, dataset: Dataset, pages: AsyncGenerator[pa.RecordBatch], file: Encoder
) -> AsyncGenerator[bytes]:
    async with services.exports.hold(dataset.owner_id):
        # The first rows are read before anything is sent: what is wrong with the query shows there.
        first = await anext(pages, None)
        yield file.begin()
        if first is not None:
            yield await asyncio.to_thread(file.rows, first)
        async for batch in pages:
            yield await asyncio.to_thread(file.rows, batch)
        yield file.end()
