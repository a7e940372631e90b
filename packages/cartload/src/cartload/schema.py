"""The one schema definition: DDL, Arrow schemas and documentation all come from here."""

from functools import cache
from typing import Final

import pyarrow as pa

from cartload._schema_model import Column, Ids, Kind, Table
from cartload._schema_tables import TABLES

__all__ = [
    "BLOCK_TABLES",
    "CATALOGUE_TABLES",
    "TABLES",
    "TABLE_NAMES",
    "Column",
    "Ids",
    "Kind",
    "Table",
    "arrow_schema",
    "arrow_type",
    "coded_schema",
    "table",
]

TABLE_NAMES: Final = tuple(table.name for table in TABLES)
CATALOGUE_TABLES: Final = tuple(table.name for table in TABLES if table.catalogue)
"""The four tables made once per dataset, in runs of rows."""
BLOCK_TABLES: Final = tuple(table.name for table in TABLES if not table.catalogue)
"""The six tables made per block of customers."""

_CODED: Final = pa.dictionary(pa.int32(), pa.string())
_BY_NAME: Final = {table.name: table for table in TABLES}


def table(name: str) -> Table:
    """The table of that name; KeyError when there is none."""
    return _BY_NAME[name]


@cache
def arrow_schema(name: str, ids: Ids) -> pa.Schema:
    """The Arrow schema of a table's batches: plain strings, int64 money, decimal128, UTC milliseconds."""
    return pa.schema([pa.field(c.name, arrow_type(c, ids), nullable=c.nullable) for c in table(name).columns])


@cache
def coded_schema(name: str, ids: Ids, coded: tuple[bool, ...]) -> pa.Schema:
    """The same with the marked columns dictionary-encoded."""
    fields = zip(arrow_schema(name, ids), coded, strict=True)
    return pa.schema([field.with_type(_CODED) if by else field for field, by in fields])


def arrow_type(column: Column, ids: Ids) -> pa.DataType:
    """The Arrow type that holds a column."""
    match column.type:
        case "id":
            return pa.string() if ids == "uuid" else pa.int64()
        case "string" | "enum":
            return pa.string()
        case "integer":
            return pa.int32()
        case "money":
            return pa.int64()
        case "decimal":
            return pa.decimal128(column.precision, column.scale)
        case "boolean":
            return pa.bool_()
        case "date":
            return pa.date32()
        case "timestamp":
            return pa.timestamp("ms", tz="UTC")
