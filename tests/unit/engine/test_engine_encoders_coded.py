"""Columns by dictionary are written as the same bytes as plain ones, each string of a pool looked at once."""

import io
from collections.abc import Callable
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cartload.columns import pools
from cartload.encoders.files import csv_lines, encode, json_lines
from cartload.encoders.inserts import statement
from cartload.encoders.mysql import tab_separated
from cartload.engine.chunks import Segment, plan
from cartload.engine.generate import Engine
from cartload.schema import TABLE_NAMES
from cartload.spec import parse, resolve

NASTY = ["", '"', "'", "a,b", "line\nbreak", "tab\there", "back\\slash", "\x00\x1a", "zß水🍌", None]
SPEC = resolve(parse({"customers": 60, "clickstream": {"sessions_per_customer": 1}}))

FORMS: dict[str, Callable[[pa.RecordBatch], Any]] = {
    "csv": lambda batch: csv_lines(batch, header=True),
    "json": json_lines,
    "tabs": tab_separated,
    "inserts": lambda batch: statement(batch, "some"),
}


@cache
def batches(*, dictionaries: bool) -> dict[str, pa.RecordBatch]:
    engine = Engine(SPEC)
    chunks = plan(SPEC, Segment(0, 60), catalogue=True)
    return {
        name: batch
        for chunk in chunks
        for name, batch in engine.generate(chunk, dictionaries=dictionaries).items()
    }


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", TABLE_NAMES)
def test_coded_and_plain_are_written_alike(name: str, form: str) -> None:
    write = FORMS[form]
    coded, plain = (batches(dictionaries=choice)[name] for choice in (True, False))
    assert bytes(write(coded)) == bytes(write(plain))
    assert bytes(write(coded.slice(1))) == bytes(write(plain.slice(1)))


@pytest.mark.parametrize("form", FORMS)
def test_what_must_be_escaped_is_in_a_dictionary_too(form: str) -> None:
    write = FORMS[form]
    plain = pa.array([*NASTY, *reversed(NASTY)])
    pool = pools.pool(NASTY)
    coded = pa.DictionaryArray.from_arrays(
        pa.array([*range(len(NASTY)), *reversed(range(len(NASTY)))], pa.int32()), pool
    )
    one, other = (pa.RecordBatch.from_arrays([values], names=["text"]) for values in (coded, plain))
    assert bytes(write(one)) == bytes(write(other))
    assert bytes(write(one)) == bytes(write(other))


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_parquet_of_coded_columns_is_read_as_plain(name: str) -> None:
    coded, plain = (batches(dictionaries=choice)[name] for choice in (True, False))
    read = pq.read_table(io.BytesIO(encode(coded, "parquet")))
    assert read.schema == plain.schema
    assert read.to_batches() == [plain]
