"""The schema in DuckDB's words."""

from cartload.schema import Column, Ids, table


def duckdb_type(column: Column, ids: Ids) -> str:
    """The DuckDB type that holds a column, as ``DESCRIBE`` writes it."""
    match column.type:
        case "id":
            return "VARCHAR" if ids == "uuid" else "BIGINT"
        case "string" | "enum":
            return "VARCHAR"
        case "integer":
            return "INTEGER"
        case "money":
            return "BIGINT"
        case "decimal":
            return f"DECIMAL({column.precision},{column.scale})"
        case "boolean":
            return "BOOLEAN"
        case "date":
            return "DATE"
        case "timestamp":
            return "TIMESTAMP WITH TIME ZONE"


def duckdb_types(name: str, ids: Ids) -> dict[str, str]:
    """DuckDB types of a table's columns, in schema order."""
    return {column.name: duckdb_type(column, ids) for column in table(name).columns}


def columns_problem(name: str, found: list[str]) -> str | None:
    """What is wrong with the columns found for a table, in whatever order; None when nothing is."""
    expected = table(name).column_names
    missing = [column for column in expected if column not in found]
    unexpected = [column for column in found if column not in expected]
    words = [f"has no column {', '.join(missing)}"] if missing else []
    words += [f"has the unexpected column {', '.join(unexpected)}"] if unexpected else []
    return " and ".join(words) or None


def text_literal(text: str) -> str:
    """A text as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"
