"""MySQL and MariaDB statements from the schema, unqualified: the connection's database is the dataset."""

from collections.abc import Collection
from typing import Final

from cartload.schema import TABLE_NAMES, TABLES, Column, Ids, Table, table

# Ids and values of a list are compared byte by byte: upper and lower case are different there.
_ASCII: Final = "CHARACTER SET ascii COLLATE ascii_bin"
_ASCII_FOLDED: Final = "CHARACTER SET ascii COLLATE ascii_general_ci"
_OPTIONS: Final = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci"
"""Known to MySQL 8/9 and MariaDB alike; their own defaults differ and MySQL's is unknown to MariaDB."""


def create_table(name: str, ids: Ids, *, final: bool) -> str:
    """``CREATE TABLE``: with every key if ``final``, else only the primary one, for a large first load."""
    wanted = table(name)
    parts = [_column(column, ids) for column in wanted.columns] + ["PRIMARY KEY (`id`)"]
    if final:
        parts += _keys(wanted) + _foreign_keys(wanted)
    body = ",\n  ".join(parts)
    return f"CREATE TABLE `{name}` (\n  {body}\n) {_OPTIONS}"


def create_tables(ids: Ids) -> str:
    """All tables in their final form as one script, parents first."""
    return "\n\n".join(f"{create_table(name, ids, final=True)};" for name in TABLE_NAMES) + "\n"


def alter_to_final(name: str, present: Collection[str] = ()) -> list[str]:
    """What takes a primary-key-only table to its final form: keys first, then foreign keys, one ALTER each.

    Keys whose names are in ``present`` are left out. Meant to run with ``foreign_key_checks=0``; then
    :func:`orphan_queries` proves what the server did not.
    """
    wanted = table(name)
    keys = zip(index_names(name), _keys(wanted), strict=True)
    foreign = zip(foreign_key_names(name), _foreign_keys(wanted), strict=True)
    # Indexes before foreign keys: for a foreign key without an index on its column the server adds one of
    # its own, under a name that is not ours.
    kinds = [[part for key, part in kind if key not in present] for kind in (keys, foreign)]
    return [f"ALTER TABLE `{name}` " + ", ".join(f"ADD {part}" for part in kind) for kind in kinds if kind]


def orphan_queries() -> dict[str, str]:
    """By foreign key name: an anti-join that counts the rows whose parent is missing."""
    return {
        foreign_key_name(child.name, column): _orphans(child, column, parent)
        for child in TABLES
        for column, parent in child.foreign_keys
    }


def foreign_key_name(child: str, column: str) -> str:
    """The name of a foreign key, unique in the database."""
    return f"fk_{child}_{column}"


def foreign_key_names(name: str) -> tuple[str, ...]:
    """Names of all foreign keys of a table."""
    return tuple(foreign_key_name(name, column) for column, _ in table(name).foreign_keys)


def index_names(name: str) -> tuple[str, ...]:
    """Names of all secondary keys of the final form, unique ones first."""
    wanted = table(name)
    unique = [f"uq_{name}_{'_'.join(columns)}" for columns in wanted.unique]
    return (*unique, *(f"ix_{name}_{'_'.join(columns)}" for columns in wanted.indexes))


def _orphans(child: Table, column: str, parent: str) -> str:
    join = f"LEFT JOIN `{parent}` AS p ON p.`id` = c.`{column}`"
    refers = f" AND c.`{column}` IS NOT NULL" if child.column(column).nullable else ""
    return f"SELECT COUNT(*) FROM `{child.name}` AS c {join} WHERE p.`id` IS NULL{refers}"  # noqa: S608 names from the schema


def _keys(wanted: Table) -> list[str]:
    kinds = ["UNIQUE KEY"] * len(wanted.unique) + ["KEY"] * len(wanted.indexes)
    columns = (*wanted.unique, *wanted.indexes)
    return [
        f"{kind} `{name}` ({', '.join(f'`{column}`' for column in key)})"
        for kind, name, key in zip(kinds, index_names(wanted.name), columns, strict=True)
    ]


def _foreign_keys(wanted: Table) -> list[str]:
    return [
        f"CONSTRAINT `{foreign_key_name(wanted.name, column)}` FOREIGN KEY (`{column}`) "
        f"REFERENCES `{parent}` (`id`)"
        for column, parent in wanted.foreign_keys
    ]


def _column(column: Column, ids: Ids) -> str:
    null = "NULL" if column.nullable else "NOT NULL"
    return f"`{column.name}` {_type(column, ids)} {null}"


def _type(column: Column, ids: Ids) -> str:
    match column.type:
        case "id":
            return f"CHAR(36) {_ASCII}" if ids == "uuid" else "BIGINT"
        case "enum":
            return f"VARCHAR({column.length}) {_ASCII}"
        case "string":
            return f"VARCHAR({column.length})" + (f" {_ASCII_FOLDED}" if column.ascii else "")
        case "integer":
            return "INT"
        case "money":
            return "BIGINT"
        case "decimal":
            return f"DECIMAL({column.precision},{column.scale})"
        case "boolean":
            return "TINYINT(1)"
        case "date":
            return "DATE"
        case "timestamp":
            return "DATETIME(3)"
