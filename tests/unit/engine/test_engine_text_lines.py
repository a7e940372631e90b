"""Lines of text from columns of Arrow: each value as Python would write it, and NULL as asked for."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartload.columns import arrays
from cartload.kernels.text_lines import Field, lines

YEAR_0 = -719_528
LAST_DAY = 2_932_896
"""31 December 9999 in days since 1970."""


def written(column: Any, **settings: Any) -> list[str]:
    """One field of a column, each value on a line of its own."""
    fields = [Field(b"", column, **settings), Field(b"\n")]
    return bytes(lines(fields, len(column))).decode().split("\n")[:-1]


@settings(deadline=None, max_examples=20)
@given(st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), min_size=1, max_size=12))
def test_integers_of_64_bits(values: list[int | None]) -> None:
    column = pa.array(values, pa.int64())
    assert written(column, null=b"NULL") == ["NULL" if value is None else str(value) for value in values]


@pytest.mark.parametrize("value", [-(2**31), -100, -99, -1, 0, 9, 10, 99, 100, 101, 2**31 - 1])
def test_integers_of_32_bits(value: int) -> None:
    assert written(pa.array([value], pa.int32())) == [str(value)]


@settings(deadline=None, max_examples=20)
@given(st.lists(st.one_of(st.none(), st.integers(-(10**18) + 1, 10**18 - 1)), min_size=1), st.integers(0, 18))
def test_decimals(scaled: list[int | None], scale: int) -> None:
    values = [None if value is None else Decimal(value).scaleb(-scale) for value in scaled]
    column = pa.array(values, pa.decimal128(18, scale))
    expected = ["" if value is None else f"{value:.{scale}f}" for value in values]
    assert written(column) == expected


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 3_652_059))
def test_dates_of_all_years(ordinal: int) -> None:
    day = date.fromordinal(ordinal)
    assert written(pa.array([day])) == [day.isoformat()]


@pytest.mark.parametrize(
    ("days", "text"),
    [(YEAR_0, "0000-01-01"), (YEAR_0 + 59, "0000-02-29"), (LAST_DAY, "9999-12-31"), (-1, "1969-12-31")],
)
def test_dates_at_the_ends_of_the_calendar(days: int, text: str) -> None:
    assert written(arrays.dates(np.array([days]))) == [text]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 9999 * 365 * 86_400_000), st.sampled_from([" ", "T"]))
def test_times(milliseconds: int, between: str) -> None:
    moment = datetime(1, 1, 1) + timedelta(milliseconds=milliseconds)
    since = (moment - datetime(1970, 1, 1)) // timedelta(milliseconds=1)
    text = moment.isoformat(between, "milliseconds") + ("Z" if between == "T" else "")
    assert written(arrays.times(np.array([since])), between=between) == [text]


@pytest.mark.parametrize("count", [1, 8, 9, 17])
def test_booleans_and_their_null(count: int) -> None:
    values = [(None, True, False)[place % 3] for place in range(count)]
    names = {None: "-", True: "true", False: "false"}
    assert written(pa.array(values, pa.bool_()), null=b"-") == [names[value] for value in values]
    whole = pa.array([True, False, None, True])
    assert written(whole.slice(1), null=b"?") == ["false", "?", "true"]


TEXT = st.text("abc é水🍌", max_size=40)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.one_of(st.none(), TEXT), min_size=1, max_size=9), st.integers(0, 3))
def test_texts_plain_and_by_dictionary_and_sliced(texts: list[str | None], skipped: int) -> None:
    plain = pa.array(texts, pa.string())
    expected = ['"∅"' if text is None else f'"{text}"' for text in texts]
    found = [text.replace("∅", '"∅"') for text in written(plain, null="∅".encode(), quote='"')]
    assert found == expected
    coded = plain.dictionary_encode()
    assert written(coded, null="∅".encode()) == written(plain, null="∅".encode())
    part = coded.slice(min(skipped, len(texts) - 1))
    assert written(part, null=b"-") == written(plain.slice(min(skipped, len(texts) - 1)), null=b"-")


def test_null_in_the_dictionary_is_null() -> None:
    strings = arrays.pool(["a", None, "c"])
    coded = arrays.take(strings, np.array([1, 2, 0, 1]), np.array([True, True, False, True]))
    assert written(coded, null=b"NULL", quote="'") == ["NULL", "'c'", "NULL", "NULL"]


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 33, 5_000])
def test_the_longest_text_has_room(length: int) -> None:
    text = "x" * length
    assert written(pa.array([text] * 3), quote='"') == [f'"{text}"'] * 3
    assert written(pa.array(["", text, ""]).dictionary_encode()) == ["", text, ""]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([-(2**63)] * 3),
        pa.array([-(2**31)] * 3, pa.int32()),
        pa.array([False] * 3),
        pa.array([date(9999, 12, 31)] * 3),
        arrays.times(np.full(3, LAST_DAY * 86_400_000)),
        pa.array([Decimal("-9223372036854775.807")] * 3, pa.decimal128(19, 3)),
    ],
    ids=lambda column: str(column.type),
)
def test_the_longest_values_of_each_type_have_room(column: Any) -> None:
    found = written(column, quote="'")
    assert len(set(found)) == 1
    assert len(found) == 3


def test_fields_come_in_order_with_what_they_start_with() -> None:
    fields = [
        Field(b"{a: ", pa.array([1, None]), b"null"),
        Field(b", b: ", pa.array(["x", "y"]), quote='"'),
        Field(b"}\n"),
    ]
    assert bytes(lines(fields, 2)) == b'{a: 1, b: "x"}\n{a: null, b: "y"}\n'


def test_no_rows_are_no_bytes() -> None:
    assert bytes(lines([Field(b"x", pa.array([], pa.int64()))], 0)) == b""


def test_what_has_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match="no text for columns of double"):
        lines([Field(b"", pa.array([1.5]))], 1)
