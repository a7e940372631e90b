"""The tables: their columns, keys and meanings, defined once.

MySQL's DDL, the Arrow types, row hashes and every exported description are derived from this definition.
"""

from cartload.schema.arrow_types import arrow_schema, arrow_type, coded_schema
from cartload.schema.model import Column, Ids, Kind, Table
from cartload.schema.tables import BLOCK_TABLES, CATALOGUE_TABLES, TABLE_NAMES, TABLES, table

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
