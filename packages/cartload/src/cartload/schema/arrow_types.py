"""The Arrow types of the tables' columns."""

from functools import cache
from typing import Final

import pyarrow as pa

from cartload.schema.model import Column, Ids
from cartload.schema.tables import table

_CODED: Final = pa.dictionary(pa.int32(), pa.string())


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
