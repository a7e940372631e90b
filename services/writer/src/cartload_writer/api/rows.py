"""Tables and their rows."""

import json
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from cartload import schema
from cartload_kit.http.openapi import problem_answers
from cartload_kit.http.queries import checks_its_own_query
from cartload_kit.pagination import add_link
from cartload_writer import metrics
from cartload_writer.api import column_values
from cartload_writer.api.dependencies import DatasetWithRows, KnownTable, OwnDataset, ServicesDep
from cartload_writer.api.row_query import RowQuery, parse_query
from cartload_writer.api.row_reader import open_connection
from cartload_writer.api.schemas import ColumnInfo, RowsPage, TableInfo, TableList
from cartload_writer.domain.states import NOTHING_STORED, Totals
from cartload_writer.repository import manifest

router = APIRouter(tags=["rows"])

FILTERS = (
    "Every column that is marked filterable is also a parameter: `<column>=value`, and with the operators "
    "`__ne`, `__gt`, `__gte`, `__lt`, `__lte`, `__in` (values separated by commas) and `__isnull` (true or "
    "false). A column that is not marked answers 422, naming those that are."
)
Cursor = Annotated[str | None, Query(description="`next` of the page before.", max_length=2048)]
Sort = Annotated[
    str, Query(description="A sortable column; with a leading - descending.", examples=["-created_at"])
]
Search = Annotated[str | None, Query(description="Beginning of any searchable column.", examples=["ann"])]


@router.get("/tables", summary="The tables with their columns and stored rows", operation_id="list_tables")
async def list_tables(dataset: OwnDataset, services: ServicesDep) -> TableList:
    """What is stored now, also while a job runs or after one was cancelled: as the manifest has it."""
    async with open_connection(services.engine) as connection:
        stored = await manifest.totals(connection, dataset.dataset_id)
    return TableList(items=[_table(table, stored.get(table.name, NOTHING_STORED)) for table in schema.TABLES])


def _table(table: schema.Table, stored: Totals) -> TableInfo:
    return TableInfo(
        name=table.name,
        description=table.description,
        rows=stored.rows,
        bytes=stored.bytes,
        row_hash=stored.row_hash,
        columns=[_column(column) for column in table.columns],
    )


def _column(column: schema.Column) -> ColumnInfo:
    return ColumnInfo(
        name=column.name,
        type=column.type,
        nullable=column.nullable,
        references=column.references,
        description=column.description,
        sortable=column.sortable,
        filterable=column.filterable,
        searchable=column.prefix,
        values=list(column.values) or None,
    )


@router.get(
    "/tables/{table}/rows",
    summary="Rows of a table, a page at a time",
    description=f"Keyset pages of the stored rows, in a stable order. {FILTERS} Statements end after 5 s.",
    operation_id="list_rows",
    response_model=RowsPage,
    responses=problem_answers(409),
)
@checks_its_own_query
async def list_rows(
    request: Request,
    dataset: DatasetWithRows,
    table: KnownTable,
    services: ServicesDep,
    limit: Annotated[int, Query(ge=1, le=1000, description="Rows of a page.")] = 100,
    cursor: Cursor = None,
    sort: Sort = "id",
    q: Search = None,
) -> Response:
    """One page; one row more is read to know whether there is a next."""
    given = request.query_params.multi_items()
    query = parse_query(
        table, dataset.ids, given, parameters=("limit", "cursor", "sort", "q"), sort=sort, q=q
    )
    if cursor is not None:
        query = query.from_cursor(cursor)
    stored = await services.reader.rows(dataset, query, limit + 1)
    metrics.ROWS_READ.labels("rows").inc(min(len(stored), limit))
    convert = column_values.converters(table.columns)
    items = [column_values.as_json(table.column_names, convert, row) for row in stored[:limit]]
    return _page(request, query, items, more=len(stored) > limit)


def _page(request: Request, query: RowQuery, items: list[dict[str, object]], *, more: bool) -> Response:
    following = query.cursor(items[-1]) if more else None
    body = json.dumps({"items": items, "next": following}, ensure_ascii=False, separators=(",", ":"))
    response = Response(body, media_type="application/json")
    if following is not None:
        add_link(response.headers, request, following)
    return response
