"""Tables, rows and exports: what is stored, asked for in every allowed way and refused in every other."""

import io
import json
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pyarrow.csv
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from cartload import schema
from cartload.schema.rowhash import RowHash, hash_batch
from cartload_contracts.model import TABLES
from cartload_kit.database import engine
from cartload_kit.errors import GatewayTimeout
from cartload_writer.api.row_reader import open_connection, reading_session
from support.writer_service import Load, Writer, rows_in

EXPORTS = ("csv", "jsonl", "parquet")


@pytest.fixture
async def load(writer: Writer) -> Load:
    """A dataset of 120 customers, with its rows kept beside it."""
    made = Load.of(customers=120, seed=3)
    records = await writer.make(made)
    made.made = {record.topic.rpartition(".")[2]: rows_in(record) for record in records}
    return made


def made(load: Load, table: str) -> list[dict[str, Any]]:
    """The rows of a table as they were made."""
    rows: list[dict[str, Any]] = load.made[table].to_pylist()
    return rows


async def page(writer: Writer, load: Load, table: str, **query: Any) -> Any:
    answer = await writer.get(load, f"/tables/{table}/rows", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def every(writer: Writer, load: Load, table: str, **query: Any) -> list[dict[str, Any]]:
    """All pages joined."""
    items, cursor = [], None
    while True:
        found = await page(writer, load, table, **query, **({"cursor": cursor} if cursor else {}))
        items += found["items"]
        cursor = found["next"]
        if cursor is None:
            return items


def as_json(row: dict[str, Any]) -> dict[str, Any]:
    """A made row as the API shows it."""
    return {name: shown(value) for name, value in row.items()}


def shown(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


async def test_the_tables_with_columns_and_rows(writer: Writer, load: Load) -> None:
    items = (await writer.get(load, "/tables")).json()["items"]
    assert [table["name"] for table in items] == list(TABLES)
    assert {t["name"]: t["rows"] for t in items} == {n: found.rows for n, found in load.totals.items()}
    assert {t["name"]: t["row_hash"] for t in items} == {n: found.hex for n, found in load.totals.items()}
    sizes: dict[str, int] = dict.fromkeys(TABLES, 0)
    for file in (await writer.get(load, "/files", params={"limit": 1000})).json()["items"]:
        sizes[file["table"]] += file["bytes"]
    assert {table["name"]: table["bytes"] for table in items} == sizes
    users = next(table for table in items if table["name"] == "users")
    email = next(column for column in users["columns"] if column["name"] == "email")
    assert (email["type"], email["nullable"], email["references"]) == ("string", False, None)
    assert email["description"]
    orders = next(table for table in items if table["name"] == "order_details")
    references = {column["name"]: column["references"] for column in orders["columns"]}
    assert references["user_id"] == "users.id"


@pytest.mark.parametrize("table", schema.TABLE_NAMES)
async def test_every_row_is_there_with_every_value(writer: Writer, load: Load, table: str) -> None:
    found = await every(writer, load, table, limit=97)
    assert found == [as_json(row) for row in sorted(made(load, table), key=lambda row: row["id"])]


async def test_pages_have_a_link_to_the_next(writer: Writer, load: Load) -> None:
    answer = await writer.get(load, "/tables/users/rows?limit=2&country__ne=XX")
    following = answer.json()["next"]
    link = answer.headers["Link"]
    assert link.endswith('>; rel="next"')
    assert f"cursor={following}" in link
    path = link[1 : link.index(">")].partition(str(load.dataset_id))[2]
    assert len((await writer.get(load, path)).json()["items"]) == 2
    last = await writer.get(load, "/tables/users/rows?limit=1000")
    assert last.json()["next"] is None
    assert "Link" not in last.headers


@pytest.mark.parametrize("sort", ["id", "-id", "created_at", "-created_at", "email", "-country", "country"])
async def test_every_order_is_stable_and_whole(writer: Writer, load: Load, sort: str) -> None:
    found = await every(writer, load, "users", limit=7, sort=sort)
    name, reverse = sort.removeprefix("-"), sort.startswith("-")

    def key(row: dict[str, Any]) -> tuple[Any, str]:
        """As the columns' collation has it: without regard to case."""
        value = row[name]
        return value.upper() if isinstance(value, str) else value, row["id"]

    wanted = sorted(made(load, "users"), key=key, reverse=reverse)
    assert [row["id"] for row in found] == [row["id"] for row in wanted]


async def test_filters_by_every_operator(writer: Writer, load: Load) -> None:
    orders = made(load, "order_details")
    placed = sorted(row["placed_at"] for row in orders)
    low, high = shown(placed[len(placed) // 4]), shown(placed[len(placed) // 2])

    async def ids(**query: Any) -> set[str]:
        return {row["id"] for row in await every(writer, load, "order_details", limit=500, **query)}

    def wanted(test: Any) -> set[str]:
        return {row["id"] for row in orders if test(row, shown(row["placed_at"]))}

    assert await ids(status="paid") == wanted(lambda row, at: row["status"] == "paid")
    assert await ids(status__ne="paid") == wanted(lambda row, at: row["status"] != "paid")
    assert await ids(status__in="paid,shipped") == wanted(
        lambda row, at: row["status"] in ("paid", "shipped")
    )
    assert await ids(placed_at__gte=low, placed_at__lt=high) == wanted(lambda row, at: low <= at < high)
    assert await ids(placed_at__gt=low, placed_at__lte=high) == wanted(lambda row, at: low < at <= high)
    assert await ids(placed_at__isnull="true") == set()
    some = orders[0]
    assert await ids(id=some["id"]) == {some["id"]}
    assert await ids(user_id=some["user_id"], status=some["status"]) == wanted(
        lambda row, at: (row["user_id"], row["status"]) == (some["user_id"], some["status"])
    )


async def test_q_is_a_prefix(writer: Writer, load: Load) -> None:
    user = made(load, "users")[5]
    found = await every(writer, load, "users", q=user["email"][:6].upper())
    assert user["id"] in {row["id"] for row in found}
    assert len(found) < 120
    assert await every(writer, load, "users", q="%") == []
    assert await every(writer, load, "users", q="_____") == []
    assert await every(writer, load, "users", q="日本") == []


@pytest.mark.parametrize(
    ("query", "field", "told"),
    [
        ("first_name=Ann", "first_name", "country"),
        ("sort=first_name", "sort", "created_at"),
        ("sort=-", "sort", "created_at"),
        ("nonsense=1", "nonsense", "can be filtered by"),
        ("country__like=D%25", "country__like", "__gte"),
        ("country__=DE", "country__", "__gte"),
        ("created_at__gte=yesterday", "created_at__gte", "2026-01-31T12:00:00.000Z"),
        ("created_at__gte=2026-01-01T00:00:00", "created_at__gte", "such as"),
        ("id=ü", "id", "ASCII"),
        ("id=a%00b", "id", "NUL"),
        ("country__isnull=maybe", "country__isnull", "true or false"),
        ("cursor=garbage", "cursor", "no cursor"),
        ("cursor=eyJzb3J0IjoiaWQifQ", "cursor", "another list"),
        ("limit=0", "limit", "greater"),
        ("limit=1001", "limit", "1000"),
        ("id' OR '1'='1=x", "id' OR '1'", "can be filtered by"),
        ("country=" + "x" * 501, "country", "500"),
        ("country__in=" + ",".join(["DE"] * 101), "country__in", "100"),
    ],
)
async def test_what_is_not_allowed_is_named(
    writer: Writer, load: Load, query: str, field: str, told: str
) -> None:
    answer = await writer.get(load, f"/tables/users/rows?{query}")
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    errors = {error["field"].removeprefix("query."): error["message"] for error in answer.json()["errors"]}
    assert told in errors[field]


async def test_values_are_bound_and_never_spliced(writer: Writer, load: Load) -> None:
    for text in ("' OR 1=1 -- ", "\\' OR 1=1 -- ", '" OR ""="', "%s", ":x", "a`b"):
        assert (await page(writer, load, "users", country=text))["items"] == []
        assert (await page(writer, load, "users", q=text))["items"] == []


async def test_a_cursor_of_another_order_is_refused(writer: Writer, load: Load) -> None:
    cursor = (await page(writer, load, "users", limit=1, sort="created_at"))["next"]
    answer = await writer.get(load, "/tables/users/rows", params={"cursor": cursor, "sort": "-created_at"})
    assert answer.status_code == 422


async def test_strangers_and_unknown_things_are_404(writer: Writer, load: Load) -> None:
    for path in ("/tables", "/tables/users/rows", "/tables/users/export", "/raw/users", "/files", "/report"):
        assert (await writer.get(load, path, user=uuid4())).status_code == 404, path
    unknown = Load.of(customers=1)
    assert (await writer.get(unknown, "/tables")).status_code == 404
    for table in ("_cartload", "datasets", "users`; DROP TABLE users", "USERS"):
        answer = await writer.get(load, f"/tables/{table}/rows")
        assert answer.status_code == 404
    assert (await writer.http.get(f"/api/datasets/{load.dataset_id}/tables")).status_code == 401


async def test_a_question_that_takes_too_long_is_ended(writer: Writer, load: Load) -> None:
    hasty = engine(writer.place.url, session=reading_session(0.1))
    lines = f"`{writer.database(load)}`.order_item"
    product = sa.text(f"SELECT COUNT(*) FROM {lines} a, {lines} b, {lines} c, {lines} d WHERE a.id <> d.id")
    with pytest.raises(GatewayTimeout):
        await run(hasty, product)
    await hasty.dispose()


async def run(on: AsyncEngine, statement: sa.TextClause) -> None:
    async with open_connection(on) as connection:
        await connection.execute(statement)


async def export(writer: Writer, load: Load, table: str, **query: Any) -> bytes:
    answer = await writer.get(load, f"/tables/{table}/export", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{table}.')
    return answer.content


@pytest.mark.parametrize("table", schema.TABLE_NAMES)
async def test_exports_hold_the_rows_that_were_made(
    writer: Writer, load: Load, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In all formats, with pages much smaller than the table."""
    monkeypatch.setattr("cartload_writer.api.export.PAGE", 60)
    parquet = pq.read_table(io.BytesIO(await export(writer, load, table, format="parquet")))
    assert parquet.schema.remove_metadata() == schema.arrow_schema(table, "uuid")
    found = sum((hash_batch(rows, table) for rows in parquet.to_batches()), RowHash())
    assert found == load.totals[table]
    lines = (await export(writer, load, table, format="jsonl")).splitlines()
    wanted = sorted(made(load, table), key=lambda row: row["id"])
    assert [json.loads(line) for line in lines] == [as_json(row) for row in wanted]
    text = await export(writer, load, table, format="csv")
    read = pyarrow.csv.read_csv(io.BytesIO(text))
    assert read.num_rows == len(wanted)
    assert read.column_names == [column.name for column in schema.table(table).columns]


@pytest.mark.parametrize("file_format", EXPORTS)
async def test_exports_honour_filters_and_order(writer: Writer, load: Load, file_format: str) -> None:
    query = {"status": "delivered", "sort": "-placed_at"}
    wanted = [row["id"] for row in await every(writer, load, "order_details", limit=500, **query)]
    data = await export(writer, load, "order_details", format=file_format, **query)
    match file_format:
        case "csv":
            ids = pyarrow.csv.read_csv(io.BytesIO(data))["id"].to_pylist()
        case "jsonl":
            ids = [json.loads(line)["id"] for line in data.splitlines()]
        case _:
            ids = pq.read_table(io.BytesIO(data))["id"].to_pylist()
    assert ids == wanted


@pytest.mark.parametrize("file_format", EXPORTS)
async def test_an_export_without_rows_has_its_schema(writer: Writer, load: Load, file_format: str) -> None:
    data = await export(writer, load, "users", format=file_format, country="XX")
    match file_format:
        case "csv":
            assert data.decode().strip().split(",") == [c.name for c in schema.table("users").columns]
        case "jsonl":
            assert data == b""
        case _:
            assert pq.read_table(io.BytesIO(data)).num_rows == 0


async def test_a_wrong_export_is_a_problem_and_no_file(writer: Writer, load: Load) -> None:
    for query in ("format=xml", "first_name=x", "sort=nothing"):
        answer = await writer.get(load, f"/tables/users/export?{query}")
        assert answer.status_code == 422
        assert answer.headers["Content-Type"] == "application/problem+json"
