"""Batches are believed only when they are what their headers say."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartload import schema
from cartload.engine.generate import preview
from cartload.schema.rowhash import hash_batch
from cartload.spec import parse, resolve
from cartload_contracts.batches import Batch, BatchHeader
from cartload_contracts.envelope import decode_batch
from cartload_kit.kafka.errors import BadMessage
from cartload_writer.consumers.decode import MOST_BYTES, rows_of
from support.writer_service import Load, ipc

ROWS = preview(resolve(parse({"customers": 30})), 20)
USERS = ROWS["users"]


def batch(table: str, made_of: pa.RecordBatch, payload: bytes | None = None, **header: object) -> Batch:
    """A batch of these rows; `header` is what it says differently."""
    record = Load.of(customers=30).record(table, 0, made_of)
    made = decode_batch(record.value, record.headers)
    said = BatchHeader.model_validate({**made.header.model_dump(), **header})
    return replace(made, header=said, payload=made.payload if payload is None else payload)


def stream(batches: Sequence[pa.RecordBatch], wanted: pa.Schema) -> bytes:
    """An Arrow stream of several record batches."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, wanted) as writer:
        for one in batches:
            writer.write_batch(one)
    return bytes(sink.getvalue())


@pytest.mark.parametrize("table", schema.TABLE_NAMES)
def test_the_rows_that_were_sent_are_the_rows_that_come(table: str) -> None:
    assert rows_of(batch(table, ROWS[table]), "uuid") == ROWS[table]


def test_rows_in_several_pieces_are_one_batch() -> None:
    pieces = [USERS.slice(0, 7), USERS.slice(7, 0), USERS.slice(7)]
    assert rows_of(batch("users", USERS, stream(pieces, USERS.schema)), "uuid") == USERS


@pytest.mark.parametrize("pieces", [[], [USERS.slice(0, 0)]])
def test_a_batch_without_rows_is_a_batch(pieces: list[pa.RecordBatch]) -> None:
    empty = USERS.slice(0, 0)
    found = rows_of(batch("users", empty, stream(pieces, USERS.schema)), "uuid")
    assert (found.num_rows, found.schema) == (0, USERS.schema)


def test_rows_with_keys_of_another_kind_are_refused() -> None:
    with pytest.raises(BadMessage, match="schema of users expected"):
        rows_of(batch("users", USERS), "integer")


def test_columns_in_another_order_are_refused() -> None:
    names = USERS.schema.names
    swapped = USERS.select([names[1], names[0], *names[2:]])
    with pytest.raises(BadMessage, match="schema of users expected"):
        rows_of(batch("users", USERS, ipc(swapped)), "uuid")


def test_another_number_of_rows_is_refused_with_both_numbers() -> None:
    with pytest.raises(BadMessage, match=r"21 rows announced, 20 there"):
        rows_of(batch("users", USERS, rows=21), "uuid")


def changed() -> Iterator[pa.RecordBatch]:
    """The rows with one thing wrong, that no number of rows shows."""
    position = USERS.schema.get_field_index("first_name")
    names = USERS.column(position).to_pylist()
    for other in (["x", *names[1:]], [*names[1:], names[0]]):
        yield USERS.set_column(position, USERS.schema.field(position), pa.array(other, pa.string()))


@pytest.mark.parametrize("rows", list(changed()))
def test_a_single_changed_value_is_noticed(rows: pa.RecordBatch) -> None:
    assert hash_batch(rows, "users") != hash_batch(USERS, "users")
    with pytest.raises(BadMessage, match="row hash"):
        rows_of(batch("users", USERS, ipc(rows.cast(USERS.schema))), "uuid")


def test_rows_in_another_order_are_the_same_rows() -> None:
    """A table has no order: the hash is a sum over rows."""
    turned = USERS.take(pa.array(range(USERS.num_rows - 1, -1, -1)))
    assert rows_of(batch("users", USERS, ipc(turned)), "uuid").num_rows == USERS.num_rows


def test_a_stream_that_unpacks_to_too_much_is_refused() -> None:
    zeros = pa.RecordBatch.from_arrays([pa.nulls(MOST_BYTES // 8 + 8, pa.int64()).fill_null(0)], ["a"])
    with pytest.raises(BadMessage, match="more than"):
        rows_of(batch("users", USERS, ipc(zeros)), "uuid")


WHOLE = batch("users", USERS)


@given(st.integers(min_value=0, max_value=len(WHOLE.payload) - 16))
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_stream_that_is_cut_off_anywhere_is_refused(length: int) -> None:
    with pytest.raises(BadMessage):
        rows_of(replace(WHOLE, payload=WHOLE.payload[:length]), "uuid")


@given(st.binary(max_size=200))
@settings(max_examples=25, deadline=None)
def test_bytes_of_any_kind_are_no_batch(payload: bytes) -> None:
    with pytest.raises(BadMessage):
        rows_of(replace(WHOLE, payload=payload), "uuid")
