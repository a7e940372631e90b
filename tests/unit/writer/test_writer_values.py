"""Values between a query's text, the database and JSON: bounds, and the way there and back."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartload import schema
from cartload_writer.api import column_values

USERS, ORDERS, ADDRESSES = (schema.table(name) for name in ("users", "order_details", "addresses"))
CREATED, BORN = USERS.column("created_at"), USERS.column("birth_date")
LATITUDE, DEFAULT = ADDRESSES.column("latitude"), ADDRESSES.column("is_default")
TOTAL = ORDERS.column("total")


def shown(column: schema.Column, value: Any) -> Any:
    """A stored value as the API's JSON has it, written and read."""
    found = column_values.as_json([column.name], column_values.converters([column]), [value])
    return json.loads(json.dumps(found))[column.name]


def there_and_back(column: schema.Column, value: Any) -> Any:
    """What a filter looks for whose text is the value as the API showed it."""
    text = shown(column, value)
    return column_values.parse(column, json.dumps(text) if isinstance(text, bool) else str(text), "uuid")


milliseconds = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)).map(
    lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000)
)


@settings(max_examples=25)
@given(milliseconds)
def test_a_time_that_was_shown_finds_its_row(time: datetime) -> None:
    assert there_and_back(CREATED, time) == time


@settings(max_examples=25)
@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_a_date_that_was_shown_finds_its_row(day: date) -> None:
    assert there_and_back(BORN, day) == day


@settings(max_examples=25)
@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_an_amount_that_was_shown_finds_its_row(amount: int) -> None:
    assert there_and_back(TOTAL, amount) == amount


@settings(max_examples=25)
@given(st.decimals(min_value=-180, max_value=180, places=5, allow_nan=False, allow_infinity=False))
def test_a_coordinate_that_was_shown_finds_its_row(degrees: Decimal) -> None:
    assert there_and_back(LATITUDE, degrees) == degrees


@pytest.mark.parametrize("flag", [0, 1])
def test_a_flag_that_was_shown_finds_its_row(flag: int) -> None:
    """The databases keep flags as numbers."""
    assert there_and_back(DEFAULT, flag) is bool(flag)


@settings(max_examples=25)
@given(milliseconds, st.integers(-14 * 60, 14 * 60))
def test_a_time_of_any_zone_is_the_same_moment(time: datetime, minutes: int) -> None:
    elsewhere = time.replace(tzinfo=UTC).astimezone(timezone(timedelta(minutes=minutes)))
    assert column_values.parse(CREATED, elsewhere.isoformat(), "uuid") == time


@pytest.mark.parametrize("column", [CREATED, BORN, LATITUDE, DEFAULT, TOTAL])
def test_nothing_is_shown_as_null(column: schema.Column) -> None:
    assert shown(column, None) is None


@pytest.mark.parametrize(
    ("column", "longest", "longer"),
    [
        (USERS.column("user_name"), "a" * 500, "a" * 501),
        (TOTAL, str(2**63 - 1), str(2**63)),
        (TOTAL, str(-(2**63) + 1), str(-(2**63))),
        (TOTAL, f"+{'9' * 18}", "1" * 20),
        (LATITUDE, "1e30", "1e31"),
        (LATITUDE, "1e-30", "1e-31"),
    ],
)
def test_values_up_to_a_bound_are_taken(column: schema.Column, longest: str, longer: str) -> None:
    column_values.parse(column, longest, "uuid")
    with pytest.raises(ValueError, match="must be"):
        column_values.parse(column, longer, "uuid")


@pytest.mark.parametrize(("text", "value"), [("true", True), ("1", True), ("false", False), ("0", False)])
def test_flags_have_two_spellings(text: str, value: bool) -> None:
    assert column_values.boolean(text) is value


@pytest.mark.parametrize("text", ["True", "yes", "", "2", " true"])
def test_other_spellings_of_flags_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="true or false"):
        column_values.boolean(text)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (CREATED, "2026-01-31T25:00:00Z"),
        (CREATED, "2026-01-31T12:00:00"),
        (CREATED, "now"),
        (BORN, "2026-13-01"),
        (BORN, "2026-01-01T00:00:00Z"),
        (TOTAL, ""),
        (TOTAL, "1 "),
        (TOTAL, "0x10"),
        (LATITUDE, ""),
        (LATITUDE, "Infinity"),
        (LATITUDE, "1,5"),
    ],
)
def test_texts_that_are_no_value_are_refused(column: schema.Column, text: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        column_values.parse(column, text, "uuid")


def test_the_values_of_an_enum_are_named() -> None:
    status = ORDERS.column("status")
    with pytest.raises(ValueError, match=", ".join(status.values)):
        column_values.parse(status, "lost", "uuid")
    for value in status.values:
        assert column_values.parse(status, value, "uuid") == value
