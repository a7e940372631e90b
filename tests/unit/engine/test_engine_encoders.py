"""One batch as a file's bytes: read back, it is the same rows."""

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartload.encoders.files import content_type, csv_lines, encode, extension
from cartload.encoders.mysql import tab_separated
from cartload.engine.chunks import Segment, plan
from cartload.engine.generate import Engine
from cartload.kernels.text_lines import Field, lines
from cartload.schema import BLOCK_TABLES, TABLE_NAMES, Column, arrow_schema, table
from cartload.spec import parse, resolve

NASTY = ["", '"', "a,b", "line\nbreak", "tab\there", "back\\slash", "\\N", "\x00\x1f", "plain", "zß水🍌"]


def batches() -> dict[str, pa.RecordBatch]:
    spec = resolve(parse({"customers": 60, "clickstream": {"sessions_per_customer": 1}}))
    engine = Engine(spec)
    return {
        name: batch
        for chunk in plan(spec, Segment(0, 60), catalogue=True)
        for name, batch in engine.generate(chunk).items()
    }


def nasty() -> pa.RecordBatch:
    batch = batches()["addresses"].slice(3, len(NASTY))
    place = batch.schema.get_field_index("title")
    return batch.set_column(place, batch.schema.field(place), pa.array(NASTY))


def from_text(column: Column, text: str | None) -> Any:
    if text is None:
        return None
    match column.type:
        case "integer" | "money":
            return int(text)
        case "decimal":
            return Decimal(text)
        case "boolean":
            return {"true": True, "false": False, "1": True, "0": False}[text]
        case "date":
            return date.fromisoformat(text)
        case "timestamp":
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
        case _:
            return text


def plain(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = batch.to_pylist()
    return rows


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_parquet_comes_back_equal(name: str) -> None:
    batch = batches()[name]
    read = pq.read_table(io.BytesIO(encode(batch, "parquet")))
    assert read.schema == arrow_schema(name, "uuid")
    assert read.to_batches() == [batch]


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_json_lines_come_back_equal(name: str) -> None:
    batch = batches()[name]
    lines = bytes(encode(batch, "jsonl")).decode().splitlines()
    columns = table(name).columns
    read = []
    for line in lines:
        row = json.loads(line, parse_float=Decimal)
        for column in columns:
            value = row[column.name]
            if column.type in ("date", "timestamp"):
                row[column.name] = from_text(column, value)
        read.append(row)
    assert read == plain(batch)


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_csv_comes_back_equal(name: str) -> None:
    batch = batches()[name]
    header, *lines = csv.reader(io.StringIO(bytes(encode(batch, "csv")).decode(), newline=""))
    assert header == list(table(name).column_names)
    columns = table(name).columns
    read = [
        {c.name: from_text(c, text or None) for c, text in zip(columns, line, strict=True)} for line in lines
    ]
    assert read == plain(batch)


def test_json_escapes_what_it_must() -> None:
    lines = bytes(encode(nasty(), "jsonl")).decode().split("\n")
    assert [json.loads(line)["title"] for line in lines if line] == NASTY


def test_csv_quotes_what_it_must() -> None:
    text = bytes(csv_lines(nasty(), header=False)).decode()
    assert ',"",' in text.splitlines()[0]
    titles = [line[2] for line in csv.reader(io.StringIO(text.replace("\0", "0"), newline=""))]
    assert titles == [title.replace("\0", "0") for title in NASTY]


def test_tab_separated_escapes_what_it_must() -> None:
    lines = bytes(tab_separated(nasty())).decode().split("\n")[:-1]
    titles = [line.split("\t")[2] for line in lines]
    assert titles[3:8] == ["line\\nbreak", "tab\\there", "back\\\\slash", "\\\\N", "\\0\x1f"]
    assert titles[0] == ""


@pytest.mark.parametrize("name", BLOCK_TABLES)
def test_tab_separated_has_a_field_for_every_column(name: str) -> None:
    batch = batches()[name]
    lines = bytes(tab_separated(batch)).decode().splitlines()
    columns = table(name).columns
    for line, row in zip(lines, plain(batch), strict=True):
        fields = [None if field == "\\N" else field for field in line.split("\t")]
        assert {c.name: from_text(c, f) for c, f in zip(columns, fields, strict=True)} == row


@pytest.mark.parametrize(("file_format", "size"), [("csv", 1), ("jsonl", 0)])
def test_no_rows_make_a_file_too(file_format: Any, size: int) -> None:
    empty = batches()["users"].slice(0, 0)
    assert bytes(encode(empty, file_format)).count(b"\n") == size
    assert pq.read_table(io.BytesIO(encode(empty, "parquet"))).schema == empty.schema
    assert bytes(tab_separated(empty)) == b""


def test_extensions_and_media_types() -> None:
    assert [extension(one) for one in ("parquet", "csv", "jsonl")] == ["parquet", "csv", "jsonl"]
    assert content_type("jsonl") == "application/jsonl"


def test_times_at_the_edges_of_what_can_be_shown() -> None:
    moments = [datetime(1, 1, 1, tzinfo=UTC), None, datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)]
    column = pa.array(moments, pa.timestamp("ms", tz="UTC"))
    text = bytes(lines([Field(b"<", column, null=b"nothing"), Field(b">")], 3)).decode()
    assert text == "<0001-01-01T00:00:00.000Z><nothing><9999-12-31T23:59:59.999Z>"


@settings(deadline=None)
@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)))
def test_times_are_written_as_python_does(moment: datetime) -> None:
    whole = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=UTC)
    column = pa.array([whole], pa.timestamp("ms", tz="UTC"))
    day = pa.array([whole.date()])
    text = bytes(lines([Field(b"", column, between=" "), Field(b" ", day)], 1)).decode()
    assert text == f"{whole:%H:%M:%S}".join(
        (f"{whole.date()} ", f".{whole.microsecond // 1000:03d} {whole.date()}")
    )


@settings(deadline=None)
@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=9), st.integers(0, 9))
def test_numbers_are_written_as_python_does(numbers: list[int], scale: int) -> None:
    small = [number % 2**32 - 2**31 for number in numbers]
    scaled = [Decimal(number).scaleb(-scale) for number in numbers]
    columns = [pa.array(numbers), pa.array(small, pa.int32()), pa.array(scaled, pa.decimal128(38, scale))]
    fields = [Field(b"" if place == 0 else b" ", column) for place, column in enumerate(columns)]
    text = bytes(lines([*fields, Field(b"\n")], len(numbers))).decode()
    rows = zip(numbers, small, scaled, strict=True)
    assert text.splitlines() == [f"{number} {less} {decimal:f}" for number, less, decimal in rows]


def test_slices_and_nulls_of_pools_are_written() -> None:
    pool = pa.array(["no", "a", None, "ccc"]).slice(1)
    codes = pa.array([9, 0, 1, None, 2], pa.int32()).slice(1)
    flags = pa.array([True, None, False, True, False]).slice(1)
    coded = pa.DictionaryArray.from_arrays(codes, pa.concat_arrays([pool]))
    fields = [Field(b"", coded, null=b"-", quote="'"), Field(b",", flags, null=b"?"), Field(b"\n")]
    assert bytes(lines(fields, 4)).decode() == "'a',?\n-,false\n-,true\n'ccc',false\n"


def test_a_type_without_text_is_refused() -> None:
    with pytest.raises(TypeError, match="no text for columns of double"):
        lines([Field(b"", pa.array([1.5]))], 1)
