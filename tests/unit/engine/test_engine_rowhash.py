"""Row hashes against a slow second implementation, and what they must see."""

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from cartload.engine.chunks import Segment, plan
from cartload.engine.generate import Engine
from cartload.schema import TABLE_NAMES, Column, table
from cartload.schema.rowhash import RowHash, hash_batch
from cartload.spec import parse, resolve

_MASK = (1 << 64) - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _mix(word: int) -> int:
    word ^= word >> 30
    word = word * 0xBF58476D1CE4E5B9 & _MASK
    word ^= word >> 27
    word = word * 0x94D049BB133111EB & _MASK
    return word ^ word >> 31


def _text(value: str) -> int:
    prime = 0x9FB21C651E98DF25
    data, word = value.encode(), prime
    for start in range(0, len(data), 8):
        word = (word ^ int.from_bytes(data[start : start + 8], "little")) * prime & _MASK
        word ^= word >> 29
    return (word ^ len(data)) * prime & _MASK


def _canonical(column: Column, value: Any) -> int:
    match value:
        case str():
            return _text(value)
        case bool() | int():
            return int(value) & _MASK
        case Decimal():
            return int(value.scaleb(column.scale)) & _MASK
        case datetime():
            return int((value - _EPOCH).total_seconds() * 1000 + 0.5) & _MASK
        case date():
            return (value - _EPOCH.date()).days & _MASK
    raise TypeError(value)


def _keys(*parts: str) -> tuple[int, int]:
    digest = hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")


def _row(name: str, row: dict[str, Any]) -> int:
    low, high = _keys("row hash", name)
    for column in table(name).columns:
        factor, null = _keys("row hash", name, column.name)
        value = row[column.name]
        product = 0 if value is None else _canonical(column, value) * (factor | 1) & _MASK
        low = low + (null if value is None else product ^ product >> 32) & _MASK
        high = high + low & _MASK
    return _mix(low) | _mix(high) << 64


def _batches(ids: str, *, dictionaries: bool = False) -> dict[str, pa.RecordBatch]:
    spec = resolve(parse({"customers": 30, "ids": ids, "clickstream": {"sessions_per_customer": 1}}))
    engine = Engine(spec)
    return {
        name: batch
        for chunk in plan(spec, Segment(0, 30), catalogue=True)
        for name, batch in engine.generate(chunk, dictionaries=dictionaries).items()
    }


@pytest.mark.parametrize("ids", ["uuid", "integer"])
def test_a_second_implementation_agrees(ids: str) -> None:
    for name, batch in _batches(ids).items():
        total = sum(_row(name, row) for row in batch.to_pylist()) % (1 << 128)
        assert hash_batch(batch, name) == RowHash(batch.num_rows, total)


def test_text_of_every_length_and_script() -> None:
    names = [*("x" * length for length in range(20)), "zß水🍌", "水" * 11, "a\0", "a"]
    batch = _batches("integer")["users"].slice(0, len(names))
    place = batch.schema.get_field_index("first_name")
    odd = batch.set_column(place, batch.schema.field(place), pa.array(names))
    total = sum(_row("users", row) for row in odd.to_pylist()) % (1 << 128)
    assert hash_batch(odd, "users") == RowHash(len(names), total)


@pytest.mark.parametrize("ids", ["uuid", "integer"])
def test_dictionaries_and_slices_of_them_hash_as_plain_rows_do(ids: str) -> None:
    plain = _batches(ids)
    for name, coded in _batches(ids, dictionaries=True).items():
        assert hash_batch(coded, name) == hash_batch(plain[name], name)
        assert hash_batch(coded.slice(3, 11), name) == hash_batch(plain[name].slice(3, 11), name)


def test_nulls_of_a_dictionary_may_be_in_its_indices_or_in_its_values() -> None:
    batch = _batches("integer")["addresses"].slice(0, 4)
    place = batch.schema.get_field_index("line_2")
    inside = pa.DictionaryArray.from_arrays(pa.array([1, 0, 1, 0], pa.int8()), pa.array([None, "Apt 1"]))
    outside = pa.DictionaryArray.from_arrays(pa.array([0, None, 0, None]), pa.array(["Apt 1"]))
    empty = pa.DictionaryArray.from_arrays(pa.array([None] * 4, pa.int32()), pa.array([], pa.string()))
    plain = pa.array(["Apt 1", None, "Apt 1", None])
    nothing = pa.array([None] * 4, pa.string())
    hashes = [
        hash_batch(batch.set_column(place, "line_2", values), "addresses").hex
        for values in (inside, outside, plain, empty, nothing)
    ]
    assert hashes[0] == hashes[1] == hashes[2] != hashes[3] == hashes[4]


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_order_and_batches_do_not_matter_but_doubles_show(name: str) -> None:
    batch = _batches("uuid")[name]
    whole = hash_batch(batch, name)
    reverse = pa.array(range(batch.num_rows - 1, -1, -1))
    assert hash_batch(batch.take(reverse), name) == whole
    assert hash_batch(batch.slice(0, 5), name) + hash_batch(batch.slice(5), name) == whole
    doubled = whole + hash_batch(batch.slice(0, 1), name)
    assert (doubled.rows, doubled.hex != whole.hex) == (batch.num_rows + 1, True)


def test_hex_has_32_digits() -> None:
    assert RowHash().hex == "0" * 32
    assert RowHash(1, 255).hex.endswith("00ff")
    assert (RowHash(1, (1 << 128) - 1) + RowHash(1, 2)) == RowHash(2, 1)


def test_null_differs_from_empty_and_columns_from_each_other() -> None:
    batch = _batches("integer")["addresses"].slice(0, 1)
    place = batch.schema.get_field_index("line_2")
    field = batch.schema.field(place)
    hashes = {
        hash_batch(batch.set_column(place, field, pa.array([value], pa.string())), "addresses").hex
        for value in (None, "", "0", " ")
    }
    assert len(hashes) == 4


def test_other_columns_are_refused() -> None:
    batch = _batches("integer")["wishlist"]
    with pytest.raises(ValueError, match="columns of wishlist expected"):
        hash_batch(batch.select(["user_id", "id"]), "wishlist")
    assert hash_batch(batch.slice(0, 0), "wishlist") == RowHash()


def test_types_of_other_readers_are_read_as_the_schemas() -> None:
    batch = _batches("integer")["products"]
    columns = []
    for values in batch.columns:
        if pa.types.is_timestamp(values.type):
            columns.append(values.cast(pa.timestamp("us")))
        elif pa.types.is_string(values.type):
            columns.append(values.dictionary_encode())
        elif pa.types.is_decimal(values.type):
            columns.append(values.cast(pa.decimal128(18, 3)))
        else:
            columns.append(values)
    other = pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
    assert hash_batch(other, "products") == hash_batch(batch, "products")
