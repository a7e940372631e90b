"""Columns from numpy: the values and types that Arrow itself would make, NULL where it should be."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartload.columns import arrays

SHOWN = np.array([True, False, False, True, True, False, True, False, True, True])
"""More than one byte of validity bits."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def valid(column: Any) -> Any:
    """The column, after Arrow looked at all of its buffers."""
    column.validate(full=True)
    return column


@pytest.mark.parametrize("values", [[], [0], [-(2**63), 2**63 - 1, -1, 0, 1]])
def test_integers(values: list[int]) -> None:
    column = valid(arrays.integers(np.array(values, np.int64)))
    assert column.type == pa.int64()
    assert column.to_pylist() == values


@pytest.mark.parametrize("values", [[], [-(2**31), 2**31 - 1, 7]])
def test_small_integers(values: list[int]) -> None:
    column = valid(arrays.integers(np.array(values, np.int64), small=True))
    assert column.type == pa.int32()
    assert column.to_pylist() == values


def test_integers_of_every_other_place_are_copied() -> None:
    assert arrays.integers(np.arange(10)[::2]).to_pylist() == [0, 2, 4, 6, 8]
    assert arrays.times(np.arange(4)[::-1]).cast(pa.int64()).to_pylist() == [3, 2, 1, 0]


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9])
def test_flags(count: int) -> None:
    values = (np.arange(count) % 3 == 1).tolist()
    assert valid(arrays.flags(np.array(values, np.bool_))).to_pylist() == values


def test_times_are_milliseconds_in_utc_and_null_where_hidden() -> None:
    moments = np.array([-1, 0, 1, 86_399_999, 4_102_444_799_999, 5, 6, 7, 8, 9])
    column = valid(arrays.times(moments, SHOWN))
    assert column.type == pa.timestamp("ms", tz="UTC")
    assert column.null_count == 4
    assert column.to_pylist() == [
        EPOCH + timedelta(milliseconds=moment) if shown else None
        for moment, shown in zip(moments.tolist(), SHOWN.tolist(), strict=True)
    ]
    assert arrays.times(moments).null_count == 0


def test_dates_are_days_since_1970() -> None:
    days = np.array([-719_162, -1, 0, 47_482])
    found = valid(arrays.dates(days)).to_pylist()
    assert found == [date(1, 1, 1), date(1969, 12, 31), date(1970, 1, 1), date(2100, 1, 1)]


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(-99_999_999, 99_999_999), max_size=20))
def test_decimals_are_scaled_integers(scaled: list[int]) -> None:
    column = valid(arrays.decimals(np.array(scaled, np.int64), 8, 5))
    assert column.type == pa.decimal128(8, 5)
    assert column.to_pylist() == [Decimal(value).scaleb(-5) for value in scaled]


@settings(deadline=None, max_examples=25)
@given(
    strings=st.lists(st.one_of(st.none(), st.text("ab é水🍌", max_size=20)), min_size=1, max_size=6),
    rows=st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=20),
)
def test_taking_from_a_pool_is_looking_up(strings: list[str | None], rows: list[tuple[int, bool]]) -> None:
    pool = valid(arrays.pool(strings))
    assert pool.to_pylist() == strings
    indices = np.array([index % len(strings) for index, _ in rows], np.int64)
    shown = np.array([seen for _, seen in rows], np.bool_)
    expected = [strings[index] if seen else None for index, seen in zip(indices, shown, strict=True)]
    coded = valid(arrays.take(pool, indices, shown))
    assert coded.type == pa.dictionary(pa.int32(), pa.string())
    assert coded.to_pylist() == expected
    plain = valid(arrays.plain(coded))
    assert plain.type == pa.string()
    assert plain.to_pylist() == expected
    assert valid(arrays.text(pool, indices, shown)).to_pylist() == expected
    in_rows = valid(arrays.nulls_in_rows(coded))
    assert in_rows.dictionary.null_count == 0
    assert in_rows.to_pylist() == expected


def test_plain_columns_stay_as_they_are() -> None:
    for column in (pa.array(["a", None]), pa.array([1, 2])):
        assert arrays.plain(column) is column
        assert arrays.nulls_in_rows(column) is column


def test_a_dictionary_without_null_is_kept() -> None:
    coded = arrays.take(arrays.pool(["a", "b"]), np.array([0, 1]), np.array([False, True]))
    assert arrays.nulls_in_rows(coded) is coded


def test_columns_with_other_codes_than_the_engines_become_plain_too() -> None:
    small = pa.DictionaryArray.from_arrays(pa.array([1, None, 0], pa.int8()), pa.array(["a", "b"]))
    assert arrays.plain(small).to_pylist() == ["b", None, "a"]
    nothing = pa.DictionaryArray.from_arrays(pa.array([None, None], pa.int32()), pa.array([], pa.string()))
    assert arrays.plain(nothing).to_pylist() == [None, None]


def test_a_dictionary_of_strings_that_are_no_pool_loses_its_null_as_well() -> None:
    coded = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2], pa.int32()), pa.array(["a", None, "c"]))
    found = arrays.nulls_in_rows(coded)
    assert found.to_pylist() == ["a", None, "c"]
    assert found.dictionary.null_count == 0


@pytest.mark.parametrize("value", ["", "x", "zß水🍌", None])
@pytest.mark.parametrize("rows", [0, 1, 9])
def test_a_constant_is_the_same_in_each_row(value: str | None, rows: int) -> None:
    assert valid(arrays.constant(value, rows)).to_pylist() == [value] * rows


def test_joined_takes_columns_of_either_kind_and_constants() -> None:
    coded = arrays.take(arrays.pool(["ü", "水"]), np.array([1, 0, 1]))
    joined = arrays.joined("<", coded, "|", pa.array(["one", "", "three"]), ">", rows=3)
    assert valid(joined).to_pylist() == ["<水|one>", "<ü|>", "<水|three>"]
    assert arrays.joined(coded, coded).to_pylist() == ["水水", "üü", "水水"]
    assert arrays.joined("nothing", rows=0).to_pylist() == []


def test_joined_leaves_hidden_texts_out() -> None:
    hidden = arrays.take(arrays.pool(["a", "b"]), np.array([0, 1, 0]), np.array([True, False, True]))
    assert arrays.joined(hidden, "!").to_pylist() == ["a!", "!", "a!"]


def test_digits_and_slugs() -> None:
    assert valid(arrays.digits(np.array([0, 7, -3, 10**18]))).to_pylist() == ["", "7", "", str(10**18)]
    names = pa.array(["Tom's Cup", "A/B", "Zürich"])
    assert valid(arrays.slugs(names, np.array([7, 1, 10]))).to_pylist() == [
        "toms-cup-7",
        "a-b-1",
        "z-rich-10",
    ]


@pytest.mark.parametrize(("rows", "width"), [(0, 5), (3, 0), (1, 1), (3, 4)])
def test_fixed_text_is_a_row_of_the_matrix_each(rows: int, width: int) -> None:
    characters = (65 + np.arange(rows * width, dtype=np.uint8)).reshape(rows, width)
    found = valid(arrays.fixed_text(characters))
    assert found.to_pylist() == [bytes(row).decode() for row in characters]


def test_fixed_text_may_be_a_part_of_a_matrix() -> None:
    characters = np.frombuffer(b"abcdef", np.uint8).reshape(2, 3)
    assert arrays.fixed_text(characters[:, 1:]).to_pylist() == ["bc", "ef"]
