"""The schema as a dbt ``sources.yml``: tables and columns with the tests that hold in every dataset."""

from typing import Any, Final

import yaml

from cartload.schema import TABLES, Column, Table

SOURCE: Final = "cartload"


def text() -> str:
    """The file."""
    source = {
        "name": SOURCE,
        "description": "A dataset made by Cartload.",
        "tables": [_table(table) for table in TABLES],
    }
    document = {"version": 2, "sources": [source]}
    return yaml.safe_dump(document, sort_keys=False, width=110, allow_unicode=True)


def _table(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "description": table.description,
        "columns": [_column(table, column) for column in table.columns],
    }


def _column(table: Table, column: Column) -> dict[str, Any]:
    told: dict[str, Any] = {"name": column.name, "description": column.description}
    tests = list(_tests(table, column))
    return told | ({"data_tests": tests} if tests else {})


def _tests(table: Table, column: Column) -> list[Any]:
    tests: list[Any] = [] if column.nullable else ["not_null"]
    if column.name == "id" or (column.name,) in table.unique:
        tests.append("unique")
    if column.references:
        parent, _, key = column.references.partition(".")
        arguments = {"to": f"source('{SOURCE}', '{parent}')", "field": key}
        tests.append({"relationships": {"arguments": arguments}})
    if column.values:
        tests.append({"accepted_values": {"arguments": {"values": list(column.values)}}})
    return tests
