"""A table as a download, made of the stored rows a page at a time: memory is that of one page."""

import asyncio
from collections.abc import AsyncGenerator
from enum import StrEnum
from typing import Annotated, Any

import pyarrow as pa
from fastapi import APIRouter, Query, Request
from starlette.responses import StreamingResponse

from cartload import schema
from cartload_kit.http.queries import checks_its_own_query
from cartload_writer import metrics
from cartload_writer.api.access import KnownTable, OwnDataset, Services, Using
from cartload_writer.api.encoders import Encoder, encoder
from cartload_writer.api.query import Question, ask
from cartload_writer.api.rows import FILTERS, Search, Sort
from cartload_writer.api.streams import begun
from cartload_writer.storage.blob import CONTENT_TYPES

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
        }
    },
)
@checks_its_own_query
async def export_table(
    request: Request,
    dataset: OwnDataset,
    table: KnownTable,
    services: Using,
    format: Annotated[ExportFormat, Query(description="How to write it.")] = ExportFormat.CSV,
    sort: Sort = "id",
    q: Search = None,
) -> StreamingResponse:
    """Begun only when the first rows are there: a wrong question is still a problem, not half a file."""
    given = request.query_params.multi_items()
    question = ask(table, dataset.ids, given, parameters=("format", "sort", "q"), sort=sort, q=q)
    pages = _pages(services, dataset.database_name, question)
    body = await begun(
        _encoded(services, pages, encoder(format.value, schema.arrow_schema(table.name, dataset.ids)))
    )
    headers = {"Content-Disposition": f'attachment; filename="{table.name}.{format.value}"'}
    return StreamingResponse(body, headers=headers, media_type=CONTENT_TYPES[format.value])


async def _pages(services: Services, database: str, question: Question) -> AsyncGenerator[pa.RecordBatch]:
    arrow = schema.arrow_schema(question.table.name, question.ids)
    while True:
        rows = await services.reader.rows(database, question, PAGE)
        if rows:
            metrics.ROWS_READ.labels("export").inc(len(rows))
            question = question.after(rows[-1])
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
        return pa.array(values, pa.timestamp("ms")).cast(kind)
    return pa.array(values, kind)


async def _encoded(
    services: Services, pages: AsyncGenerator[pa.RecordBatch], encode: Encoder
) -> AsyncGenerator[bytes]:
    with services.exports.take():
        yield encode.begin()
        async for batch in pages:
            yield await asyncio.to_thread(encode.rows, batch)
        yield encode.end()
