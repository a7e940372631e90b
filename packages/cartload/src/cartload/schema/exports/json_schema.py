"""The schema as one JSON document."""

from typing import Any

from cartload.schema import TABLES, Column, Ids, Table


def tables(ids: Ids) -> dict[str, Any]:
    """Tables with columns, keys and meanings; ``ids`` says what columns of type ``id`` hold."""
    return {"ids": ids, "tables": [_table(table) for table in TABLES]}


def _table(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "description": table.description,
        "columns": [_column(column) for column in table.columns],
        "primary_key": ["id"],
        "unique": [list(columns) for columns in table.unique],
        "indexes": [list(columns) for columns in table.indexes],
        "foreign_keys": [
            {"column": column, "references": {"table": parent, "column": "id"}}
            for column, parent in table.foreign_keys
        ],
    }


def _column(column: Column) -> dict[str, Any]:
    """Its type and, where they say something, length, digits and values."""
    told: dict[str, Any] = {
        "name": column.name,
        "type": column.type,
        "nullable": column.nullable,
        "description": column.description,
    }
    more = {
        "references": column.references,
        "length": column.length,
        "precision": column.precision,
        "scale": column.scale,
        "values": list(column.values),
        "ascii": column.ascii,
    }
    decimal_scale = {"scale"} if column.type == "decimal" else set()
    return told | {name: value for name, value in more.items() if value or name in decimal_scale}
