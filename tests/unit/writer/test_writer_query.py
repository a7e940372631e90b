"""From a query string to one SQL statement, without a database."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql

from cartload import schema
from cartload_kit.errors import Unprocessable
from cartload_kit.pagination import decode_cursor, encode_cursor
from cartload_writer.api import column_values
from cartload_writer.api.row_query import RowQuery, parse_query

PARAMETERS = ("limit", "cursor", "sort", "q")
USERS, ORDERS = schema.table("users"), schema.table("order_details")


def sql(query: RowQuery) -> str:
    statement = query.select("shopx", 11)
    return " ".join(str(statement.compile(dialect=mysql.dialect())).split())


def values(query: RowQuery) -> list[Any]:
    return list(query.select("shopx", 11).compile(dialect=mysql.dialect()).params.values())


def where(query: RowQuery) -> str:
    return sql(query).partition(" WHERE ")[2].partition(" ORDER BY ")[0]


def query(*parameters: tuple[str, str], sort: str = "id", q: str | None = None) -> RowQuery:
    return parse_query(USERS, "uuid", parameters, parameters=PARAMETERS, sort=sort, q=q)


def test_without_anything_it_is_the_whole_table_by_key() -> None:
    found = sql(query())
    assert found.startswith("SELECT shopx.users.id, shopx.users.user_name")
    assert found.endswith("FROM shopx.users ORDER BY id ASC LIMIT %s")


def test_an_order_is_made_total_by_the_key() -> None:
    assert "ORDER BY created_at DESC, id DESC" in sql(query(sort="-created_at"))
    assert "ORDER BY created_at ASC, id ASC" in sql(query(sort="created_at"))


def test_filters_are_bound() -> None:
    found = query(("country", "DE"), ("created_at__gte", "2026-01-01T00:00:00Z"))
    assert where(found) == "country = %s AND created_at >= %s"
    assert values(found)[:2] == ["DE", datetime(2026, 1, 1)]


def test_a_prefix_is_looked_for_in_every_marked_column() -> None:
    found = where(query(q="an%n_"))
    assert found.count("LIKE") == sum(column.prefix for column in USERS.columns)
    assert "an/%n/_%" in str(values(query(q="an%n_"))) or "an/%n/_" in values(query(q="an%n_"))


def test_a_page_begins_after_the_row_that_the_cursor_names() -> None:
    first = query(sort="-created_at")
    cursor = first.cursor({"created_at": "2026-01-01T00:00:00.000Z", "id": "abc"})
    found = first.from_cursor(cursor)
    assert where(found) == "created_at <= %s AND (created_at < %s OR id < %s)"
    assert values(found)[:3] == [datetime(2026, 1, 1), datetime(2026, 1, 1), "abc"]
    by_key = query().from_cursor(query().cursor({"id": "abc"}))
    assert where(by_key) == "id > %s"


def test_no_order_has_to_place_nulls() -> None:
    assert not [column for table in schema.TABLES for column in table.columns
                if column.sortable and column.nullable]  # fmt: skip


def test_after_a_row_is_where_its_cursor_leads() -> None:
    first = query(sort="country")
    row = tuple("DE" if name == "country" else name for name in USERS.column_names)
    assert first.after(row).start == ("DE", "id")


@pytest.mark.parametrize(
    "position",
    [
        {"sort": "country", "value": "DE", "id": "x"},
        {"sort": "id", "value": "x"},
        {"sort": "id", "value": ["x"], "id": "x"},
        {"sort": "id", "value": None, "id": "x"},
        {"sort": "id", "value": "x", "id": "x", "more": 1},
        {"sort": "id", "value": "ü", "id": "x"},
    ],
)
def test_a_cursor_that_does_not_fit_is_refused(position: dict[str, Any]) -> None:
    with pytest.raises(Unprocessable) as error:
        query().from_cursor(encode_cursor(position))
    assert error.value.errors is not None
    assert error.value.errors[0].field == "cursor"


def test_everything_wrong_is_named_at_once() -> None:
    with pytest.raises(Unprocessable) as error:
        query(("first_name", "x"), ("created_at", "never"), sort="email_address", q="x" * 121)
    assert [one.field for one in error.value.errors or ()] == ["first_name", "created_at", "q", "sort"]


def refused(*parameters: tuple[str, str]) -> dict[str, str]:
    with pytest.raises(Unprocessable) as error:
        query(*parameters)
    return {one.field: one.message for one in error.value.errors or ()}


def test_parameters_and_their_values_are_bounded() -> None:
    assert "at most 64" in refused(*[("id__gt", f"{n}") for n in range(5_000)])["query"]
    many = ",".join(["DE"] * 60)
    assert "at most 100" in refused(("country__in", many), ("status__in", many))["country__in"]
    query(("country__in", many), ("id__in", "a,b"))


def test_a_parameter_is_given_once() -> None:
    assert "once" in refused(("country", "DE"), ("country", "FR"))["country"]
    assert "once" in refused(("limit", "1"), ("limit", "2"))["limit"]
    query(("country__ne", "DE"), ("country", "FR"))


def test_a_parameter_of_another_route_is_refused() -> None:
    assert "can be filtered by" in refused(("format", "csv"))["format"]


def test_a_table_without_marked_text_cannot_be_searched() -> None:
    with pytest.raises(Unprocessable, match="no columns"):
        parse_query(schema.table("payment_details"), "uuid", [], parameters=PARAMETERS, sort="id", q="x")


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_name_or_value_of_the_caller_is_in_the_statement(name: str, text: str) -> None:
    known = {column.name for column in USERS.columns if column.filterable}
    try:
        found = query((name, text), q=text)
    except Unprocessable:
        return
    assert name.partition("__")[0] in known or name in PARAMETERS
    plain = query((name.partition("__")[0], "x")) if name.partition("__")[0] in known else query()
    assert sql(found).startswith(sql(plain).partition(" WHERE ")[0].partition(" ORDER BY ")[0])


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        (USERS.column("country"), "DE", "DE"),
        (USERS.column("birth_date"), "2000-02-29", date(2000, 2, 29)),
        (USERS.column("created_at"), "2026-01-31T12:00:00+02:00", datetime(2026, 1, 31, 10)),
        (USERS.column("created_at"), "2026-01-31T12:00:00 02:00", datetime(2026, 1, 31, 10)),
        (ORDERS.column("total"), "-12", -12),
        (ORDERS.column("status"), "paid", "paid"),
        (schema.table("addresses").column("latitude"), "1.50000", Decimal("1.5")),
        (schema.table("addresses").column("is_default"), "true", True),
    ],
)
def test_values_are_read_by_the_columns_type(column: schema.Column, text: str, value: Any) -> None:
    assert column_values.parse(column, text, "uuid") == value


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (USERS.column("id"), "ü"),
        (USERS.column("country"), "ü"),
        (USERS.column("country"), "D\0E"),
        (USERS.column("birth_date"), "2001-02-29"),
        (USERS.column("created_at"), "2026-01-31"),
        (USERS.column("created_at"), "0001-01-01T00:00:00+14:00"),
        (ORDERS.column("total"), "1.5"),
        (ORDERS.column("total"), "9223372036854775808"),
        (ORDERS.column("total"), "٣"),
        (ORDERS.column("status"), "Paid"),
        (schema.table("addresses").column("latitude"), "NaN"),
        (schema.table("addresses").column("latitude"), "1e400"),
        (schema.table("addresses").column("is_default"), "yes"),
    ],
)
def test_other_values_are_refused(column: schema.Column, text: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        column_values.parse(column, text, "uuid")


def test_integer_ids_are_numbers() -> None:
    assert column_values.parse(USERS.column("id"), "12", "integer") == 12
    with pytest.raises(ValueError, match="whole number"):
        column_values.parse(USERS.column("id"), "abc", "integer")


def test_stored_values_become_json() -> None:
    address = schema.table("addresses")
    convert = column_values.converters(address.columns)
    row: list[Any] = [None] * len(address.columns)
    names = [column.name for column in address.columns]
    row[names.index("is_default")] = 1
    row[names.index("latitude")] = Decimal("-12.34567")
    row[names.index("created_at")] = datetime(2026, 1, 2, 3, 4, 5, 6000)
    found = column_values.as_json(names, convert, row)
    assert (found["is_default"], found["latitude"]) == (True, -12.34567)
    assert found["created_at"] == "2026-01-02T03:04:05.006Z"
    assert found["line_2"] is None


@given(st.decimals(min_value=-999, max_value=999, places=5, allow_nan=False))
def test_a_decimal_is_shown_exactly(value: Decimal) -> None:
    convert = column_values.converters([schema.table("addresses").column("latitude")])[0]
    assert convert is not None
    assert Decimal(repr(convert(value))) == value


def test_a_cursor_is_opaque_and_holds_the_order() -> None:
    cursor = query(sort="country").cursor({"country": "DE", "id": "x"})
    assert decode_cursor(cursor) == {"sort": "country", "value": "DE", "id": "x"}
