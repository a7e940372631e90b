"""The data dictionary: every table and column, for people."""

from cartload.schema import TABLES, Column, Table

_TYPES = {"money": "integer (money)", "timestamp": "timestamp (UTC, ms)"}


def text() -> str:
    """The page, without a title."""
    return "\n".join(_section(table) for table in TABLES)


def _section(table: Table) -> str:
    rows = "\n".join(_row(table, column) for column in table.columns)
    head = "| column | type | | meaning |\n|---|---|---|---|"
    return f"## {table.name}\n\n{table.description}\n\n{head}\n{rows}\n{_together(table)}"


def _row(table: Table, column: Column) -> str:
    return (
        f"| `{column.name}` | {_type(column)} | {', '.join(_marks(table, column))} | {column.description} |"
    )


def _together(table: Table) -> str:
    """What is unique only in combination."""
    several = [columns for columns in table.unique if len(columns) > 1]
    if not several:
        return ""
    told = "; ".join(", ".join(f"`{column}`" for column in columns) for columns in several)
    return f"\nUnique together: {told}.\n"


def _marks(table: Table, column: Column) -> list[str]:
    marks = ["primary key"] if column.name == "id" else []
    marks += [f"→ `{column.references}`"] if column.references else []
    marks += ["unique"] if (column.name,) in table.unique else []
    marks += ["may be NULL"] if column.nullable else []
    return marks


def _type(column: Column) -> str:
    match column.type:
        case "string":
            return f"text ≤ {column.length}{', ASCII' if column.ascii else ''}"
        case "enum":
            return " ".join(f"`{value}`" for value in column.values)
        case "decimal":
            return f"decimal({column.precision},{column.scale})"
    return _TYPES.get(column.type, column.type)
