"""The schema as Python source: a pyarrow schema for each table."""

from cartload import schema
from cartload.schema import TABLES, Column, Ids

_KINDS = {
    "string": "pa.string()",
    "enum": "pa.string()",
    "integer": "pa.int32()",
    "money": "pa.int64()",
    "boolean": "pa.bool_()",
    "date": "pa.date32()",
    "timestamp": 'pa.timestamp("ms", tz="UTC")',
}


def text(ids: Ids) -> str:
    """A module with ``SCHEMAS``, by table."""
    tables = "\n".join(_table(table.name, ids) for table in TABLES)
    return f"import pyarrow as pa\n\nSCHEMAS = {{\n{tables}\n}}\n"


def _table(name: str, ids: Ids) -> str:
    fields = "\n".join(_field(column, ids) for column in schema.table(name).columns)
    return f'    "{name}": pa.schema(\n        [\n{fields}\n        ]\n    ),'


def _field(column: Column, ids: Ids) -> str:
    null = "" if column.nullable else ", nullable=False"
    return f'            pa.field("{column.name}", {_type(column, ids)}{null}),'


def _type(column: Column, ids: Ids) -> str:
    match column.type:
        case "id":
            return "pa.string()" if ids == "uuid" else "pa.int64()"
        case "decimal":
            return f"pa.decimal128({column.precision}, {column.scale})"
    return _KINDS[column.type]
