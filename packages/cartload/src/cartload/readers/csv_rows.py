"""Rows of a database as lines of CSV that the server makes.

A client in Python works on every value of a row; of one text a row it sees one, and Arrow parses the texts.
"""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc

from cartload.schema import Column, table


def query(name: str) -> str:
    """The query for a table's rows, each as one line, its columns in schema order."""
    fields = ", ".join(_field(column) for column in table(name).columns)
    return f"SELECT CONCAT_WS(',', {fields}) FROM `{name}`"  # noqa: S608 names from the schema


def _field(column: Column) -> str:
    """NULL is nothing, text is quoted, moments say that they are UTC."""
    # As bytes, columns of any character set and collation can be joined into one text.
    plain = f"CAST(`{column.name}` AS BINARY)"
    match column.type:
        case "id" | "string" | "enum":
            plain = f"""CONCAT('"', REPLACE({plain}, '"', '""'), '"')"""
        case "timestamp":
            plain = f"CONCAT({plain}, 'Z')"
    # CONCAT_WS leaves out what is NULL together with the comma, and all later fields would move up.
    return f"IFNULL({plain}, '')"


def parse_rows(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    """Lines as rows of the schema. Raises pyarrow's ArrowInvalid for a value that does not fit."""
    text = b"\n".join(line for (line,) in rows) + b"\n"
    return pc.read_csv(
        pa.BufferReader(text),
        # One block for all: Arrow refuses a row that is longer than a block.
        pc.ReadOptions(column_names=schema.names, block_size=len(text) + 1),
        pc.ParseOptions(newlines_in_values=True),
        pc.ConvertOptions(
            column_types=schema,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
