"""Rows as files: odd values, no rows at all, and one file of many batches."""

import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cartload import schema
from cartload.encoders import files
from cartload.engine.generate import preview
from cartload.spec import parse, resolve
from cartload_writer.api.row_formats import encoder, part_as_json_lines
from cartload_writer.domain.states import Format

FORMATS: tuple[Format, ...] = ("csv", "jsonl", "parquet")
INTEGERS = preview(resolve(parse({"customers": 20, "ids": "integer"})), 10)
USERS = preview(resolve(parse({"customers": 20})), 6)["users"]
ODD = ["", 'a "quoted" name', "comma, and\ttab", "two\nlines", "ünïcödé 雪", "\\N"]


def with_names(values: list[str]) -> pa.RecordBatch:
    place = USERS.schema.get_field_index("first_name")
    return USERS.set_column(
        place, USERS.schema.field(place), pa.array(values, USERS.schema.field(place).type)
    )


def lines(data: bytes, extension: Format, table: str = "users", ids: Any = "uuid") -> list[dict[str, Any]]:
    return [json.loads(line) for line in part_as_json_lines(data, extension, table, ids).splitlines()]


@pytest.mark.parametrize("extension", FORMATS)
def test_odd_text_is_read_back_from_a_part_as_it_was(extension: Format) -> None:
    found = lines(bytes(files.encode(with_names(ODD), extension)), extension)
    assert [row["first_name"] for row in found] == ODD


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("table", schema.TABLE_NAMES)
def test_integer_keys_are_numbers_in_every_format(extension: Format, table: str) -> None:
    rows = INTEGERS[table]
    found = lines(bytes(files.encode(rows, extension)), extension, table, "integer")
    assert [row["id"] for row in found] == rows.column("id").to_pylist()
    assert all(isinstance(row["id"], int) for row in found)


@pytest.mark.parametrize("extension", FORMATS)
def test_a_part_without_rows_has_no_lines(extension: Format) -> None:
    assert lines(bytes(files.encode(USERS.slice(0, 0), extension)), extension) == []


@pytest.mark.parametrize(("extension", "rows"), [("csv", 1), ("jsonl", 0), ("parquet", None)])
def test_an_export_without_rows_is_a_file_of_its_format(extension: Format, rows: int | None) -> None:
    made = encoder(extension, USERS.schema)
    data = made.begin() + made.end()
    if rows is not None:
        assert len(data.splitlines()) == rows
    else:
        assert pq.read_table(io.BytesIO(data)).schema.names == USERS.schema.names


def test_a_parquet_export_sends_rows_as_it_gets_them() -> None:
    """Flat memory: what is written is not kept for the end."""
    made = encoder("parquet", USERS.schema)
    sizes = [len(made.begin()), *(len(made.rows(USERS)) for _ in range(20))]
    assert all(sizes)
    assert len(made.end()) < sum(sizes)


@pytest.mark.parametrize("extension", FORMATS)
def test_an_export_reads_back_as_the_rows_that_were_written(extension: Format) -> None:
    rows = with_names(ODD)
    made = encoder(extension, rows.schema)
    data = b"".join([made.begin(), made.rows(rows.slice(0, 2)), made.rows(rows.slice(2)), made.end()])
    assert [row["first_name"] for row in lines(data, extension)] == ODD
    assert len(lines(data, extension)) == rows.num_rows
