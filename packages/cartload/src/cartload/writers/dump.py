"""A dataset as SQL text that ``mysql < file`` loads on MySQL and MariaDB: all but the rows."""

from collections.abc import Collection, Iterator
from typing import Final

from cartload import schema
from cartload._identity import VINTAGE
from cartload.schema import Ids, ddl
from cartload.spec.model import Spec
from cartload.storage import about

SESSION: Final = (
    "SET NAMES utf8mb4;\n"
    "SET SESSION time_zone = '+00:00', foreign_key_checks = 0, unique_checks = 0,"
    " sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO', autocommit = 0;\n"
)
"""Each file begins with it. Keys are added unchecked: the rows are known to be right."""


def tables(names: Collection[str], ids: Ids) -> str:
    """The tables with their primary keys only."""
    made = [f"{ddl.create_table(name, ids, final=False)};\n" for name in schema.TABLE_NAMES if name in names]
    return SESSION + "\n" + "\n".join(made)


def keys(names: Collection[str], spec: Spec) -> str:
    """All other keys between these tables; and ``_cartload``, when all tables are there."""
    lines = [f"{statement};\n" for statement in _alters(names)]
    if set(names) == set(schema.TABLE_NAMES):
        lines += [f"{about.create_table()};\n", f"{about.replace(_described(spec))};\nCOMMIT;\n"]
    return SESSION + "\n" + "\n".join(lines)


def _alters(names: Collection[str]) -> Iterator[str]:
    for name in schema.TABLE_NAMES:
        if name in names:
            # A foreign key to a table that is not in the dump would be refused by the server.
            away = [(c, p) for c, p in schema.table(name).foreign_keys if p not in names]
            yield from ddl.alter_to_final(name, [ddl.foreign_key_name(name, column) for column, _ in away])


def _described(spec: Spec) -> list[str]:
    segments = [{"first_block": 0, "customers": spec.customers}]
    row = about.row(spec.model_dump(mode="json"), VINTAGE, segments)
    return [_literal(row[name]) for name in about.COLUMNS]


def _literal(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
