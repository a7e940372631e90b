"""Any text and any value, written in each format and read back by parsers that are not ours."""

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.csv as pv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartload.encoders.files import csv_lines, encode, json_lines
from cartload.encoders.inserts import statement
from cartload.encoders.mysql import tab_separated
from cartload.schema import arrow_schema
from cartload.writers.file_writers import open_writer

SPECIAL = "\"'\\,\t\n\r\0\x1a\x1b;`%_ßé水🍌\u2028\ufeff N"
TEXT = st.one_of(
    st.text(st.sampled_from(SPECIAL), max_size=8),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(["", "NULL", "\\N", "null", "-", "0", "true", " a ", "a,b", '""', "\r\n"]),
)
ROWS = st.lists(st.tuples(st.none() | TEXT, TEXT), min_size=1, max_size=12)
SCHEMA = pa.schema([pa.field("maybe", pa.string()), pa.field("always", pa.string(), nullable=False)])

type Rows = list[tuple[str | None, str]]


def batch_of(rows: Rows, *, coded: bool) -> pa.RecordBatch:
    columns = [pa.array(list(values), pa.string()) for values in zip(*rows, strict=True)]
    if not coded:
        return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)
    encoded = [column.dictionary_encode() for column in columns]
    return pa.RecordBatch.from_arrays(encoded, names=SCHEMA.names)


def from_csv(batch: pa.RecordBatch) -> Rows:
    """By Arrow's parser, which tells NULL from an empty text in quotes."""
    convert = pv.ConvertOptions(
        column_types=SCHEMA, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    text = csv_lines(batch, header=True)
    found = pv.read_csv(
        pa.py_buffer(text), pv.ReadOptions(), pv.ParseOptions(newlines_in_values=True), convert
    ).to_pylist()
    plain = list(csv.reader(io.StringIO(bytes(text).decode(), newline="")))[1:]
    assert plain == [[row["maybe"] or "", row["always"]] for row in found]
    return [(row["maybe"], row["always"]) for row in found]


def from_json(batch: pa.RecordBatch) -> Rows:
    lines = bytes(json_lines(batch)).decode().split("\n")
    assert lines.pop() == ""
    return [(row["maybe"], row["always"]) for row in map(json.loads, lines)]


def from_parquet(batch: pa.RecordBatch) -> Rows:
    rows = pq.read_table(io.BytesIO(encode(batch, "parquet"))).to_pylist()
    return [(row["maybe"], row["always"]) for row in rows]


ESCAPED = {"0": "\0", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "\\": "\\", "'": "'", '"': '"'}
"""What stands for what behind a backslash, by the manual of MySQL (String Literals; LOAD DATA)."""


def unescaped(text: str) -> str:
    characters = iter(text)
    return "".join(ESCAPED[next(characters)] if one == "\\" else one for one in characters)


def from_tabs(batch: pa.RecordBatch) -> Rows:
    """As LOAD DATA reads it: a field ends at a tab, a line at its end, where no backslash is before them."""
    lines = bytes(tab_separated(batch)).decode().split("\n")
    assert lines.pop() == ""
    fields = [[None if field == "\\N" else unescaped(field) for field in line.split("\t")] for line in lines]
    return [(maybe, always or "") for maybe, always in fields]


def from_inserts(batch: pa.RecordBatch) -> Rows:
    """As the server reads the statement's literals."""
    head, _, values = statement(batch, "t").decode().partition(" VALUES\n")
    assert head == "INSERT INTO `t` (`maybe`, `always`)"
    rows: Rows = []
    while values:
        maybe, values = literal(values.removeprefix("("))
        always, values = literal(values.removeprefix(","))
        rows.append((maybe, always or ""))
        assert values.startswith(")")
        values = values.removeprefix(")").removeprefix(",\n")
    return rows


def literal(text: str) -> tuple[str | None, str]:
    """The value of the literal that a text begins with, and what follows."""
    if text.startswith("NULL"):
        return None, text.removeprefix("NULL")
    assert text[0] == "'"
    end = 1
    while text[end] != "'":
        end += 2 if text[end] == "\\" else 1
    return unescaped(text[1:end]), text[end + 1 :]


READERS: dict[str, Callable[[pa.RecordBatch], Rows]] = {
    "csv": from_csv,
    "json": from_json,
    "parquet": from_parquet,
    "tabs": from_tabs,
    "inserts": from_inserts,
}


@pytest.mark.parametrize("coded", [False, True], ids=["plain", "coded"])
@pytest.mark.parametrize("form", READERS)
@settings(max_examples=30, deadline=None)
@given(rows=ROWS)
def test_any_text_comes_back(form: str, coded: bool, rows: Rows) -> None:
    assert READERS[form](batch_of(rows, coded=coded)) == rows


VALUES = st.fixed_dictionaries(
    {
        "small": st.none() | st.integers(-(2**31), 2**31 - 1),
        "large": st.none() | st.integers(-(2**63), 2**63 - 1),
        "flag": st.none() | st.booleans(),
        "day": st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31)),
        "moment": st.none()
        | st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)).map(
            lambda one: one.replace(microsecond=one.microsecond // 1000 * 1000, tzinfo=UTC)
        ),
        "degrees": st.none() | st.decimals(-999, 999, places=5),
    }
)
KINDS = pa.schema(
    [
        ("small", pa.int32()),
        ("large", pa.int64()),
        ("flag", pa.bool_()),
        ("day", pa.date32()),
        ("moment", pa.timestamp("ms", tz="UTC")),
        ("degrees", pa.decimal128(8, 5)),
    ]
)


def value(name: str, found: Any) -> Any:
    """A value from what a format has in its place."""
    match name:
        case _ if found is None or found == "":
            return None
        case "flag":
            return found if isinstance(found, bool) else {"true": True, "false": False}[found]
        case "day":
            return date.fromisoformat(found)
        case "moment":
            assert found.endswith("Z")
            return datetime.fromisoformat(found)
        case "degrees":
            return Decimal(found)
    return int(found)


@settings(max_examples=30, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=10))
def test_any_value_comes_back(rows: list[dict[str, Any]]) -> None:
    batch = pa.RecordBatch.from_pylist(rows, KINDS)
    lines = bytes(json_lines(batch)).decode().splitlines()
    from_lines = [json.loads(line, parse_float=Decimal) for line in lines]
    from_text = list(csv.DictReader(io.StringIO(bytes(csv_lines(batch, header=True)).decode())))
    for found in (from_lines, from_text):
        assert [{name: value(name, one) for name, one in row.items()} for row in found] == rows
    assert pq.read_table(io.BytesIO(encode(batch, "parquet"))).to_pylist() == rows


@settings(max_examples=20, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=10))
def test_literals_of_values_are_those_of_sql(rows: list[dict[str, Any]]) -> None:
    """SQLite reads the same literals; times are text there."""
    batch = pa.RecordBatch.from_pylist(rows, KINDS)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t (small, large, flag, day, moment, degrees TEXT)")
        connection.execute(statement(batch, "t").decode())
        found = connection.execute("SELECT * FROM t").fetchall()
    for (small, large, flag, day, moment, degrees), row in zip(found, rows, strict=True):
        assert (small, large) == (row["small"], row["large"])
        assert flag == row["flag"]
        assert day == (None if row["day"] is None else row["day"].isoformat())
        assert (moment is None) == (row["moment"] is None)
        if moment is not None:
            assert datetime.fromisoformat(moment).replace(tzinfo=UTC) == row["moment"]
        assert degrees is None or float(degrees) == float(row["degrees"])


WISHES = arrow_schema("wishlist", "integer")


def wishes(start: int, rows: int) -> pa.RecordBatch:
    """Wishes of one product, numbered on from a first one."""
    numbers = pa.array(range(start, start + rows), pa.int64())
    moment = pa.scalar(datetime(2024, 1, 1, tzinfo=UTC), pa.timestamp("ms", tz="UTC"))
    moments, never = pa.repeat(moment, rows), pa.nulls(rows, moment.type)
    columns = [numbers, numbers, pa.repeat(pa.scalar(1, pa.int64()), rows), never, moments, moments]
    return pa.RecordBatch.from_arrays(columns, schema=WISHES)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6), st.integers(1, 25))
@settings(max_examples=20, deadline=None)
def test_row_groups_are_of_one_length_however_the_rows_came(lengths: list[int], row_group: int) -> None:
    sink = io.BytesIO()
    file = open_writer("parquet", "wishlist", "integer", sink, row_group=row_group)
    start = 1
    for length in lengths:
        file.add(wishes(start, length))
        start += length
    file.close()
    found = pq.ParquetFile(sink)
    sizes = [found.metadata.row_group(place).num_rows for place in range(found.num_row_groups)]
    assert sum(sizes) == sum(lengths)
    assert all(size == row_group for size in sizes[:-1])
    assert found.read()["id"].to_pylist() == list(range(1, start))
    assert found.schema_arrow == WISHES


@pytest.mark.parametrize("file_format", ["parquet", "csv", "jsonl", "sql"])
def test_the_bytes_do_not_depend_on_how_the_rows_came(file_format: Any) -> None:
    made = []
    for lengths in ([2500], [1, 999, 1500], [500] * 5):
        sink = io.BytesIO()
        file = open_writer(file_format, "wishlist", "integer", sink)
        start = 1
        for length in lengths:
            file.add(wishes(start, length))
            start += length
        file.close()
        made.append(sink.getvalue())
    assert made[0] == made[1] == made[2]


@pytest.mark.parametrize("bom", [True, False])
def test_a_byte_order_mark_comes_once_and_first(bom: bool) -> None:
    sink = io.BytesIO()
    file = open_writer("csv", "wishlist", "integer", sink, bom=bom)
    for start in (1, 4):
        file.add(wishes(start, 3))
    file.close()
    content = sink.getvalue()
    assert content.startswith(b"\xef\xbb\xbf" if bom else b"id,user_id")
    assert content.count(b"\xef\xbb\xbf") == bom
    header, *lines = content.decode("utf-8-sig").splitlines()
    assert header.split(",") == WISHES.names
    assert [line.partition(",")[0] for line in lines] == ["1", "2", "3", "4", "5", "6"]


def test_inserts_commit_now_and_then_and_at_the_end() -> None:
    sink = io.BytesIO()
    file = open_writer("sql", "wishlist", "integer", sink)
    file.add(wishes(1, 50_001))
    file.close()
    text = sink.getvalue().decode()
    assert text.count("INSERT INTO `wishlist`") == 51
    assert text.count("COMMIT;\n") == 2
    assert text.endswith(";\nCOMMIT;\n")
    assert text.startswith("SET NAMES utf8mb4;\n")
