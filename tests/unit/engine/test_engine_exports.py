"""The schema in other languages, each read by a parser of that language and held against real rows."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import yaml
from markdown_it import MarkdownIt

from cartload.schema import TABLE_NAMES, TABLES, Ids, arrow_schema, ddl, table
from cartload.schema.exports import arrow, dbt, json_schema, markdown
from support.engine_invariants import dataset

IDS: tuple[Ids, ...] = ("uuid", "integer")


@pytest.fixture(scope="module", params=IDS)
def made(request: pytest.FixtureRequest) -> tuple[Ids, dict[str, pa.Table]]:
    _, tables = dataset(customers=60, ids=request.param, clickstream={"sessions_per_customer": 1})
    return request.param, tables


def as_sqlite(statement: str) -> str:
    """A statement of MySQL without what SQLite lacks: character sets, options, indexes inside of tables."""
    statement = re.sub(r" CHARACTER SET \w+ COLLATE \w+", "", statement)
    statement = re.sub(r",\n  KEY [^\n]*?\)(?=,\n|\n)", "", statement)
    statement = re.sub(r"UNIQUE KEY `(\w+)`", r"CONSTRAINT `\1` UNIQUE", statement)
    return re.sub(r"\) ENGINE=[^;]*$", ")", statement)


@pytest.fixture(scope="module")
def database(made: tuple[Ids, dict[str, pa.Table]]) -> Iterator[sqlite3.Connection]:
    """SQLite with the tables in their final form, foreign keys checked, filled with the rows."""
    ids, tables = made
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        for statement in ddl.create_tables(ids).removesuffix(";\n").split(";\n\n"):
            connection.execute(as_sqlite(statement))
        for name in TABLE_NAMES:
            rows = [tuple(map(plain, row.values())) for row in tables[name].to_pylist()]
            marks = ", ".join("?" * len(table(name).columns))
            connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        yield connection


def plain(value: Any) -> Any:
    return str(value) if isinstance(value, date | datetime | Decimal) else value


def test_the_rows_go_into_the_tables_that_the_sql_makes(
    database: sqlite3.Connection, made: tuple[Ids, dict[str, pa.Table]]
) -> None:
    for name, rows in made[1].items():
        assert database.execute(f"SELECT count(*) FROM {name}").fetchone() == (rows.num_rows,)
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_the_tables_refuse_what_the_schema_forbids(database: sqlite3.Connection, name: str) -> None:
    columns = table(name).columns
    for column in columns:
        if not column.nullable:
            with pytest.raises(sqlite3.IntegrityError, match=rf"NOT NULL constraint failed: {name}\."):
                database.execute(f"UPDATE {name} SET {column.name} = NULL WHERE rowid = 1")
        if column.references:
            with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY constraint failed"):
                database.execute(f"UPDATE {name} SET {column.name} = 'nobody' WHERE rowid = 1")
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE constraint failed"):
        database.execute(f"INSERT INTO {name} SELECT * FROM {name} WHERE rowid = 1")
    for key in table(name).unique:
        same = ", ".join(f"{column} = (SELECT {column} FROM {name} WHERE rowid = 1)" for column in key)
        with pytest.raises(sqlite3.IntegrityError, match=f"UNIQUE constraint failed: {name}.{key[0]}"):
            database.execute(f"UPDATE {name} SET {same} WHERE rowid = 2")


@pytest.mark.parametrize("ids", IDS)
def test_every_key_is_either_in_the_final_table_or_added_to_the_plain_one(ids: Ids) -> None:
    for name in TABLE_NAMES:
        plain_keys = keys(ddl.create_table(name, ids, final=False))
        added = {key for statement in ddl.alter_to_final(name) for key in keys(statement)}
        assert plain_keys | added == keys(ddl.create_table(name, ids, final=True))
        assert not plain_keys & added


def keys(statement: str) -> set[str]:
    found = re.findall(r"(?:UNIQUE |PRIMARY )?KEY(?: `\w+`)? \([^)]*\)|CONSTRAINT `\w+` [^,\n]*\)", statement)
    return {key for key in found if not key.startswith("KEY (")}


def holds(connection: duckdb.DuckDBPyConnection, name: str, column: str, test: Any) -> bool:
    """What dbt asks for one of its generic tests: whether no row breaks it."""
    match test:
        case "not_null":
            query = f"SELECT count(*) FROM {name} WHERE {column} IS NULL"
        case "unique":
            query = f"SELECT count(*) - count(DISTINCT {column}) FROM {name} WHERE {column} IS NOT NULL"
        case {"relationships": {"arguments": {"to": to, "field": field}}}:
            parent = re.fullmatch(r"source\('cartload', '(\w+)'\)", to)
            assert parent is not None
            query = (
                f"SELECT count(*) FROM {name} WHERE {column} IS NOT NULL "
                f"AND {column} NOT IN (SELECT {field} FROM {parent[1]})"
            )
        case {"accepted_values": {"arguments": {"values": list(values)}}}:
            query = f"SELECT count(*) FROM {name} WHERE {column} NOT IN ({', '.join(map(repr, values))})"
        case _:
            raise AssertionError(test)
    return connection.execute(query).fetchone() == (0,)


def test_every_test_of_dbt_holds_in_a_dataset(made: tuple[Ids, dict[str, pa.Table]]) -> None:
    (source,) = yaml.safe_load(dbt.text())["sources"]
    assert [one["name"] for one in source["tables"]] == list(TABLE_NAMES)
    asked = 0
    with duckdb.connect() as connection:
        for name, rows in made[1].items():
            connection.register(name, rows)
        for one in source["tables"]:
            assert [column["name"] for column in one["columns"]] == list(table(one["name"]).column_names)
            for column in one["columns"]:
                for test in column.get("data_tests", ()):
                    assert holds(connection, one["name"], column["name"], test), (one["name"], column, test)
                    asked += 1
    assert asked > 100


@pytest.mark.parametrize("ids", IDS)
def test_the_arrow_module_makes_the_schemas(ids: Ids) -> None:
    scope: dict[str, Any] = {}
    exec(compile(arrow.text(ids), "schemas.py", "exec"), scope)
    assert scope["SCHEMAS"] == {name: arrow_schema(name, ids) for name in TABLE_NAMES}


def test_json_describes_the_columns_as_the_rows_are(made: tuple[Ids, dict[str, pa.Table]]) -> None:
    ids, tables = made
    document = json.loads(json.dumps(json_schema.tables(ids)))
    assert document["ids"] == ids
    by_name = {one["name"]: one for one in document["tables"]}
    assert list(by_name) == list(TABLE_NAMES)
    for name, rows in tables.items():
        described = by_name[name]
        columns = {column["name"]: column for column in described["columns"]}
        assert list(columns) == rows.column_names
        for column, values in zip(columns.values(), rows.columns, strict=True):
            assert column["nullable"] or not values.null_count
            fits(column, [value for value in values.to_pylist() if value is not None], ids)
        for key in (*described["unique"], *described["indexes"], described["primary_key"]):
            assert set(key) <= set(columns)
        assert {(key["column"], key["references"]["table"]) for key in described["foreign_keys"]} == {
            (name, column["references"].partition(".")[0])
            for name, column in columns.items()
            if "references" in column
        }


def fits(column: dict[str, Any], values: list[Any], ids: Ids) -> None:
    """Values are of the type that is named, and within its length, digits and list."""
    kinds = {"string": str, "enum": str, "integer": int, "money": int, "boolean": bool, "decimal": Decimal}
    kinds |= {"date": date, "timestamp": datetime, "id": str if ids == "uuid" else int}
    assert all(isinstance(value, kinds[column["type"]]) for value in values)
    if "values" in column:
        assert set(values) <= set(column["values"])
    if "length" in column:
        assert all(len(value) <= column["length"] for value in values)
    if column.get("ascii"):
        assert all(value.isascii() for value in values)
    if column["type"] == "decimal":
        assert all(-value.as_tuple().exponent == column["scale"] for value in values)
        assert all(len(value.as_tuple().digits) <= column["precision"] for value in values)


def cells(text: str) -> dict[str, list[list[str]]]:
    """The rows of the tables on a page of Markdown, by the heading above."""
    found: dict[str, list[list[str]]] = {}
    heading = ""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for before, token in pairwise(tokens):
        if before.type == "heading_open":
            heading = token.content
        elif token.type == "tr_open":
            found.setdefault(heading, []).append([])
        elif before.type in ("td_open", "th_open"):
            found[heading][-1].append(token.content)
    return found


def test_the_page_has_a_row_of_four_cells_for_every_column() -> None:
    found = cells(markdown.text())
    assert list(found) == list(TABLE_NAMES)
    for one in TABLES:
        head, *rows = found[one.name]
        assert head == ["column", "type", "", "meaning"]
        assert [row[0] for row in rows] == [f"`{name}`" for name in one.column_names]
        assert [row[3] for row in rows] == [column.description for column in one.columns]
        marks = {row[0].strip("`"): row[2].split(", ") for row in rows}
        assert {name for name, said in marks.items() if "may be NULL" in said} == {
            column.name for column in one.columns if column.nullable
        }
        assert {name for name, said in marks.items() if "unique" in said} == {
            key[0] for key in one.unique if len(key) == 1
        }
