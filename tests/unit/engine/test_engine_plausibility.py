"""The plausibility queries find what is planted, and next to nothing in a hundred thousand rows."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from support.answers_stored import in_memory
from support.engine_invariants import dataset
from support.plausibility import PlausibilityQuery, queries, too_many, views


@pytest.fixture(scope="module")
def small() -> Iterator[Any]:
    """A small dataset in tables that can be changed."""
    _, tables = dataset(customers=120, clickstream={"sessions_per_customer": 3})
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, rows in tables.items():
            connection.register("rows", rows)
            connection.execute(f"CREATE TABLE {name} AS FROM rows")
        connection.execute(views())
        yield connection


@pytest.mark.parametrize("query", queries(), ids=lambda query: query.name)
def test_what_is_planted_is_found(small: Any, query: PlausibilityQuery) -> None:
    small.execute("BEGIN")
    try:
        small.execute(query.planted)
        assert query.count(small) > query.allowed(small)
    finally:
        small.execute("ROLLBACK")


def test_there_are_thirty_at_least() -> None:
    assert len({query.name for query in queries()}) >= 30


def test_a_hundred_thousand_rows_are_plausible() -> None:
    _, tables = dataset(customers=7000, clickstream={"sessions_per_customer": 1})
    with in_memory(tables) as stored:
        assert too_many(stored.connection) == []
    assert sum(map(len, tables.values())) > 100_000
