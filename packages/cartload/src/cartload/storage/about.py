"""The table ``_cartload`` of a dataset's database: what the dataset was made from, in one row."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

TABLE: Final = "_cartload"
COLUMNS: Final = ("spec", "vintage", "segments")
"""Besides ``id``, which is 1."""
DELETE: Final = f"DELETE FROM `{TABLE}`"  # noqa: S608 the name is ours


def create_table(database: str = "") -> str:
    """``CREATE TABLE IF NOT EXISTS``, in a database given by its quoted name or in the connection's."""
    return (
        f"CREATE TABLE IF NOT EXISTS {_target(database)} ("
        "id TINYINT NOT NULL PRIMARY KEY, spec JSON NOT NULL, vintage INT NOT NULL, segments JSON NOT NULL"
        ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci"
    )


def replace(values: Sequence[str], database: str = "") -> str:
    """The statement that writes the row; ``values`` are markers or literals, one for each of COLUMNS."""
    columns = ", ".join(("id", *COLUMNS))
    return f"REPLACE INTO {_target(database)} ({columns}) VALUES ({', '.join(('1', *values))})"  # noqa: S608 ours


def row(spec: Mapping[str, Any], vintage: int, segments: Sequence[Mapping[str, int]]) -> dict[str, str | int]:
    """The values of the row: the resolved spec as JSON has it, the engine's vintage, all segments."""
    return {
        "spec": json.dumps(spec, ensure_ascii=False),
        "vintage": vintage,
        "segments": json.dumps(list(segments)),
    }


def _target(database: str) -> str:
    return f"{database}.`{TABLE}`" if database else f"`{TABLE}`"
