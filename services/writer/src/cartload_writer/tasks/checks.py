"""What a seal proves: counts and hashes against what was expected, and that no row lacks its parent."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cartload import schema
from cartload.schema import ddl
from cartload_contracts.model import TableName, TableTotals
from cartload_writer.manifest import NOTHING_STORED, Totals
from cartload_writer.tasks.indexes import Step, in_lanes

_FEW_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant: how many rows it was asked of, how many broke it."""

    name: str
    title: str
    rows_checked: int
    violations: int
    samples: list[dict[str, Any]] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """The check as the report keeps it."""
        return asdict(self)


async def count_and_join(
    engine: AsyncEngine, database: str, lanes: int, stored: Mapping[str, Totals]
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Rows by table and orphans by foreign key, counted by query; large tables in several lanes."""
    counts: dict[str, int] = {}
    orphans: dict[str, int] = {}
    counting = {name: f"SELECT COUNT(*) FROM `{name}`" for name in schema.TABLE_NAMES}  # noqa: S608 the schema's
    if sum(totals.rows for totals in stored.values()) <= _FEW_ROWS:
        steps = [_together(counting, counts), _together(ddl.orphan_queries(), orphans)]
        await in_lanes(engine, database, 1, steps)
    else:
        joins = [_one(name, query, orphans) for name, query in reversed(ddl.orphan_queries().items())]
        await in_lanes(engine, database, lanes, joins + [_one(n, q, counts) for n, q in counting.items()])
    return counts, orphans


def _one(name: str, query: str, into: dict[str, int]) -> Step:
    async def step(connection: AsyncConnection) -> None:
        into[name] = int(await connection.scalar(sa.text(query)) or 0)

    return step


def _together(queries: Mapping[str, str], into: dict[str, int]) -> Step:
    """One statement for all: of a small dataset, the way there and back is what costs."""
    text = " UNION ALL ".join(f"SELECT '{name}', ({query})" for name, query in queries.items())

    async def step(connection: AsyncConnection) -> None:
        into.update({name: int(number) for name, number in await connection.execute(sa.text(text))})

    return step


def judge(
    expected: Mapping[TableName, TableTotals] | None,
    stored: Mapping[str, Totals],
    counts: Mapping[str, int],
    orphans: Mapping[str, int],
) -> list[Check]:
    """Every check of a seal. Without `expected` (a load that was cancelled) no totals are proven."""
    checks = [_counted(name, stored.get(name, NOTHING_STORED), counts[name]) for name in schema.TABLE_NAMES]
    if expected is not None:
        checks += [
            _as_expected(name, wanted, stored.get(name, NOTHING_STORED)) for name, wanted in expected.items()
        ]
    return checks + [_joined(name, counts, found) for name, found in orphans.items()]


def _counted(name: str, stored: Totals, count: int) -> Check:
    title = f"The rows of {name} in the database are those that were stored."
    sample = [] if stored.rows == count else [{"stored": stored.rows, "counted": count}]
    return Check(f"count_{name}", title, count, abs(stored.rows - count), sample)


def _as_expected(name: str, wanted: TableTotals, stored: Totals) -> Check:
    title = f"Number and hash of the rows of {name} equal those that were made."
    if (wanted.rows, wanted.row_hash) == (stored.rows, stored.row_hash):
        return Check(f"hash_{name}", title, stored.rows, 0)
    sample = {
        "expected_rows": wanted.rows,
        "stored_rows": stored.rows,
        "expected_hash": wanted.row_hash,
        "stored_hash": stored.row_hash,
    }
    return Check(f"hash_{name}", title, stored.rows, max(1, abs(wanted.rows - stored.rows)), [sample])


def _joined(name: str, counts: Mapping[str, int], orphans: int) -> Check:
    child, column, parent = _FOREIGN_KEYS[name]
    title = f"Every {child}.{column} is the id of a row of {parent}."
    return Check(name, title, counts[child], orphans)


_FOREIGN_KEYS = {
    ddl.foreign_key_name(child.name, column): (child.name, column, parent)
    for child in schema.TABLES
    for column, parent in child.foreign_keys
}
