"""Row queries run: every page, order, filter and search finds the rows that it says, on SQLite in memory."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.pool import NullPool

from cartload import schema
from cartload_kit.errors import Unprocessable
from cartload_writer.api import column_values
from cartload_writer.api.row_query import MOST_PARAMETERS, MOST_VALUES, RowQuery, parse_query

USERS = schema.table("users")
NAMES = USERS.column_names
BEGIN = datetime(2026, 1, 1)
ROWS: list[dict[str, Any]] = [
    dict.fromkeys(NAMES)
    | {
        "id": f"u{number:02}",
        "user_name": f"{'anna' if number % 4 else 'a%_na'}{number}",
        "email": f"{number}@example.com",
        "country": ("DE", "FR", "AT")[number % 3],
        "created_at": BEGIN + timedelta(hours=number // 5),
        "first_name": "Änne" if number == 7 else "Max",
    }
    for number in range(40)
]


@pytest.fixture(scope="module")
def database() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text("ATTACH DATABASE ':memory:' AS shopx"))
        connection.execute(sa.text(f"CREATE TABLE shopx.users ({', '.join(NAMES)})"))
        typed = {"created_at": sa.DateTime()}
        table = sa.table("users", *(sa.column(name, typed.get(name)) for name in NAMES), schema="shopx")
        for row in ROWS:
            connection.execute(sa.insert(table).values(row))
        connection.commit()
        yield connection
    engine.dispose()


def query(*parameters: tuple[str, str], sort: str = "id", q: str | None = None) -> RowQuery:
    return parse_query(USERS, "uuid", parameters, parameters=("limit", "cursor", "sort", "q"), sort=sort, q=q)


def ids(database: sa.Connection, asked: RowQuery, limit: int = 1000) -> list[str]:
    return [str(row.id) for row in database.execute(asked.select("shopx", limit))]


def wanted(fits: Callable[[dict[str, Any]], bool]) -> list[str]:
    return [str(row["id"]) for row in ROWS if fits(row)]


def pages(database: sa.Connection, asked: RowQuery, limit: int) -> Iterator[list[str]]:
    """Page after page, each found by the cursor of the one before, as a client does it."""
    convert = [None if name != "created_at" else column_values.time_text for name in NAMES]
    while True:
        found = database.execute(asked.select("shopx", limit)).fetchall()
        if not found:
            return
        yield [str(row.id) for row in found]
        last = column_values.as_json(NAMES, convert, _times(found[-1]))
        asked = asked.from_cursor(asked.cursor(last))


def _times(row: Any) -> list[Any]:
    """SQLite keeps times as text."""
    return [
        datetime.fromisoformat(value) if name == "created_at" else value
        for name, value in zip(NAMES, row, strict=True)
    ]


@pytest.mark.parametrize("sort", ["id", "country", "user_name", "created_at"])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("limit", [1, 7, 40, 41])
def test_all_pages_together_are_all_rows_in_order(
    database: sa.Connection, sort: str, descending: bool, limit: int
) -> None:
    """Each row once, whatever the size of the pages, also where many rows have the same value."""
    asked = query(sort=f"-{sort}" if descending else sort)
    found = [one for page in pages(database, asked, limit) for one in page]
    ordered = sorted(ROWS, key=lambda row: (row[sort], row["id"]), reverse=descending)
    assert found == [row["id"] for row in ordered]


def test_pages_keep_their_filters(database: sa.Connection) -> None:
    asked = query(("country", "DE"), sort="-created_at", q="anna")
    found = {one for page in pages(database, asked, 3) for one in page}
    assert found == set(wanted(lambda row: row["country"] == "DE" and row["user_name"].startswith("anna")))


def test_the_query_after_a_row_goes_on_where_its_cursor_does(database: sa.Connection) -> None:
    asked = query(sort="country")
    rows = database.execute(asked.select("shopx", 11)).fetchall()
    assert ids(database, asked.after(rows[-1])) == ids(database, asked)[11:]


HOUR = "2026-01-01T03:00:00Z"
AT = BEGIN + timedelta(hours=3)
FILTERS: list[tuple[str, str, Callable[[dict[str, Any]], bool]]] = [
    ("country", "DE", lambda row: row["country"] == "DE"),
    ("country__ne", "DE", lambda row: row["country"] != "DE"),
    ("country__in", "DE,AT", lambda row: row["country"] in ("DE", "AT")),
    ("country__in", "XX", lambda row: False),
    ("created_at", HOUR, lambda row: row["created_at"] == AT),
    ("created_at__gt", HOUR, lambda row: row["created_at"] > AT),
    ("created_at__gte", HOUR, lambda row: row["created_at"] >= AT),
    ("created_at__lt", HOUR, lambda row: row["created_at"] < AT),
    ("created_at__lte", HOUR, lambda row: row["created_at"] <= AT),
    ("country__isnull", "true", lambda row: False),
    ("country__isnull", "false", lambda row: True),
]


@pytest.mark.parametrize(("name", "text", "fits"), FILTERS)
def test_a_filter_finds_the_rows_that_it_says(
    database: sa.Connection, name: str, text: str, fits: Callable[[dict[str, Any]], bool]
) -> None:
    assert ids(database, query((name, text))) == wanted(fits)


def test_filters_together_narrow(database: sa.Connection) -> None:
    found = ids(database, query(("created_at__gte", HOUR), ("created_at__lt", "2026-01-01T05:00:00Z")))
    assert found == wanted(lambda row: AT <= row["created_at"] < AT + timedelta(hours=2))


@pytest.mark.parametrize("text", ["anna1", "a%", "a%_na", "a_", "7@", "zzz"])
def test_a_search_is_the_beginning_of_a_column_and_has_no_wildcards(
    database: sa.Connection, text: str
) -> None:
    searched = [column.name for column in USERS.columns if column.prefix]
    found = ids(database, query(q=text))
    assert found == wanted(lambda row: any(str(row[name] or "").startswith(text) for name in searched))


def test_letters_that_no_searched_column_can_hold_find_nothing(database: sa.Connection) -> None:
    assert ids(database, query(q="Ä")) == wanted(
        lambda row: any(column.prefix and not column.ascii and str(row[column.name] or "").startswith("Ä")
                        for column in USERS.columns)
    )  # fmt: skip


@settings(max_examples=20)
@given(st.lists(st.sampled_from(["DE", "FR", "AT", "XX"]), min_size=1, max_size=6))
def test_any_list_of_values_finds_their_rows(database: sa.Connection, values: list[str]) -> None:
    assert ids(database, query(("country__in", ",".join(values)))) == wanted(
        lambda row: row["country"] in values
    )


@pytest.mark.parametrize(
    ("most", "parameters"),
    [
        (MOST_PARAMETERS, lambda number: [("country", "DE")] * number),
        (MOST_VALUES, lambda number: [("country__in", ",".join(["DE"] * number))]),
        (MOST_VALUES, lambda number: [("id__in", "a"), ("country__in", ",".join(["DE"] * (number - 1)))]),
    ],
)
def test_bounds_are_reached_and_not_passed(
    most: int, parameters: Callable[[int], list[tuple[str, str]]]
) -> None:
    def complaints(number: int) -> str:
        try:
            query(*parameters(number))
        except Unprocessable as error:
            return " ".join(one.message for one in error.errors or ())
        return ""

    assert "at most" not in complaints(most)
    assert f"at most {most}" in complaints(most + 1)


NO_FILTERS = ["country__", "country__like", "country____gt", "__gt", "", "password", "Country"]


@pytest.mark.parametrize("name", NO_FILTERS)
def test_names_that_are_no_filter_are_refused(name: str) -> None:
    with pytest.raises(Unprocessable) as error:
        query((name, "DE"))
    assert [one.field for one in error.value.errors or ()] == [name]


@pytest.mark.parametrize("sort", ["", "-", "--id", "id,country", "birth_date", "password"])
def test_orders_that_are_none_are_refused(sort: str) -> None:
    with pytest.raises(Unprocessable, match="can be sorted by"):
        query(sort=sort)


@pytest.mark.parametrize("table", schema.TABLE_NAMES)
@pytest.mark.parametrize("kind", ["uuid", "integer"])
def test_every_sortable_column_has_cursors_that_lead_back(table: str, kind: str) -> None:
    """Whatever its type: what the client gets as JSON is the value that the next page begins after."""
    of = schema.table(table)
    key: Any = 17 if kind == "integer" else "0001-abc"
    stored: dict[str, Any] = {"timestamp": BEGIN, "id": key, "string": "DE"}
    for column in (column for column in of.columns if column.sortable):
        value = column.values[0] if column.type == "enum" else stored[column.type]
        shown = column_values.as_json([column.name], column_values.converters([column]), [value])
        asked = parse_query(of, kind, (), parameters=(), sort=f"-{column.name}", q=None)
        assert asked.from_cursor(asked.cursor({"id": key, **shown})).start == (value, key)
